import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.folding import fold, normal
from memory.item import Item, Recalled
from memory.vectors import unit

ANGLES = st.integers(0, 20)
REWARDS = st.none() | st.sampled_from([0.0, 0.3, 0.5, 0.9])


def recalled(name, text, reward):
    return Recalled(item=Item(item_id=name, text=text, task="t", reward=reward), similarity=0.5)


def at(degrees):
    return unit(np.array([[np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]], np.float32))[0]


@st.composite
def pools(draw):
    drawn = draw(st.lists(st.tuples(ANGLES, REWARDS, st.sampled_from("abcdefghij")), max_size=12))
    pool = [recalled(str(place), text, reward) for place, (_, reward, text) in enumerate(drawn)]
    return pool, {str(place): at(5 * angle) for place, (angle, _, _) in enumerate(drawn)}


def known(each):
    return -1 if each.item.reward is None else each.item.reward


def alike(one, other, vectors, duplicate):
    close = float(vectors[one.item.item_id] @ vectors[other.item.item_id]) > duplicate
    return close or one.item.text == other.item.text


@given(pools())
def test_what_is_kept_has_no_duplicates_and_what_goes_has_a_better_one_that_stays(drawn):
    pool, vectors = drawn
    kept = fold(pool, vectors, 0.95)
    assert kept == [each for each in pool if each in kept], "the order given stays"
    for place, one in enumerate(kept):
        assert not any(alike(one, other, vectors, 0.95) for other in kept[place + 1 :])
    for gone in (each for each in pool if each not in kept):
        assert any(alike(gone, other, vectors, 0.95) and known(other) >= known(gone) for other in kept)


def test_the_higher_reward_stays_and_an_unrated_copy_goes():
    pool = [recalled("a", "Same words!", None), recalled("b", "same  words", 0.1), recalled("c", "SAME WORDS", 0.8)]
    assert [each.item.item_id for each in fold(pool, {}, 0.95)] == ["c"]
    assert [each.item.item_id for each in fold(pool[:2], {}, 0.95)] == ["b"]


def test_among_equals_the_first_stays():
    pool = [recalled("b", "x", 0.5), recalled("a", "x", 0.5)]
    assert [each.item.item_id for each in fold(pool, {}, 0.95)] == ["b"]


def test_missing_vectors_and_empty_pools_are_no_trouble():
    assert fold([], {}, 0.95) == []
    pool = [recalled("a", "one", None), recalled("b", "two", None)]
    assert fold(pool, {"a": at(0)}, 0.95) == pool


@pytest.mark.parametrize(
    ("text", "expected"), [("Hello,  World!", "hello world"), (" 😀 ", "😀"), ("", ""), ("ÄB c", "äb c")]
)
def test_normal_text(text, expected):
    assert normal(text) == expected
