"""Which of many texts to show, or to ask about: each worth it, and none like another."""

import numpy as np
from numpy.typing import ArrayLike

FARTHEST = 2.0  # the distance of opposite vectors


def show(expected: ArrayLike, vectors: ArrayLike, k: int) -> list[int]:
    """Places of at most k of n texts to show, best first, by the rewards that are expected of them, (n,).

    Only their order counts, so that variety weighs the same in tasks where all rewards are low. A lower bound in place
    of the expectation gains half as much (`benchmarks/reward_model.py`): it tells mostly how unusual a text is.
    """
    levels, rank = np.unique(np.asarray(expected, dtype=np.float64), return_inverse=True)
    return spread((rank + 1) / max(1, len(levels)), vectors, k)


def spread(value: ArrayLike, vectors: ArrayLike, k: int) -> list[int]:
    """Places of at most k of n texts, best first: greedily the highest  value * distance to the nearest one taken.

    `value` (n,) is not negative, such as the uncertainty of a reward to choose what to ask next. `vectors` (n, d) are
    unit rows; the distance is 1 - cosine. Equal products go to the first text. What has no value, or reads like a text
    that was taken, comes last, by value.
    """
    left, rows = np.array(value, dtype=np.float64), np.asarray(vectors, dtype=np.float64)
    if len(left) != len(rows) or not (np.isfinite(left).all() and (left >= 0).all()):
        raise ValueError(f"{len(rows)} vectors need as many values, finite and not negative, not {len(left)}")
    distance, taken = np.full(len(rows), FARTHEST), np.zeros(len(rows), dtype=bool)
    order: list[int] = []
    while len(order) < min(k, len(rows)):
        gain = np.where(taken, -1.0, left * distance)
        place = int(gain.argmax()) if gain.max() > 0 else int(np.where(taken, -1.0, left).argmax())
        order.append(place)
        taken[place] = True
        distance = np.minimum(distance, np.clip(1 - rows @ rows[place], 0.0, None))
    return order
