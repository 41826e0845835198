"""Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290), with TRL's DPOTrainer.

The likelihood of the chosen text is in the loss with a small weight (Pang et al. 2024, arXiv 2404.19733): without it,
both likelihoods may fall as long as the rejected one falls faster. The reference is the model as this stage finds it,
so after SFT that is the model that SFT made; TRL keeps it as a second adapter beside the trained one.

Labels may be noisy: `conservative` is cDPO (Mitchell 2023), which aims at a probability under 1 for the chosen text;
`robust` is rDPO (Chowdhury et al. 2024, arXiv 2403.00409), which takes the bias out that wrong labels bring. `length`
compares likelihoods per token, so that no text wins by being short or long. Pairs may count by columns of their rows,
see `pair_weights`.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from jobs.settings import TrainSettings
from jobs.train.arguments import common, epochs, learning_rate
from jobs.train.pair_weights import listening, pair_weights
from jobs.train.rows import Tokens
from jobs.train.run import Metrics, Row, TrainingRun
from jobs.train.trainer import fit

WEIGHT = "pair_weight"
RATES = ((20e6, 1.5e-3), (500e6, 1e-4), (float("inf"), 2e-5))
"""Learning rates of LoRA up to so many parameters."""
EPOCHS = ((500, 3.0), (1_000, 2.0), (10**12, 1.0))
"""How often pairs are seen, up to so many of them: a second look at many teaches more of the pairs than of people."""


def train(run: TrainingRun) -> Metrics:
    """Raise chosen over rejected in `run.rows` (columns prompt, chosen, rejected; where asked, weight, deviation)."""
    from trl import DPOConfig, DPOTrainer
    from trl.trainer.dpo_trainer import DataCollatorForPreference

    class Prepared(DPOTrainer):  # type: ignore[misc]
        """Takes rows that are token ids already, since TRL would render them by other rules; and weights of pairs."""

        def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
            return dataset

        def _set_signature_columns_if_needed(self) -> None:
            super()._set_signature_columns_if_needed()
            if WEIGHT not in self._signature_columns:
                self._signature_columns.append(WEIGHT)

        def _compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool) -> Any:
            weights = inputs.get(WEIGHT)
            known = {name: table for name, table in inputs.items() if name != WEIGHT}
            heard = model if weights is None else listening(model, weights)
            return super()._compute_loss(heard, known, return_outputs)

    class Collator(DataCollatorForPreference):  # type: ignore[misc]
        def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
            import torch

            batch: dict[str, Any] = super().torch_call(examples)
            if WEIGHT in examples[0]:
                batch[WEIGHT] = torch.tensor([example[WEIGHT] for example in examples])
            return batch

    run = replace(run, settings=replace(run.settings, epochs=epochs(run, EPOCHS)))
    rows = _rows(run, run.rows)
    arguments = DPOConfig(
        **common(run, learning_rate(run, RATES)),
        beta=_beta(run.settings, rows),
        label_smoothing=run.settings.label_noise,
        max_length=None,
        **_losses(run.settings),
    )
    trainer = Prepared(
        model=run.model,
        args=arguments,
        train_dataset=_dataset(rows),
        eval_dataset=_dataset(_rows(run, run.validation)) if run.validation else None,
        data_collator=Collator(pad_token_id=run.tokenizer.pad_token_id),
        processing_class=run.tokenizer,
    )
    return fit(trainer, run)


def _losses(settings: TrainSettings) -> dict[str, Any]:
    """The loss in terms of TRL's; the conservative one is a sum of two of them, as is easily worked out."""
    noise = settings.label_noise
    named = {
        "sigmoid": {"sigmoid": 1.0},
        "conservative": {"sigmoid": 2 * (1 - noise), "robust": 2 * noise - 1},
        "robust": {"robust": 1.0},
        "length": {"sigmoid_norm": 1.0},
    }[settings.dpo_loss] | {"sft": settings.sft_weight}
    return {"loss_type": list(named), "loss_weights": list(named.values())}


def _beta(settings: TrainSettings, rows: Sequence[Row]) -> float:
    """Beta counts for a whole text; where likelihoods are per token it is multiplied by the tokens of a mean text."""
    if settings.dpo_loss != "length":
        return settings.beta
    lengths = [len(row[name]) for row in rows for name in ("chosen_ids", "rejected_ids")]
    return settings.beta * sum(lengths) / len(lengths)


def _rows(run: TrainingRun, rows: Sequence[Row]) -> list[Row]:
    """Token ids, and the weights of pairs where some are asked for."""
    tokens = Tokens(run.tokenizer, run.max_tokens)
    made: list[Row] = []
    for row in rows:
        prompt, (chosen, rejected) = tokens.answers(row["prompt"], [row["chosen"], row["rejected"]])
        made.append({"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected})
    if run.settings.pair_weights != "none":
        for each, weight in zip(made, pair_weights(rows, run.settings.pair_weights), strict=True):
            each[WEIGHT] = weight
    return made


def _dataset(rows: list[Row]) -> object:
    from datasets import Dataset

    return Dataset.from_list(rows)
