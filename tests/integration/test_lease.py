"""A lease is held once, given back at the end, taken over from the dead, and noticed when it is lost."""

import os
import socket
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from jobs import lease as leases
from jobs.lease import LeaseHeld, lease
from loop import schema
from loop.leases import take
from loop.ledger import Ledger


def test_it_is_held_once_and_given_back(ledger: Ledger) -> None:
    with lease(ledger, "k"), pytest.raises(LeaseHeld, match="another process"), lease(ledger, "k"):
        pass
    with lease(ledger, "k") as held:
        held.check()


def test_what_was_finished_is_never_done_again(ledger: Ledger) -> None:
    with lease(ledger, "k") as held:
        held.finish()
    with pytest.raises(LeaseHeld, match="was done already"), lease(ledger, "k"):
        pass


def test_an_error_gives_it_back_unfinished(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), lease(ledger, "k"):
        raise ZeroDivisionError
    with lease(ledger, "k"):
        pass


def test_a_dead_process_of_this_machine_holds_nothing(ledger: Ledger) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    assert take(ledger, "k", f"{socket.gethostname()}:{dead.pid}:x", 1_000)
    with lease(ledger, "k"):
        pass


HOLDERS = {"living": f"{socket.gethostname()}:{os.getpid()}:x", "far": "another-machine:1:x", "named": "scheduler"}


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS)
def test_the_living_and_the_far_are_waited_for(ledger: Ledger, holder: str) -> None:
    assert take(ledger, "k", holder, 1_000)
    with pytest.raises(LeaseHeld), lease(ledger, "k"):
        pass


def test_it_is_prolonged_and_its_loss_is_noticed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW", 0.05)
    monkeypatch.setattr(leases, "SECONDS", 0.4)
    with lease(ledger, "k") as held:
        time.sleep(0.8)
        assert not take(ledger, "k", "thief", 10)
        held.check()
        _steal(ledger, "k", "thief")
        deadline = time.monotonic() + 5
        while not held.lost and time.monotonic() < deadline:
            time.sleep(0.02)
        with pytest.raises(LeaseHeld, match="took this work over"):
            held.check()
    assert _holder(ledger) == "thief"


def _steal(ledger: Ledger, run_key: str, holder: str) -> None:
    """In one transaction, so that the holder's own prolonging never falls between."""
    with ledger.writing() as db:
        mine = schema.leases.c.run_key == run_key
        db.execute(sa.update(schema.leases).where(mine).values(holder=holder, expires=time.time() + 10))


def _holder(ledger: Ledger) -> str:
    return str(leases._row(ledger, "k").holder)
