"""News for the pages: one bell that every open stream listens to, rung from any thread."""

import asyncio
import threading
from collections.abc import Callable

import msgspec

from loop.errors import RepriseError
from studio.compose import House
from studio.web.errors import log, sentence

EVERY = 1.0  # seconds between looks at what other processes appended


def event(name: str, data: object) -> bytes:
    """One server-sent event; the data is one line of JSON."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


class Hub:
    """Wakes every waiting stream when something changed; after `close` streams end."""

    def __init__(self) -> None:
        self.closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._last: list[Callable[[], None]] = []

    def on_close(self, react: Callable[[], None]) -> None:
        """Have `react` called in the event loop when the studio closes."""
        self._last.append(react)

    def open(self) -> None:
        """Belong to the running event loop."""
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        """Something changed. Any thread may call this."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """Let every stream end. Any thread may call this, and a signal's handler too: it takes no lock."""
        if not self.closed and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._shut)
        self.closed = True

    async def wait(self, seconds: float) -> bool:
        """Whether something changed within so many seconds."""
        bell = asyncio.Event()
        self._waiting.add(bell)
        try:
            await asyncio.wait_for(bell.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(bell)
        return True

    def _shut(self) -> None:
        for react in self._last:
            react()
        self._wake()

    def _wake(self) -> None:
        for bell in self._waiting:
            bell.set()


class Follower:
    """Looks once a second for events that other processes appended, and rings when there are any."""

    def __init__(self, house: House, ring: Callable[[], None], every: float = EVERY) -> None:
        self._house = house
        self._ring = ring
        self._every = every
        self._over = threading.Event()
        self._seen = house.ledger.head()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Catch up with the ledger; one look."""
        head = self._house.ledger.head()
        if head != self._seen:
            self._house.projector.catch_up()
            self._house.memory.follow()
            self._seen = head
            self._ring()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            try:
                self.look()
            except (RepriseError, RuntimeError) as error:
                log.warning("the studio could not follow the ledger: %s", sentence(error))
