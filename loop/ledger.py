"""The ledger: an append-only table of events, and beside it the texts and the vectors.

Every write happens in one transaction that holds the only write lock (BEGIN IMMEDIATE, or a PostgreSQL advisory lock),
so that the order of sequence numbers is the order of commits and a reader with a cursor can never skip an event.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from loop import schema
from loop.database import LedgerUnusable, chunks, driver, driver_rows, insert_new, open_engine, reason
from loop.events import Event
from loop.migrations import MIGRATIONS, migrate, version
from loop.recorded import Recorded, decode, encode

ADVISORY_LOCK = 0x5265_7072  # "Repr", the one number that every writer to one PostgreSQL ledger locks
_VECTORS = "SELECT id, vector FROM vectors WHERE fingerprint = ? AND id IN ({})"


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Events and texts that are appended together, once for each key."""

    events: tuple[Event, ...]
    texts: Mapping[str, str] = {}
    key: str | None = None


class Vectors(msgspec.Struct, frozen=True):
    """Vectors of texts by one embedder: float32, shape (len(ids), d)."""

    fingerprint: str
    ids: Sequence[str]
    matrix: NDArray[np.float32]

    def rows(self) -> list[dict[str, object]]:
        """As the table keeps them."""
        return [
            {"id": id_, "fingerprint": self.fingerprint, "vector": row.astype("<f4").tobytes()}
            for id_, row in zip(self.ids, self.matrix, strict=True)
        ]


class Projection(Protocol):
    """Read models in the ledger's own database."""

    def follow(self, db: sa.Connection, recorded: Sequence[Recorded]) -> None:
        """Take in what was just inserted, in the transaction that makes it durable."""

    def catch_up(self) -> None:
        """Take in everything that is not yet taken in."""


