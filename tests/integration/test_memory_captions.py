"""A cartoon's description recalls what people wrote for that cartoon, and `best` the better of it."""

import csv
import gzip
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from memory.embedder import load_embedder
from memory.exact import ExactIndex
from memory.index import metadata
from memory.item import Item
from memory.recall import Query, recall
from memory.settings import MemorySettings
from memory.vectors import blend

CONTESTS, CAPTIONS, K = 20, 30, 10


class Captions:
    """A catalog of what is in memory."""

    def __init__(self, items, vectors):
        self._items, self._vectors = items, vectors

    def items(self, ids):
        return {each: self._items[each] for each in ids}

    def vectors(self, ids):
        return {each: self._vectors[each] for each in ids}


def read(name):
    folder = Path(os.environ.get("REPRISE_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = folder / "nycc_caption_ratings" / name
    if not path.is_file():
        pytest.skip(f"the caption set is not at {path}; set REPRISE_DATA")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def memory():
    described = {row["contest"]: row["description"] for row in read("contests.csv.gz") if row["description"].strip()}
    by_contest = defaultdict(list)
    for row in read("captions_rated.csv.gz"):
        if row["contest"] in described and float(row["votes"]) >= 30:
            by_contest[row["contest"]].append(row)
    contests = [contest for contest, rows in by_contest.items() if len(rows) >= 10 * CAPTIONS][:CONTESTS]
    rows = [row for c in contests for row in by_contest[c][:: len(by_contest[c]) // CAPTIONS][:CAPTIONS]]
    embedder = load_embedder("minilm")
    asked = dict(zip(contests, embedder.embed([described[c] for c in contests]), strict=True))
    texts = embedder.embed([row["caption"] for row in rows])
    items = {f"i{n}": item(n, row) for n, row in enumerate(rows)}
    blended = blend(np.stack([asked[row["contest"]] for row in rows]), texts)
    index = ExactIndex(list(items), blended, [metadata(each) for each in items.values()])
    return asked, index, Captions(items, dict(zip(items, texts, strict=True)))


def item(number, row):
    reward = (float(row["mean_1to3"]) - 1) / 2
    return Item(item_id=f"i{number}", text=row["caption"], task="caption", prompt=row["contest"], reward=reward)


def answers(memory, strategy):
    asked, index, catalog = memory
    for contest, vector in asked.items():
        query = Query(text="", vector=vector, task="caption", k=K, strategy=strategy)
        found = recall(query, index=index, catalog=catalog, settings=MemorySettings()).liked
        yield contest, [each.item for each in found]


def test_a_description_recalls_the_captions_of_its_cartoon(memory):
    own = [sum(each.prompt == contest for each in found) for contest, found in answers(memory, "similar")]
    assert len(own) == CONTESTS
    assert sorted(own)[1] >= 8, own
    assert np.mean(own) >= 9.5, own


def test_best_recalls_better_captions_than_similar(memory):
    rewards = {
        strategy: np.array([np.mean([each.reward for each in found]) for _, found in answers(memory, strategy)])
        for strategy in ("similar", "best")
    }
    gain = rewards["best"] - rewards["similar"]
    assert gain.mean() / (gain.std(ddof=1) / len(gain) ** 0.5) > 3, "paired t over cartoons"
