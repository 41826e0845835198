"""Work that follows every append without keeping anybody waiting."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("reprise")


class Follower:
    """Does its work in the background when woken; woken many times while it is busy, it does it once more.

    An error is logged and ends nothing: whoever needs the work done calls it in the foreground and meets it there.
    """

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self._work = work
        self._name = name
        self._woken = threading.Event()
        self._closing = False
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
            self._closing = True
            self._woken.set()
            self._thread.join()
            self._thread, self._closing = None, False

    def _run(self) -> None:
        while True:
            self._woken.wait()
            self._woken.clear()
            closing = self._closing
            try:
                self._work()
            except Exception:
                log.exception("%s could not follow the ledger", self._name)
            if closing:
                return
