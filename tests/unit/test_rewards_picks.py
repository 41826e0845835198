"""Picks: the bias and the worths that were put in are found, and without bias none is seen."""

import numpy as np
import pytest

from rewards.picks import Choice, Picks, agreeing, fit_picks, shares

FIRST = [1.0, 0.0, 0.0, -0.5]


def picking(turns, biases, seed=0, spread=1.0):
    """Raters r0, r1, ... who each pick of every turn's texts, and the texts' worths."""
    rng = np.random.default_rng(seed)
    choices, worths = [], {}
    for turn in range(turns):
        ids = [f"t{turn}.{k}" for k in range(len(biases[0]))]
        worth = rng.normal(0, spread, len(ids))
        worths |= dict(zip(ids, worth, strict=True))
        for k, bias in enumerate(biases):
            best = int((worth + bias + rng.gumbel(size=len(ids))).argmax())
            shown = tuple((id_, place) for place, id_ in enumerate(ids))
            choices.append(Choice(rater=f"r{k}", shown=shown, chosen=ids[best]))
    return choices, worths


@pytest.mark.parametrize("raters", [1, 4])
def test_finds_the_bias_of_the_crowd(raters):
    found = fit_picks(picking(400, [FIRST] * raters)[0])
    true = np.array(FIRST) - np.mean(FIRST)
    assert np.abs(np.array(found.crowd) - np.mean(found.crowd) - true).max() < 0.25
    assert found.counts == {f"r{k}": 400 for k in range(raters)}


def test_the_shares_are_those_of_the_picks():
    choices, _ = picking(1000, [FIRST])
    seen = [np.mean([each.chosen.endswith(f".{place}") for each in choices]) for place in range(4)]
    assert np.abs(np.array(shares(fit_picks(choices).crowd, range(4))) - seen).max() < 0.02


@pytest.mark.parametrize("turns", [20, 100, 400])
def test_sees_no_bias_where_there_is_none(turns):
    found = fit_picks(picking(turns, [[0.0] * 4] * 2)[0])
    assert min(agreeing(found.bias("r0"), range(4), k) for k in range(4)) > 0.85


def test_each_rater_has_a_bias_near_the_crowds_while_picks_are_few():
    biases = [[0.0] * 4, [0.0] * 4, [0.0] * 4, [2.0, 0.0, 0.0, 0.0]]
    choices, _ = picking(300, biases)
    own = fit_picks(choices)
    apart = own.bias("r3")[0] - own.bias("r0")[0]
    assert 1.0 < apart < 2.3
    few = [each for each in choices if each.rater != "r3"] + [each for each in choices if each.rater == "r3"][:4]
    drawn = fit_picks(few)
    assert drawn.bias("r3")[0] - drawn.bias("r0")[0] < apart / 2
    assert own.bias("a stranger") == own.crowd


def test_worths_are_told_from_the_place():
    choices, worths = picking(150, [[2.0, 0.0]] * 8)
    found = fit_picks(choices).worth
    true, told = ([of[f"t{turn}.0"] - of[f"t{turn}.1"] for turn in range(150)] for of in (worths, found))
    assert np.corrcoef(true, told)[0, 1] > 0.75
    assert abs(float(np.mean(told))) < 0.3, "the first ones are picked more often, and are not better"


def test_two_texts_are_bradley_and_terry():
    """A hand-computed mode: one text beats another in all three picks, without places to speak of."""
    wins = [
        Choice(rater="r", shown=(("a", 0), ("b", 1)), chosen="a"),
        Choice(rater="r", shown=(("b", 0), ("a", 1)), chosen="a"),
    ]
    found = fit_picks([*wins, *wins])
    a = found.worth["a"]
    assert found.worth["b"] == pytest.approx(-a, abs=1e-3)
    assert a == pytest.approx(4 * (1 - 1 / (1 + np.exp(-2 * a))), abs=0.01), "at the mode the slope is 0"


def test_the_weight_of_a_pick_by_hand():
    bias = [np.log(2.0), 0.0]
    assert shares(bias, [0, 1]) == pytest.approx([2 / 3, 1 / 3])
    assert agreeing(bias, [0, 1], 1) == 1.0
    assert agreeing(bias, [0, 1], 0) == pytest.approx(0.75)
    assert agreeing([], [0, 1, 2], 2) == 1.0
    assert agreeing([9.0, 0.0], [0, 1], 0) == pytest.approx(0.5, abs=0.001)


def test_nothing_to_choose_from_says_nothing():
    alone = Choice(rater="r", shown=(("a", 0),), chosen="a")
    assert fit_picks([alone]) == fit_picks([]) == Picks(worth={}, crowd=(), raters={}, counts={})
