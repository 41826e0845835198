"""Held-out perplexity per task and source, with and without recalled examples, and samples that nobody picked."""

import math
import random
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from jobs.pretrain.corpus import WEIGHTS, Corpus
from jobs.pretrain.rows import Row, distinct
from jobs.pretrain.sources import SOURCES
from jobs.pretrain.tokens import Encoded, encode
from loop.models.base import Sampling
from loop.settings import TASKS

RECALLED = 3
"""Examples in a prompt that has any."""
LONGEST = 1000
"""Rows of more tokens than this, with their examples, are left out of a perplexity."""


class Loss(NamedTuple):
    """Summed cross-entropy of completion tokens in nats, and how many tokens they were."""

    nats: float
    tokens: int

    @property
    def perplexity(self) -> float:
        """Per token."""
        return math.exp(self.nats / self.tokens)


class HeldOut(NamedTuple):
    """Perplexity per token of the same held-out completions, without and with three liked examples in the prompt."""

    name: str
    alone: float
    with_examples: float
    bare: float | None = None
    """Of another model, without examples: its loss of the same texts, spread over this model's tokens."""

    @property
    def fall(self) -> float:
        """By which share the perplexity is lower with the examples than without."""
        return 1 - self.with_examples / self.alone


class Learned(NamedTuple):
    """A causal language model with its tokenizer."""

    model: Any
    tokenizer: Any


class Shown(NamedTuple):
    """A prompt and what the model wrote."""

    row: Row
    text: str
    stopped: bool


def loss(model: Any, tokenizer: Any, rows: Sequence[Row]) -> Loss:
    """The cross-entropy of the completions of the rows."""
    import torch

    total, count = 0.0, 0
    encoded = sorted((encode(row, tokenizer) for row in rows), key=lambda row: len(row.ids))
    with torch.inference_mode():
        for start in range(0, len(encoded), 16):
            lost, tokens = _completion_loss(model, encoded[start : start + 16], tokenizer.pad_token_id)
            total, count = total + lost, count + tokens
    return Loss(total, count)


def _completion_loss(model: Any, batch: list[Encoded], pad: int) -> tuple[float, int]:
    import torch

    width = max(len(row.ids) for row in batch)
    ids = torch.tensor([row.ids + [pad] * (width - len(row.ids)) for row in batch])
    scored = torch.tensor([[row.answer <= at < len(row.ids) for at in range(1, width)] for row in batch])
    logits = model.lm_head(model.model(input_ids=ids[:, :-1]).last_hidden_state[scored])
    lost = torch.nn.functional.cross_entropy(logits.float(), ids[:, 1:][scored], reduction="sum")
    return float(lost), int(scored.sum())


class Paired(NamedTuple):
    """The loss of the same completions without and with the liked examples that their rows carry."""

    alone: Loss
    recalled: Loss
    bare: Loss | None = None
    """Of another model, without them, over the tokens of this one."""

    def held_out(self, name: str) -> HeldOut:
        """The perplexities."""
        return HeldOut(name, self.alone.perplexity, self.recalled.perplexity, self.bare and self.bare.perplexity)


def paired(model: Any, tokenizer: Any, rows: Sequence[Row], bare: Learned | None = None) -> Paired:
    """The losses of the rows that carry examples; with `bare`, those of that model beside them."""
    kept = [row for row in rows if row.liked and len(encode(row, tokenizer).ids) <= LONGEST]
    plain = [row._replace(liked=()) for row in kept]
    alone = loss(model, tokenizer, plain)
    other = Loss(loss(*bare, plain).nats, alone.tokens) if bare else None
    return Paired(alone, loss(model, tokenizer, kept), other)


def held_out(model: Any, tokenizer: Any, corpus: Corpus, rows: int, bare: Learned | None = None) -> list[HeldOut]:
    """Perplexity per task of our generator and over them, then per source of real text and over those."""
    own = {f"{task} (generator)": same_prompt(corpus, task, rows) for task in WEIGHTS}
    real = {f"{source.name} (real text)": corpus.held_out_real(source.name, rows, RECALLED) for source in SOURCES}
    found = []
    for name, group in (("all tasks (generator)", own), ("all sources (real text)", real)):
        pairs = {each: paired(model, tokenizer, some, bare) for each, some in group.items()}
        found += [pair.held_out(each) for each, pair in pairs.items()]
        found.append(_together(list(pairs.values())).held_out(name))
    return found


def _together(pairs: list[Paired]) -> Paired:
    bare = [pair.bare for pair in pairs if pair.bare]
    return Paired(
        _sum(pair.alone for pair in pairs), _sum(pair.recalled for pair in pairs), _sum(bare) if bare else None
    )


def _sum(losses: Iterable[Loss]) -> Loss:
    found = list(losses)
    return Loss(sum(each.nats for each in found), sum(each.tokens for each in found))


def same_prompt(corpus: Corpus, task: str, count: int) -> list[Row]:
    """Fresh rows of our generator whose examples answer the very prompt, as one writer likes it.

    The seed is one that training never uses.
    """
    rng = random.Random(f"same-prompt/{task}")
    writer, found = corpus.asked[task], list[Row]()
    while len(found) < count:
        scene = writer.scene(rng)._replace(taste=rng.randint(1, 1 << 30))
        style = rng.choice(scene.styles)
        text = writer.text(scene, style, rng)
        liked = distinct([writer.text(scene, style, rng) for _ in range(3 * RECALLED)], text)[:RECALLED]
        if len(liked) == RECALLED:
            found.append(Row(task, scene.prompt, scene.fields, text, liked, (), "generator"))
    return found


def write(model: Any, tokenizer: Any, rows: Sequence[Row]) -> list[Shown]:
    """One completion a row, sampled by the loop's own engine with the task's settings; row k has the seed k."""
    from loop.models.engine import Engine

    engine, shown = Engine(model, tokenizer, "starter"), []
    for seed, row in enumerate(rows):
        made = engine.write(row.messages(), 1, Sampling.of(TASKS[row.task], seed))[0]
        shown.append(Shown(row, made.text.strip(), made.finish == "stop"))
    return shown


def samples(model: Any, tokenizer: Any, corpus: Corpus, count: int) -> list[Shown]:
    """`count` samples over the tasks in turn, every second one with three examples: one draw each, none left out."""
    tasks = tuple(WEIGHTS)
    held = {task: corpus.held_out(task, count // len(tasks) + 1, RECALLED) for task in tasks}
    rows = [held[tasks[index % len(tasks)]][index // len(tasks)] for index in range(count)]
    asked = [row if index % 2 else row._replace(liked=(), avoid=()) for index, row in enumerate(rows)]
    return write(model, tokenizer, asked)
