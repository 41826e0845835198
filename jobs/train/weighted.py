"""Reward-weighted fine-tuning in small steps: once through the rows, and what was liked better counts for more.

A text weighs exp((reward - mean) / scale), at most 20 times as much as the mean one: advantage-weighted regression
(Peng et al. 2019, arXiv 1910.00177), which is the reward-weighted regression of Peters and Schaal (2007) with the mean
reward as its baseline. A text without a reward weighs as one of the mean, and all weights are divided by their mean, so
that the learning rate keeps its meaning. It is made to be taken again after every few ratings, from the model that
writes: the rate is a fifth of SFT's.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from jobs.train.arguments import common, learning_rate
from jobs.train.rows import Tokens
from jobs.train.run import Metrics, Row, TrainingRun
from jobs.train.trainer import fit

if TYPE_CHECKING:
    from torch import Tensor

RATES = ((20e6, 2e-4), (500e6, 1e-4), (float("inf"), 4e-5))
"""Learning rates of LoRA up to so many parameters."""
MOST = 20.0
IGNORED = -100  # labels that do not count


def train(run: TrainingRun) -> Metrics:
    """Lower the weighted loss of the completions in `run.rows` (columns prompt, completion, reward)."""
    from transformers import Trainer, TrainingArguments

    class Weighted(Trainer):  # type: ignore[misc]
        def compute_loss(
            self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            seen = {name: inputs[name] for name in ("input_ids", "attention_mask")}
            outputs = model(**seen)
            loss = weighted_loss(outputs.logits, inputs["labels"], inputs["weights"])
            return (loss, outputs) if return_outputs else loss

    once = msgspec.structs.replace(run, settings=msgspec.structs.replace(run.settings, epochs=run.settings.epochs or 1))
    arguments = TrainingArguments(**common(once, learning_rate(run, RATES)), remove_unused_columns=False)
    trainer = Weighted(
        model=run.model,
        args=arguments,
        train_dataset=_examples(run, run.rows),
        eval_dataset=_examples(run, run.validation) if run.validation else None,
        data_collator=_Padded(run.tokenizer.pad_token_id),
    )
    return fit(trainer, once)


class Weights:
    """From rewards to weights, by the rewards that are trained on."""

    def __init__(self, rewards: Sequence[float | None], scale: float) -> None:
        known = [reward for reward in rewards if reward is not None]
        self._scale = scale
        self._baseline = sum(known) / len(known) if known else 0.0
        self._mean = sum(self._bare(reward) for reward in rewards) / len(rewards)

    def of(self, reward: float | None) -> float:
        """The weight of a text; those that are trained on have the mean 1."""
        return self._bare(reward) / self._mean

    def _bare(self, reward: float | None) -> float:
        return 1.0 if reward is None else math.exp(min((reward - self._baseline) / self._scale, math.log(MOST)))


def weighted_loss(logits: "Tensor", labels: "Tensor", weights: "Tensor") -> "Tensor":
    """Negative log-likelihood (natural) per token, each row's times its weight.

    `logits` (rows, tokens, vocabulary), `labels` (rows, tokens) with -100 where none counts, `weights` (rows,).
    """
    import torch

    told, aims = logits[:, :-1].float(), labels[:, 1:]
    losses = torch.nn.functional.cross_entropy(
        told.flatten(0, 1), aims.flatten(), reduction="none", ignore_index=IGNORED
    ).view(aims.shape)
    return (losses * weights.unsqueeze(1)).sum() / (aims != IGNORED).sum()


def _examples(run: TrainingRun, rows: Sequence[Row]) -> list[dict[str, Any]]:
    tokens = Tokens(run.tokenizer, run.max_tokens)
    weights = Weights([row.get("reward") for row in run.rows], run.settings.reward_scale)
    made = []
    for row in rows:
        prompt, (answer,) = tokens.answers(row["prompt"], [row["completion"]])
        made.append(
            {
                "ids": prompt + answer,
                "labels": [IGNORED] * len(prompt) + answer,
                "weight": weights.of(row.get("reward")),
            }
        )
    return made


class _Padded:
    """From examples to a batch, padded on the right."""

    def __init__(self, pad: int) -> None:
        self._pad = pad

    def __call__(self, examples: Sequence[dict[str, Any]]) -> dict[str, Any]:
        import torch

        longest = max(len(example["ids"]) for example in examples)

        def table(name: str, filler: int) -> Any:
            return torch.tensor([e[name] + [filler] * (longest - len(e[name])) for e in examples])

        seen = [[1] * len(e["ids"]) + [0] * (longest - len(e["ids"])) for e in examples]
        return {
            "input_ids": table("ids", self._pad),
            "labels": table("labels", IGNORED),
            "attention_mask": torch.tensor(seen),
            "weights": torch.tensor([e["weight"] for e in examples]),
        }
