"""How good a reward model is on prompts that it never saw, beside what it must beat."""

from collections.abc import Hashable

import msgspec
import numpy as np

from jobs.rewarding.examples import Examples
from rewards.compare import bootstrap_interval, wins
from rewards.errors import TooFew
from rewards.ranks import spearman_within
from rewards.utility import Floats, Opinions
from rewards.worth import calibration_error, reliability

Interval = tuple[float, float]


class Figure(msgspec.Struct, frozen=True):
    """A mean with its 95 % interval, drawn by prompt."""

    value: float
    interval: Interval


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """The share of held-out pairs whose preferred text scores higher, by the model and by less."""

    pairs: int
    accuracy: Figure
    by_similarity: Figure
    """The same fit with embedding similarity alone: to the prompt, and to what was liked."""
    by_length: Figure
    """The same fit with length alone."""
    over_similarity: Figure
    """How much more the model gets right, pair by pair."""
    over_length: Figure


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Whether held-out rewards are what was expected of them."""

    texts: int
    error: float
    """The mean distance of rewards from scores, over ten equal parts of the texts in order of score."""
    reliability: list[tuple[float, float, int]]
    """Of each part: mean score, mean reward, texts."""
    stated: float
    """The share of rewards that should lie above the lower bound."""
    coverage: Figure
    """The share that does."""
    spearman: float
    """Rank correlation of score and reward, in the mean over prompts."""


class RewardReport(msgspec.Struct, frozen=True, kw_only=True):
    """A reward model in figures; None where there is too little that was held out."""

    reward_id: str
    kind: str
    dataset_id: str
    texts: int
    """What it learned from."""
    pairs: int
    prompts: int
    tasks: list[str] = []
    """The kinds of writing that it learned from."""
    held_out: Pairs | None
    calibration: Calibration | None

    @property
    def metrics(self) -> dict[str, float]:
        """The main figures, for the manifest."""
        found = {"texts": float(self.texts), "pairs": float(self.pairs), "prompts": float(self.prompts)}
        if self.held_out:
            low, high = self.held_out.accuracy.interval
            found |= {"accuracy": self.held_out.accuracy.value, "accuracy_low": low, "accuracy_high": high}
        if self.calibration:
            found |= {"calibration_error": self.calibration.error, "coverage": self.calibration.coverage.value}
        return found


class Scores(msgspec.Struct, frozen=True):
    """What is expected of the held-out texts, each (n,): by the model with its lower bound, and by less."""

    score: Floats
    lower: Floats
    similarity: Floats
    length: Floats


def on_pairs(held: Examples, scores: Scores, seed: int) -> Pairs | None:
    """The figures over held-out pairs; None where they are of fewer than two prompts."""
    opinions = held.opinions
    groups: list[Hashable] = opinions.groups[opinions.pairs[:, 0]].tolist()
    right, similar, long = (won(each, opinions) for each in (scores.score, scores.similarity, scores.length))
    try:
        return Pairs(
            pairs=len(right),
            accuracy=_figure(right, groups, seed),
            by_similarity=_figure(similar, groups, seed),
            by_length=_figure(long, groups, seed),
            over_similarity=_figure(right - similar, groups, seed),
            over_length=_figure(right - long, groups, seed),
        )
    except TooFew:
        return None


def on_texts(held: Examples, scores: Scores, stated: float, seed: int) -> Calibration | None:
    """The figures over held-out texts with a reward; None where they are of fewer than two prompts."""
    rated = held.opinions.rated
    score, rewards = scores.score[rated], held.opinions.rewards[rated]
    groups: list[Hashable] = held.opinions.groups[rated].tolist()
    try:
        return Calibration(
            texts=len(score),
            coverage=_figure((rewards >= scores.lower[rated]).astype(np.float64), groups, seed),
            error=calibration_error(score, rewards),
            reliability=reliability(score, rewards),
            stated=stated,
            spearman=spearman_within(score, rewards, groups),
        )
    except TooFew:
        return None


def won(utility: Floats, opinions: Opinions) -> Floats:
    """(m,): 1 for each pair whose preferred text has the higher utility, one half for a tie."""
    good, bad = opinions.pairs.T
    return wins(utility[good], utility[bad])


def _figure(values: Floats, groups: list[Hashable], seed: int) -> Figure:
    interval = bootstrap_interval(values, groups, seed)
    return Figure(float(values.mean()), interval)
