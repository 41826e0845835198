"""A `Writer` over a remote chat model: one request for n candidates where the server can, else n requests at once."""

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from loop.brief import Message
from loop.errors import ModelUnusable
from loop.models.base import Completion, Delta, OnPiece, Piece, Sampling
from loop.models.remote_errors import Remote, asks_too_much, sentence
from loop.models.sources import Source
from loop.models.text import Cut

AT_ONCE = 8  # requests
STRIDE = 100_003  # between the seeds of candidates that are asked for one by one; callers step seeds by one


class RemoteWriter:
    """The candidates of a remote model. Servers that answer with fewer than n are asked again for the rest."""

    def __init__(self, source: Source, remote: Remote) -> None:
        self.model_id = remote.model
        self._source = source
        self._remote = remote

    def write(
        self, messages: list[Message], n: int, sampling: Sampling, on_piece: OnPiece | None = None
    ) -> list[Completion]:
        """n candidates; see `Writer`. Raises ModelUnusable when the server does not answer, or with nonsense."""
        drafts = [_Draft(sampling.stop) for _ in range(n)]
        for delta in self._deltas(messages, n, sampling, streaming=on_piece is not None):
            text = drafts[delta.index].take(delta)
            if text and on_piece is not None:
                on_piece(Piece(delta.index, text))
        for index, draft in enumerate(drafts):
            text = draft.end()
            if text and on_piece is not None:
                on_piece(Piece(index, text))
        return [draft.completion() for draft in drafts]

    def _deltas(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        try:
            seen: set[int] = set()
            for delta in self._together(messages, n, sampling, streaming):
                seen.add(delta.index)
                yield delta
            rest = [index for index in range(n) if index not in seen]
            for delta in self._apart(messages, rest, sampling, streaming):
                seen.add(delta.index)
                yield delta
            if len(seen) < n:
                raise ValueError("an answer without a choice")
        except Exception as error:
            raise ModelUnusable(sentence(error, self._remote)) from error

    def _together(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """One request for all, where the server knows how; one that refuses is not asked so again."""
        if n == 1 or not self._source.many:
            return
        try:
            for delta in self._on_time(self._source.answer(messages, n, sampling, streaming)):
                if delta.index < n:
                    yield delta
        except Exception as error:
            if not asks_too_much(error):
                raise
            self._source.many = False

    def _apart(self, messages: list[Message], rest: list[int], sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """A request for each; seeds differ by the index."""
        asked = [self._one(messages, index, sampling, streaming) for index in rest]
        return asked[0] if len(asked) == 1 else _merged(asked)

    def _one(self, messages: list[Message], index: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        seed = None if sampling.seed is None else (sampling.seed + index * STRIDE) % 2**31
        for delta in self._on_time(self._source.answer(messages, 1, replace(sampling, seed=seed), streaming)):
            if delta.index == 0:
                yield replace(delta, index=index)

    def _on_time(self, deltas: Iterator[Delta]) -> Iterator[Delta]:
        """A server that drips for ever is cut off too; the client's own timeout counts between two bytes."""
        until = time.monotonic() + self._remote.timeout_s
        for delta in deltas:
            if time.monotonic() > until:
                raise TimeoutError
            yield delta


class _Draft:
    def __init__(self, stop: tuple[str, ...]) -> None:
        self._cut = Cut(stop)
        self._finish: str | None = None
        self._tokens = 0

    def take(self, delta: Delta) -> str:
        self._finish = delta.finish or self._finish
        self._tokens = delta.tokens or self._tokens
        return self._cut.give(delta.text)

    def end(self) -> str:
        return self._cut.flush()

    def completion(self) -> Completion:
        long = self._finish in ("length", "max_tokens", "MAX_TOKENS") and not self._cut.stopped
        return Completion(text=self._cut.text, tokens=self._tokens, finish="length" if long else "stop")


def _merged(streams: Sequence[Iterator[Delta]]) -> Iterator[Delta]:
    """The streams' items as they come, each stream read in a thread of its own; the first error ends them all."""
    items: queue.SimpleQueue[Any] = queue.SimpleQueue()
    over, slots = threading.Event(), threading.Semaphore(AT_ONCE)

    def read(stream: Iterator[Delta]) -> None:
        end: Exception | None = None
        try:
            with slots:
                for item in stream if not over.is_set() else ():
                    items.put(item)
                    if over.is_set():
                        break
        except Exception as error:  # noqa: BLE001 - handed to the caller's thread, which raises it
            end = error
        items.put((end,))

    for stream in streams:
        threading.Thread(target=read, args=(stream,), daemon=True).start()
    try:
        yield from _drain(items, len(streams))
    finally:
        over.set()


def _drain(items: "queue.SimpleQueue[Any]", running: int) -> Iterator[Delta]:
    while running:
        item = items.get()
        if isinstance(item, Delta):
            yield item
        elif item[0] is not None:
            raise item[0]
        else:
            running -= 1
