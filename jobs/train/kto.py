"""Kahneman-Tversky optimisation (Ethayarajh et al. 2024, arXiv 2402.01306), with TRL's KTOTrainer: thumbs, no pairs.

A liked text is to become likelier than under the reference, a disliked one less likely, each against the model's mean
distance from the reference. That is measured on texts put to the prompts of others in their batch.
"""

import random
from collections.abc import Sequence
from typing import Any

from jobs.train.arguments import common, learning_rate
from jobs.train.dpo import RATES
from jobs.train.rows import Tokens
from jobs.train.run import Metrics, Row, TrainingRun
from jobs.train.trainer import fit_with


def train(run: TrainingRun) -> Metrics:
    """Raise what was liked over what was not in `run.rows` (columns prompt, completion, label)."""
    from trl import KTOConfig, KTOTrainer

    class Prepared(KTOTrainer):  # type: ignore[misc]
        """Takes rows that are token ids already; TRL would render them by other rules."""

        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

    liked, disliked = balance(run.rows)
    arguments = KTOConfig(
        **common(run, learning_rate(run, RATES)),
        beta=run.settings.beta,
        desirable_weight=liked,
        undesirable_weight=disliked,
        max_length=None,
    )
    return fit_with(run, Prepared, arguments, lambda rows: _dataset(run, rows))


def balance(rows: Sequence[Row]) -> tuple[float, float]:
    """Weights of liked and disliked texts by which both sides count the same; the larger side has 1."""
    liked = sum(1 for row in rows if row["label"])
    disliked = len(rows) - liked
    if not liked or not disliked:
        return 1.0, 1.0
    return max(1.0, disliked / liked), max(1.0, liked / disliked)


def _dataset(run: TrainingRun, rows: Sequence[Row]) -> object:
    """Token ids in an order that mixes likes and dislikes; within a batch each text is put to another's prompt too."""
    from datasets import Dataset

    tokens, size = Tokens(run.tokenizer, run.max_tokens), run.settings.batch_size
    made = []
    for row in random.Random(run.settings.seed).sample(list(rows), len(rows)):
        prompt, (answer,) = tokens.answers(row["prompt"], [row["completion"]])
        made.append({"prompt_ids": prompt, "completion_ids": answer, "label": bool(row["label"])})
    for start in range(0, len(made), size):
        batch = made[start : start + size]
        answers = [row["completion_ids"] for row in batch]
        for row, other in zip(batch, [answers[-1], *answers[:-1]], strict=True):
            row["KL_completion_ids"] = other
    return Dataset.from_list(made)
