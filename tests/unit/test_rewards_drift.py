"""Drift: the slope that was put in is found, its interval holds it, and who does not drift is not accused."""

import numpy as np
import pytest

from rewards.drift import fit_drift
from tests.rated import people


def drifting(changes, items=150, noise=0.1, seed=0, share=1.0, in_order=False):
    """Raters whose leaning moves by so much from their first rating to their last."""
    rows, _ = people([0.0] * len(changes), items=items, spread=0.15, noise=noise, share=share, seed=seed)
    if in_order:
        rows.sort(key=lambda row: (row[0], int(row[1][1:])))
    counts = {f"r{k}": sum(row[0] == f"r{k}" for row in rows) for k in range(len(changes))}
    seen = dict.fromkeys(counts, 0)
    moved = []
    for rater, item, value in rows:
        at = seen[rater] / (counts[rater] - 1) - 0.5
        seen[rater] += 1
        moved.append((rater, item, value + changes[int(rater[1:])] * at))
    return moved


def test_a_drift_is_found_against_the_others():
    found = fit_drift(drifting([0.3, 0.0, 0.0, -0.3]))
    for k, change in enumerate([0.3, 0.0, 0.0, -0.3]):
        assert found[f"r{k}"].change == pytest.approx(change, abs=0.08)
        assert found[f"r{k}"].low < found[f"r{k}"].change < found[f"r{k}"].high
        assert found[f"r{k}"].sure == (change != 0)
        assert found[f"r{k}"].n == 150


def test_in_one_order_what_all_share_cannot_be_seen_and_two_bear_half_each():
    assert all(drift.change == pytest.approx(0.3, abs=0.1) for drift in fit_drift(drifting([0.3, 0.3, 0.3])).values())
    alike = fit_drift(drifting([0.3, 0.3, 0.3], in_order=True))
    assert not any(drift.sure for drift in alike.values())
    two = fit_drift(drifting([0.3, 0.0], items=400, in_order=True))
    assert two["r0"].change == pytest.approx(0.15, abs=0.05)
    assert two["r1"].change == pytest.approx(-0.15, abs=0.05)


def test_better_items_at_the_end_are_no_drift():
    rng = np.random.default_rng(0)
    worth = np.sort(rng.uniform(0.2, 0.8, 120))
    rows = [("in order", f"i{k}", worth[k] + rng.normal(0, 0.05)) for k in range(120)]
    rows += [(name, f"i{k}", worth[k] + rng.normal(0, 0.05)) for name in "ab" for k in rng.permutation(120)]
    assert abs(fit_drift(rows)["in order"].change) < 0.06


def test_intervals_hold_what_they_promise():
    held = accused = looked = 0
    for seed in range(60):
        for drift in fit_drift(drifting([0.0] * 4, items=40, seed=seed, share=0.7)).values():
            held += drift.low <= 0 <= drift.high
            accused += drift.sure
            looked += 1
    assert 0.90 <= held / looked <= 0.99
    assert accused / looked < 0.03


def test_who_shared_little_is_left_out():
    rows = drifting([0.0, 0.0])
    assert fit_drift([]) == {}
    assert fit_drift([row for row in rows if row[0] == "r0"]) == {}
    assert "new" not in fit_drift([*rows, ("new", "i0", 0.5), ("new", "i1", 0.5)])
