"""The recipe of the shipped starter: trained, measured, and written to `OUT/model` with its card."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from jobs.pretrain.card import Measured, card
from jobs.pretrain.corpus import Corpus
from jobs.pretrain.evaluate import HeldOut, Learned, Shown, held_out, samples
from jobs.pretrain.export import export, size
from jobs.pretrain.model import Progress
from jobs.pretrain.plan import Plan
from jobs.pretrain.proof import prove, trained_on
from jobs.pretrain.steps import Tell, silent
from jobs.pretrain.train import train
from jobs.unfinished import told_when_full
from loop.errors import BadInput


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A starter, with held-out perplexity per task and source (without examples, with three) and what it wrote."""

    model: str
    parameters: int
    tokens: int
    minutes: float
    tokens_per_s: float
    held_out: list[HeldOut]
    samples: list[Shown]


SNAPSHOT_ROWS, SNAPSHOT_SAMPLES = 6, 7
ROWS, SAMPLES, PEOPLE = 96, 100, 200


def make_starter(
    plan: Plan, data: Path, out: Path, hardware: str, tell: Tell = silent, against: str | None = None
) -> Made:
    """Train by the recipe and export; every tenth minute a snapshot is exported, too.

    Called again after a kill it goes on from its last checkpoint. `against` names a model whose perplexities stand in
    the card beside its own. Raises BadInput when the data is not there.
    """
    if not data.is_dir():
        raise BadInput(f"there is no data folder at '{data}'; name the folder of openly licensed text with --data")
    try:
        corpus = Corpus(data, plan.seed, plan.examples)
    except FileNotFoundError as error:
        raise BadInput(f"the data folder misses '{error.filename}'; see the sources in jobs/pretrain") from error
    bare = _learned(against) if against else None

    def snapshot(model: Any, tokenizer: Any, progress: Progress) -> None:
        held = held_out(model, tokenizer, corpus, SNAPSHOT_ROWS)
        measured = Measured(held, samples(model, tokenizer, corpus, SNAPSHOT_SAMPLES))
        export(model, tokenizer, out / "model", card(size(model), plan, progress, measured, hardware))

    with told_when_full(out, "the last checkpoint is kept"):
        model, tokenizer, progress = train(plan, corpus, out, snapshot, tell)
        read = trained_on(corpus, tokenizer, progress.tokens, plan.longest)
        proof = prove(model, tokenizer, corpus, data, read, SAMPLES, PEOPLE)
        measured = Measured(held_out(model, tokenizer, corpus, ROWS, bare), proof.shown, proof)
        export(model, tokenizer, out / "model", card(size(model), plan, progress, measured, hardware))
    return Made(
        model=str(out / "model"),
        parameters=size(model),
        tokens=progress.tokens,
        minutes=progress.seconds / 60,
        tokens_per_s=progress.tokens / max(progress.seconds, 1e-9),
        held_out=measured.held,
        samples=measured.shown,
    )


def _learned(name: str) -> Learned:
    from loop.models.weights import load_local

    engine = load_local(name, "cpu")
    return Learned(engine.model, engine.tokenizer)


def told(made: Made) -> Iterator[str]:
    """What a person reads of it."""
    yield f"{made.model} is trained: {made.parameters:,} parameters"
    yield f"  {made.tokens:,} tokens in {made.minutes:.1f} min: {made.tokens_per_s:,.0f} tokens/s"
    for found in made.held_out:
        yield f"  perplexity {found.name}: {found.alone:.2f}, with three examples {found.with_examples:.2f}"
    for sample in made.samples[:7]:
        yield f"  {sample.row.task} | {sample.row.prompt} | {sample.text!r}"
