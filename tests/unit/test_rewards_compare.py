import numpy as np
import pytest

from rewards.compare import bootstrap_interval, student, widened_tail, win_rate, wins
from rewards.errors import TooFew


def test_a_tie_counts_half():
    assert wins([1, 2, 3], [0, 2, 5]).tolist() == [1.0, 0.5, 0.0]
    assert win_rate([1, 2, 3, 4], [0, 2, 5, 1]) == pytest.approx(0.625)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="finite"):
        win_rate([1.0, float("nan")], [0.0, 0.0])
    with pytest.raises(ValueError, match="as many"):
        win_rate([1.0], [0.0, 0.0])
    with pytest.raises(TooFew):
        win_rate([], [])
    with pytest.raises(TooFew):
        bootstrap_interval([1.0, 1.0], ["a", "a"], seed=0)


def test_students_quantile_is_scipys():
    from scipy.stats import t

    for freedom in (1, 2, 3, 4, 10, 30, 200):
        tolerance = 0.02 if freedom == 3 else 0.005
        assert student(0.975, freedom) == pytest.approx(t.ppf(0.975, freedom), rel=tolerance)


def slow_interval(values, groups, seed, draws):
    """The same, drawing lists of groups one by one."""
    rng = np.random.default_rng(seed)
    names = sorted(set(groups))
    means = []
    for _ in range(draws):
        drawn = rng.choice(names, len(names))
        together = [value for name in drawn for value, group in zip(values, groups, strict=True) if group == name]
        means.append(np.mean(together))
    tail = widened_tail(0.025, len(names))
    return np.quantile(means, [tail, 1 - tail])


def test_agrees_with_the_slow_loop():
    rng = np.random.default_rng(3)
    groups = [f"p{k}" for k in rng.integers(15, size=60)]
    values = rng.random(60) + [0.3 * (group < "p5") for group in groups]
    fast = bootstrap_interval(values, groups, seed=1, draws=4_000)
    assert fast == pytest.approx(slow_interval(values, groups, 2, 4_000), abs=0.015)
    assert fast == bootstrap_interval(values, groups, seed=1, draws=4_000)


def test_covers_the_truth_as_often_as_it_says_when_texts_of_a_prompt_go_together():
    rng = np.random.default_rng(7)
    groups = np.repeat(np.arange(20), 5)
    clustered = alone = 0
    for trial in range(400):
        values = rng.normal(0, 1, 20)[groups] + rng.normal(0, 1, 100)
        low, high = bootstrap_interval(values, groups.tolist(), seed=trial, draws=600)
        clustered += low <= 0 <= high
        low, high = bootstrap_interval(values, list(range(100)), seed=trial, draws=600)
        alone += low <= 0 <= high
    assert 0.92 <= clustered / 400 <= 0.98
    assert alone / 400 < 0.85


def test_the_tail_is_widened_as_in_hesterberg():
    """Of 10 groups: Student's 2.262 times the root of 10/9 is 2.384, beyond which the normal has 0.856 %."""
    assert widened_tail(0.025, 10) == pytest.approx(0.00856, abs=1e-4)
    assert widened_tail(0.025, 100_000) == pytest.approx(0.025, abs=1e-4)
