"""What one rater does to the rewards: all of them with that rater, and again without.

Without the rater the leanings of the others are fitted anew, since they are measured against one another. The means
to which rewards are drawn stay as they are.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np

from rewards.calibration import calibrated, fit_raters
from rewards.ranks import spearman
from rewards.reward import Observation, shrunk


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a rater said of an item."""

    rater: str
    item_id: str
    value: float
    weight: float
    leans: bool
    """Whether the rater's leaning is in it."""


class Influence(msgspec.Struct, frozen=True, kw_only=True):
    """How rewards change when one rater is left out."""

    spearman: float | None
    """Rank correlation of the rewards with and without, over items that others spoke of too; None under three."""
    shift: float
    """The largest change of a reward, with its sign."""
    item_id: str | None
    """Whose reward changes most."""
    items: int
    """That others spoke of too."""
    lost: int
    """Items that nobody else spoke of: they would have no reward."""


def influences(
    votes: Sequence[Vote],
    raters: Sequence[str],
    means: Mapping[str, float],
    strength: float,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Influence]:
    """Of each of these raters. `means` has every item's mean, the one of its task, and `strength` its votes."""
    full = _rewards(votes, means, strength)
    found = {}
    for done, rater in enumerate(raters):
        rest = _rewards([vote for vote in votes if vote.rater != rater], means, strength)
        found[rater] = _compared(full, rest)
        if progress:
            progress(done + 1, len(raters))
    return found


def _rewards(votes: Sequence[Vote], means: Mapping[str, float], strength: float) -> dict[str, float]:
    scales = fit_raters((vote.rater, vote.item_id, vote.value) for vote in votes if vote.leans)
    said: dict[str, list[Observation]] = {}
    for vote in votes:
        value = calibrated(vote.value, scales[vote.rater]) if vote.leans else vote.value
        said.setdefault(vote.item_id, []).append(Observation(value, vote.weight))
    return {item_id: shrunk(seen, means[item_id], strength) for item_id, seen in said.items()}


def _compared(full: Mapping[str, float], rest: Mapping[str, float]) -> Influence:
    both = list(rest)
    before, after = (np.array([rewards[id_] for id_ in both]) for rewards in (full, rest))
    shifts = after - before
    most = int(np.abs(shifts).argmax()) if both else 0
    return Influence(
        spearman=spearman(before, after) if len(both) > 2 else None,
        shift=float(shifts[most]) if both else 0.0,
        item_id=both[most] if both else None,
        items=len(both),
        lost=len(full) - len(both),
    )
