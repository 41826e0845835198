"""From utilities to rewards in [0, 1], and how surely: calibrated on texts that took no part in the fit."""

import numpy as np

from rewards.utility import Evidence, Floats, Opinions, Places, logistic, solve

ONE_VOTE = 1.0
"""What a text that was only compared is worth is drawn to the middle by so many votes."""
LEAST_SLOPE, LEAST_SPREAD = 1e-3, 1e-4
CALM = 1e-2  # keeps the calibration finite where it is without a mistake
BINS = 10


def earned(opinions: Opinions) -> Floats:
    """(n,): each text's reward; for one that was only compared the share that preferred it, drawn to the middle."""
    n, (good, bad) = len(opinions.rewards), opinions.pairs.T
    won = np.bincount(good, opinions.shares, n) + np.bincount(bad, 1 - opinions.shares, n)
    votes = np.bincount(good, minlength=n) + np.bincount(bad, minlength=n)
    compared = np.where(votes > 0, (won + 0.5 * ONE_VOTE) / (votes + ONE_VOTE), np.nan)
    return np.where(opinions.rated, opinions.rewards, compared)


def scale(opinions: Opinions) -> tuple[float, float]:
    """Mean and noise of the rewards: people differ so much that nearly all of their spread is noise."""
    rewards = opinions.rewards[opinions.rated]
    return (float(rewards.mean()), max(float(rewards.std()), 1e-3)) if len(rewards) else (0.0, 1.0)


def platt(utility: Floats, rewards: Floats) -> tuple[float, float]:
    """Offset and slope of `logistic(offset + slope * utility)` that fit the known rewards best; the slope is positive.

    Where nothing was learned the slope is next to nothing, so that every text is expected to be like the mean.
    """
    known = np.isfinite(rewards)
    unit = max(float(utility[known].std()), 1e-12)
    x, none = np.column_stack([np.ones(known.sum()), utility[known] / unit]), np.zeros(0)
    seen = Evidence(np.zeros((0, 2)), none, none, x, rewards[known], np.ones(len(x)))
    offset, slope = solve(seen, np.array([CALM, CALM]))
    if slope >= LEAST_SLOPE:
        return float(offset), float(slope) / unit
    mean = np.clip(rewards[known].mean(), 1e-3, 1 - 1e-3)
    return float(np.log(mean / (1 - mean))), LEAST_SLOPE / unit


def worth(utility: Floats, draws: Floats, offset: float, slope: float) -> tuple[Floats, Floats]:
    """(n,) rewards to expect of utilities (n,), and the standard deviation that the ensemble's (n, k) make of it."""
    sd = logistic(offset + slope * draws).std(axis=1)
    return logistic(offset + slope * utility), np.maximum(sd, LEAST_SPREAD)


def shortfall(score: Floats, sd: Floats, rewards: Floats, groups: Places, coverage: float) -> float:
    """So many standard deviations under its score a share `coverage` of the rewards lies above.

    With few prompts a little more is asked than this share, as for any conformal quantile.
    """
    known = np.isfinite(rewards)
    level = min(1.0, coverage * (1 + 1 / len(np.unique(groups[known]))))
    return max(0.0, float(np.quantile((score - rewards)[known] / sd[known], level, method="higher")))


def reliability(score: Floats, rewards: Floats, bins: int = BINS) -> list[tuple[float, float, int]]:
    """Texts in order of their score, in equal parts: mean score, mean reward, and how many."""
    parts = np.array_split(np.argsort(score, kind="stable"), min(bins, len(score)))
    return [(float(score[part].mean()), float(rewards[part].mean()), len(part)) for part in parts if len(part)]


def calibration_error(score: Floats, rewards: Floats, bins: int = BINS) -> float:
    """The expected calibration error: how far rewards lie from scores, in the mean over equal parts."""
    parts = reliability(score, rewards, bins)
    return sum(abs(said - was) * n for said, was, n in parts) / len(score)
