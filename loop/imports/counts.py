"""Counts of clicks and of engagement as values in [0, 1], measured against the whole file in a first pass."""

from collections.abc import Iterable
from contextlib import suppress

import msgspec
import numpy as np
from numpy.typing import NDArray

from loop.imports import cells
from loop.imports.row import ImportFailed, Refused, RowError, RowRating
from loop.imports.table import Numbered, Record

PRIOR_CLICKS = 4.0
"""How many clicks the file's own rate is worth when a rate is smoothed."""
MOST_VOTES = 50.0
"""No number of clicks counts for more votes than this."""
ENGAGEMENT_VOTES = 4.0
_BINS, _LARGEST = 4096, 40.0
"""Bins of log(1 + count): each is 1 % wide, and e^40 is more than anybody counted."""


class Survey(msgspec.Struct):
    """What the first pass counted."""

    clicks: float = 0.0
    impressions: float = 0.0
    below: list[float] = []
    """For each bin of log(1 + engagement): the share of rows in lower bins and half of its own."""

    def click_rating(self, clicks: float, impressions: float) -> RowRating | None:
        """How a text did against the file's own rate R: with the smoothed rate r, r² / (r² + R²).

        r = (clicks + 4) / (impressions + 4 / R). At the file's rate the value is 0.5, at twice the rate 0.8, at
        half of it 0.2: a logistic function of twice the log of the ratio. Near 0.5 its variance is that of as
        many yes-or-no votes as clicks, so that the votes are the clicks to be expected, R times impressions, at
        most 50. None where nobody saw the text.
        """
        if impressions <= 0 or self.clicks <= 0:
            return None
        base = self.clicks / self.impressions
        ratio = (clicks + PRIOR_CLICKS) / (impressions * base + PRIOR_CLICKS)
        return RowRating("clicks", ratio**2 / (ratio**2 + 1), min(MOST_VOTES, impressions * base))

    def engagement_rating(self, count: float) -> RowRating:
        """The share of the file's rows with less engagement, those with as much counted half; worth four votes."""
        return RowRating("engagement", self.below[_bin(count)], ENGAGEMENT_VOTES)


def survey(records: Iterable[Numbered], columns: dict[str, str]) -> Survey:
    """Count once through the file; what cannot be read is left for the second pass to tell."""
    found, seen = Survey(), np.zeros(_BINS)
    with suppress(ImportFailed):
        for _, record in records:
            with suppress(Refused):
                _take(found, seen, record, columns)
    share = seen / max(seen.sum(), 1)
    found.below = (np.cumsum(share) - share / 2).tolist()
    return found


def clicks_of(record: Record, columns: dict[str, str]) -> tuple[float, float]:
    """(clicks, impressions) of a row; more clicks than impressions are refused."""
    seen = cells.count(record.get(columns["impressions"]), columns["impressions"]) or 0.0
    clicks = cells.count(record.get(columns["clicks"]), columns["clicks"]) or 0.0
    if clicks > seen:
        raise Refused(f"there are {clicks:g} clicks and only {seen:g} impressions")
    return clicks, seen


def _take(found: Survey, seen: NDArray[np.float64], record: Record | RowError, columns: dict[str, str]) -> None:
    if isinstance(record, RowError):
        return
    if "clicks" in columns:
        clicks, impressions = clicks_of(record, columns)
        found.clicks += clicks
        found.impressions += impressions
    if "engagement" in columns:
        count = cells.count(record.get(columns["engagement"]), columns["engagement"])
        if count is not None:
            seen[_bin(count)] += 1


def _bin(count: float) -> int:
    return min(_BINS - 1, int(np.log1p(count) * (_BINS / _LARGEST)))
