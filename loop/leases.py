"""Leases in the ledger: who is at work that must happen once."""

import time

import sqlalchemy as sa

from loop import schema
from loop.ledger import Ledger

_c = schema.leases.c


def take(ledger: Ledger, run_key: str, holder: str, seconds: float) -> bool:
    """Take or prolong a lease; False when another holds it or the work was finished."""
    now = time.time()
    with ledger.writing() as db:
        row = db.execute(sa.select(_c.holder, _c.expires, _c.finished).where(_c.run_key == run_key)).first()
        if row and (row.finished or (row.holder != holder and row.expires > now)):
            return False
        db.execute(sa.delete(schema.leases).where(_c.run_key == run_key))
        new = {"run_key": run_key, "holder": holder, "expires": now + seconds, "finished": False}
        db.execute(sa.insert(schema.leases).values(new))
    return True


def give_back(ledger: Ledger, run_key: str, holder: str, finished: bool) -> None:
    """Give a lease back; a finished one is never taken again."""
    with ledger.writing() as db:
        mine = sa.and_(_c.run_key == run_key, _c.holder == holder)
        if finished:
            db.execute(sa.update(schema.leases).where(mine).values(finished=True))
        else:
            db.execute(sa.delete(schema.leases).where(mine))
