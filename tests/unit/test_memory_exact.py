import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.exact import ExactIndex, matches
from memory.vectors import unit

METADATA = st.fixed_dictionaries(
    {"task": st.sampled_from(["a", "b"]), "example": st.booleans(), "reward": st.floats(-1, 1)}
)


def make(metadatas, seed=0):
    matrix = unit(np.random.default_rng(seed).normal(size=(len(metadatas), 8)).astype(np.float32))
    return [f"i{row}" for row in range(len(metadatas))], matrix


@settings(max_examples=50)
@given(st.lists(METADATA, min_size=1, max_size=20), st.integers(1, 25), st.integers(0, 99))
def test_query_is_a_sort_of_the_rows_that_pass(metadatas, k, seed):
    ids, matrix = make(metadatas, seed)
    question = unit(np.random.default_rng(seed + 1).normal(size=(1, 8)).astype(np.float32))[0]
    where = {"$and": [{"task": "a"}, {"example": True}, {"reward": {"$gte": 0.0}}]}
    passing = [row for row, m in enumerate(metadatas) if m["task"] == "a" and m["example"] and m["reward"] >= 0]
    expected = sorted((-float(matrix[row] @ question), ids[row]) for row in passing)[:k]
    found = ExactIndex(ids, matrix, metadatas).query(question, k, where)
    assert [item for item, _ in found] == [item for _, item in expected]
    assert [similarity for _, similarity in found] == pytest.approx([-each for each, _ in expected], abs=1e-6)


def test_rows_can_be_written_changed_and_removed():
    index = ExactIndex([], np.zeros((0, 2), np.float32), [])
    east, north = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
    index.upsert(["a", "b", "a"], np.stack([north, north, east]), [{"x": 1}, {"x": 2}, {"x": 3}])
    assert index.count() == 2
    assert index.query(east, 1) == [("a", 1.0)]
    index.update(["a", "missing"], [{"y": True}, {"y": True}])
    assert index.get(["a", "missing"])["a"].metadata == {"x": 3, "y": True}
    index.delete(["a", "missing"])
    assert index.ids() == ["b"]
    assert index.query_many(np.stack([east, north]), 5) == [[("b", 0.0)], [("b", 1.0)]]
    index.delete(["b"])
    assert index.query(east, 3) == []


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="do not match"):
        ExactIndex(["a"], np.zeros((2, 2), np.float32), [{}, {}])


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"n": 3}, True),
        ({"n": {"$eq": 4}}, False),
        ({"n": {"$gt": 2, "$lte": 3}}, True),
        ({"n": {"$in": [1, 2]}}, False),
        ({"$or": [{"n": 9}, {"s": "x"}]}, True),
        ({"missing": {"$gte": 0}}, False),
        ({"missing": {"$ne": 0}}, True),
    ],
)
def test_filters_read_as_in_chroma(where, expected):
    assert matches({"n": 3, "s": "x"}, where) is expected
