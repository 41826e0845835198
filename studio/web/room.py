"""The writing room: one model that writes for one turn at a time, loaded behind the first page.

Everything that needs the model runs in one thread, in the order in which it was asked for. Feedback, recall and
the library never pass through here, and so never wait for a generation.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

import msgspec

from loop import checks
from loop.brief import Brief, Message
from loop.errors import RepriseError
from loop.models.base import Completion, OnPiece, Piece, Sampling, Writer
from loop.turn import Turn, take_turn
from studio.compose import House
from studio.web.errors import Busy, sentence

WAITING_AT_MOST = 16
FAILURES = (RepriseError, ValueError, RuntimeError, OSError, ImportError)  # of loading: weights, files, libraries
Told = Callable[[str, dict[str, object]], None]
"""Hears the name of what happened and its data: `waiting`, `writing`, `piece`."""


class ModelState(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of the model at any time, without waiting for it."""

    state: Literal["asleep", "loading", "ready", "failed"]
    model_id: str
    problem: str = ""
    """Why it does not write, or why another one than the champion does, in one sentence."""


class Cancelled(Busy):
    """Nobody waits for this turn any more."""

    def __init__(self) -> None:
        super().__init__("the writing was stopped; ask again")


class Ticket:
    """One asked-for turn: whoever holds it may give it up."""

    def __init__(self) -> None:
        self.given_up = threading.Event()
        self.future: Future[Turn] | None = None

    def give_up(self) -> None:
        """End the generation at its next piece, or before it begins."""
        self.given_up.set()
        if self.future is not None:
            self.future.cancel()


class Room:
    """A house whose model is loaded once and written with by one turn at a time."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.waiting = 0
        self._over = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._lock = threading.Lock()
        self._tickets: set[Ticket] = set()
        self._changed: list[Callable[[], None]] = []
        self._state = ModelState(state="asleep", model_id=house.settings.generator.model)

    @property
    def state(self) -> ModelState:
        """How the model is."""
        return self._state

    def on_change(self, react: Callable[[], None]) -> None:
        """Have `react` called, from any thread, whenever the model's state changes."""
        self._changed.append(react)

    def wake(self) -> None:
        """Begin to load embedder, index and model, and return at once."""
        self._pool.submit(self._prepare)

    def stop(self) -> None:
        """Give up what is being written and what waits; nothing begins from now on."""
        self._over = True
        with self._lock:
            tickets = list(self._tickets)
        for ticket in tickets:
            ticket.give_up()

    def close(self) -> None:
        """Stop, and let the thread end."""
        self.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def ask(self, brief: Brief, key: str | None, tell: Told | None = None) -> Ticket:
        """Queue a turn; bad input is refused here, before it waits. Raises Busy when too many wait."""
        settings = self.house.settings
        checks.task_profile(settings.tasks, brief.task)
        checks.brief(brief, settings.generator)
        if self._over:
            raise Cancelled
        ticket = Ticket()
        with self._lock:
            if self.waiting >= WAITING_AT_MOST:
                raise Busy("too many turns are waiting for the model; try again when some are done")
            self.waiting += 1
            self._tickets.add(ticket)
        ticket.future = self._pool.submit(self._take, brief, key, ticket, tell or _silent)
        ticket.future.add_done_callback(lambda _: self._leave(ticket))
        return ticket

    def _leave(self, ticket: Ticket) -> None:
        with self._lock:
            self.waiting -= 1
            self._tickets.discard(ticket)

    def _take(self, brief: Brief, key: str | None, ticket: Ticket, tell: Told) -> Turn:
        if ticket.given_up.is_set():
            raise Cancelled
        house, scorer = self.house, self.house.scorer(brief.task)
        heard = _Heard(self._writer(), ticket, tell)
        return take_turn(
            brief,
            memory=house.memory,
            model=heard,
            ledger=house.ledger,
            tasks=house.settings.tasks,
            settings=house.settings.generator,
            scorer=scorer,
            listen=heard.piece,
            key=key,
        )

    def _prepare(self) -> None:
        """Load everything; what fails is kept as the state, and tried again by the next turn."""
        try:
            self._say("loading")
            self.house.memory.warm_up()
            self._writer()
        except FAILURES as error:
            self._say("failed", problem=sentence(error))

    def _writer(self) -> Writer:
        """The champion, switched to in place when it changed. Only the room's own thread comes here."""
        if self._state.state != "ready":
            self._say("loading")
        try:
            champion = self.house.registry.champion()
            writer = self.house.writer
            adapt = getattr(writer, "use_adapter", None)
            if adapt is not None and writer.model_id != champion.model_id:
                adapt(champion.adapter, champion.model_id)
        except FAILURES as error:
            self._say("failed", problem=sentence(error))
            raise
        self._say("ready", writer.model_id, champion.warning or self.house.serving.problem)
        return writer

    def _say(self, state: Literal["loading", "ready", "failed"], model_id: str = "", problem: str = "") -> None:
        told = ModelState(state=state, model_id=model_id or self._state.model_id, problem=problem)
        if told != self._state:
            self._state = told
            for react in self._changed:
                react()


class _Heard:
    """A writer that tells of every round and piece, and stops when nobody waits for it."""

    def __init__(self, writer: Writer, ticket: Ticket, tell: Told) -> None:
        self.model_id = writer.model_id
        self._writer = writer
        self._ticket = ticket
        self._tell = tell
        self._round = 0

    def write(
        self, messages: list[Message], n: int, sampling: Sampling, on_piece: OnPiece | None = None
    ) -> list[Completion]:
        """As the writer does. A later round writes again what came out empty or twice."""
        self._round += 1
        self._tell("writing", {"round": self._round, "n": n})
        return self._writer.write(messages, n, sampling, on_piece)

    def piece(self, piece: Piece) -> None:
        """Tell of a piece by the place of its candidate in the turn."""
        if self._ticket.given_up.is_set():
            raise Cancelled
        self._tell("piece", {"round": self._round, "index": piece.index, "text": piece.text})


def _silent(name: str, data: dict[str, object]) -> None:
    """Nobody listens."""
