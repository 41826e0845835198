"""What a training method gets, and what it gives back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from jobs.settings import TrainSettings

Metrics = dict[str, float]
Row = dict[str, Any]
Beat = Callable[[int, int, float | None], None]
"""Hears of every step: step, of how many, and the loss when it is known."""
Score = Callable[[Sequence[str], Sequence[str]], Sequence[float]]
"""From prompts (their words and fields) and a text for each to the reward that is expected of each, in [0, 1]."""


class Curve(msgspec.Struct, kw_only=True):
    """Losses by step: of the training rows, and of the rows that choose the best checkpoint."""

    train: list[tuple[int, float]] = []
    validation: list[tuple[int, float]] = []
    rewards: list[tuple[int, float]] = []
    """Of methods that write: the mean reward of what was written, by step."""
    table: list[dict[str, float]] = []
    """Of methods that compare: step, loss, validation loss, rewards, accuracy and margin at each evaluation."""


class TrainingRun(msgspec.Struct, frozen=True, kw_only=True):
    """One stage: a model that is trained in place, the adapter `default` of it if it has one, and its rows."""

    model: Any
    tokenizer: Any
    rows: Sequence[Row]
    validation: Sequence[Row]
    settings: TrainSettings
    max_tokens: int
    folder: Path
    """For checkpoints; what is found there is gone on from."""
    beat: Beat
    curve: Curve
    patience: int = 0
    """End after so many evaluations in a row without a lower loss of the validation rows; 0 never does."""
    score: Score | None = None
    """What a reward model expects; None where there is none."""
    ends: tuple[int, ...] = ()
    """Tokens that end a text."""
    over: Callable[[], bool] = lambda: False
    """Whether time is up; the step at hand is the last one then."""
