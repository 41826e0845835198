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


class Curve(msgspec.Struct, kw_only=True):
    """Losses by step: of the training rows, and of the rows that choose the best checkpoint."""

    train: list[tuple[int, float]] = []
    validation: list[tuple[int, float]] = []


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
    over: Callable[[], bool] = lambda: False
    """Whether time is up; the step at hand is the last one then."""
