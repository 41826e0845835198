"""How each rater leans, and what a rating is worth once the leaning is taken out.

The model: rater r gives item i the value  y = c + b_r + s_r * (q_i - c) + noise,  with b the rater's offset and s
the rater's scale. Only items that two or more raters rated tell of it: what a rater rated alone may have been
better or worse than what others rated. Offsets come from two-way backfitting with free item effects (Ghosh,
Hastie and Owen, "Backfitting for large scale crossed random effects regressions", 2022), scales from the same
alternation on squared deviations. Both are shrunk, the offset to 0 and the log scale to 0, with the variance
between raters estimated by moments (DerSimonian and Laird, "Meta-analysis in clinical trials", 1986): the fewer
ratings and the more alike the raters, the nearer to the identity.
"""

from collections.abc import Iterable

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

CENTRE = 0.5
WIDEST = 2.5
"""No scale is taken for larger than this, or smaller than its inverse."""
ROUNDS, ENOUGH = 60, 1e-6


class RaterScale(msgspec.Struct, frozen=True, kw_only=True):
    """A rater's leaning: what is added to every value, and how far values are spread about 0.5."""

    offset: float = 0.0
    scale: float = 1.0
    n: int = 0
    """On how many ratings of shared items this stands."""


IDENTITY = RaterScale()


class _Ratings(msgspec.Struct, frozen=True):
    """Ratings of items that several raters rated; three arrays of one length."""

    names: list[str]
    rater: Places
    item: Places
    value: Floats
    per_item: Floats
    information: Floats
    """Per rater: how many ratings' worth is known of the rater, when the items' worth must be learned as well."""

    def by_rater(self, x: Floats) -> Floats:
        return _sums(self.rater, x, len(self.names))

    def item_mean(self, x: Floats) -> Floats:
        return _sums(self.item, x, self.per_item.size) / self.per_item


def fit_raters(observations: Iterable[tuple[str, str, float]]) -> dict[str, RaterScale]:
    """Each rater's leaning from (rater, item id, value in [0, 1]); the identity for who shared no item."""
    rows = list(observations)
    known = {rater: IDENTITY for rater, _, _ in rows}
    shared = _shared(rows)
    if len(shared.names) > 1:
        known.update(_fit(shared))
    return known


def calibrated(value: float, scale: RaterScale | None) -> float:
    """The value without the rater's leaning, in [0, 1]; unchanged for a rater of whom nothing is known."""
    if scale is None:
        return value
    return min(1.0, max(0.0, CENTRE + (value - scale.offset - CENTRE) / scale.scale))


def _shared(rows: list[tuple[str, str, float]]) -> _Ratings:
    raters_of: dict[str, set[str]] = {}
    for name, item_id, _ in rows:
        raters_of.setdefault(item_id, set()).add(name)
    kept = [row for row in rows if len(raters_of[row[1]]) > 1]
    names, who = _coded([row[0] for row in kept])
    _, item = _coded([row[1] for row in kept])
    per_item = np.bincount(item).astype(np.float64)
    information = _sums(who, 1 - 1 / per_item[item], len(names))
    return _Ratings(names, who, item, np.array([row[2] for row in kept], dtype=np.float64), per_item, information)


def _sums(places: Places, x: Floats, n: int) -> Floats:
    return np.asarray(np.bincount(places, x, minlength=n), dtype=np.float64)


def _coded(labels: list[str]) -> tuple[list[str], Places]:
    codes = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    return list(codes), np.fromiter((codes[label] for label in labels), dtype=np.intp, count=len(labels))


def _fit(ratings: _Ratings) -> dict[str, RaterScale]:
    counts = ratings.by_rater(np.ones_like(ratings.value))
    offsets = _offsets(ratings, counts)
    worth = ratings.item_mean(ratings.value - offsets[ratings.rater])
    centres = ratings.by_rater(worth[ratings.item]) / counts
    scales = _scales(ratings, counts)
    # calibrated() turns about 0.5, the rater's own ratings about what their items are worth
    moved = offsets + (1 - scales) * (centres - CENTRE)
    return {
        name: RaterScale(offset=float(moved[k]), scale=float(scales[k]), n=int(counts[k]))
        for k, name in enumerate(ratings.names)
    }


def _offsets(ratings: _Ratings, counts: Floats) -> Floats:
    offsets = np.zeros(len(ratings.names))
    for _ in range(ROUNDS):
        worth = ratings.item_mean(ratings.value - offsets[ratings.rater])
        before, offsets = offsets, ratings.by_rater(ratings.value - worth[ratings.item]) / counts
        if float(np.abs(offsets - before).max()) < ENOUGH:
            break
    left = ratings.value - worth[ratings.item] - offsets[ratings.rater]
    freedom = ratings.value.size - ratings.per_item.size - len(ratings.names) + 1
    noise = float(left @ left) / max(freedom, 1)
    return _shrunk(offsets, noise / ratings.information)


def _scales(ratings: _Ratings, counts: Floats) -> Floats:
    mean = ratings.by_rater(ratings.value) / counts
    squares = (ratings.value - mean[ratings.rater]) ** 2
    little = 1e-3 * float(squares.mean()) + 1e-12
    spread = np.ones(len(ratings.names))
    for _ in range(ROUNDS):
        spread_of_item = ratings.item_mean(squares / spread[ratings.rater])
        before = spread
        spread = (ratings.by_rater(squares) + little) / (ratings.by_rater(spread_of_item[ratings.item]) + little)
        if float(np.abs(spread - before).max()) < ENOUGH:
            break
    # the variance of the log of a variance of n normal values is 2 / n
    logs = _shrunk(np.log(spread), 2 / ratings.information)
    return np.asarray(np.clip(np.exp(logs / 2), 1 / WIDEST, WIDEST), dtype=np.float64)


def _shrunk(estimates: Floats, variances: Floats) -> Floats:
    """The estimates drawn to their common mean, which becomes 0, as far as they are uncertain."""
    weights = 1 / np.maximum(variances, 1e-12)
    total = float(weights.sum())
    centred = estimates - float(weights @ estimates) / total
    beyond_noise = float(weights @ centred**2) - (estimates.size - 1)
    between = max(0.0, beyond_noise / (total - float(weights @ weights) / total))
    return np.asarray(centred * between / (between + variances + 1e-12), dtype=np.float64)
