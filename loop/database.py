"""The database under the ledger: an engine with durable settings, and what SQLAlchemy leaves to each dialect.

SQLite by default, PostgreSQL by another URL. This is the one file that opens it.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from loop.errors import RepriseError

_DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}
CHUNK = 500  # ids per IN (...) list: far below every database's limit on parameters


class LedgerUnusable(RepriseError):
    """The ledger cannot be opened or written."""


def open_engine(url: str) -> sa.Engine:
    """An engine whose transactions are ours to begin, with durable settings."""
    try:
        engine = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (sa.exc.ArgumentError, ModuleNotFoundError) as error:
        raise LedgerUnusable(f"the ledger's URL cannot be used ({error}); see ledger.url in config.toml") from error
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where _begin_sqlite says
    # secure_delete: a forgotten text is overwritten, not left in a free page
    safe = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
    for pragma in (*safe, f"mmap_size={2**28}"):  # reads by memory map: recall's look-ups take a third less time
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(db: sa.Connection) -> None:
    reading = db.get_execution_options().get("reading")
    driver(db).execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def insert_new(db: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, leaving alone those whose primary key is there. All rows bear the same keys."""
    if rows:
        driver(db).executemany(_insert(table, db.dialect.name, tuple(rows[0]), replace=False), rows)


def upsert(db: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or give those whose primary key is there the new values. All rows bear the same keys."""
    if rows:
        driver(db).executemany(_insert(table, db.dialect.name, tuple(rows[0]), replace=True), rows)


@lru_cache(maxsize=128)
def _insert(table: sa.Table, dialect: str, columns: tuple[str, ...], *, replace: bool) -> str:
    """The statement as the driver takes it, with the values by name: to build it costs more than to run it."""
    of = _DIALECTS[dialect]
    statement = of.insert(table)
    if replace:
        keys = [column.name for column in table.primary_key]
        changes = {name: statement.excluded[name] for name in columns if name not in keys}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
    else:
        statement = statement.on_conflict_do_nothing()
    style = "named" if dialect == "sqlite" else "pyformat"
    return str(statement.compile(dialect=of.dialect(paramstyle=style), column_keys=columns))


def as_json(value: object) -> str:
    """A value as a column of text holds it."""
    return msgspec.json.encode(value).decode()


def chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    """The distinct ids in lists short enough for one statement."""
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), CHUNK):
        yield unique[start : start + CHUNK]


def driver_rows(db: sa.Connection, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """The rows of a statement with one `?` for each value, by the driver alone: for what every recall waits for."""
    cursor = driver(db)
    cursor.execute(statement if db.dialect.name == "sqlite" else statement.replace("?", "%s"), values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def driver(db: sa.Connection) -> Any:
    """The driver's own cursor, in the same transaction: on the way of every append, SQLAlchemy's handling of
    statements and parameters would cost more than the database's own work."""
    return db.connection.cursor()


def reason(error: Exception) -> str:
    """What a database's error means and what to do, in one sentence."""
    words = str(getattr(error, "orig", error))
    if re.search(r"readonly|read-only|unable to open", words):
        return "the ledger cannot be written; make the home writable or choose another with --home"
    if re.search(r"disk is full|disk I/O error|No space", words):
        return f"the ledger could not be written ({os.strerror(errno.ENOSPC).lower()}); free some disk space"
    if "locked" in words:
        return "the ledger is busy; another process has been writing for over 30 s, try again when it is done"
    if "malformed" in words or "not a database" in words:
        return "ledger.db is damaged; restore it from a backup made with `reprise backup`"
    return f"the ledger's database failed: {words.splitlines()[0]}"
