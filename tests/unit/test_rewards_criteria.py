import math

import pytest

from rewards.criteria import check_scores, weighted
from rewards.errors import RatingRefused

CRITERIA = {"clarity": 1.0, "originality": 3.0}


def test_whole_scores_pass():
    assert check_scores({"clarity": 1, "originality": 5.0}, CRITERIA) == {"clarity": 1, "originality": 5}


@pytest.mark.parametrize("score", [0, 6, -1, 2.5, math.nan, math.inf, True, False, "3", None, [3]])
def test_every_other_score_is_refused_in_one_sentence(score):
    with pytest.raises(RatingRefused, match=r"clarity.*whole number from 1 to 5"):
        check_scores({"clarity": score}, CRITERIA)


@pytest.mark.parametrize(("scores", "words"), [({}, "at least one of clarity"), ({"wit": 3}, "'wit' is no criterion")])
def test_empty_and_unknown_are_refused(scores, words):
    with pytest.raises(RatingRefused, match=words):
        check_scores(scores, CRITERIA)


def test_weighted_by_hand():
    assert weighted({"clarity": 1, "originality": 5}, CRITERIA) == pytest.approx(0.75)
    assert weighted({"clarity": 2}, CRITERIA) == pytest.approx(0.25)
    assert weighted({"clarity": 5, "originality": 1}, {"clarity": 0.0, "originality": 0.0}) == pytest.approx(0.5)
