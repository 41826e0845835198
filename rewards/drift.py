"""Does a rater grow stricter or milder? The change of each rater's leaning from the first rating to the last.

Least squares with a free effect of every item, and an offset and a slope of every rater over that rater's own order
of ratings: what a rater rated late may be better than what came first, and is judged by what others said of it.
Where raters go through the items in the same order, only differences between them can be seen: if all drift alike, it
looks as if none did, and of two raters each bears half of what sets them apart.
"""

import math
from collections import Counter
from collections.abc import Iterable

import msgspec
import numpy as np
from numpy.typing import NDArray

from rewards.compare import student

Floats = NDArray[np.float64]
MOST, LEAST = 50, 8
"""Raters that are fitted together, the busiest; ratings of shared items that a slope stands on."""


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """By how much the values that a rater gives have moved, with the 95 % interval; positive is milder."""

    change: float
    low: float
    high: float
    n: int
    """On how many ratings of shared items this stands."""
    sure: bool
    """Whether it is away from 0 although so many raters were looked at (Bonferroni)."""


def fit_drift(observations: Iterable[tuple[str, str, float]]) -> dict[str, Drift]:
    """Each rater's drift from (rater, item id, value) in the order in which they were said.

    Left out are raters with fewer than eight ratings of items that others rated too, and all but the fifty busiest.
    """
    rows = _shared(list(observations))
    names = list(dict.fromkeys(rater for rater, _, _ in rows))
    if len(names) < 2:
        return {}
    design, value, items = _design(rows, names)
    gram = design.T @ design
    inverse = np.linalg.pinv(gram, rcond=1e-9, hermitian=True)
    found = inverse @ (design.T @ value)
    freedom = value.size - items - int(np.linalg.matrix_rank(gram, tol=1e-9 * float(gram.max()), hermitian=True))
    if freedom < 1:
        return {}
    noise = float(np.square(value - design @ found).sum()) / freedom
    counts = Counter(rater for rater, _, _ in rows)
    reach, sure = student(0.975, freedom), student(1 - 0.025 / len(names), freedom)
    made = {}
    for k, name in enumerate(names):
        place = len(names) + k
        error, slope = math.sqrt(max(0.0, noise * inverse[place, place])), float(found[place])
        made[name] = Drift(
            change=slope, low=slope - reach * error, high=slope + reach * error, n=counts[name],
            sure=abs(slope) > sure * error,
        )  # fmt: skip
    return made


def _shared(rows: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    """Ratings of items that two or more of the raters rated who are looked at."""
    while True:
        raters_of: dict[str, set[str]] = {}
        for rater, item_id, _ in rows:
            raters_of.setdefault(item_id, set()).add(rater)
        kept = [row for row in rows if len(raters_of[row[1]]) > 1]
        busy = {rater for rater, n in Counter(row[0] for row in kept).most_common(MOST) if n >= LEAST}
        kept = [row for row in kept if row[0] in busy]
        if len(kept) == len(rows):
            return rows
        rows = kept


def _design(rows: list[tuple[str, str, float]], names: list[str]) -> tuple[Floats, Floats, int]:
    """Offsets and slopes of the raters, (n, 2 raters), and the values, both without what is the item's."""
    who = {name: k for k, name in enumerate(names)}
    counts = Counter(rater for rater, _, _ in rows)
    seen: Counter[str] = Counter()
    design = np.zeros((len(rows), 2 * len(names)))
    for place, (rater, _, _) in enumerate(rows):
        design[place, who[rater]] = 1.0
        design[place, len(names) + who[rater]] = seen[rater] / (counts[rater] - 1) - 0.5
        seen[rater] += 1
    codes = {item_id: k for k, item_id in enumerate(dict.fromkeys(row[1] for row in rows))}
    item = np.array([codes[row[1]] for row in rows], dtype=np.intp)
    value = np.array([row[2] for row in rows], dtype=np.float64)
    return _within(design, item), _within(value[:, None], item)[:, 0], len(codes)


def _within(x: Floats, item: NDArray[np.intp]) -> Floats:
    """Each column without the mean of its item."""
    sums = np.zeros((int(item.max()) + 1, x.shape[1]))
    np.add.at(sums, item, x)
    return np.asarray(x - (sums / np.bincount(item)[:, None])[item], dtype=np.float64)
