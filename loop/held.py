"""The items of a home that is not large in memory, with the vectors of their texts and of their places in the index.

A recall then waits neither for Chroma, which takes 2 to 4 ms to answer and 25 to be told of a rating, nor for the
read models; and how new a text is can be told from all texts there are.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from loop.catalog import COLUMNS, TABLES, SqlCatalog, as_item
from loop.database import driver_rows
from loop.ledger import Ledger
from memory.exact import ExactIndex
from memory.index import Neighbours, Where, metadata
from memory.item import Item, Matrix, Vector
from memory.vectors import blend

log = logging.getLogger("reprise")

LARGEST = 20_000
"""Items up to which they are held: some 80 MB at 384 dimensions, and 4 ms for an exact query."""
ASKED = 3
"""Times that one process recalls before it is worth it."""
SELDOM = 1_000
"""Times after which a home that was too large is looked at again."""
PAGE = 500
"""Rows that are read at once, so that a recall meanwhile is not kept waiting for long."""
_TOUCHED = f"""
    SELECT {COLUMNS}, v.vector, a.vector, i.hidden OR i.forgotten, i.touched
    FROM {TABLES}
    LEFT JOIN vectors v ON v.id = i.item_id AND v.fingerprint = ?
    LEFT JOIN vectors a ON a.id = i.prompt_id AND a.fingerprint = ?
    WHERE i.touched >= ? AND (i.touched > ? OR i.item_id > ?)
    ORDER BY i.touched, i.item_id LIMIT {PAGE}
"""
_VISIBLE = "SELECT COUNT(*) FROM items WHERE NOT hidden AND NOT forgotten"


class Held:
    """`memory.item.Catalog` and `memory.index.Nearest` in one, as the read models stood when it last followed them.

    They are read in the background after a few recalls. Safe for threads.
    """

    def __init__(
        self, ledger: Ledger, catalog: SqlCatalog, fingerprint: Callable[[], str], largest: int = LARGEST
    ) -> None:
        self._ledger = ledger
        self._catalog = catalog
        self._fingerprint = fingerprint
        self._largest = largest
        self._lock = threading.Lock()
        self._asked = 0
        self._rows: _Rows | None = None
        self._reader: threading.Thread | None = None

    def follow(self, embed: Callable[[], None]) -> bool:
        """Take in what changed; False where not everything is held. `embed` is called for texts without a vector."""
        if self._followed():
            embed()
            if self._followed():
                return False
        return self._rows is not None

    def hold(self) -> None:
        """Read everything now, for a process that will ask often; nothing where the home is too large."""
        if self._rows is None:
            self._read()

    def keep_up(self) -> None:
        """Take in what changed, if anything is held, ahead of the next recall."""
        if self._rows is not None:
            self._followed()

    def settle(self) -> None:
        """Wait until what is being read is held."""
        if self._reader is not None:
            self._reader.join()

    def closest(self, vectors: Matrix) -> Vector | None:
        """The highest cosine of each of (n, d) vectors to the text of an item, (n,); None where they are not held."""
        with self._lock:
            return self._rows.texts.closest(vectors) if self._rows else None

    # --- as an index: only after `follow` said that something is held ------------------------------------------

    def query(self, vector: Vector, k: int, where: Where | None = None) -> Neighbours:
        """The k nearest items to a (d,) vector, exactly."""
        return self.query_many(vector.reshape(1, -1), k, where)[0]

    def query_many(self, vectors: Matrix, k: int, where: Where | None = None) -> list[Neighbours]:
        """The k nearest items to each of (n, d) vectors, exactly."""
        with self._lock:
            return self._rows.places.query_many(vectors, k, where) if self._rows else [[] for _ in vectors]

    # --- as a catalog ------------------------------------------------------------------------------------------

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """The visible items with these ids."""
        with self._lock:
            if self._rows:
                return {id_: self._rows.items[id_] for id_ in ids if id_ in self._rows.items}
        return self._catalog.items(ids)

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Unit vectors of the items' texts alone, each of shape (d,)."""
        with self._lock:
            if self._rows:
                return self._rows.texts.vectors(ids)
        return self._catalog.vectors(ids)

    def newest(self, task: str | None, k: int) -> list[Item]:
        """The k newest items that may be examples, newest first."""
        return self._catalog.newest(task, k)

    def sample(self, task: str | None, k: int, seed: int) -> list[Item]:
        """k items that may be examples, the same for the same seed."""
        return self._catalog.sample(task, k, seed)

    def exposure(self, ids: Sequence[str]) -> Mapping[str, int]:
        """How many of the last turns recalled each of these items."""
        return self._catalog.exposure(ids)

    # --- reading -----------------------------------------------------------------------------------------------

    def _followed(self) -> bool:
        """Take in what is there; True where a text has no vector yet."""
        with self._lock:
            if self._rows is None:
                self._wanted()
                return False
            waiting = self._read_on(self._rows)
            if len(self._rows.items) > self._largest:
                self._rows, self._asked = None, -SELDOM
                return False
            return waiting

    def _wanted(self) -> None:
        """Count a recall that would have been answered, and begin to read where it pays."""
        self._asked += 1
        if self._asked >= ASKED and (self._reader is None or not self._reader.is_alive()):
            self._reader = threading.Thread(target=self._read, name="held items", daemon=True)
            self._reader.start()

    def _read(self) -> None:
        rows: _Rows | None = None
        try:
            if self._visible() <= self._largest:
                self._read_on(new := _Rows())
                rows = new
        except Exception:
            log.exception("the items could not be read into memory; recall goes on without")
        finally:
            with self._lock:
                self._rows, self._asked = rows, 0 if rows else -SELDOM

    def _visible(self) -> int:
        with self._ledger.reading() as db:
            return int(driver_rows(db, _VISIBLE, [])[0][0])

    def _read_on(self, rows: "_Rows") -> bool:
        """Take in the items that were touched since; True where a text has no vector yet."""
        after: tuple[int, str] = (rows.seen, "~")
        while page := self._touched(after):
            rows.take(page)
            after = (page[-1].touched, page[-1].item_id)
            waiting = [row.touched for row in page if row.waits]
            if waiting:
                rows.seen = waiting[0] - 1
                return True
            rows.seen = after[0] if len(page) < PAGE else after[0] - 1  # the same event may have touched others
            if len(page) < PAGE:
                break
        return False

    def _touched(self, after: tuple[int, str]) -> list["_Touched"]:
        fingerprint = self._fingerprint()
        with self._ledger.reading() as db:
            rows = driver_rows(db, _TOUCHED, [fingerprint, fingerprint, after[0], *after])
        return [_touched(*row) for row in rows]


