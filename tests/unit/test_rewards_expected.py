"""Foretelling a rater: the truth is found in simulations, and real held-out ratings better than by the plain mean."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.raters import foretold, ideas, stories
from rewards.expected import Crowd, fit_crowd, votes_of_the_mean
from tests.rated import people


def test_the_strength_is_noise_over_spread():
    rows, _ = people([0.0] * 4, items=800, spread=0.1, noise=0.15, share=0.7)
    assert fit_crowd(rows).strength == pytest.approx((0.15 / 0.1) ** 2, rel=0.15)
    assert votes_of_the_mean([[0.5, 0.5], [0.9, 0.9]]) < 0.01
    assert votes_of_the_mean([[0.1, 0.9], [0.9, 0.1]]) == 100
    assert votes_of_the_mean([[0.3], [0.4]]) == 1
    assert votes_of_the_mean([]) == 1


def test_by_hand():
    crowd = Crowd(scales={}, mean=0.4, strength=2.0)
    assert crowd.expected("a", [("b", 0.7)]) == pytest.approx((2 * 0.4 + 0.7) / 3)
    assert crowd.expected("a", []) == 0.4


def test_a_known_leaning_is_put_back():
    rows, worth = people([0.15, -0.15, 0.0], items=300, spread=0.1, noise=0.03)
    crowd = fit_crowd(rows)
    said: dict[str, list[tuple[str, float]]] = {}
    for rater, item, value in rows:
        said.setdefault(item, []).append((rater, value))
    wrong = [crowd.expected("r0", [each for each in said[i] if each[0] != "r0"]) - (worth[i] + 0.15) for i in worth]
    assert abs(float(np.mean(wrong))) < 0.01
    assert float(np.std(wrong)) < 0.04


def test_a_known_spread_is_put_back():
    rows, _ = people([0.0] * 4, items=300, spread=0.1, noise=0.03)
    crowd = fit_crowd(
        [(rater, item, 0.5 + 0.5 * (value - 0.5) if rater == "r0" else value) for rater, item, value in rows]
    )
    narrow, plain = (np.ptp([crowd.expected(rater, [("r3", value)]) for value in (0.3, 0.7)]) for rater in ("r0", "r1"))
    assert narrow / plain == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize("name", ["ideas", "stories"])
def test_held_out_real_ratings_are_foretold_better_than_by_the_plain_mean(data: Path, name: str) -> None:
    """`benchmarks/raters.py` takes all ideas; one of their three studies is enough here."""
    study = [row for row in ideas(data) if row[0].startswith("semdis2")]
    found = foretold({"originality": study} if name == "ideas" else stories(data))
    plain, _, _ = found["plain"]
    for way in ("known", "stranger"):
        error, _, high = found[way]
        assert error < 0.9 * plain
        assert high < 0, "the whole interval of the difference is on our side"
