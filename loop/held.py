"""The items of a home that is not large, and the vectors of their texts, in memory: every turn asks for both.

Reading two dozen items with their words takes half a millisecond, and as long again when the processor's caches are
cold; the closest of all texts to what was written is found faster among all vectors than by way of the index.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from loop.catalog import COLUMNS, TABLES, SqlCatalog, as_item
from loop.database import driver_rows
from loop.ledger import Ledger
from memory.exact import ExactIndex
from memory.item import Catalog, Item, Matrix, Vector

LARGEST = 5_000
"""Items up to which they are held: some 11 MB at 384 dimensions, and 0.1 s to read them once."""
ASKED = 3
"""Times that one process recalls before it is worth it."""
SELDOM = 1_000
"""Times after which a home that was too large is looked at again."""
_TOUCHED = f"""
    SELECT {COLUMNS}, v.vector, i.hidden OR i.forgotten, i.touched
    FROM {TABLES} LEFT JOIN vectors v ON v.id = i.item_id AND v.fingerprint = ?
    WHERE i.touched > ?{{}} ORDER BY i.touched LIMIT ?
"""
_VISIBLE = " AND NOT i.hidden AND NOT i.forgotten"


class HeldCatalog:
    """`memory.item.Catalog` as the read models stood when it was last brought up to date. Safe for threads."""

    def __init__(
        self, ledger: Ledger, catalog: SqlCatalog, fingerprint: Callable[[], str], largest: int = LARGEST
    ) -> None:
        self._ledger = ledger
        self._catalog = catalog
        self._fingerprint = fingerprint
        self._largest = largest
        self._lock = threading.Lock()
        self._asked = 0
        self._begin(held=False)

    def _begin(self, *, held: bool) -> None:
        """Hold nothing; `held` says that everything is to be."""
        self._held = held
        self._items: dict[str, Item] = {}
        self._texts: ExactIndex | None = None
        self._seen = 0

    def up_to_date(self) -> Catalog:
        """This, after it took in what changed; where nothing is held, it asks the read models each time."""
        with self._lock:
            self._asked += 1
            if not self._held and self._asked >= ASKED:
                self._begin(held=True)
            if self._held:
                self._follow()
        return self

    def closest(self, vectors: Matrix) -> Vector | None:
        """The highest cosine of each of (n, d) vectors to the text of an item, (n,); None where they are not held."""
        with self._lock:
            if not self._held:
                return None
            found = self._texts.query_many(vectors, 1) if self._texts else [[] for _ in vectors]
            return np.array([each[0][1] if each else 0.0 for each in found], np.float32)

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """The visible items with these ids."""
        with self._lock:
            if self._held:
                return {id_: self._items[id_] for id_ in ids if id_ in self._items}
        return self._catalog.items(ids)

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Unit vectors of the items' texts alone, each of shape (d,)."""
        with self._lock:
            if self._held:
                return self._texts.vectors(ids) if self._texts else {}
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

    def _follow(self) -> None:
        """Take in the items that were touched since the last time; hold none where there are too many."""
        rows = self._touched()
        self._take(rows)
        waiting = [row.touched for row in rows if row.item and row.vector is None]  # they are embedded in a moment
        if waiting:
            self._seen = waiting[0] - 1
        elif rows:
            self._seen = rows[-1].touched
        if max(len(rows), len(self._items)) > self._largest:
            self._begin(held=False)
            self._asked = -SELDOM

    def _touched(self) -> list["_Touched"]:
        """The items that changed, in the order of their last change; at first, those that are there."""
        statement = _TOUCHED.format("" if self._seen else _VISIBLE)
        with self._ledger.reading() as db:
            rows = driver_rows(db, statement, [self._fingerprint(), self._seen, self._largest + 1])
        return [_touched(*row) for row in rows]

    def _take(self, rows: Sequence["_Touched"]) -> None:
        gone = [row.item_id for row in rows if not row.item]
        for id_ in gone:
            self._items.pop(id_, None)
        self._items |= {row.item_id: row.item for row in rows if row.item}
        vectors = {row.item_id: row.vector for row in rows if row.item and row.vector is not None}
        if vectors:
            matrix = np.stack(list(vectors.values()))
            self._texts = self._texts or ExactIndex([], matrix[:0], [])
            self._texts.upsert(list(vectors), matrix, [{}] * len(vectors))
        if self._texts:
            self._texts.delete(gone)


class _Touched(NamedTuple):
    item_id: str
    item: Item | None
    """None when it is hidden or forgotten."""
    vector: Vector | None
    touched: int


def _touched(*row: Any) -> _Touched:
    *columns, vector, gone, touched = row
    gone = gone or columns[1] is None
    numbers = None if vector is None else np.frombuffer(vector, "<f4")
    return _Touched(columns[0], None if gone else as_item(columns), numbers, touched)
