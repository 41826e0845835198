"""The training methods, by name. A new one is a file with a `train` and one line here."""

from collections.abc import Callable
from functools import partial
from importlib import import_module

import msgspec

from jobs.settings import TrainSettings
from jobs.train.run import Metrics, TrainingRun
from loop.errors import BadInput

Train = Callable[[TrainingRun], Metrics]


class Method(msgspec.Struct, frozen=True):
    """How to train, and which of a dataset's files it learns from."""

    train: Train
    rows: str
    """`sft`, `preference`, `unpaired` or `prompts`."""
    rewarded: bool = False
    """Whether it writes texts of its own and needs a reward model to tell how good they are."""


def _train(module: str, run: TrainingRun) -> Metrics:
    """Import the method only when it is used: trainers take seconds to import."""
    metrics: Metrics = import_module(f"jobs.train.{module}").train(run)
    return metrics


METHODS: dict[str, Method] = {
    "sft": Method(train=partial(_train, "sft"), rows="sft"),
    "dpo": Method(train=partial(_train, "dpo"), rows="preference"),
    "weighted": Method(train=partial(_train, "weighted"), rows="sft"),
    "kto": Method(train=partial(_train, "kto"), rows="unpaired"),
    "ppo": Method(train=partial(_train, "ppo"), rows="prompts", rewarded=True),
    "rloo": Method(train=partial(_train, "rloo"), rows="prompts", rewarded=True),
    "grpo": Method(train=partial(_train, "grpo"), rows="prompts", rewarded=True),
}


def stages(method: str) -> list[str]:
    """The names joined in a method, each known. Raises BadInput."""
    names = method.split("+")
    for name in names:
        if name not in METHODS:
            raise BadInput(f"there is no training method '{name}'; choose from {', '.join(METHODS)}, joined by +")
    if len(set(names)) != len(names):
        raise BadInput(f"the method '{method}' names a stage twice; name each once")
    return names


def choose(rows: int, human: int, pairs: int, settings: TrainSettings) -> str | None:
    """What `auto` means for so many rows, of which people wrote `human`, and pairs; None when there are too few.

    Under about a hundred pairs preference training learns the pairs by heart: SFT alone does better. With enough of
    them SFT comes first where people wrote at least half of the rows. To imitate what it wrote itself makes a model
    surer of that and its writing narrower, and which of its texts are better the pairs say already.
    """
    if settings.method != "auto":
        stages(settings.method)
        return settings.method
    paired = pairs >= settings.min_pairs
    enough = {"sft": rows >= settings.min_rows and (2 * human >= rows or not paired), "dpo": paired}
    return "+".join(name for name, is_enough in enough.items() if is_enough) or None
