"""Strategies on a catalog small enough to reckon by hand, and filters against an exact answer."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.errors import UnknownStrategy
from memory.exact import ExactIndex
from memory.index import may_be_example, metadata
from memory.item import Item
from memory.recall import STRATEGIES, Query, recall
from memory.settings import MemorySettings
from memory.vectors import unit

FINE = MemorySettings(duplicate=0.9999)
"""In two dimensions everything is near everything: only the very same is folded."""


class FakeCatalog:
    def __init__(self, items, vectors, exposure=None, hidden=()):
        self._items = {item.item_id: item for item in items if item.item_id not in hidden}
        self._vectors = vectors
        self._exposure = exposure or {}

    def items(self, ids):
        return {each: self._items[each] for each in ids if each in self._items}

    def _examples(self, task):
        return [item for item in self._items.values() if may_be_example(item) and task in (None, item.task)]

    def newest(self, task, k):
        return sorted(self._examples(task), key=lambda item: -item.seq)[:k]

    def sample(self, task, k, seed):
        found = self._examples(task)
        return random.Random(seed).sample(found, min(k, len(found)))

    def vectors(self, ids):
        return {each: self._vectors[each] for each in ids if each in self._vectors}

    def exposure(self, ids):
        return {each: self._exposure.get(each, 0) for each in ids}


class CountingIndex(ExactIndex):
    def __init__(self, *args):
        super().__init__(*args)
        self.asked = []

    def query(self, vector, k, where=None):
        self.asked.append((k, where))
        return super().query(vector, k, where)


def at(degrees):
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


def memory_of(rows, exposure=None, hidden=()):
    """rows: (id, degrees from the query, reward, other facts)."""
    items = [
        Item(**({"item_id": name, "text": f"text {name}", "task": "t", "reward": reward, "seq": place} | facts))
        for place, (name, _, reward, facts) in enumerate(rows)
    ]
    vectors = {name: at(degrees) for name, degrees, _, _ in rows}
    matrix = np.stack(list(vectors.values())) if rows else np.zeros((0, 2), np.float32)
    index = CountingIndex(list(vectors), matrix, [metadata(item) for item in items])
    return index, FakeCatalog(items, vectors, exposure, hidden)


def ask(memory, strategy, k=3, settings=None, **facts):
    index, catalog = memory
    facts = {"text": "q", "vector": at(0), "task": "t"} | facts
    query = Query(strategy=strategy, k=k, **facts)
    return recall(query, index=index, catalog=catalog, settings=settings or FINE)


def names(found):
    return [each.item.item_id for each in found]


HAND = [
    ("near-poor", 10, 0.2, {"reason": "too long"}),  # worth 0.985 x 0.2 = 0.197
    ("near-good", 25, 0.8, {}),  # 0.906 x 0.8 = 0.725
    ("far-great", 65, 1.0, {}),  # 0.423 x 1.0 = 0.423
    ("human", 40, None, {"human": True}),  # 0.766 x 0.5 = 0.383
    ("unrated", 0, None, {}),  # no example
    ("echo", 1, 1.0, {"echo": True}),  # never one
    ("behind", 170, 1.0, {}),  # worth 0
    ("other", 5, 1.0, {"task": "else"}),
    ("poor-quiet", 12, 0.1, {}),  # 0.978 x 0.1 = 0.098
]


def test_similar_goes_by_similarity_alone():
    found = ask(memory_of(HAND), "similar", k=3)
    assert names(found.liked) == ["near-poor", "poor-quiet", "near-good"]
    assert found.liked[0].similarity == pytest.approx(np.cos(np.radians(10)), abs=1e-6)
    assert found.avoid == ()


def test_best_goes_by_similarity_times_reward():
    found = ask(memory_of(HAND), "best", k=9)
    assert names(found.liked) == ["near-good", "far-great", "human", "near-poor", "poor-quiet", "behind"]


def test_a_search_finds_what_may_not_be_an_example_too():
    found = ask(memory_of(HAND), "best", k=9, examples=False)
    expected = ["echo", "near-good", "unrated", "far-great", "human", "near-poor", "poor-quiet", "behind"]
    assert names(found.liked) == expected


def test_no_task_asks_every_task():
    assert names(ask(memory_of(HAND), "best", k=1, task=None).liked) == ["other"]


def test_contrast_warns_of_similar_low_rated_ones_those_with_a_reason_first():
    found = ask(memory_of(HAND), "contrast", k=2)
    assert names(found.liked) == ["near-good", "far-great"]
    assert names(found.avoid) == ["near-poor", "poor-quiet"]


def test_contrast_never_likes_what_it_warns_of():
    found = ask(memory_of(HAND), "contrast", k=9)
    assert not set(names(found.liked)) & set(names(found.avoid))


def test_none_asks_nothing():
    memory = memory_of(HAND)
    found = ask(memory, "none")
    assert (found.liked, found.avoid, found.strategy) == ((), (), "none")
    assert memory[0].asked == []


def test_recent_is_newest_first():
    assert names(ask(memory_of(HAND), "recent", k=2).liked) == [
        "poor-quiet",
        "behind",
    ]


def test_random_is_the_same_for_the_same_seed_and_fair_over_seeds():
    rows = [(f"i{n}", 10 * n, 0.5, {}) for n in range(10)]
    memory = memory_of(rows)
    drawn = [names(ask(memory, "random", k=2, seed=seed).liked) for seed in range(600)]
    assert drawn == [names(ask(memory, "random", k=2, seed=seed).liked) for seed in range(600)]
    counts = [sum(f"i{n}" in each for each in drawn) for n in range(10)]
    assert all(80 < count < 160 for count in counts), counts  # 120 expected, sd 10


def test_diverse_picks_by_marginal_relevance():
    rows = [("a", 0, 1.0, {}), ("b", 20, 1.0, {}), ("c", 70, 0.9, {}), ("d", 75, 0.5, {})]
    # a first (worth 1). Then b: .5 x .940 - .5 x .940 = 0; c: .5 x .308 - .5 x .342 = -.017; d lower: b, then c.
    assert names(ask(memory_of(rows), "diverse", k=3).liked) == ["a", "b", "c"]
    # With weight .7 on novelty: b .3 x .940 - .7 x .940 = -.376; c .3 x .308 - .7 x .342 = -.147; d .3 x .129
    # - .7 x .259 = -.142: d.
    spread = ask(memory_of(rows), "diverse", k=2, settings=MemorySettings(diversity=0.7, duplicate=0.9999))
    assert names(spread.liked) == ["a", "d"]


def test_diverse_without_novelty_is_best():
    settings = MemorySettings(diversity=0.0, duplicate=0.9999)
    memory = memory_of(HAND)
    assert ask(memory, "diverse", k=5, settings=settings).liked == ask(memory, "best", k=5, settings=settings).liked


def test_what_was_shown_too_often_rests():
    rows = [("a", 0, 1.0, {}), ("b", 40, 1.0, {})]
    memory = memory_of(rows, exposure={"a": 5, "b": 4})
    assert names(ask(memory, "diverse", settings=MemorySettings(exposure_cap=5)).liked) == ["b"]
    assert names(ask(memory, "best").liked) == ["a", "b"]


@pytest.mark.parametrize("strategy", ["recent", "random", "similar", "best", "diverse", "contrast"])
def test_hidden_and_excluded_items_never_come_back(strategy):
    found = ask(memory_of(HAND, hidden={"near-good"}), strategy, k=9, exclude=frozenset({"far-great"}))
    assert not {"near-good", "far-great"} & set(names(found.liked))
    assert found.liked


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_an_empty_memory_gives_nothing(strategy):
    found = ask(memory_of([]), strategy)
    assert (found.liked, found.avoid) == ((), ())


@pytest.mark.parametrize("strategy", list(STRATEGIES))
def test_no_items_wanted_no_items_given(strategy):
    assert ask(memory_of(HAND), strategy, k=0).liked == ()


def test_an_unknown_strategy_is_named_with_those_there_are():
    with pytest.raises(UnknownStrategy, match=r"'bets'.*none, recent, random, similar, best, diverse, contrast"):
        ask(memory_of(HAND), "bets")


def test_ties_go_to_the_newer_item():
    rows = [("b", 30, 0.5, {}), ("a", -30, 0.5, {}), ("c", 30, 0.5, {"text": "text b"})]
    assert names(ask(memory_of(rows), "best", k=3).liked) == ["c", "a"]


def test_copies_of_one_text_do_not_fill_the_answer():
    rows = [(f"copy{n}", 1, 0.9, {"text": "the same"}) for n in range(200)] + [("x", 50, 0.5, {}), ("y", 80, 0.5, {})]
    found = ask(memory_of(rows), "best", k=3, settings=MemorySettings(oversample=10, duplicate=0.9999))
    assert names(found.liked)[1:] == ["x", "y"]


def test_a_filter_that_matches_most_rows_costs_no_second_query():
    rows = [(f"i{n}", n * 0.3, 0.5, {"task": "t" if n % 5 < 3 else "u"}) for n in range(300)]
    memory = memory_of(rows)
    ask(memory, "best", k=3)
    assert [where for _, where in memory[0].asked] == [None]


def test_a_selective_filter_costs_one_more_query_and_finds_what_there_is():
    rows = [(f"i{n}", n * 0.3, 0.5, {"task": "rare" if n >= 296 else "t"}) for n in range(300)]
    memory = memory_of(rows)
    found = ask(memory, "similar", k=3, task="rare", settings=MemorySettings(duplicate=1.0))
    assert names(found.liked) == ["i296", "i297", "i298"]
    assert [where for _, where in memory[0].asked] == [None, {"$and": [{"task": "rare"}, {"example": True}]}]


FACTS = st.tuples(
    st.sampled_from("tu"), st.none() | st.floats(0, 1), st.booleans(), st.booleans(), st.integers(0, 10**6)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(FACTS, max_size=60), st.integers(1, 5), st.booleans(), st.sampled_from(["t", "u", None]))
def test_filters_give_what_an_exact_filter_over_everything_gives(facts, k, examples, task):
    drawn = np.random.default_rng(len(facts)).normal(size=(len(facts), 6)).astype(np.float32)
    vectors = unit(drawn) if len(facts) else np.zeros((0, 6), np.float32)
    items = [
        Item(item_id=f"i{n}", text=f"words {n}", task=own, reward=reward, human=human, echo=echo, seq=n)
        for n, (own, reward, human, echo, _) in enumerate(facts)
    ]
    by_id = {item.item_id: row for item, row in zip(items, vectors, strict=True)}
    index = ExactIndex(list(by_id), vectors, [metadata(item) for item in items])
    question = unit(np.ones((1, 6), np.float32))[0]
    query = Query(text="", vector=question, task=task, k=k, strategy="similar", examples=examples)
    few = MemorySettings(oversample=1, duplicate=1.0)
    found = recall(query, index=index, catalog=FakeCatalog(items, by_id), settings=few).liked
    passing = [i for i in items if task in (None, i.task) and (not examples or may_be_example(i))]
    true = sorted((float(by_id[i.item_id] @ question) for i in passing), reverse=True)[:k]
    assert [each.similarity for each in found] == pytest.approx(true, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 180), st.floats(0, 1)), min_size=1, max_size=12), st.floats(0, 1))
def test_every_pick_of_diverse_is_the_best_left(drawn, diversity):
    memory = memory_of([(f"i{n}", degrees, reward, {}) for n, (degrees, reward) in enumerate(drawn)])
    mild = MemorySettings(diversity=diversity, duplicate=1.0)
    picked = ask(memory, "diverse", k=4, settings=mild).liked
    pool = ask(memory, "best", k=12, settings=mild).liked
    vectors = memory[1].vectors([each.item.item_id for each in pool])

    def gain(each, before):
        close = max((float(vectors[each.item.item_id] @ vectors[b.item.item_id]) for b in before), default=0.0)
        return (1 - diversity) * max(each.similarity, 0) * each.item.reward - diversity * max(close, 0.0)

    for place, pick in enumerate(picked):
        before = picked[:place]
        left = [each for each in pool if each not in before]
        assert gain(pick, before) >= max(gain(each, before) for each in left) - 1e-5
