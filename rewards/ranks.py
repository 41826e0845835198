"""Agreement of two orders: rank correlation, and the share of pairs in the same order."""

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rewards.errors import TooFew

Floats = NDArray[np.float64]
LARGEST = 1_000


def ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], dtype=np.float64)


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's rank correlation; 0 where one side has no order."""
    x, y = (ranks(values) - (len(values) + 1) / 2 for values in (a, b))
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size else 0.0


def spearman_within(a: Floats, b: Floats, groups: Sequence[Hashable]) -> float:
    """The mean rank correlation over groups of at least three whose b differ; 0 where there are none."""
    found = [spearman(a[some], b[some]) for some in _places(groups) if len(some) > 2 and np.ptp(b[some]) > 0]
    return float(np.mean(found)) if found else 0.0


def pair_accuracy(scores: Floats, rewards: Floats, groups: Sequence[Hashable]) -> float:
    """Of all pairs of one group whose rewards differ, the share that scores order alike; a tied score counts half.

    Of a group with more than 1,000 members, so many are taken at even steps.
    """
    right = total = 0.0
    for members in _places(groups):
        some = members[np.linspace(0, len(members) - 1, min(len(members), LARGEST)).astype(np.intp)]
        better = np.sign(rewards[some][:, None] - rewards[some][None, :]) > 0
        order = np.sign(scores[some][:, None] - scores[some][None, :])
        right += float(((1 + order) / 2)[better].sum())
        total += int(better.sum())
    if not total:
        raise TooFew("there are no two texts of one prompt with different rewards")
    return right / total


def _places(groups: Sequence[Hashable]) -> Iterator[NDArray[np.intp]]:
    places: dict[Hashable, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group, []).append(place)
    return (np.array(some, dtype=np.intp) for some in places.values())
