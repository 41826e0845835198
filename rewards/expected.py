"""What a rater would say of an item that others rated.

The others' ratings are calibrated and averaged, the average is drawn to the mean of all items as far as so few
ratings are uncertain, and the rater's own leaning is put back. How many ratings the mean of all items is worth is the
ratio of the variance within items to that between them (analysis of variance, one way): the same figure that
`rewards.prior_strength` sets for rewards.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from rewards.calibration import CENTRE, IDENTITY, RaterScale, calibrated, fit_raters
from rewards.reward import Observation, shrunk

MOST = 100.0
"""No mean is worth more ratings than these: items that cannot be told apart."""


class Crowd(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of raters and items together."""

    scales: dict[str, RaterScale]
    mean: float
    """Of calibrated ratings."""
    strength: float
    """How many ratings the mean is worth, for an item."""

    def expected(self, rater: str, others: Iterable[tuple[str, float]]) -> float:
        """The value in [0, 1] that `rater` would give, from (rater, value) of others; they may be none."""
        seen = [Observation(calibrated(value, self.scales.get(name))) for name, value in others]
        worth = shrunk(seen, self.mean, self.strength)
        own = self.scales.get(rater, IDENTITY)
        return min(1.0, max(0.0, CENTRE + own.offset + own.scale * (worth - CENTRE)))


def fit_crowd(observations: Iterable[tuple[str, str, float]]) -> Crowd:
    """Leanings, mean and strength from (rater, item id, value in [0, 1])."""
    rows = list(observations)
    scales = fit_raters(rows)
    by_item: dict[str, list[float]] = {}
    for rater, item_id, value in rows:
        by_item.setdefault(item_id, []).append(calibrated(value, scales[rater]))
    values = [value for said in by_item.values() for value in said]
    mean = sum(values) / len(values) if values else CENTRE
    return Crowd(scales=scales, mean=mean, strength=votes_of_the_mean(list(by_item.values())))


def votes_of_the_mean(items: list[list[float]]) -> float:
    """The variance within items over that between them; 1 where no two ratings tell, at most 100."""
    counts = np.array([len(said) for said in items], dtype=np.float64)
    total, k = float(counts.sum()), len(items)
    if k < 2 or total <= k:
        return 1.0
    means = np.array([sum(said) / len(said) for said in items])
    within = sum(float(np.square(np.array(said) - mean).sum()) for said, mean in zip(items, means, strict=True))
    noise = within / (total - k)
    between = float(counts @ (means - counts @ means / total) ** 2) / (k - 1)
    usual = (total - float(counts @ counts) / total) / (k - 1)
    worth = (between - noise) / usual
    return min(MOST, noise / worth) if worth > noise / MOST else MOST