class _Rows:
    """What is held; one thread at a time."""

    def __init__(self) -> None:
        nothing = np.zeros((0, 0), np.float32)
        self.items: dict[str, Item] = {}
        self.texts = ExactIndex([], nothing, [])
        self.places = ExactIndex([], nothing, [])
        self.seen = 0

    def take(self, page: Sequence["_Touched"]) -> None:
        """Hold what these items are now."""
        gone = [row.item_id for row in page if not row.item]
        for id_ in gone:
            self.items.pop(id_, None)
        self.texts.delete(gone)
        self.places.delete(gone)
        self.items |= {row.item_id: row.item for row in page if row.item}
        there = [row for row in page if row.item and not row.waits]
        if there:
            ids = [row.item_id for row in there]
            texts = np.stack([row.vector for row in there if row.vector is not None])
            zero = np.zeros(texts.shape[1], np.float32)
            asked = np.stack([zero if row.asked is None else row.asked for row in there])
            self.texts.upsert(ids, texts, [{}] * len(ids))
            self.places.upsert(ids, blend(asked, texts), [metadata(row.item) for row in there if row.item])


class _Touched(NamedTuple):
    item_id: str
    item: Item | None
    """None when it is hidden or forgotten."""
    vector: Vector | None
    """Of its text."""
    asked: Vector | None
    """Of the prompt that it was written for."""
    waits: bool
    """One of them is still to be made."""
    touched: int


def _touched(*row: Any) -> _Touched:
    *columns, vector, asked, gone, touched = row
    item = None if gone or columns[1] is None else as_item(columns)
    if item is None:
        return _Touched(columns[0], None, None, None, False, touched)
    prompted = bool(item.prompt.strip())
    waits = vector is None or (prompted and asked is None)
    return _Touched(columns[0], item, _numbers(vector), _numbers(asked) if prompted else None, waits, touched)


def _numbers(kept: bytes | None) -> Vector | None:
    return None if kept is None else np.frombuffer(kept, "<f4")
