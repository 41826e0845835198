"""The read models: tables in the ledger's own database that follow the events.

The cursor moves in the transaction that changes the tables, which is as a rule the one that appends the events, so
that every event is projected exactly once, whatever is killed when.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TypeVar, cast

import sqlalchemy as sa

from loop import schema
from loop.database import driver_rows, upsert
from loop.events import Event
from loop.faults import point
from loop.ledger import Ledger, head, read_events
from loop.recorded import Recorded
from rewards.settings import RewardSettings

Handler = Callable[[sa.Connection, Sequence[Recorded], RewardSettings], None]
CURSOR = "library"
BATCH = 2_000
E = TypeVar("E", bound=Event)


def each(react: Callable[[sa.Connection, Recorded, E], None]) -> Handler:
    """A handler that takes its events one by one."""

    def handle(db: sa.Connection, run: Sequence[Recorded], _: RewardSettings) -> None:
        for recorded in run:
            react(db, recorded, cast(E, recorded.event))

    return handle


class Projector:
    """Brings the read models up to the ledger's head; `handlers` is the one table from events to reactions."""

    def __init__(self, ledger: Ledger, handlers: dict[type[Event], Handler], settings: RewardSettings) -> None:
        self._ledger = ledger
        self._handlers = handlers
        self._settings = settings

    def follow(self, db: sa.Connection, recorded: Sequence[Recorded]) -> None:
        """Project what was just inserted, in its own transaction, and first what other processes left behind."""
        place = cursor(db, CURSOR)
        first = recorded[0].seq
        while place < first - 1:
            missed = read_events(db, place, min(BATCH, first - 1 - place))
            self._project(db, missed)
            place = missed[-1].seq
        self._project(db, recorded)

    def catch_up(self) -> None:
        """Project every event that is not yet projected."""
        if self._behind():
            while self._project_batch() == BATCH:
                pass

    def rebuild(self) -> None:
        """Empty every projection of the database and replay the ledger."""
        with self._ledger.writing() as db:
            for table in reversed(schema.PROJECTIONS):
                if table is not schema.cursors:
                    db.execute(sa.delete(table))
            move_cursor(db, CURSOR, 0)
        self.catch_up()

    def _behind(self) -> bool:
        with self._ledger.reading() as db:
            return cursor(db, CURSOR) < head(db)

    def _project_batch(self) -> int:
        with self._ledger.writing() as db:
            batch = read_events(db, cursor(db, CURSOR), BATCH)
            if batch:
                self._project(db, batch)
        return len(batch)

    def _project(self, db: sa.Connection, batch: Sequence[Recorded]) -> None:
        for kind, run in groupby(batch, key=lambda recorded: type(recorded.event)):
            if kind in self._handlers:
                self._handlers[kind](db, list(run), self._settings)
        point("mid-projection")
        move_cursor(db, CURSOR, batch[-1].seq)


def cursor(db: sa.Connection, name: str) -> int:
    """The place up to which a projection has seen the ledger."""
    rows = driver_rows(db, "SELECT seq FROM cursors WHERE name = ?", [name])
    return int(rows[0][0]) if rows else 0


def move_cursor(db: sa.Connection, name: str, seq: int) -> None:
    """Note that a projection has seen everything up to `seq`."""
    upsert(db, schema.cursors, [{"name": name, "seq": seq}])
