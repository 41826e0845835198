"""A small index held in memory beside the one on disk: Chroma takes 2 to 4 ms for a query, this a fraction of one.

A process that asks once or twice never makes one.
"""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from memory.exact import ExactIndex
from memory.index import Index, Metadata, Neighbours, Stored, Where
from memory.item import Matrix, Vector

LARGEST = 20_000
"""Rows up to which a mirror is kept: 30 MB at 384 dimensions, and about 3 ms for an exact query."""
ASKED = 3
"""Queries of one process that it takes to be worth it."""
SELDOM = 1_000
"""Queries after which an index that was too large is asked again how large it is."""
PAGE = 2_000
Change = Callable[[Index], None]


class MirroredIndex:
    """An index whose unfiltered queries are answered exactly from memory, once it was asked a few times.

    The mirror is read in the background, while the index answers; what changes meanwhile is noted and done again in
    the mirror. Nobody else may write to the index. Safe for threads, as far as the index is.
    """

    def __init__(self, index: Index, largest: int = LARGEST) -> None:
        self._index = index
        self._largest = largest
        self._asked = 0
        self._mirror: ExactIndex | None = None
        self._missed: list[Change] | None = None
        """What changed since the mirror is being read; None while it is not."""
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None

    def upsert(self, ids: Sequence[str], vectors: Matrix, metadatas: Sequence[Metadata]) -> None:
        """Write rows."""
        self._change(lambda index: index.upsert(ids, vectors, metadatas))

    def update(self, ids: Sequence[str], metadatas: Sequence[Metadata]) -> None:
        """Merge keys into the metadata of rows that are there."""
        self._change(lambda index: index.update(ids, metadatas))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows."""
        self._change(lambda index: index.delete(ids))

    def query(self, vector: Vector, k: int, where: Where | None = None) -> Neighbours:
        """The k nearest rows."""
        return self.query_many(vector.reshape(1, -1), k, where)[0]

    def query_many(self, vectors: Matrix, k: int, where: Where | None = None) -> list[Neighbours]:
        """The k nearest rows to each vector."""
        if where is None:
            with self._lock:
                if self._mirror is not None:
                    return self._mirror.query_many(vectors, k)
            self._wanted()
        return self._index.query_many(vectors, k, where)

    def count(self) -> int:
        """How many rows there are."""
        return self._index.count()

    def ids(self) -> list[str]:
        """Every id."""
        return self._index.ids()

    def holds(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that are there."""
        with self._lock:
            if self._mirror is not None:
                return self._mirror.holds(ids)
        return self._index.holds(ids)

    def get(self, ids: Sequence[str]) -> dict[str, Stored]:
        """The rows with these ids."""
        return self._index.get(ids)

    def close(self) -> None:
        """Let go of both."""
        self.settle()
        self._mirror = None
        self._index.close()

    def settle(self) -> None:
        """Wait until a mirror that is being read is there."""
        if self._reader is not None:
            self._reader.join()

    def _change(self, change: Change) -> None:
        change(self._index)
        with self._lock:
            if self._missed is not None:
                self._missed.append(change)
            elif self._mirror is not None:
                change(self._mirror)
                if self._mirror.count() > self._largest:
                    self._mirror, self._asked = None, -SELDOM

    def _wanted(self) -> None:
        """Count a query that a mirror would have answered, and begin to read one where it pays."""
        with self._lock:
            self._asked += 1
            if self._asked < ASKED or self._missed is not None:
                return
            self._asked = 0
            self._missed = []
        if self._index.count() > self._largest:
            with self._lock:
                self._missed, self._asked = None, -SELDOM
            return
        self._reader = threading.Thread(target=self._read, name="mirror", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        mirror: ExactIndex | None = None
        try:
            mirror = _copy(self._index)
        finally:
            with self._lock:
                for change in self._missed or ():
                    if mirror is not None:
                        change(mirror)
                self._mirror, self._missed = mirror, None


def _copy(index: Index) -> ExactIndex:
    """The rows of an index in memory."""
    ids = index.ids()
    pages = [index.get(ids[start : start + PAGE]) for start in range(0, len(ids), PAGE)]
    rows = {item: stored for page in pages for item, stored in page.items()}
    matrix = np.stack([stored.vector for stored in rows.values()]) if rows else np.zeros((0, 0), np.float32)
    return ExactIndex(list(rows), matrix, [stored.metadata for stored in rows.values()])
