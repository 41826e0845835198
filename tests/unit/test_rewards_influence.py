"""Leaving one rater out: by hand where nothing leans, and as it must be where somebody does."""

import numpy as np
import pytest

from rewards.influence import Vote, influences
from tests.rated import people


def vote(rater, item, value, leans=False):
    return Vote(rater=rater, item_id=item, value=value, weight=1.0, leans=leans)


def test_by_hand():
    votes = [vote("a", "x", 1.0), vote("b", "x", 0.0), vote("a", "y", 0.0), vote("b", "z", 1.0), vote("c", "z", 1.0)]
    told = []
    found = influences(votes, ["a", "b"], dict.fromkeys("xyz", 0.5), 1.0, lambda *done: told.append(done))
    assert found["a"].shift == pytest.approx((0.5 + 0.0) / 2 - (0.5 + 1.0) / 3)
    assert (found["a"].item_id, found["a"].items, found["a"].lost) == ("x", 2, 1)
    assert found["b"].shift == pytest.approx((0.5 + 1.0) / 2 - (0.5 + 1.0) / 3)
    assert found["b"].lost == 0
    assert told == [(1, 2), (2, 2)]


def test_who_rates_at_random_changes_the_order_more_than_who_agrees():
    rows, worth = people([0.0] * 4, items=60, spread=0.15, noise=0.05)
    rng = np.random.default_rng(0)
    rows += [("random", item, float(rng.random())) for item in worth]
    votes = [vote(rater, item, value, leans=True) for rater, item, value in rows]
    means = {item: 0.5 for _, item, _ in rows}
    found = influences(votes, ["random", "r1"], means, 1.0)
    assert found["random"].spearman < found["r1"].spearman < 1
    assert abs(found["random"].shift) > abs(found["r1"].shift)


def test_the_only_rater_leaves_nothing():
    found = influences([vote("me", "x", 1.0)], ["me"], {"x": 0.5}, 1.0)["me"]
    assert (found.spearman, found.shift, found.item_id, found.items, found.lost) == (None, 0.0, None, 0, 1)


def test_a_leaning_that_is_taken_out_does_not_change_the_order():
    rows, _ = people([0.4, 0.0, 0.0, 0.0], items=150, spread=0.1, noise=0.02, share=0.6)
    means = {item: 0.5 for _, item, _ in rows}
    raw = influences([vote(*row) for row in rows], ["r0"], means, 0.0)["r0"]
    straight = influences([vote(*row, leans=True) for row in rows], ["r0"], means, 0.0)["r0"]
    assert raw.spearman < 0.9 < 0.98 < straight.spearman
