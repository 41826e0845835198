"""Simulated raters with known leanings."""

from collections.abc import Sequence

import numpy as np

Rows = list[tuple[str, str, float]]


def people(
    offsets: Sequence[float], *, items: int, spread: float, noise: float, share: float = 1.0, seed: int = 0
) -> tuple[Rows, dict[str, float]]:
    """(rater, item, value) of raters r0, r1, ... who each rate a share of the items in an order of their own."""
    rng = np.random.default_rng(seed)
    worth = 0.5 + rng.normal(0, spread, items)
    rows = [
        (f"r{k}", f"i{item}", float(worth[item] + offset + rng.normal(0, noise)))
        for k, offset in enumerate(offsets)
        for item in rng.permutation(items)
        if rng.random() < share
    ]
    return rows, {f"i{item}": float(worth[item]) for item in range(items)}
