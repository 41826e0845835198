import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from memory.vectors import blend, cosines, unit

rows = arrays(np.float32, st.tuples(st.integers(1, 6), st.just(5)), elements=st.floats(-1e3, 1e3, width=32))


@given(rows)
def test_unit_rows_have_length_one_or_zero_and_keep_their_direction(matrix):
    scaled = unit(matrix)
    lengths = np.linalg.norm(scaled, axis=1)
    assert scaled.dtype == np.float32
    for before, after, length in zip(matrix, scaled, lengths, strict=True):
        norm = np.linalg.norm(before)
        if norm < 1e-6:
            assert not after.any()
        else:
            assert length == pytest.approx(1, abs=1e-5)
            assert after @ (before / norm) == pytest.approx(1, abs=1e-5)


def test_rows_that_are_not_finite_become_zeros():
    assert not unit(np.array([[np.nan, 1], [np.inf, 0]], np.float32)).any()


def test_blend_is_the_direction_between_prompt_and_text():
    prompts = np.array([[1, 0], [0, 0], [-1, 0]], np.float32)
    texts = np.array([[0, 1], [0, 1], [1, 0]], np.float32)
    half = 0.5**0.5
    assert blend(prompts, texts) == pytest.approx(np.array([[half, half], [0, 1], [1, 0]]), abs=1e-6)


def test_blend_refuses_rows_that_do_not_match():
    with pytest.raises(ValueError, match="one row of each"):
        blend(np.zeros((2, 3), np.float32), np.zeros((3, 3), np.float32))


@given(rows, rows)
def test_cosines_stay_between_minus_one_and_one(matrix, other):
    found = cosines(unit(matrix), unit(other)[0])
    assert np.all(np.abs(found) <= 1)
