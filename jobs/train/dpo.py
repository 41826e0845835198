"""Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290), with TRL's DPOTrainer.

The likelihood of the chosen text is in the loss with a small weight (Pang et al. 2024, arXiv 2404.19733): without it,
both likelihoods may fall as long as the rejected one falls faster. The reference is the model as this stage finds it,
so after SFT that is the model that SFT made; TRL keeps it as a second adapter beside the trained one.
"""

from collections.abc import Sequence
from typing import Any

from jobs.train.arguments import common, learning_rate
from jobs.train.rows import Tokens
from jobs.train.run import Metrics, Row, TrainingRun
from jobs.train.trainer import fit

RATES = ((20e6, 5e-4), (500e6, 1e-4), (float("inf"), 2e-5))
"""Learning rates of LoRA up to so many parameters."""


def train(run: TrainingRun) -> Metrics:
    """Raise chosen over rejected in `run.rows` (columns prompt, chosen, rejected)."""
    from trl import DPOConfig, DPOTrainer

    class Prepared(DPOTrainer):  # type: ignore[misc]
        """Takes rows that are token ids already; TRL would render them by other rules."""

        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

    settings = run.settings
    arguments = DPOConfig(
        **common(run, learning_rate(run, RATES)),
        beta=settings.beta,
        loss_type=["sigmoid", "sft"],
        loss_weights=[1.0, settings.sft_weight],
        max_length=None,
    )
    trainer = Prepared(
        model=run.model,
        args=arguments,
        train_dataset=_dataset(run, run.rows),
        eval_dataset=_dataset(run, run.validation) if run.validation else None,
        processing_class=run.tokenizer,
    )
    return fit(trainer, run)


def _dataset(run: TrainingRun, rows: Sequence[Row]) -> object:
    from datasets import Dataset

    tokens = Tokens(run.tokenizer, run.max_tokens)
    made = []
    for row in rows:
        prompt, (chosen, rejected) = tokens.answers(row["prompt"], [row["chosen"], row["rejected"]])
        made.append({"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected})
    return Dataset.from_list(made)
