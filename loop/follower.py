"""Work that follows every append without keeping anybody waiting."""

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger("reprise")


PAUSE = 1.0
"""Seconds from being woken to the slow work: what comes in a burst is done at once, and not in the way of the next."""


class Follower:
    """Does its work in the background when woken: the quick part at once, the slow one a moment later.

    Woken many times meanwhile, it does it once more. An error is logged and ends nothing: whoever needs the work done
    calls it in the foreground and meets it there.
    """

    def __init__(self, quick: Callable[[], None], slow: Callable[[], None], name: str) -> None:
        self._quick = quick
        self._slow = slow
        self._name = name
        self._woken = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """Have the work done soon."""
        self._woken.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Finish what was asked for, and end."""
        if self._thread is not None:
            self._closing.set()
            self._woken.set()
            self._thread.join()
            self._thread = None
            self._closing.clear()

    def _run(self) -> None:
        due: float | None = None  # when the slow work is to be done
        while True:
            self._woken.wait(None if due is None else max(0.0, due - time.monotonic()))
            closing = self._closing.is_set()
            if self._woken.is_set():
                self._woken.clear()
                self._try(self._quick)
                due = due or time.monotonic() + PAUSE
            if due is not None and (closing or time.monotonic() >= due):
                due = None
                self._try(self._slow)
            if closing:
                return

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("%s could not follow the ledger", self._name)
