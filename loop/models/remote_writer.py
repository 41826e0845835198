"""A `Writer` over remote chat models: one request for n candidates where the server can, else n at once."""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Protocol

from loop.brief import Message
from loop.errors import ModelUnusable
from loop.models.base import Completion, Delta, OnPiece, Piece, Sampling
from loop.models.convert import to_langchain
from loop.models.remote_errors import asks_too_much, sentence
from loop.models.text import Cut
from loop.settings import GeneratorSettings

MOST_STOPS = 4  # OpenAI takes no more; all of them are also applied here
AT_ONCE = 8  # requests


class Source(Protocol):
    """A remote chat model."""

    many: bool
    """Whether one request may ask for several candidates."""

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """The text of up to n candidates, in parts (streaming) or each as a whole; fewer when the server ignores n."""
        ...


class ChatSource:
    """Any LangChain chat model: one candidate a request; options that the model does not have are left out."""

    many = False

    def __init__(self, chat: Any) -> None:
        self._chat = chat

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """One candidate."""
        chat, stop = _sampled(self._chat, sampling), list(sampling.stop[:MOST_STOPS]) or None
        if not streaming:
            yield _whole(chat.invoke(to_langchain(messages), stop=stop))
            return
        for chunk in chat.stream(to_langchain(messages), stop=stop):
            yield Delta(0, str(chunk.text), _finish(chunk), _tokens(chunk))
        yield Delta(0, "", "stop" if sampling.max_tokens else "length")


class OpenAISource:
    """An OpenAI-compatible server: n candidates a request."""

    def __init__(self, chat: Any) -> None:
        self._chat = chat
        self.many = True

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """Up to n candidates."""
        chat, stop = _sampled(self._chat, sampling), list(sampling.stop[:MOST_STOPS]) or None
        ours = to_langchain(messages)
        if streaming:
            yield from chat.pieces(ours, stop, n)
            return
        for at, generation in enumerate(chat.generate([ours], stop=stop, n=n).generations[0]):
            whole = _whole(generation.message)
            yield Delta(at, whole.text, generation.generation_info["finish_reason"], whole.tokens if n == 1 else 0)
