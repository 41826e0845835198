"""Agreement against Krippendorff's own worked example, and intervals that hold what they promise."""

import itertools

import numpy as np
import pytest

from rewards.agreement import Rows, alpha, with_others
from rewards.errors import TooFew
from tests.rated import people

# Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), part C: four observers, twelve units.
OBSERVERS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
EXAMPLE = [
    (name, str(unit), float(value))
    for name, line in OBSERVERS.items()
    for unit, value in enumerate(line.split())
    if value != "."
]


@pytest.mark.parametrize(("level", "published"), [("interval", 0.849), ("ordinal", 0.815)])
def test_the_published_example(level, published):
    found = alpha(EXAMPLE, level)
    assert found.alpha == pytest.approx(published, abs=0.0005)
    assert found.low < found.alpha < found.high
    assert (found.items, found.ratings) == (11, 40)


def by_definition(rows: Rows, ordinal: bool) -> float:
    """Observed over expected disagreement, pair by pair, as the definition reads."""
    units: dict[str, list[float]] = {}
    for _, unit, value in rows:
        units.setdefault(unit, []).append(value)
    kept = [said for said in units.values() if len(said) > 1]
    values = [value for said in kept for value in said]

    def difference(a: float, b: float) -> float:
        if not ordinal:
            return (a - b) ** 2
        low, high = sorted((a, b))
        between = sum(low <= value <= high for value in values)
        return (between - (values.count(low) + values.count(high)) / 2) ** 2

    observed = sum(difference(a, b) / (len(said) - 1) for said in kept for a, b in itertools.permutations(said, 2))
    expected = sum(difference(a, b) for a, b in itertools.permutations(values, 2)) / (len(values) - 1)
    return 1 - observed / expected


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_definition_whatever_the_gaps(seed):
    rng = np.random.default_rng(seed)
    rows = [(f"r{r}", f"i{i}", float(rng.integers(1, 6))) for r in range(4) for i in range(15) if rng.random() < 0.6]
    assert alpha(rows).alpha == pytest.approx(by_definition(rows, ordinal=False))
    assert alpha(rows, "ordinal").alpha == pytest.approx(by_definition(rows, ordinal=True))


def test_the_interval_holds_the_truth_nineteen_times_in_twenty():
    # equal variances of items and noise: two ratings of an item correlate at 0.5, which alpha estimates
    inside = 0
    for seed in range(120):
        rows, _ = people([0.0] * 3, items=60, spread=0.1, noise=0.1, seed=seed)
        found = alpha(rows, draws=400)
        inside += found.low <= 0.5 <= found.high
    assert 105 <= inside <= 120


def test_perfect_none_and_opposite_agreement():
    same = [(r, f"i{k}", k / 10) for r in "ab" for k in range(10)]
    assert alpha(same).alpha == pytest.approx(1)
    opposite = [("a", f"i{k}", k / 10) for k in range(10)] + [("b", f"i{k}", 1 - k / 10) for k in range(10)]
    assert alpha(opposite).alpha < -0.5
    rng = np.random.default_rng(0)
    chance = [(r, f"i{k}", rng.random()) for r in "ab" for k in range(400)]
    assert abs(alpha(chance).alpha) < 0.1


def test_what_cannot_be_said_is_not_said():
    with pytest.raises(TooFew, match="two or more"):
        alpha([("a", "1", 0.5), ("b", "2", 0.5)])
    with pytest.raises(TooFew, match="differ"):
        alpha([("a", "1", 0.5), ("b", "1", 0.5)])
    few = alpha([("a", "1", 0.5), ("b", "1", 0.6), ("a", "2", 0.1), ("b", "2", 0.1)])
    assert (few.low, few.high) == (None, None)


def test_who_rates_at_random_agrees_with_nobody_and_leaning_does_not_matter():
    rows, _ = people([0.0, 0.3, -0.2], items=200, spread=0.15, noise=0.05)
    rng = np.random.default_rng(1)
    rows += [("random", f"i{k}", float(rng.random())) for k in range(200)] + [("rare", "i0", 0.5)]
    found = with_others(rows)
    assert set(found) == {"r0", "r1", "r2", "random"}
    assert found["random"].low < 0 < found["random"].high
    assert min(found[f"r{k}"].low for k in range(3)) > 0.3
    shifted = with_others([(r, i, 0.2 + 0.5 * v if r == "r0" else v) for r, i, v in rows])
    assert shifted["r0"].r == pytest.approx(found["r0"].r)
