"""Supervised fine-tuning: the texts that were liked, answers only, with TRL's SFTTrainer."""

from collections.abc import Sequence

from jobs.train.arguments import common, learning_rate
from jobs.train.rows import Tokens
from jobs.train.run import Metrics, Row, TrainingRun
from jobs.train.trainer import fit_with

RATES = ((20e6, 1e-3), (500e6, 5e-4), (float("inf"), 2e-4))
"""Learning rates of LoRA up to so many parameters."""


def train(run: TrainingRun) -> Metrics:
    """Lower the loss of the completions in `run.rows` (columns prompt, completion)."""
    from trl import SFTConfig, SFTTrainer

    rate = learning_rate(run, RATES)
    arguments = SFTConfig(**common(run, rate), completion_only_loss=True, max_length=None, shuffle_dataset=False)
    return fit_with(run, SFTTrainer, arguments, lambda rows: _dataset(run, rows))


def _dataset(run: TrainingRun, rows: Sequence[Row]) -> object:
    """Token ids with labels of the completion alone: what SFTTrainer takes as already prepared."""
    from datasets import Dataset

    tokens = Tokens(run.tokenizer, run.max_tokens)
    made = []
    for row in rows:
        prompt, (answer,) = tokens.answers(row["prompt"], [row["completion"]])
        made.append({"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer})
    return Dataset.from_list(made)
