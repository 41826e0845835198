"""The model that is tuned: loaded as for writing, with a chat template, with LoRA or in full; merged at the end."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.finetune.plan import FinetunePlan
from jobs.train.modelling import lora
from jobs.train.rows import Tokens
from jobs.train.run import Row
from loop.models import render
from loop.models.engine import Engine
from loop.models.files import find_model, read_json
from loop.models.weights import load_local

SMALL = 50e6
"""Parameters up to which every weight is trained where nothing is said: it learns more and costs no more."""
RATES = {
    True: ((20e6, 1e-3), (500e6, 5e-4), (math.inf, 2e-4)),
    False: ((20e6, 1.5e-3), (60e6, 3e-4), (500e6, 5e-5), (math.inf, 1e-5)),
}
"""Learning rates up to so many parameters: of LoRA (True), and in full."""
TEMPLATE = (
    "{% for message in messages %}{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% else %}{{ '\\n' }}{% endif %}{% endfor %}"
)
"""Messages as the loop writes them for a model without a template: a line each, the end marker after an answer."""
PROBES, PROBE_S = 3, 20.0
"""Steps that are timed before the training, after one to warm up; fewer where they take so many seconds."""


def load(plan: FinetunePlan) -> Engine:
    """The untuned model. Raises BadInput or ModelUnusable for what is none."""
    engine = load_local(plan.model, plan.device)
    tokenizer = engine.tokenizer
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)
    if tokenizer.chat_template is None:
        begins = render.bare(tokenizer, "")[:1] == [tokenizer.bos_token_id] != [tokenizer.eos_token_id]
        tokenizer.chat_template = ("{{ bos_token }}" if begins else "") + TEMPLATE
    return engine


def prepare(engine: Engine, plan: FinetunePlan) -> Any:
    """The model to train, in place; what is trained in full is so in single precision."""
    from transformers import set_seed

    set_seed(plan.seed)
    if with_lora(engine, plan):
        return lora(engine.model, plan.rank, 2 * plan.rank, plan.model)
    return engine.model.float().requires_grad_(True)


def merge(model: Any, engine: Engine) -> Engine:
    """The tuned model as one, ready to write."""
    whole = model.merge_and_unload() if hasattr(model, "merge_and_unload") else model
    return Engine(whole.eval().requires_grad_(False), engine.tokenizer, engine.name)


def with_lora(engine: Engine, plan: FinetunePlan) -> bool:
    """Whether LoRA is trained: as asked for, or by the model's size."""
    return parameters(engine) > SMALL if plan.lora is None else plan.lora


def rate(engine: Engine, plan: FinetunePlan) -> float:
    """The learning rate: as asked for, or by the model's size."""
    size = parameters(engine)
    return plan.learning_rate or next(r for most, r in RATES[with_lora(engine, plan)] if size <= most)


def parameters(engine: Engine) -> int:
    """How many numbers the model is made of."""
    return sum(p.numel() for p in engine.model.parameters())


def step_seconds(model: Any, tokenizer: Any, rows: Sequence[Row], plan: FinetunePlan) -> float:
    """Seconds of one step, measured on rows from all over the data; the model stays as it is."""
    tokens = Tokens(tokenizer, plan.max_tokens)
    model.train()
    taken = []
    for number in range(PROBES + 1):
        batch = [rows[(number * plan.batch_size + at) * 7919 % len(rows)] for at in range(plan.batch_size)]
        began = time.perf_counter()
        _loss(model, [_ids(tokens, row) for row in batch], tokenizer.pad_token_id).backward()
        taken.append(time.perf_counter() - began)
        if sum(taken) > PROBE_S:
            break
    model.zero_grad(set_to_none=True)
    timed = taken[1:] or taken
    return sum(timed) / len(timed)


def _ids(tokens: Tokens, row: Row) -> list[int]:
    prompt, (answer,) = tokens.answers(row["prompt"], [row["completion"]])
    return prompt + answer


def _loss(model: Any, batch: list[list[int]], pad: int) -> Any:
    import torch

    longest = max(map(len, batch))
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in batch], device=model.device)
    return model(input_ids=ids, labels=ids).loss


def save(engine: Engine, plan: FinetunePlan, folder: Path) -> None:
    """Weights in safetensors, as precise as the base keeps them, configuration, and tokenizer with its template."""
    import torch

    config = read_json(find_model(plan.model) / "config.json")
    kept = getattr(torch, str(config.get("dtype") or config.get("torch_dtype") or "float32"), torch.float32)
    engine.model.to(kept).save_pretrained(folder)
    engine.tokenizer.save_pretrained(folder)
