"""Recall over 100,000 items against raw Chroma on the same collection, interleaved in one run.

    python -m benchmarks.recall [FOLDER]     the folder keeps the built index for the next run

Bars: p50 of recall, with and without a filter on task and reward, at most 1.2 x of raw Chroma unfiltered; and at least
3 x faster than raw Chroma where the filter matches most rows.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measure import at_least, at_most, median
from loop import schema
from loop.catalog import SqlCatalog
from loop.database import insert_new
from loop.ledger import Ledger, Vectors
from memory.index import ChromaIndex, Index, metadata
from memory.item import Catalog, Item, Matrix, Vector
from memory.recall import Query, recall
from memory.settings import MemorySettings
from memory.vectors import unit

ROWS, DIMENSION, CENTRES, SPREAD = 100_000, 384, 2_000, 0.9
K, ROUNDS, WARM_UP, SLOW_EVERY = 10, 200, 20, 10
FINGERPRINT = "benchmark-2"
WHERE = {"$and": [{"task": "caption"}, {"reward": {"$gte": 0.0}}]}
"""Matches 60 % of the rows."""


class DictCatalog:
    """A catalog without a database: what remains is the cost of memory itself."""

    def __init__(self, items: Sequence[Item], matrix: Matrix) -> None:
        self._items = {item.item_id: item for item in items}
        self._row = {item.item_id: row for row, item in enumerate(items)}
        self._matrix = matrix

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        return {each: self._items[each] for each in ids if each in self._items}

    def newest(self, task: str | None, k: int) -> list[Item]:
        return []

    def sample(self, task: str | None, k: int, seed: int) -> list[Item]:
        return []

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        return {each: self._matrix[self._row[each]] for each in ids if each in self._row}

    def exposure(self, ids: Sequence[str]) -> Mapping[str, int]:
        return {}


def clustered(count: int, seed: int) -> Matrix:
    """Unit rows around CENTRES centres, as texts about so many things."""
    centres = np.random.default_rng(0).normal(size=(CENTRES, DIMENSION))
    random = np.random.default_rng(seed)
    rows = centres[random.integers(CENTRES, size=count)] + SPREAD * random.normal(size=(count, DIMENSION))
    return unit(rows.astype(np.float32))


def make_items(count: int) -> list[Item]:
    random = np.random.default_rng(1)
    task = np.where(random.random(count) < 0.75, "caption", "opener")
    reward = np.where(random.random(count) < 0.8, random.random(count), np.nan)
    return [
        Item(
            item_id=f"item-{row:06}",
            text=f"a text of some fifty characters that says {row}",
            task=str(task[row]),
            reward=None if np.isnan(reward[row]) else float(reward[row]),
            ratings=0.0 if np.isnan(reward[row]) else 3.0,
            seq=row,
        )
        for row in range(count)
    ]


def ledger_catalog(folder: Path, items: Sequence[Item], matrix: Matrix) -> SqlCatalog:
    """The catalog that the product uses, over a ledger that holds the items, filled where it is not yet."""
    ledger = Ledger.in_home(folder)
    catalog = SqlCatalog(ledger, lambda: FINGERPRINT, MemorySettings().cooldown)
    for start in range(0, len(items), 2_000):
        part = items[start : start + 2_000]
        if not catalog.vectors([part[-1].item_id]):
            with ledger.writing() as db:
                insert_new(db, schema.texts, [{"id": each.item_id, "text": each.text} for each in part])
                insert_new(db, schema.items, [table_row(each) for each in part])
            ids = [each.item_id for each in part]
            ledger.keep(Vectors(FINGERPRINT, ids, matrix[start : start + 2_000]))
    return catalog


def table_row(item: Item) -> dict[str, object]:
    facts = {"item_id": item.item_id, "seq": item.seq, "task": item.task, "reward": item.reward}
    state = {"ratings": item.ratings, "touched": item.seq, "hidden": False, "forgotten": False}
    return facts | state | {"kind": "candidate"}


def build(folder: Path, items: Sequence[Item], matrix: Matrix) -> ChromaIndex:
    """The index in `folder`, filled where it is not full yet."""
    from tqdm import tqdm

    index = ChromaIndex.open(folder / "index", "", FINGERPRINT, DIMENSION)
    for start in tqdm(range(index.count(), len(items), 1000), desc="index", unit="k", disable=None):
        part = items[start : start + 1000]
        facts = [metadata(item) for item in part]
        index.upsert([i.item_id for i in part], matrix[start : start + 1000], facts)
    return index


def contenders(index: ChromaIndex, catalog: Catalog, bare: Catalog) -> dict[str, Callable[[Vector], object]]:
    settings = MemorySettings()
    raw = index._collection

    def ours(vector: Vector, task: str | None, examples: bool, held: Catalog = catalog) -> object:
        query = Query(text="", vector=vector, task=task, k=K, strategy="best", examples=examples)
        return recall(query, index=index, catalog=held, settings=settings)

    return {
        "raw": lambda vector: raw.query(query_embeddings=vector[None], n_results=K),
        "recall": lambda vector: ours(vector, None, False),
        "recall_filtered": lambda vector: ours(vector, "caption", True),
        "recall_without_database": lambda vector: ours(vector, None, False, bare),
        "raw_filtered": lambda vector: raw.query(query_embeddings=vector[None], n_results=K, where=WHERE),
    }


def interleaved(contenders: Mapping[str, Callable[[Vector], object]], questions: Matrix) -> dict[str, list[float]]:
    """Seconds of each call; every contender answers the question in turn, the slow one only now and then."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn, question in enumerate(questions):
        for name, call in contenders.items():
            if name == "raw_filtered" and turn % SLOW_EVERY:
                continue
            start = time.perf_counter()
            call(question)
            if turn >= WARM_UP:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def agreement(index: Index, matrix: Matrix, items: Sequence[Item], questions: Matrix) -> float:
    """Share of the true 10 nearest that the index finds, so that speed is not bought with wrong answers."""
    hits = 0
    for question in questions:
        true = {items[row].item_id for row in np.argsort(-(matrix @ question))[:K]}
        hits += len(true & {item_id for item_id, _ in index.query(question, 64)})
    return hits / (K * len(questions))


def run(out: Path, rows: int = ROWS) -> dict[str, object]:
    """Measure; `out` is a folder for the built index, which is kept."""
    items, matrix = make_items(rows), clustered(rows, 2)
    index = build(out, items, matrix)
    questions = clustered(WARM_UP + ROUNDS, 3)
    try:
        seconds = interleaved(
            contenders(index, ledger_catalog(out, items, matrix), DictCatalog(items, matrix)), questions
        )
        recall_at_10 = agreement(index, matrix, items, questions[:50])
    finally:
        index.close()
    p50 = {name: 1000 * median(each) for name, each in seconds.items()}
    slowest = max(p50["recall"], p50["recall_filtered"])
    return {
        "rows": rows,
        "p50_ms": {name: round(each, 3) for name, each in p50.items()},
        "recall_at_10": round(recall_at_10, 4),
        "bars": [
            at_most("recall / raw Chroma", p50["recall"] / p50["raw"], 1.2),
            at_most("filtered recall / raw Chroma", p50["recall_filtered"] / p50["raw"], 1.2),
            at_least("raw Chroma filtered / slowest recall", p50["raw_filtered"] / slowest, 3.0),
        ],
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "reprise-bench-recall"
    print(json.dumps(run(folder), indent=2))


if __name__ == "__main__":
    main()
