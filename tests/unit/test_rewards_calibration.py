import csv
import gzip
import os
import time
from pathlib import Path

import numpy as np
import pytest

from rewards.calibration import RaterScale, calibrated, fit_raters

DATA = Path(os.environ.get("REPRISE_DATA", Path(__file__).parents[3] / "shared" / "data"))


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


def real_ratings():
    path = DATA / "aut_individual_raters" / "ideas_by_rater.csv.gz"
    if not path.exists():
        pytest.skip(f"the data folder is not there: {path.parent.name}")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [
            (f"{row['study']}-{k}", f"{row['study']}-{row['idea_id']}", (float(row[f"rater{k}"]) - 1) / 4)
            for row in csv.DictReader(file)
            for k in range(1, 5)
            if row[f"rater{k}"]
        ]


def test_held_out_real_ratings_are_predicted_better_than_by_the_plain_mean():
    rows = real_ratings()
    held = np.random.default_rng(1).random(len(rows)) < 0.2
    train = [row for row, out in zip(rows, held, strict=True) if not out]
    scales = fit_raters(train)
    others = {}
    for rater, item, value in train:
        others.setdefault(item, []).append((value, calibrated(value, scales[rater])))
    plain, calm, told = [], [], []
    for (rater, item, value), out in zip(rows, held, strict=True):
        if out and item in others:
            raw, clean = np.mean(others[item], axis=0)
            scale = scales[rater]
            plain.append(value - raw)
            calm.append(calibrated(value, scale) - clean)
            told.append(value - (0.5 + (clean - 0.5) * scale.scale + scale.offset))
    error = [float(np.sqrt(np.mean(np.square(errors)))) for errors in (plain, calm, told)]
    assert error[1] < 0.85 * error[0]
    assert error[2] < 0.90 * error[0]
