import time

import numpy as np
import pytest

from rewards.calibration import RaterScale, calibrated, fit_criteria, fit_raters


def simulated(offsets, scales, items, each, seed=0, noise=0.05):
    """Every rater rates `each` random items; returns the ratings and the items' worth."""
    rng = np.random.default_rng(seed)
    worth = rng.uniform(0.3, 0.7, items)
    rows = []
    for k, (offset, scale) in enumerate(zip(offsets, scales, strict=True)):
        for item in rng.choice(items, each[k], replace=False):
            value = 0.5 + offset + scale * (worth[item] - 0.5) + rng.normal(0, noise * scale)
            rows.append((f"r{k}", f"i{item}", float(value)))
    return rows, worth


def test_recovers_offsets_and_scales_of_busy_raters():
    offsets, scales = np.array([-0.15, 0.0, 0.15, 0.0]), np.array([1.0, 0.6, 1.0, 1.6])
    rows, _ = simulated(offsets, scales, 800, [700] * 4)
    found = fit_raters(rows)
    for k in range(4):
        scale = found[f"r{k}"]
        assert scale.offset == pytest.approx(offsets[k], abs=0.02)
        assert scale.scale == pytest.approx(scales[k] / np.exp(np.log(scales).mean()), rel=0.1)
        assert scale.n > 690


def test_one_rater_or_no_shared_item_is_the_identity():
    alone = [("me", f"i{k}", 0.9) for k in range(50)]
    apart = alone + [("crowd", f"j{k}", 0.1) for k in range(50)]
    assert fit_raters(alone) == {"me": RaterScale()}
    assert set(fit_raters(apart).values()) == {RaterScale()}
    assert fit_raters([]) == {}


def test_few_ratings_move_a_rater_less_than_many():
    rows, _ = simulated([0.2, -0.2, 0.1, -0.1, 0.0], [1.0] * 5, 400, [300] * 5)
    few = [("new", item, min(1.0, value + 0.2)) for rater, item, value in rows if rater == "r4"][:2]
    offset = fit_raters(rows + few)["new"].offset
    assert 0 < offset < fit_raters(rows)["r0"].offset


def test_raters_that_are_alike_are_left_nearly_alone():
    rows, _ = simulated([0.0] * 12, [1.0] * 12, 300, [25] * 12, noise=0.2)
    found = fit_raters(rows)
    assert max(abs(scale.offset) for scale in found.values()) < 0.05


def test_calibrated_inverts_the_leaning_and_stays_in_range():
    assert calibrated(0.5 + 0.1 + 1.5 * (0.6 - 0.5), RaterScale(offset=0.1, scale=1.5)) == pytest.approx(0.6)
    assert calibrated(0.0, RaterScale(offset=0.3)) == 0.0
    assert calibrated(1.0, RaterScale(offset=-0.3)) == 1.0
    assert calibrated(0.37, None) == 0.37


def test_a_hundred_thousand_ratings_take_well_under_a_second():
    rng = np.random.default_rng(0)
    raters, items = rng.integers(500, size=100_000), rng.integers(20_000, size=100_000)
    rows = [(f"r{r}", f"i{i}", float(v)) for r, i, v in zip(raters, items, rng.random(100_000), strict=True)]
    start = time.process_time()
    fit_raters(rows)
    assert time.process_time() - start < 2.0


def by_criterion(overall, own, items, share=1.0, seed=0):
    """Raters with an offset of their own, and another on each of two criteria besides."""
    rng = np.random.default_rng(seed)
    worth = {name: rng.uniform(0.3, 0.7, items) for name in own}
    return [
        (f"r{k}", f"i{item}", name, float(worth[name][item] + offset + more[k] + rng.normal(0, 0.05)))
        for k, offset in enumerate(overall)
        for name, more in own.items()
        for item in range(items)
        if rng.random() < (share if k == 0 else 1.0)
    ]


def test_recovers_what_a_rater_leans_on_each_criterion():
    overall = [0.1, -0.1, 0.0, 0.0]
    own = {"clarity": [0.1, 0.0, -0.1, 0.0], "charm": [-0.1, 0.0, 0.1, 0.0]}
    found = fit_criteria(by_criterion(overall, own, 300))
    for name, more in own.items():
        for k in range(4):
            assert found[f"r{k}"][name].offset == pytest.approx(overall[k] + more[k], abs=0.02)
            assert found[f"r{k}"][name].scale == pytest.approx(1.0, abs=0.05)


def test_with_few_ratings_a_criterion_is_near_what_the_rater_leans_on_the_others():
    overall, own = [0.2, -0.1, -0.1, 0.0], {"clarity": [0.0] * 4, "charm": [0.0] * 4}
    rows = by_criterion(overall, own, 200)
    few = [row for row in rows if not (row[0] == "r0" and row[2] == "charm" and row[1] not in ("i0", "i1"))]
    found = fit_criteria(few)["r0"]
    assert found["charm"].offset == pytest.approx(found["clarity"].offset, abs=0.03)
    assert found["charm"].offset > 0.15
    none = [row for row in rows if not (row[0] == "r0" and row[2] == "charm")]
    only = fit_criteria([*none, ("r0", "alone", "charm", 0.9)])["r0"]["charm"]
    assert only.offset == pytest.approx(found["clarity"].offset, abs=0.03)
    assert only.n == 0
    assert fit_criteria([("me", "i", "charm", 0.9)]) == {"me": {"charm": RaterScale()}}


def test_a_criterion_on_which_all_score_high_makes_nobody_wide():
    rows = by_criterion([0.0] * 4, {"clarity": [0.3] * 4, "charm": [-0.3] * 4}, 200)
    few = [row for row in rows if not (row[0] == "r0" and row[2] == "charm" and row[1] not in ("i0", "i1"))]
    assert fit_criteria(few)["r0"]["charm"].scale == pytest.approx(1.0, abs=0.15)
