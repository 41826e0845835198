"""Two sets of scores compared: win rate, and an interval that knows that texts of one prompt go together."""

import math
from collections.abc import Hashable, Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.errors import TooFew

DRAWS = 4_000
_BLOCK = 4_000_000


def wins(a_scores: ArrayLike, b_scores: ArrayLike) -> NDArray[np.float64]:
    """Pair by pair: 1 where a scores higher, 0 where b does, one half for a tie."""
    a, b = np.asarray(a_scores, dtype=np.float64), np.asarray(b_scores, dtype=np.float64)
    if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError(f"scores to compare must be finite and as many on both sides, not {a.shape} and {b.shape}")
    return np.asarray((1 + np.sign(a - b)) / 2, dtype=np.float64)


def win_rate(a_scores: ArrayLike, b_scores: ArrayLike) -> float:
    """The share of pairs in which a scores higher; a tie counts half."""
    won = wins(a_scores, b_scores)
    if not won.size:
        raise TooFew("a win rate needs at least one comparison")
    return float(won.mean())


def bootstrap_interval(
    values: ArrayLike, groups: Sequence[Hashable], seed: int, level: float = 0.95, draws: int = DRAWS
) -> tuple[float, float]:
    """The interval of the mean of `values` at this level, drawing whole groups (prompts) with replacement.

    Percentiles of the bootstrap are too narrow for few groups; they are widened as in Hesterberg, "What teachers
    should know about the bootstrap" (2015), section 4.3. Fewer than two groups raise TooFew.
    """
    sums, counts = _per_group(np.asarray(values, dtype=np.float64), groups)
    means = _draw(sums, counts, np.random.default_rng(seed), draws)
    tail = widened_tail((1 - level) / 2, len(sums))
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def widened_tail(tail: float, n: int) -> float:
    """The percentile to read off n groups' bootstrap so that it covers like an interval from Student's t."""
    return NormalDist().cdf(-math.sqrt(n / (n - 1)) * student(1 - tail, n - 1))


def student(p: float, freedom: int) -> float:
    """The quantile of Student's t: exact for 1 and 2 degrees, else the series of Abramowitz and Stegun, 26.7.5."""
    if freedom == 1:
        return math.tan(math.pi * (p - 0.5))
    if freedom == 2:
        return (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    z = NormalDist().inv_cdf(p)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / float(freedom) ** (k + 1) for k, term in enumerate(terms))


def _per_group(
    values: NDArray[np.float64], groups: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(values) != len(groups) or not np.isfinite(values).all():
        raise ValueError(f"{len(values)} values, which must be finite, need as many groups, not {len(groups)}")
    codes: dict[Hashable, int] = {}
    places = np.fromiter((codes.setdefault(group, len(codes)) for group in groups), dtype=np.intp, count=len(groups))
    if len(codes) < 2:
        raise TooFew("an interval needs values from at least two prompts")
    return np.bincount(places, values).astype(np.float64), np.bincount(places).astype(np.float64)


def _draw(
    sums: NDArray[np.float64], counts: NDArray[np.float64], rng: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    n = len(sums)
    at_once = max(1, _BLOCK // n)
    means = []
    for start in range(0, draws, at_once):
        times = rng.multinomial(n, np.full(n, 1 / n), size=min(at_once, draws - start))
        means.append((times @ sums) / (times @ counts))
    return np.concatenate(means)
