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
    """One stage: a PEFT model whose adapter `default` is trained in place, and rows to train it on."""

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
