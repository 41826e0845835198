import numpy as np
import pytest

from memory.exact import ExactIndex
from memory.novelty import echoes, novelty
from memory.vectors import blend, unit


def at(degrees):
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], np.float32)


class Texts:
    def __init__(self, vectors):
        self._vectors = vectors

    def vectors(self, ids):
        return {each: self._vectors[each] for each in ids if each in self._vectors}


def memory_of(vectors, prompts=None):
    matrix = np.stack(list(vectors.values()))
    held = matrix if prompts is None else blend(prompts, matrix)
    return {"index": ExactIndex(list(vectors), held, [{} for _ in vectors]), "catalog": Texts(vectors)}


def test_novelty_is_the_distance_to_the_nearest_text():
    memory = memory_of({"a": at(0), "b": at(90)})
    found = novelty(np.stack([at(0), at(60), at(45)]), **memory)
    assert found == pytest.approx([0, 1 - np.cos(np.radians(30)), 1 - np.cos(np.radians(45))], abs=1e-6)


def test_an_empty_memory_makes_everything_new():
    empty = {"index": ExactIndex([], np.zeros((0, 2), np.float32), []), "catalog": Texts({})}
    assert novelty(np.stack([at(0), at(9)]), **empty) == [1.0, 1.0]
    assert novelty(np.zeros((0, 2), np.float32), **empty) == []


def test_opposite_texts_are_not_more_than_new():
    assert novelty(at(180)[None], **memory_of({"a": at(0)})) == [1.0]


def test_the_text_counts_and_not_the_prompt_that_it_was_written_for():
    random = np.random.default_rng(0)
    texts = unit(random.normal(size=(400, 32)).astype(np.float32))
    prompts = unit(random.normal(size=(400, 32)).astype(np.float32))
    memory = memory_of({f"i{row}": vector for row, vector in enumerate(texts)}, prompts)
    assert novelty(texts[:5], **memory) == pytest.approx([0] * 5, abs=1e-5)
    near = unit(texts[:3] + 0.4 * unit(random.normal(size=(3, 32)).astype(np.float32)))
    exact = [1 - float((texts @ text).max()) for text in near]
    found = novelty(near, **memory)
    assert np.all(np.array(found) >= np.array(exact) - 1e-6)
    assert found == pytest.approx(exact, abs=0.15)


RECALLED = [
    ("a", "The quick brown fox jumps over the lazy dog every single day", at(0)),
    ("b", "Short one!", at(90)),
]


@pytest.mark.parametrize(
    ("text", "degrees", "expected"),
    [
        ("something else", 10, "a"),
        ("something else", 45, None),
        ("short  ONE", 45, "b"),
        ("They say a quick brown fox jumps over the lazy dog, at times", 45, "a"),
        ("They say a quick brown fox jumps over the cat", 45, None),
        ("something else", 88, "b"),
    ],
)
def test_an_echo_is_close_or_reads_the_same_or_shares_eight_words(text, degrees, expected):
    assert echoes(at(degrees)[None], [text], RECALLED, 0.92) == [expected]


def test_with_nothing_recalled_nothing_is_an_echo():
    assert echoes(np.stack([at(0), at(1)]), ["x", "y"], [], 0.92) == [None, None]
