"""Scores from 1 to 5 on named criteria, checked at the door, and their weighted mean."""

from collections.abc import Mapping

from rewards.errors import RatingRefused

LOWEST, HIGHEST = 1, 5


def check_scores(scores: Mapping[str, object], criteria: Mapping[str, float]) -> dict[str, int]:
    """The scores as integers from 1 to 5; anything else raises RatingRefused."""
    if not scores:
        raise RatingRefused(f"a rating needs a score for at least one of {_names(criteria)}")
    return {name: _checked(name, score, criteria) for name, score in scores.items()}


def weighted(scores: Mapping[str, int], weights: Mapping[str, float]) -> float:
    """The weighted mean of (score - 1) / 4 over the criteria that were scored, in [0, 1].

    Weights count among the scored criteria alone; where these all weigh nothing, they count alike.
    """
    given = {name: weights.get(name, 0.0) for name in scores}
    total = sum(given.values())
    if total <= 0:
        given, total = dict.fromkeys(scores, 1.0), float(len(scores))
    return sum(given[name] * (score - LOWEST) for name, score in scores.items()) / ((HIGHEST - LOWEST) * total)


def _checked(name: str, score: object, criteria: Mapping[str, float]) -> int:
    if name not in criteria:
        raise RatingRefused(f"'{name}' is no criterion of this task; use one of {_names(criteria)}")
    whole = isinstance(score, int | float) and not isinstance(score, bool) and score in range(LOWEST, HIGHEST + 1)
    if not whole:
        raise RatingRefused(f"the score for {name} is {score!r}; give a whole number from {LOWEST} to {HIGHEST}")
    return int(score)  # type: ignore[call-overload,no-any-return]


def _names(criteria: Mapping[str, float]) -> str:
    return ", ".join(criteria)
