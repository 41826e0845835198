import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors import RatingRefused
from rewards.reward import Observation, shrunk

unit = st.floats(0, 1)


def test_by_hand():
    assert shrunk([Observation(1.0), Observation(0.0, 3.0)], 0.5, 4.0) == pytest.approx((1 + 2) / 8)


def test_nothing_said_is_the_mean():
    assert shrunk([], 0.3, 4.0) == pytest.approx(0.3)
    assert shrunk([Observation(1.0, 0.0)], 0.3, 0.0) == pytest.approx(0.3)


@given(st.lists(st.tuples(unit, st.floats(0.01, 100))), unit, st.floats(0.1, 50))
def test_lies_between_the_mean_and_what_was_said(said, mean, strength):
    values = [value for value, _ in said] + [mean]
    reward = shrunk([Observation(*one) for one in said], mean, strength)
    assert min(values) - 1e-9 <= reward <= max(values) + 1e-9


def test_more_votes_move_it_further():
    rewards = [shrunk([Observation(1.0, votes)], 0.4, 4.0) for votes in (1, 10, 100, 1000)]
    assert rewards == sorted(rewards)
    assert rewards[-1] > 0.99


@pytest.mark.parametrize("bad", [Observation(math.nan), Observation(math.inf), Observation(0.5, -1.0)])
def test_nonsense_is_refused(bad):
    with pytest.raises(RatingRefused):
        shrunk([bad], 0.5, 4.0)
