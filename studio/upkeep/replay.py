"""The read models against a replay of the ledger in a scratch database, row for row."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from loop import schema
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.projector import CURSOR, Projector, cursor
from rewards.settings import RewardSettings
from studio.upkeep.report import Found, Progress

BATCH = 5_000
COMPARED = tuple(table for table in schema.PROJECTIONS if table is not schema.cursors)


def replayed(ledger: Ledger, settings: RewardSettings, progress: Progress) -> Iterator[tuple[str, Found]]:
    """Each table's name with what was found. Memory is bounded but for one number per row."""
    with tempfile.TemporaryDirectory(prefix="reprise-verify-") as folder:
        scratch = Ledger(f"sqlite:///{Path(folder) / 'replay.db'}")
        try:
            with ledger.reading() as db:
                _copy_events(db, scratch, progress)
                Projector(scratch, HANDLERS, settings).catch_up()
                with scratch.reading() as again:
                    for table in COMPARED:
                        yield table.name, _compared(table, db, again)
        finally:
            scratch.close()


def _copy_events(db: sa.Connection, scratch: Ledger, progress: Progress) -> None:
    """The events that the read models have seen, as they are."""
    c = schema.events.c
    seen, upto = 0, cursor(db, CURSOR)
    while rows := db.execute(_after(seen, upto)).mappings().all():
        with scratch.writing() as to:
            to.execute(sa.insert(schema.events), [dict(row) for row in rows])
        seen = rows[-1][c.seq]
        progress(seen, upto)


def _after(seen: int, upto: int) -> sa.Select[tuple[object, ...]]:
    c = schema.events.c
    return sa.select(schema.events).where(c.seq > seen, c.seq <= upto).order_by(c.seq).limit(BATCH)


def _compared(table: sa.Table, db: sa.Connection, again: sa.Connection) -> Found:
    """Rows have keys, so that equal tables are equal sets; a row is kept as its hash."""
    expected = {hash(row) for row in _rows(table, again)}
    count, strange = 0, []
    key = _key(table)
    for row in _rows(table, db):
        count += 1
        mark = hash(row)
        if mark in expected:
            expected.discard(mark)
        else:
            strange.append(key(row))
    if strange:
        return (
            False,
            f"{len(strange):,} of {count:,} rows differ from a replay, {strange[0]} first; run `reprise rebuild`",
        )
    if expected:
        return False, f"{len(expected):,} rows of a replay are missing; run `reprise rebuild`"
    return True, f"{count:,} rows equal a replay"


def _rows(table: sa.Table, db: sa.Connection) -> Iterator[tuple[object, ...]]:
    for row in db.execute(sa.select(table)).yield_per(BATCH):
        yield tuple(row)


def _key(table: sa.Table) -> Callable[[tuple[object, ...]], str]:
    places = [number for number, column in enumerate(table.columns) if column.primary_key]
    return lambda row: " ".join(str(row[place]) for place in places)
