"""Do raters agree? Krippendorff's alpha with an interval, and each rater's correlation with all others.

Alpha is 1 where all say the same of every item and 0 where they agree as if by chance; below 0 they contradict one
another (Krippendorff, "Computing Krippendorff's alpha-reliability", 2011). With interval data the disagreement of two
values is their squared difference, with ordinal data that of their mid-ranks among all values, which is the same as
Krippendorff's sum over the ranks between them. So both have a closed form, and need no table of coincidences.
"""

import math
from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rewards.compare import widened_tail
from rewards.errors import TooFew
from rewards.ranks import ranks

Floats = NDArray[np.float64]
Level = Literal["interval", "ordinal"]
Rows = Iterable[tuple[str, str, float]]
"""(rater, item id, value); one value of a rater for an item."""
DRAWS, LEAST = 2_000, 5
_BLOCK = 4_000_000


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Krippendorff's alpha with its 95 % interval."""

    alpha: float
    low: float | None
    """None where too few items were drawn from."""
    high: float | None
    items: int
    """That two or more rated."""
    ratings: int


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """Pearson's correlation of one rater's values with the mean of the others', with its 95 % interval."""

    r: float
    low: float
    high: float
    n: int
    """Items that the rater shares with others."""


def alpha(rows: Rows, level: Level = "interval", seed: int = 0, draws: int = DRAWS) -> Agreement:
    """Krippendorff's alpha; the interval draws whole items with replacement, with the ranks of the whole sample.

    Raises TooFew where no item has two ratings, or all ratings are alike: then nothing can be said.
    """
    values, unit, n_units = _pairable(rows)
    if not n_units:
        raise TooFew("agreement needs an item that two or more rated")
    scaled = ranks(values) if level == "ordinal" else values
    sums = _per_unit(scaled / max(float(np.abs(scaled).max()), 1e-12), unit, n_units)
    point = float(_alphas(np.ones((1, n_units)), sums)[0])
    if math.isnan(point):
        raise TooFew("agreement needs ratings that differ")
    low, high = _interval(sums, n_units, seed, draws)
    return Agreement(alpha=point, low=low, high=high, items=n_units, ratings=values.size)


def with_others(rows: Rows) -> dict[str, Likeness]:
    """Each rater's agreement with the mean of the others; left out who shares fewer than five items.

    The values are best calibrated, so that a mean of few does not depend on who they are. A correlation does not
    change with the rater's own offset and scale.
    """
    by_item: dict[str, list[tuple[str, float]]] = {}
    for rater, item_id, value in rows:
        by_item.setdefault(item_id, []).append((rater, value))
    pairs: dict[str, list[tuple[float, float]]] = {}
    for said in by_item.values():
        total = sum(value for _, value in said)
        for rater, value in said if len(said) > 1 else ():
            pairs.setdefault(rater, []).append((value, (total - value) / (len(said) - 1)))
    return {rater: _likeness(np.array(some)) for rater, some in pairs.items() if len(some) >= LEAST}


def _likeness(pairs: Floats) -> Likeness:
    """The interval is Fisher's, on the inverse hyperbolic tangent."""
    n = len(pairs)
    x, y = (pairs - pairs.mean(axis=0)).T
    size = math.sqrt(float(x @ x) * float(y @ y))
    r = float(x @ y) / size if size > 0 else 0.0
    at, reach = math.atanh(min(max(r, -0.999999), 0.999999)), NormalDist().inv_cdf(0.975) / math.sqrt(n - 3)
    return Likeness(r=r, low=math.tanh(at - reach), high=math.tanh(at + reach), n=n)


def _pairable(rows: Rows) -> tuple[Floats, NDArray[np.intp], int]:
    """Values of items with at least two, and the place of each one's item."""
    by_item: dict[str, dict[str, float]] = {}
    for rater, item_id, value in rows:
        by_item.setdefault(item_id, {})[rater] = value
    units: list[Mapping[str, float]] = [said for said in by_item.values() if len(said) > 1]
    values = np.array([value for said in units for value in said.values()], dtype=np.float64)
    return values, np.repeat(np.arange(len(units)), [len(said) for said in units]), len(units)


def _per_unit(values: Floats, unit: NDArray[np.intp], n: int) -> Floats:
    """For each item: ratings, their sum, their sum of squares, and their disagreement, (n, 4)."""
    centred = values - values.mean()
    m, s, q = (np.bincount(unit, x, n).astype(np.float64) for x in (np.ones_like(centred), centred, centred**2))
    return np.stack([m, s, q, 2 * (m * q - s**2) / (m - 1)], axis=1)


def _alphas(times: Floats, sums: Floats) -> Floats:
    """Alpha of each draw, given how often it drew each item; NaN where all values are alike."""
    m, s, q, observed = (times @ sums).T
    expected = 2 * (m * q - s**2) / (m - 1)
    some = expected > 1e-12 * m
    return np.where(some, 1 - observed / np.where(some, expected, 1.0), np.nan)


def _interval(sums: Floats, n: int, seed: int, draws: int) -> tuple[float | None, float | None]:
    if n < LEAST:
        return None, None
    rng, at_once = np.random.default_rng(seed), max(1, _BLOCK // n)
    found = []
    for start in range(0, draws, at_once):
        times = rng.multinomial(n, np.full(n, 1 / n), size=min(at_once, draws - start))
        found.append(_alphas(times.astype(np.float64), sums))
    tail = widened_tail(0.025, n)
    low, high = np.nanquantile(np.concatenate(found), [tail, 1 - tail])
    return float(low), float(high)
