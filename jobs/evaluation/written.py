"""What a model writes for held-out prompts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from jobs.train.run import Row
from loop.checks import task_profile
from loop.cleaning import clean
from loop.models.base import Sampling
from loop.settings import TaskProfile

Step = Callable[[], object]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Texts of one model; entry k of `texts` holds those for prompt k."""

    model_id: str
    texts: list[list[str]]

    @property
    def all(self) -> list[str]:
        """Every text."""
        return [text for texts in self.texts for text in texts]


def write_all(
    engine: Any, prompts: Sequence[Row], tasks: Mapping[str, TaskProfile], samples: int, seed: int, step: Step
) -> Written:
    """So many candidates per prompt by the adapter in use; two models with one seed draw the same random numbers."""
    texts = []
    for place, row in enumerate(prompts):
        profile = task_profile(tasks, row["task"])
        completions = engine.write(row["prompt"], samples, Sampling.of(profile, seed + place))
        texts.append([clean(completion.text, profile) for completion in completions])
        step()
    return Written(model_id=engine.model_id, texts=texts)
