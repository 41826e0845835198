"""A mirrored index answers as the index does, whatever is written while the mirror is being read."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.exact import ExactIndex
from memory.mirror import ASKED, MirroredIndex
from memory.vectors import unit

WIDTH = 6
EAST = np.eye(1, WIDTH, dtype=np.float32)[0]


def rows(n, seed=0):
    return unit(np.random.default_rng(seed).normal(size=(n, WIDTH)).astype(np.float32))


class Counting(ExactIndex):
    """Counts the queries that reach it, and waits in `get` while the gate is closed."""

    def __init__(self, n):
        super().__init__([f"i{row}" for row in range(n)], rows(n), [{"task": "a"} for _ in range(n)])
        self.queries = self.counts = 0
        self.gate = threading.Event()
        self.gate.set()

    def query_many(self, vectors, k, where=None):
        self.queries += 1
        return super().query_many(vectors, k, where)

    def count(self):
        self.counts += 1
        return super().count()

    def get(self, ids):
        found = super().get(ids)
        assert self.gate.wait(10)
        return found


def warmed(index, **settings):
    mirrored = MirroredIndex(index, **settings)
    for _ in range(ASKED):
        mirrored.query(EAST, 3)
    mirrored.settle()
    return mirrored


def test_a_few_queries_do_not_make_a_mirror_and_more_do():
    index = Counting(20)
    mirrored = MirroredIndex(index)
    asked = [mirrored.query(EAST, 5) for _ in range(ASKED)]
    mirrored.settle()
    assert index.queries == ASKED
    assert mirrored.query(EAST, 5) == asked[0]
    assert index.queries == ASKED
    mirrored.query(EAST, 5, {"task": "a"})
    assert index.queries == ASKED + 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["upsert", "update", "delete"]), st.integers(0, 14)), max_size=25))
def test_every_change_is_seen_in_both(changes):
    index = Counting(10)
    mirrored = warmed(index)
    for number, (kind, row) in enumerate(changes):
        if kind == "upsert":
            mirrored.upsert([f"i{row}"], rows(1, seed=number), [{"n": number}])
        elif kind == "update":
            mirrored.update([f"i{row}"], [{"n": number}])
        else:
            mirrored.delete([f"i{row}"])
    before = index.queries
    assert mirrored.query_many(rows(3, seed=99), 30) == ExactIndex.query_many(index, rows(3, seed=99), 30)
    assert index.queries == before
    assert mirrored.holds([f"i{row}" for row in range(15)]) == set(index.ids())


def test_what_is_written_while_the_mirror_is_read_is_in_it():
    index = Counting(10)
    mirrored = MirroredIndex(index)
    index.gate.clear()
    for _ in range(ASKED):
        mirrored.query(EAST, 3)
    mirrored.upsert(["new"], EAST.reshape(1, -1), [{}])
    mirrored.delete(["i0"])
    index.gate.set()
    mirrored.settle()
    found = [item for item, _ in mirrored.query(EAST, 20)]
    assert found[0] == "new"
    assert "i0" not in found
    assert index.queries == ASKED


def test_a_large_index_has_no_mirror_and_one_that_grows_too_large_loses_it():
    large = Counting(20)
    mirrored = warmed(large, largest=10)
    for _ in range(20):
        mirrored.query(EAST, 3)
    assert large.queries == ASKED + 20
    assert large.counts == 1, "it is not asked again and again how large it is"
    index = Counting(10)
    mirrored = warmed(index, largest=10)
    mirrored.upsert(["new"], EAST.reshape(1, -1), [{}])
    assert mirrored.query(EAST, 1) == [("new", pytest.approx(1.0))]
    assert index.queries == ASKED + 1
