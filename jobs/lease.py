"""Work that must happen once: a lease in the ledger, prolonged while we live, taken over from who is dead."""

import os
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from loop import schema
from loop.errors import RepriseError
from loop.leases import give_back, take
from loop.ledger import Ledger

SECONDS = 120.0
RENEW = 30.0


class LeaseHeld(RepriseError):
    """Somebody else is at this work, or it was finished."""


class Held:
    """A lease that is ours; `finish` says that the work is never to be done again."""

    def __init__(self) -> None:
        self.finished = False
        self.lost = False

    def finish(self) -> None:
        """The work is done."""
        self.finished = True

    def check(self) -> None:
        """Raise LeaseHeld when somebody took the lease over, as after a long sleep of this machine."""
        if self.lost:
            raise LeaseHeld("another process took this work over while this one slept; nothing more is done here")


@contextmanager
def lease(ledger: Ledger, run_key: str) -> Iterator[Held]:
    """Hold a lease by its key; given back in the end, for good when it was finished.

    Raises LeaseHeld when a living process holds it, or when the work was finished.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    _bury(ledger, run_key)
    if not take(ledger, run_key, holder, SECONDS):
        raise LeaseHeld(_why(ledger, run_key))
    held, stop = Held(), threading.Event()
    keeper = threading.Thread(target=_keep, args=(ledger, run_key, holder, held, stop), daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        stop.set()
        keeper.join()
        if not held.lost:
            give_back(ledger, run_key, holder, held.finished)


def _keep(ledger: Ledger, run_key: str, holder: str, held: Held, stop: threading.Event) -> None:
    while not stop.wait(RENEW):
        try:
            held.lost = not take(ledger, run_key, holder, SECONDS)
        except RepriseError:  # a busy ledger: the lease lasts four times as long as we wait
            continue
        if held.lost:
            return


def _bury(ledger: Ledger, run_key: str) -> None:
    """Give back the lease of a process of this machine that no longer lives: nobody need wait for it to run out."""
    row = _row(ledger, run_key)
    if row is None or row.finished:
        return
    host, _, rest = row.holder.partition(":")
    pid = rest.partition(":")[0]
    if host == socket.gethostname() and pid.isdigit() and not _lives(int(pid)):
        give_back(ledger, run_key, row.holder, finished=False)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _why(ledger: Ledger, run_key: str) -> str:
    row = _row(ledger, run_key)
    if row is not None and row.finished:
        return f"'{run_key}' was done already"
    return f"'{run_key}' is being done by another process; wait for it, or end it"


def _row(ledger: Ledger, run_key: str) -> Any:
    c = schema.leases.c
    with ledger.reading() as db:
        return db.execute(sa.select(c.holder, c.finished).where(c.run_key == run_key)).first()
