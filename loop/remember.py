"""The loop's hand on memory: it recalls for a brief, judges how new a text is, and keeps the index up to date."""

import random
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from loop.brief import Brief
from loop.catalog import SqlCatalog
from loop.events import RecalledItem
from loop.follower import Follower
from loop.given import Given
from loop.held import Held
from loop.index_projection import IndexProjection, Progress
from loop.ledger import Ledger
from loop.prompts import Asked
from memory.embedder import Embedder
from memory.index import Index
from memory.item import Matrix, Recalled, Vector
from memory.novelty import echoes, novelty, unlike
from memory.recall import Query, Recall, recall
from memory.repeats import Limits
from memory.settings import MemorySettings

if TYPE_CHECKING:
    from memory.langchain import RecallExampleSelector, RecallRetriever


class Assessment(NamedTuple):
    """What memory says of a new text."""

    novelty: float
    """1 minus the highest cosine to a text in memory; 1 when there is none."""
    echo_of: str | None
    """The recalled item that it copies."""


class Memory:
    """Memory over a ledger: embedder and index are opened when they are first needed."""

    def __init__(
        self,
        ledger: Ledger,
        settings: MemorySettings,
        *,
        open_embedder: Callable[[], Embedder],
        open_index: Callable[[Embedder], tuple[str | None, Index]],
    ) -> None:
        self.settings = settings
        self._ledger = ledger
        self._open_embedder = open_embedder
        self._open_index = open_index
        self._lock = threading.RLock()
        self._vectors: Callable[[str], Vector] = lru_cache(512)(self._embed_one)
        self._embedder: Embedder | None = None
        self._projection: tuple[Index, IndexProjection] | None = None
        self.catalog = SqlCatalog(ledger, lambda: self.embedder.fingerprint, settings.cooldown)
        self._held = Held(ledger, self.catalog, lambda: self.embedder.fingerprint)
        self._follower = Follower(self._held.keep_up, self.write_back, "the index")
        self.given = Given(ledger, lambda: self.embedder, Limits(settings.pattern, settings.meaning))

    @property
    def embedder(self) -> Embedder:
        """What turns texts into vectors."""
        if self._embedder is None:  # asked first without the lock, which is held while Chroma writes
            with self._lock:
                self._embedder = self._embedder or self._open_embedder()
        return self._embedder

    @property
    def index(self) -> Index:
        """The Chroma index, or an exact one where another process owns it."""
        return self._opened()[0]

    @property
    def projection(self) -> IndexProjection:
        """What keeps the index up to the ledger."""
        return self._opened()[1]

    def _opened(self) -> tuple[Index, IndexProjection]:
        with self._lock:
            if self._projection is None:
                name, index = self._open_index(self.embedder)
                projection = IndexProjection(
                    name, ledger=self._ledger, catalog=self.catalog, embedder=self.embedder, index=index
                )
                self._projection = index, projection
            return self._projection

    def _embed_one(self, words: str) -> Vector:
        vector: Vector = self.embedder.embed([words])[0]
        return vector

    def catch_up(self, progress: Progress | None = None) -> None:
        """Bring the index up to the ledger, opening it if need be."""
        with self._lock:
            self._opened()[1].catch_up(progress)

    def warm_up(self) -> None:
        """For a process that will recall often: open all that a recall needs, and bring it up to the ledger."""
        self.catch_up()
        self._held.hold()

    def write_back(self, progress: Progress | None = None) -> None:
        """Bring the kept index up to the ledger, unless another process owns it, which then will."""
        with self._lock:
            projection = self._opened()[1]
            if projection.kept:
                projection.catch_up(progress)

    def follow(self) -> None:
        """After every append: bring what is held, and a moment later the index, up to date in the background.

        Nobody waits for Chroma to be told that their words are safe; a recall catches up itself before it looks.
        """
        if self._projection is not None:
            self._follower.wake()

    def close(self) -> None:
        """Write back what is open, and close the index."""
        self._follower.close()
        self._held.settle()
        with self._lock:
            if self._projection is not None:
                self._projection[0].close()
                self._projection = None

    # --- recall ------------------------------------------------------------------------------------------------

    def recall(self, brief: Brief, seed: int) -> Recall:
        """What a turn on this brief is shown: examples that people kept or liked."""
        asked = Asked(brief.prompt, brief.fields)
        strategy = brief.strategy or self.settings.strategy
        return self._recall(asked.words, brief.task, self.settings.k, strategy, seed=seed, examples=True)

    def search(self, words: str, *, task: str | None, k: int, strategy: str | None = None) -> Recall:
        """Search everything that is not hidden; strategies that rank by reward look at rated items alone."""
        strategy = strategy or self.settings.strategy
        return self._recall(words, task, k, strategy, seed=0, examples=False)

    def _recall(self, words: str, task: str | None, k: int, strategy: str, *, seed: int, examples: bool) -> Recall:
        query = Query(
            text=words,
            vector=self.vector(words),
            task=task,
            k=k,
            strategy=strategy,
            examples=examples,
            seed=seed,
        )
        if self._held.follow(self.catch_up):
            return recall(query, index=self._held, catalog=self._held, settings=self.settings)
        self.catch_up()
        return recall(query, index=self.index, catalog=self.catalog, settings=self.settings)

    def as_retriever(self, task: str | None = None, k: int = 4) -> "RecallRetriever":
        """This memory as a LangChain retriever: what is near to a query, best first."""
        from memory.langchain import RecallRetriever

        return RecallRetriever(recall_fn=lambda words: self.search(words, task=task, k=k))

    def as_example_selector(self, task: str | None = None, k: int = 4) -> "RecallExampleSelector":
        """This memory as a LangChain example selector: what was kept or liked, for few-shot prompts."""
        from memory.langchain import RecallExampleSelector

        strategy = self.settings.strategy
        return RecallExampleSelector(lambda words: self._recall(words, task, k, strategy, seed=0, examples=True))

    def vector(self, words: str) -> Vector:
        """The vector of a prompt or a query, (d,); the last few hundred are remembered."""
        return self._vectors(words)

    # --- the explore slot --------------------------------------------------------------------------------------

    def explores(self, seed: int, n: int) -> bool:
        """Whether a turn with this seed writes one of its n candidates without recall."""
        return n > 1 and random.Random(seed).random() < self.settings.explore

    def propensity(self, strategy: str, n: int) -> float:
        """The probability that a candidate of such a turn was written with the turn's strategy."""
        return 1.0 if strategy == "none" or n == 1 else 1.0 - self.settings.explore / n

    # --- novelty and echo --------------------------------------------------------------------------------------

    def assess(self, texts: Sequence[str], matrix: Matrix, recalled: Recall) -> list[Assessment]:
        """How new each text is and what it copies; `matrix` holds the texts' vectors, shape (n, d)."""
        closest = self._held.closest(matrix)
        new = novelty(matrix, index=self.index, catalog=self.catalog) if closest is None else unlike(closest)
        shown = [found.item for found in (*recalled.liked, *recalled.avoid)]
        vectors = self._held.vectors([item.item_id for item in shown])
        zero = np.zeros(self.embedder.dimension, np.float32)
        sources = [(item.item_id, item.text, vectors.get(item.item_id, zero)) for item in shown]
        copied = echoes(matrix, texts, sources, threshold=self.settings.echo)
        return [Assessment(value, echo) for value, echo in zip(new, copied, strict=True)]

    def shown(self, references: Iterable[RecalledItem]) -> tuple[Recalled, ...]:
        """What a turn was shown, as far as it is still there."""
        listed = list(references)
        items = self.catalog.items([reference.item_id for reference in listed])
        return tuple(Recalled(item=items[r.item_id], similarity=r.similarity) for r in listed if r.item_id in items)
