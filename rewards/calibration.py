"""How each rater leans, and what a rating is worth once the leaning is taken out.

The model: rater r gives item i the value  y = c + b_r + s_r * (q_i - c) + noise,  with b the rater's offset and s
the rater's scale. Only items that two or more raters rated tell of it: what a rater rated alone may have been
better or worse than what others rated. Offsets come from two-way backfitting with free item effects (Ghosh,
Hastie and Owen, "Backfitting for large scale crossed random effects regressions", 2022), scales from the same
alternation on squared deviations. Both are shrunk, the offset to 0 and the log scale to 0, with the variance
between raters estimated by moments (DerSimonian and Laird, "Meta-analysis in clinical trials", 1986): the fewer
ratings and the more alike the raters, the nearer to the identity. A rater's leaning on one criterion is shrunk in
the same way, not to the identity but to the leaning that the rater has over all of them.
"""

from collections.abc import Iterable, Mapping

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


def fit_criteria(observations: Iterable[tuple[str, str, str, float]]) -> dict[str, dict[str, RaterScale]]:
    """Each rater's leaning on each criterion that the rater scored, by rater and criterion.

    From (rater, item id, criterion, value in [0, 1]). Where a rater shared no item on a criterion, it is the leaning
    over all criteria.
    """
    rows = list(observations)
    by_criterion: dict[str, list[tuple[str, str, float]]] = {}
    for rater, item_id, criterion, value in rows:
        by_criterion.setdefault(criterion, []).append((rater, item_id, value))
    means = {name: sum(row[2] for row in some) / len(some) for name, some in by_criterion.items()}
    pooled = [(rater, f"{name} {item_id}", value - means[name] + CENTRE) for rater, item_id, name, value in rows]
    shared = _shared(pooled)
    overall = _overall(_leanings(shared)) if len(shared.names) > 1 else {}
    found: dict[str, dict[str, RaterScale]] = {}
    for criterion, some in by_criterion.items():
        for rater, scale in _on_one(some, overall).items():
            found.setdefault(rater, {})[criterion] = scale
    return found


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


class _Leanings(msgspec.Struct, frozen=True):
    """What the ratings say of each rater before anything is shrunk; arrays with one place per rater."""

    names: list[str]
    counts: Floats
    centres: Floats
    """The mean worth of what the rater rated."""
    offsets: Floats
    offset_variances: Floats
    spreads: Floats
    """Logs of variances: twice the log of the scale."""
    spread_variances: Floats

    def scales(self, offsets: Floats, spreads: Floats) -> dict[str, RaterScale]:
        """The leanings once shrunk. calibrated() turns about 0.5, a rater's own ratings about what they are worth."""
        scales = np.clip(np.exp(spreads / 2), 1 / WIDEST, WIDEST)
        moved = offsets + (1 - scales) * (self.centres - CENTRE)
        return {
            name: RaterScale(offset=float(moved[k]), scale=float(scales[k]), n=int(self.counts[k]))
            for k, name in enumerate(self.names)
        }


def _fit(ratings: _Ratings) -> dict[str, RaterScale]:
    found = _leanings(ratings)
    offsets = _shrunk(found.offsets, found.offset_variances)
    return found.scales(offsets, _shrunk(found.spreads, found.spread_variances))


def _overall(found: _Leanings) -> dict[str, tuple[float, float]]:
    """Each rater's offset and log spread over all criteria."""
    offsets = _shrunk(found.offsets, found.offset_variances)
    spreads = _shrunk(found.spreads, found.spread_variances)
    return {name: (float(offsets[k]), float(spreads[k])) for k, name in enumerate(found.names)}


def _on_one(rows: list[tuple[str, str, float]], overall: Mapping[str, tuple[float, float]]) -> dict[str, RaterScale]:
    """Every rater's leaning on one criterion, drawn to the rater's own over all."""
    plain = {rater: overall.get(rater, (0.0, 0.0)) for rater, _, _ in rows}
    known = {
        rater: RaterScale(offset=offset, scale=float(np.clip(np.exp(spread / 2), 1 / WIDEST, WIDEST)))
        for rater, (offset, spread) in plain.items()
    }
    shared = _shared(rows)
    if len(shared.names) > 1:
        found = _leanings(shared)
        offset, spread = np.array([plain[name] for name in found.names]).T
        offset = offset + _shrunk(found.offsets - offset, found.offset_variances)
        spread = spread + _shrunk(found.spreads - spread, found.spread_variances)
        known.update(found.scales(offset, spread))
    return known


def _leanings(ratings: _Ratings) -> _Leanings:
    counts = ratings.by_rater(np.ones_like(ratings.value))
    offsets, variances = _offsets(ratings, counts)
    # which items the rater happened to get is told by raters who are taken as they will be: shrunk
    worth = ratings.item_mean(ratings.value - _shrunk(offsets, variances)[ratings.rater])
    return _Leanings(
        names=ratings.names,
        counts=counts,
        centres=ratings.by_rater(worth[ratings.item]) / counts,
        offsets=offsets,
        offset_variances=variances,
        spreads=_spreads(ratings, counts),
        spread_variances=2 / ratings.information,  # of the log of a variance of n normal values: 2 / n
    )


def _offsets(ratings: _Ratings, counts: Floats) -> tuple[Floats, Floats]:
    offsets = np.zeros(len(ratings.names))
    for _ in range(ROUNDS):
        worth = ratings.item_mean(ratings.value - offsets[ratings.rater])
        before, offsets = offsets, ratings.by_rater(ratings.value - worth[ratings.item]) / counts
        if float(np.abs(offsets - before).max()) < ENOUGH:
            break
    left = ratings.value - worth[ratings.item] - offsets[ratings.rater]
    freedom = ratings.value.size - ratings.per_item.size - len(ratings.names) + 1
    noise = float(left @ left) / max(freedom, 1)
    return offsets, np.asarray(noise / ratings.information, dtype=np.float64)


def _spreads(ratings: _Ratings, counts: Floats) -> Floats:
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
    return np.log(spread)


def _shrunk(estimates: Floats, variances: Floats) -> Floats:
    """The estimates drawn to their common mean, which becomes 0, as far as they are uncertain."""
    weights = 1 / np.maximum(variances, 1e-12)
    total = float(weights.sum())
    centred = estimates - float(weights @ estimates) / total
    beyond_noise = float(weights @ centred**2) - (estimates.size - 1)
    between = max(0.0, beyond_noise / (total - float(weights @ weights) / total))
    return np.asarray(centred * between / (between + variances + 1e-12), dtype=np.float64)
