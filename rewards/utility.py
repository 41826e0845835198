"""A linear utility learned from ratings and from comparisons at once.

A text's quality is  q = x . w + noise. A rating shows q itself, in units of the noise (squared loss). A comparison
shows which of two q is higher, as Bradley and Terry ("Rank analysis of incomplete block designs", 1952) have it: the
share of people who prefer one over the other is the logistic of its advantage. A ridge penalty keeps w small.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

PER_NOISE = 1.702 / 2**0.5
"""Logits per unit of noise: the difference of two noises is wider by the root of 2, and the normal distribution is the
logistic one at 1.702 times its argument."""
STEPS, HALVINGS, ENOUGH = 30, 20, 1e-7


class Opinions(NamedTuple):
    """What people said of n texts, alone or two at a time."""

    rewards: Floats
    """(n,) in [0, 1]; NaN where nobody rated the text."""
    groups: Places
    """(n,): the number of each text's prompt; texts without a prompt have one each."""
    pairs: Places
    """(m, 2): places of the text that was preferred and of the one that was not."""
    shares: Floats
    """(m,): the share of people who agree, in [0, 1]."""

    @property
    def rated(self) -> NDArray[np.bool_]:
        """(n,): whether the text has a reward."""
        return np.isfinite(self.rewards)

    def among(self, kept: NDArray[np.bool_]) -> "Opinions":
        """Of the kept texts alone, renumbered; a pair stays where both of its texts do."""
        place = np.cumsum(kept) - 1
        both = kept[self.pairs].all(axis=1)
        return Opinions(self.rewards[kept], self.groups[kept], place[self.pairs[both]], self.shares[both])


class Evidence(NamedTuple):
    """Weighted rows of a regression: `x w` is compared with z by squares, `logistic(d w)` with q by cross-entropy."""

    x: Floats
    z: Floats
    x_weights: Floats
    d: Floats
    q: Floats
    d_weights: Floats

    @property
    def amount(self) -> float:
        """How many ratings and comparisons there are."""
        return float(self.x_weights.sum() + self.d_weights.sum())

    def loss(self, w: Floats) -> float:
        """Half the squared errors, and the cross-entropy in nats."""
        squares = 0.5 * self.x_weights @ (self.z - self.x @ w) ** 2
        logits = self.d @ w
        return float(squares + self.d_weights @ (np.logaddexp(0, logits) - self.q * logits))


def evidence(x: Floats, opinions: Opinions, mean: float, noise: float, drawn: Floats | None = None) -> Evidence:
    """What the texts with features x (n, p) say; rewards are `noise` wide about `mean`.

    `drawn` says how many times each prompt counts, (groups,): a pair within a prompt counts as often as the prompt,
    one across two prompts as often as both were drawn together.
    """
    rated, (good, bad) = opinions.rated, opinions.pairs.T
    times = np.ones(len(x)) if drawn is None else drawn[opinions.groups]
    within = opinions.groups[good] == opinions.groups[bad]
    return Evidence(
        x[rated],
        (opinions.rewards[rated] - mean) / noise,
        times[rated],
        PER_NOISE * (x[good] - x[bad]),
        opinions.shares,
        times[good] * np.where(within, 1.0, times[bad]),
    )


def solve(seen: Evidence, penalty: Floats, start: Floats | None = None, steps: int = STEPS) -> Floats:
    """The weights (p,) of least  loss + penalty . w**2 / 2, by Newton's method; `penalty` has shape (p,)."""
    w = np.zeros(len(penalty)) if start is None else start
    weighted = seen.x * seen.x_weights[:, None]
    gram, moment = weighted.T @ seen.x + np.diag(penalty), weighted.T @ seen.z
    for _ in range(steps):
        chance = logistic(seen.d @ w)
        slope = gram @ w - moment + seen.d.T @ (seen.d_weights * (chance - seen.q))
        bend = (seen.d * (seen.d_weights * chance * (1 - chance))[:, None]).T @ seen.d
        step: Floats = np.linalg.solve(gram + bend, slope).astype(np.float64, copy=False)
        w = _shorter(seen, penalty, w, step) if len(seen.d) else w - step
        if np.abs(step).max(initial=0.0) < ENOUGH or not len(seen.d):
            break
    return w


def logistic(values: Floats) -> Floats:
    """1 / (1 + exp(-values)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), dtype=np.float64)


def _shorter(seen: Evidence, penalty: Floats, w: Floats, step: Floats) -> Floats:
    """The step, halved until it does not go up: Newton's steps may overshoot where chances are near 0 or 1."""
    before = seen.loss(w) + 0.5 * penalty @ w**2
    for _ in range(HALVINGS):
        there = w - step
        if seen.loss(there) + 0.5 * penalty @ there**2 <= before:
            return there
        step = step / 2
    return w