class Ledger:
    """Append, read, and the tables beside the events."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = open_engine(url)
        self._projections: list[Projection] = []
        self._subscribers: list[Callable[[], None]] = []
        self._migrate()

    @classmethod
    def in_home(cls, home: Path, url: str = "") -> "Ledger":
        """The ledger of a home: at `url`, or `ledger.db` in the home."""
        return cls(url or f"sqlite:///{home / 'ledger.db'}")

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def project(self, projection: Projection) -> None:
        """Have read models follow every append in its own transaction: what is durable is also seen."""
        self._projections.append(projection)

    def subscribe(self, react: Callable[[], None]) -> None:
        """Have `react` called after every append."""
        self._subscribers.append(react)

    # --- events ------------------------------------------------------------------------------------------------

    def append(
        self,
        *events: Event,
        texts: Mapping[str, str] | None = None,
        vectors: Vectors | None = None,
        key: str | None = None,
    ) -> tuple[Recorded, ...]:
        """Make the events durable, with the texts and vectors that they name, and let the projections see them.

        With a `key` that was used before, nothing is written and the events of the first time come back.
        """
        with self._appending() as (db, recorded):
            earlier = self._of_command(db, key) if key else None
            if earlier is not None:
                return earlier
            recorded += _insert(db, [Command(events=events, texts=texts or {}, key=key)])
            if vectors:
                insert_new(db, schema.vectors, vectors.rows())
        return tuple(recorded)

    def append_all(self, commands: Sequence[Command]) -> set[str]:
        """Append many commands in one transaction, leaving out those whose key was used; the keys that were new."""
        with self._appending() as (db, recorded):
            used = _used(db, [c.key for c in commands if c.key])
            fresh: dict[str | int, Command] = {}
            for command in commands:
                if command.key not in used:
                    fresh.setdefault(command.key or id(command), command)
            recorded += _insert(db, list(fresh.values()))
        return {c.key for c in fresh.values() if c.key}

    def find(self, key: str) -> tuple[Recorded, ...] | None:
        """The events of the command that bore this key."""
        with self.reading() as db:
            return self._of_command(db, key)

    def read(self, after: int = 0, limit: int = 1_000) -> list[Recorded]:
        """Up to `limit` events after a place, in order."""
        with self.reading() as db:
            return read_events(db, after, limit)

    def head(self) -> int:
        """The place of the last event; 0 in an empty ledger."""
        with self.reading() as db:
            return head(db)

    def _of_command(self, db: sa.Connection, key: str) -> tuple[Recorded, ...] | None:
        c = schema.commands.c
        row = db.execute(sa.select(c.first, c.last).where(c.key == key)).first()
        return tuple(read_events(db, row.first - 1, row.last - row.first + 1)) if row else None

    # --- texts -------------------------------------------------------------------------------------------------

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """The texts with these ids; forgotten ones are absent."""
        with self.reading() as db:
            return select_texts(db, ids)

    def forget(self, ids: Sequence[str], *events: Event, key: str | None = None) -> tuple[Recorded, ...]:
        """Delete texts, what was said of them (`id.…`) and their vectors, in the transaction that records the fact."""
        with self._appending() as (db, recorded):
            for table in (schema.texts, schema.vectors):
                below = [table.c.id.startswith(f"{id_}.", autoescape=True) for id_ in ids]
                db.execute(sa.delete(table).where(sa.or_(table.c.id.in_(ids), *below)))
            recorded += _insert(db, [Command(events=events, key=key)])
        return tuple(recorded)

    # --- vectors -----------------------------------------------------------------------------------------------

    def keep(self, vectors: Vectors) -> None:
        """Keep vectors, so that no rebuild embeds again."""
        with self.writing() as db:
            insert_new(db, schema.vectors, vectors.rows())

    def vectors(self, fingerprint: str, ids: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """The kept vectors of these ids, each of shape (d,)."""
        found: dict[str, NDArray[np.float32]] = {}
        with self.reading() as db:
            for chunk in chunks(ids):
                marks = ", ".join("?" * len(chunk))
                for id_, raw in driver_rows(db, _VECTORS.format(marks), [fingerprint, *chunk]):
                    found[id_] = np.frombuffer(raw, "<f4")
        return found

    # --- transactions ------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction that holds the write lock."""
        with self._translated(), self._engine.begin() as db:
            if db.dialect.name == "postgresql":
                db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
            yield db

    @contextmanager
    def _appending(self) -> Iterator[tuple[sa.Connection, list[Recorded]]]:
        """One transaction for events, filled into the list, and what the projections make of them.

        A projection that fails takes back its own part alone, and says so when the words are safe.
        """
        with self.writing() as db:
            recorded: list[Recorded] = []
            yield db, recorded
            behind = [each for each in self._projections if recorded and not _followed(each, db, recorded)]
        for projection in behind:
            projection.catch_up()
        if recorded:
            for react in self._subscribers:
                react()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view; it never waits for writers."""
        with self._translated(), self._engine.connect() as db:
            yield db.execution_options(reading=True)

    def _migrate(self) -> None:
        with self.reading() as db:
            if version(db) == len(MIGRATIONS):
                return
        with self.writing() as db:
            migrate(db)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say what a database's error means and what to do."""
        try:
            yield
        except (sa.exc.DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            raise LedgerUnusable(reason(error)) from error


def _followed(projection: Projection, db: sa.Connection, recorded: Sequence[Recorded]) -> bool:
    """Whether the projection could follow; where not, it is as it was before."""
    cursor = driver(db)
    cursor.execute("SAVEPOINT projection")
    try:
        projection.follow(db, recorded)
    except Exception:  # noqa: BLE001 - whatever it is: `catch_up` meets it again, outside of this transaction
        cursor.execute("ROLLBACK TO SAVEPOINT projection")
        return False
    cursor.execute("RELEASE SAVEPOINT projection")
    return True


def read_events(db: sa.Connection, after: int, limit: int) -> list[Recorded]:
    """Up to `limit` events after a place, in order."""
    c = schema.events.c
    rows = db.execute(sa.select(c.seq, c.at, c.type, c.payload).where(c.seq > after).order_by(c.seq).limit(limit))
    return [Recorded(seq, at, decode(type_, payload)) for seq, at, type_, payload in rows]


def select_texts(db: sa.Connection, ids: Iterable[str]) -> dict[str, str]:
    """The texts with these ids; forgotten ones are absent."""
    c = schema.texts.c
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        found.update((id_, text) for id_, text in db.execute(sa.select(c.id, c.text).where(c.id.in_(chunk))))
    return found


def _insert(db: sa.Connection, commands: Sequence[Command]) -> tuple[Recorded, ...]:
    """Give the events of the commands their places and write them, the texts and the keys."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    seq = head(db)
    recorded: list[Recorded] = []
    keys: list[dict[str, object]] = []
    texts: list[dict[str, str]] = []
    for command in commands:
        first = seq + 1
        for event in command.events:
            seq += 1
            recorded.append(Recorded(seq, at, event))
        if command.key:
            keys.append({"key": command.key, "first": first, "last": seq})
        texts += [{"id": id_, "text": text} for id_, text in command.texts.items()]
    _insert_events(db, recorded)
    if keys:
        db.execute(sa.insert(schema.commands), keys)
    insert_new(db, schema.texts, texts)
    return tuple(recorded)


def _insert_events(db: sa.Connection, recorded: Sequence[Recorded]) -> None:
    if recorded:
        rows = [(r.seq, r.at, type(r.event).__name__, r.event.version, encode(r.event)) for r in recorded]
        marks = ", ".join(["?" if db.dialect.name == "sqlite" else "%s"] * 5)
        driver(db).executemany(f"INSERT INTO events (seq, at, type, version, payload) VALUES ({marks})", rows)


def head(db: sa.Connection) -> int:
    """The place of the last event; 0 in an empty ledger."""
    cursor = driver(db)
    cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM events")
    return int(cursor.fetchone()[0])


def _used(db: sa.Connection, keys: Iterable[str]) -> set[str]:
    c = schema.commands.c
    return {key for chunk in chunks(keys) for (key,) in db.execute(sa.select(c.key).where(c.key.in_(chunk)))}
