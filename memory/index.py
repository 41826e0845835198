"""The vector index: a protocol, and Chroma behind it. No other file imports chromadb.

No words go in, only vectors and facts: a text that is forgotten must be gone, and Chroma's own full-text index keeps
deleted words in its file. It is also what took half of the time of an upsert.

Chroma 1.5.9 runs code out of a persisted embedding-function configuration (CVE-2026-45829, -45833): vectors are always
supplied, `embedding_function=None` stands in every call, and the server belongs on loopback only.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
import numpy as np

from memory.errors import IndexUnusable
from memory.item import Item, Matrix, Vector

Metadata = Mapping[str, str | int | float | bool]
Where = dict[str, Any]
"""A filter in Chroma's words: {"task": "tweet"}, {"reward": {"$gte": 0.5}}, {"$and": [...]}."""
Neighbours = list[tuple[str, float]]
"""(id, cosine similarity), best first."""

BATCH = 250
"""Chroma takes 5,461 rows at most and is fastest with 50 to 250."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A row as the index holds it."""

    metadata: Metadata
    vector: Vector


class Nearest(Protocol):
    """What a recall asks of an index."""

    def query(self, vector: Vector, k: int, where: Where | None = None) -> Neighbours:
        """The k nearest rows to a (d,) vector."""

    def query_many(self, vectors: Matrix, k: int, where: Where | None = None) -> list[Neighbours]:
        """The k nearest rows to each of (n, d) vectors, in one call."""


class Index(Nearest, Protocol):
    """Vectors by id with flat metadata. Everything is idempotent, and ids that are not there are passed over."""

    def upsert(self, ids: Sequence[str], vectors: Matrix, metadatas: Sequence[Metadata]) -> None:
        """Write rows; of an id that comes twice, the last one counts."""

    def update(self, ids: Sequence[str], metadatas: Sequence[Metadata]) -> None:
        """Merge keys into the metadata of rows that are there."""

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows."""

    def count(self) -> int:
        """How many rows there are."""

    def ids(self) -> list[str]:
        """Every id."""

    def holds(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that are there."""

    def get(self, ids: Sequence[str]) -> dict[str, Stored]:
        """The rows with these ids."""

    def close(self) -> None:
        """Write out and let go of the files."""


def may_be_example(item: Item) -> bool:
    """Whether a turn may show the item to the model: rated or written by a person, and no echo."""
    return (item.reward is not None or item.human) and not item.echo


def metadata(item: Item) -> dict[str, str | int | float | bool]:
    """What the index keeps of an item beside its vector; a reward of -1 stands for none."""
    return {
        "task": item.task,
        "example": may_be_example(item),
        "reward": -1.0 if item.reward is None else float(item.reward),
        "ratings": float(item.ratings),
        "human": item.human,
        "seq": item.seq,
    }


def collection_name(fingerprint: str) -> str:
    """The collection of an embedder: vectors of two embedders never meet in one."""
    return f"items-{hashlib.sha256(fingerprint.encode()).hexdigest()[:16]}"


class ChromaIndex:
    """A collection of Chroma with cosine distance, embedded in a folder or on a server."""

    def __init__(self, client: Any, collection: Any) -> None:
        self._client = client
        self._collection = collection

    @classmethod
    def open(cls, path: Path, url: str, fingerprint: str, dimension: int) -> "ChromaIndex":
        """Open or create the collection of this embedder: on the server at `url`, else in the folder `path`.

        Raises IndexUnusable when the server does not answer or the folder cannot be opened.
        """
        try:
            client = _server(url) if url else _embedded(path)
            collection = client.get_or_create_collection(
                collection_name(fingerprint),
                configuration={"hnsw": {"space": "cosine"}},
                metadata={"fingerprint": fingerprint, "dimension": dimension},
                embedding_function=None,
            )
        except Exception as error:
            where = f"no Chroma server answers at {url}" if url else f"the index in {path} does not open"
            remedy = "start it or empty memory.url" if url else "run `reprise rebuild`"
            raise IndexUnusable(f"{where} ({error}); {remedy}") from error
        return cls(client, collection)

    def upsert(self, ids: Sequence[str], vectors: Matrix, metadatas: Sequence[Metadata]) -> None:
        """Write rows in batches; of an id that comes twice, the last one counts."""
        for rows in _batches(_last(ids)):
            self._collection.upsert(
                ids=[ids[row] for row in rows],
                embeddings=np.ascontiguousarray(vectors[rows], dtype=np.float32),
                metadatas=[dict(metadatas[row]) for row in rows],
            )

    def update(self, ids: Sequence[str], metadatas: Sequence[Metadata]) -> None:
        """Merge keys into the metadata of rows that are there."""
        for rows in _batches(_last(ids)):
            self._collection.update(ids=[ids[row] for row in rows], metadatas=[dict(metadatas[row]) for row in rows])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove rows."""
        for rows in _batches(_last(ids)):
            self._collection.delete(ids=[ids[row] for row in rows])

    def query(self, vector: Vector, k: int, where: Where | None = None) -> Neighbours:
        """The k nearest rows to a (d,) vector, approximately (HNSW)."""
        return self.query_many(vector.reshape(1, -1), k, where)[0]

    def query_many(self, vectors: Matrix, k: int, where: Where | None = None) -> list[Neighbours]:
        """The k nearest rows to each of (n, d) vectors, approximately (HNSW)."""
        if not len(vectors) or k < 1:
            return [[] for _ in vectors]
        answer = self._collection.query(query_embeddings=vectors, n_results=k, where=where, include=["distances"])
        return [
            [(item, _similarity(distance)) for item, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(answer["ids"], answer["distances"], strict=True)
        ]

    def count(self) -> int:
        """How many rows there are."""
        return int(self._collection.count())

    def ids(self) -> list[str]:
        """Every id."""
        return list(self._collection.get(include=[])["ids"])

    def holds(self, ids: Sequence[str]) -> set[str]:
        """Those of these ids that are there."""
        found: set[str] = set()
        for rows in _batches(_last(ids)):
            found.update(self._collection.get(ids=[ids[row] for row in rows], include=[])["ids"])
        return found

    def get(self, ids: Sequence[str]) -> dict[str, Stored]:
        """The rows with these ids."""
        found: dict[str, Stored] = {}
        for rows in _batches(_last(ids)):
            page = self._collection.get(ids=[ids[row] for row in rows], include=["metadatas", "embeddings"])
            stored = zip(page["ids"], page["metadatas"], page["embeddings"], strict=True)
            found |= {item: Stored(metadata=meta, vector=np.asarray(row, np.float32)) for item, meta, row in stored}
        return found

    def close(self) -> None:
        """Write out and let go of the files and connections."""
        sessions = [getattr(client._server, "_session", None) for client in (self._client, self._client._admin_client)]
        self._client.close()
        for session in filter(None, sessions):
            session.close()  # Chroma's own close leaves the connections to a server open


def _embedded(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    path.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))


def _server(url: str) -> Any:
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("a server's address looks like http://127.0.0.1:8000")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    return chromadb.HttpClient(
        host=parts.hostname, port=port, ssl=secure, settings=Settings(anonymized_telemetry=False)
    )


def _last(ids: Sequence[str]) -> list[int]:
    """The row at which each id stands last."""
    return list({item: row for row, item in enumerate(ids)}.values())


def _batches(rows: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(rows), BATCH):
        yield list(rows[start : start + BATCH])


def _similarity(distance: float | None) -> float:
    """Cosine from Chroma's distance; rounding may leave [-1, 1] by a hair."""
    return 0.0 if distance is None or distance != distance else min(1.0, max(-1.0, 1.0 - float(distance)))
