"""Held-out loss per task and source, and samples that nobody picked."""

import math
from typing import Any, NamedTuple

from jobs.pretrain.corpus import WEIGHTS, Corpus
from jobs.pretrain.rows import Row
from jobs.pretrain.sources import SOURCES
from jobs.pretrain.tokens import Encoded, encode
from loop.settings import TASKS


class HeldOut(NamedTuple):
    """Perplexity per token of held-out completions, without and with three liked examples in the prompt."""

    name: str
    alone: float
    with_examples: float


class Shown(NamedTuple):
    """A prompt and what the model wrote."""

    row: Row
    text: str
    stopped: bool


def perplexity(model: Any, tokenizer: Any, rows: list[Row], most: int = 1000) -> float:
    """Perplexity per completion token over the rows; rows of more than `most` tokens are left out."""
    import torch

    total, count = 0.0, 0
    encoded = sorted((encode(row, tokenizer) for row in rows), key=lambda row: len(row.ids))
    encoded = [row for row in encoded if len(row.ids) <= most]
    with torch.inference_mode():
        for start in range(0, len(encoded), 16):
            lost, tokens = _completion_loss(model, encoded[start : start + 16], tokenizer.pad_token_id)
            total, count = total + lost, count + tokens
    return math.exp(total / count)


def _completion_loss(model: Any, batch: list[Encoded], pad: int) -> tuple[float, int]:
    import torch

    width = max(len(row.ids) for row in batch)
    ids = torch.tensor([row.ids + [pad] * (width - len(row.ids)) for row in batch])
    scored = torch.tensor([[row.answer <= at < len(row.ids) for at in range(1, width)] for row in batch])
    logits = model.lm_head(model.model(input_ids=ids[:, :-1]).last_hidden_state[scored])
    lost = torch.nn.functional.cross_entropy(logits.float(), ids[:, 1:][scored], reduction="sum")
    return float(lost), int(scored.sum())


def held_out(model: Any, tokenizer: Any, corpus: Corpus, rows: int) -> list[HeldOut]:
    """Perplexity per task of our generator, then per source of real text."""
    found = []
    for task in WEIGHTS:
        pair = [perplexity(model, tokenizer, corpus.held_out(task, rows, examples)) for examples in (0, 3)]
        found.append(HeldOut(f"{task} (generator)", *pair))
    for source in SOURCES:
        pair = [perplexity(model, tokenizer, corpus.held_out_real(source.name, rows, examples)) for examples in (0, 3)]
        found.append(HeldOut(f"{source.name} (real text)", *pair))
    return found


def write(model: Any, tokenizer: Any, row: Row, seed: int) -> Shown:
    """One completion as the loop samples it: the task's temperature, top-p and length."""
    import torch

    profile = TASKS[row.task]
    ids = tokenizer.apply_chat_template(
        row.messages(), add_generation_prompt=True, return_tensors="pt", return_dict=False
    )
    torch.manual_seed(seed)
    with torch.inference_mode():
        out = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=profile.temperature,
            top_p=profile.top_p,
            top_k=0,
            max_new_tokens=profile.max_tokens,
        )[0, ids.shape[1] :]
    return Shown(row, tokenizer.decode(out, skip_special_tokens=True).strip(), int(out[-1]) == tokenizer.eos_token_id)


def samples(model: Any, tokenizer: Any, corpus: Corpus, count: int) -> list[Shown]:
    """`count` samples over the tasks in turn, from held-out rows, every second one with three examples; unpicked."""
    tasks = tuple(WEIGHTS)
    shown = []
    for index in range(count):
        task, examples = tasks[index % len(tasks)], 3 if index % 2 else 0
        row = corpus.held_out(task, index + 1, examples)[-1]
        shown.append(write(model, tokenizer, row, seed=index))
    return shown
