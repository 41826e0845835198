"""The reward of a text: the mean of everything that was said of it, drawn to the task's mean while little was.

What is said becomes observations in [0, 1], each worth so many votes:

- a rating: its weighted, calibrated score, one vote; an imported crowd's mean counts with its number of votes;
- a pick among n siblings: value 1 and one vote for the chosen one, value 0 and 1 / (n - 1) of a vote for each that
  was passed over. A pick says much of one text and little of each other, and together the losers weigh as much as
  the winner, so that picking does not move the mean of a turn of two and cannot sink a turn of eight;
- an edit: value 1 and one vote for the rewrite. The text that was rewritten is not blamed: somebody thought it worth
  the work. That the rewrite is better than it is kept as a preference.
"""

import math
from collections.abc import Iterable

import msgspec

from rewards.errors import RatingRefused


class Observation(msgspec.Struct, frozen=True):
    """A value in [0, 1] and how many votes it is worth."""

    value: float
    weight: float = 1.0


def shrunk(observations: Iterable[Observation], mean: float, strength: float) -> float:
    """The posterior mean, in [0, 1], with a prior of `strength` votes at `mean`.

    Without observations, or when they weigh nothing, it is the mean itself. Values that are not finite, or
    negative weights, raise RatingRefused.
    """
    total, weight = strength * mean, strength
    for seen in observations:
        if not math.isfinite(seen.value) or not 0 <= seen.weight < math.inf:
            raise RatingRefused(f"an observation of {seen.value} worth {seen.weight} votes cannot be counted")
        total += seen.weight * seen.value
        weight += seen.weight
    return total / weight if weight > 0 else mean
