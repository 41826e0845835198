"""In the child process: the writing model with a head that gives one number, trained on pairs by TRL's RewardTrainer.

The loss is that of Bradley and Terry: the negative log of the logistic of chosen minus rejected.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.train.arguments import common, learning_rate
from jobs.train.child import publish
from jobs.train.heartbeat import Heart, beating
from jobs.train.modelling import SMALL
from jobs.train.plan import Plan, read_plan
from jobs.train.rows import Tokens, read_rows, sample, set_apart
from jobs.train.run import Curve, Metrics, Row, TrainingRun
from jobs.train.trainer import fit_with
from loop.brief import Message
from loop.manifest import MANIFEST
from loop.models.weights import load_local

ROWS, STAGE = "rows.jsonl", "reward"
RATES = ((20e6, 5e-4), (500e6, 1e-4), (float("inf"), 2e-5))
"""Learning rates of LoRA up to so many parameters."""


def train(run: Path) -> None:
    """Do what the plan of this folder says; the finished adapter appears whole in the plan's folder of models."""
    from transformers import set_seed

    plan = read_plan(run)
    target = Path(plan.models) / plan.model_id
    if (target / MANIFEST).is_file():
        return
    Heart(run, "load").beat(0, 1)
    set_seed(plan.settings.seed)
    model, tokenizer, context = with_head(plan.base, plan.device)
    training = _training(run, plan, lora(model, plan), tokenizer, min(plan.max_tokens, context))
    metrics = _by_trl(training)
    publish(plan, training.model, metrics, target)


def with_head(base: str, device: str) -> tuple[Any, Any, int]:
    """The base model with a new head of one number, its tokenizer, and its context. The head's first weights are zero.

    A text is judged where its last token is; so every text has an end, and padding has a token of its own.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    engine = load_local(base, device)
    tokenizer, writer = engine.tokenizer, engine.model
    if sum(p.numel() for p in writer.parameters()) < SMALL and writer.device.type == "cpu":
        torch.set_num_threads(1)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
    shape = {key: value for key, value in writer.config.to_dict().items() if key not in ("id2label", "label2id")}
    config = type(writer.config).from_dict({**shape, "num_labels": 1})
    config.pad_token_id = tokenizer.pad_token_id
    judge = AutoModelForSequenceClassification.from_config(config, dtype=writer.dtype)
    setattr(judge, judge.base_model_prefix, writer.base_model)
    for name, child in judge.named_children():
        if name != judge.base_model_prefix:
            for weights in child.parameters():
                weights.data.zero_()
    return judge.to(writer.device).eval(), tokenizer, engine.context


def lora(model: Any, plan: Plan) -> Any:
    """The model with new LoRA matrices on every linear layer; the head is trained whole."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=plan.settings.rank,
        lora_alpha=plan.settings.alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="SEQ_CLS",
        base_model_name_or_path=plan.base,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)  # PEFT still asks for it
        return get_peft_model(model, config)


def apart(rows: Sequence[Row], plan: Plan) -> tuple[list[Row], list[Row]]:
    """The rows to train on, and those of other prompts by which the checkpoint is chosen and rewards are calibrated."""
    settings = plan.settings
    return set_apart(sample(rows, settings.max_rows, settings.seed), settings.validation, settings.seed)


def request(words: str) -> list[Message]:
    """A prompt as a reward model is asked: its words alone."""
    return [{"role": "user", "content": words}]


def _training(run: Path, plan: Plan, model: Any, tokenizer: Any, most: int) -> TrainingRun:
    rows, validation = apart(read_rows(Path(plan.dataset) / ROWS), plan)
    return TrainingRun(
        model=model,
        tokenizer=tokenizer,
        rows=rows,
        validation=validation,
        settings=plan.settings,
        max_tokens=most,
        folder=run / STAGE,
        beat=beating(run, STAGE),
        curve=Curve(),
    )


def _by_trl(run: TrainingRun) -> Metrics:
    from trl import RewardConfig, RewardTrainer

    tokens = Tokens(run.tokenizer, run.max_tokens)
    arguments = RewardConfig(**common(run, learning_rate(run, RATES)), max_length=None)
    return fit_with(run, RewardTrainer, arguments, lambda rows: _dataset(rows, tokens))


def _dataset(rows: Sequence[Row], tokens: Tokens) -> object:
    """Token ids: what RewardTrainer takes as already prepared."""
    from datasets import Dataset

    made = []
    for row in rows:
        prompt, (chosen, rejected) = tokens.answers(row["prompt"], [row["chosen"], row["rejected"]])
        made.append({"chosen_ids": prompt + chosen, "rejected_ids": prompt + rejected})
    return Dataset.from_list(made)
