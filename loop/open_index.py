"""Opening the index so that no kill and no second process can spoil it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from loop import schema
from loop.catalog import VISIBLE
from loop.ledger import Ledger
from loop.projector import cursor
from memory.embedder import Embedder
from memory.exact import ExactIndex
from memory.health import WriteMark, discard, needs_probe, probe
from memory.index import ChromaIndex, Index, Metadata, Neighbours, Stored, Where, collection_name
from memory.item import Matrix, Vector
from memory.owner import OwnerLock
from memory.settings import MemorySettings

FOLDER = "memory"


class OwnedIndex:
    """The embedded Chroma index while this process owns it: writes are marked, and the lock goes with close."""

    def __init__(self, index: Index, mark: WriteMark, lock: OwnerLock) -> None:
        self._index = index
        self._mark = mark
        self._lock = lock

    def upsert(self, ids: Sequence[str], vectors: Matrix, metadatas: Sequence[Metadata]) -> None:
        """Write rows."""
        self._mark.set()
        self._index.upsert(ids, vectors, metadatas)

    def update(self, ids: Sequence[str], metadatas: Sequence[Metadata]) -> None:
        """Merge keys into the metadata of rows that are there."""
        self._mark.set()
        self._index.update(ids, metadatas)

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows."""
        self._mark.set()
        self._index.delete(ids)

    def query(self, vector: Vector, k: int, where: Where | None = None) -> Neighbours:
        """The k nearest rows."""
        return self._index.query(vector, k, where)

    def query_many(self, vectors: Matrix, k: int, where: Where | None = None) -> list[Neighbours]:
        """The k nearest rows to each vector."""
        return self._index.query_many(vectors, k, where)

    def count(self) -> int:
        """How many rows there are."""
        return self._index.count()

    def ids(self) -> list[str]:
        """Every id."""
        return self._index.ids()

    def holds(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that are there."""
        return self._index.holds(ids)

    def get(self, ids: Sequence[str]) -> dict[str, Stored]:
        """The rows with these ids."""
        return self._index.get(ids)

    def close(self) -> None:
        """Write out, say so, and let the next process in."""
        self._index.close()
        self._mark.clear()
        self._lock.release()


def open_index(
    home: Path, ledger: Ledger, settings: MemorySettings, embedder: Embedder, role: str
) -> tuple[str | None, Index]:
    """The index and the name of its cursor.

    A Chroma server where one is configured; else the home's own Chroma, when no other process owns it; else an exact
    index of this process alone, whose cursor has no name because it ends with the process.
    """
    name = f"{settings.url or 'home'}:{collection_name(embedder.fingerprint)}"
    if settings.url:
        return name, ChromaIndex.open(chroma_folder(home), settings.url, embedder.fingerprint, embedder.dimension)
    lock = OwnerLock(home / FOLDER / "owner.lock", role)
    if not lock.acquire():
        return None, ExactIndex([], np.zeros((0, embedder.dimension), np.float32), [])
    try:
        return name, _owned(chroma_folder(home), lock, ledger, name, embedder)
    except BaseException:
        lock.release()
        raise


def chroma_folder(home: Path) -> Path:
    """Where a home keeps its Chroma index."""
    return home / FOLDER / "chroma"


def _owned(path: Path, lock: OwnerLock, ledger: Ledger, name: str, embedder: Embedder) -> OwnedIndex:
    at_least = _indexed(ledger, name)
    sound = not needs_probe(path) or probe(
        path, fingerprint=embedder.fingerprint, dimension=embedder.dimension, at_least=at_least
    )
    if not sound:
        discard(path)  # the projection finds it empty and fills it from the ledger's vectors
    index = ChromaIndex.open(path, "", embedder.fingerprint, embedder.dimension)
    return OwnedIndex(index, WriteMark(path), lock)


def _indexed(ledger: Ledger, name: str) -> int:
    """How many items the index must hold if nothing was lost."""
    with ledger.reading() as db:
        seen = cursor(db, f"index:{name}")
        where = (VISIBLE, schema.items.c.touched <= seen)
        return db.execute(sa.select(sa.func.count()).select_from(schema.items).where(*where)).scalar_one()
