"""The starter's card: what it is, from what, how good, how much it copies, and samples that nobody picked."""

from importlib.metadata import version
from typing import NamedTuple

from jobs.pretrain.evaluate import HeldOut, Shown
from jobs.pretrain.model import Progress
from jobs.pretrain.plan import Plan
from jobs.pretrain.proof import Proof, told
from jobs.pretrain.rows import EXAMPLE_ODDS
from jobs.pretrain.sources import PERSONAS, SOURCES, WORDLISTS


class Measured(NamedTuple):
    """What is known of a model; `proof` only when it is finished."""

    held: list[HeldOut]
    shown: list[Shown]
    proof: Proof | None = None


def card(parameters: int, plan: Plan, progress: Progress, measured: Measured, hardware: str) -> str:
    """The model card: what it is, from what, how good, and samples that nobody picked."""
    parts = [
        _head(parameters, plan, progress, hardware, measured.proof is not None),
        _sources(),
        _figures(measured.held),
        *([told(measured.proof)] if measured.proof else []),
        _appendix(measured.shown),
    ]
    return "\n\n".join(parts) + "\n"


def _head(parameters: int, plan: Plan, progress: Progress, hardware: str, finished: bool) -> str:
    state = "finished" if finished else "a snapshot of a training that goes on"
    examples = (
        f"""Of the training prompts {EXAMPLE_ODDS[0]:.0%} carry no example, the rest one to four that share
voice or topic with the answer."""
        if plan.examples
        else "No training prompt carries an example: it is what the starter is held against."
    )
    speed = progress.tokens / max(progress.seconds, 1)
    precision = "bfloat16 autocast" if progress.bf16 else "float32"
    return f"""---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
---

# The starter model of Reprise

A small Llama ({parameters:,} parameters: {plan.layers} layers of width {plan.width}, byte-level BPE of
{plan.vocabulary:,} entries, up to {plan.context:,} positions) that writes short posts, openers, story openings, ideas,
captions, emails and marketing lines in plain English. It ships with Reprise, so that the first run needs no network.
It knows nothing about the world and is no assistant: it is a first voice, to be rated and refined.

State: {state}. Trained from scratch in {progress.seconds / 60:.0f} minutes: {progress.steps:,} updates,
{progress.tokens:,} tokens, {speed:,.0f} tokens/s on {hardware} (torch {version("torch")}, {precision},
seed {plan.seed}). Made again with:

    reprise pretrain --recipe starter --data DATA --out OUT --minutes {plan.minutes:g} --threads {plan.threads}

The rows of a seed are always the same; how many updates fit depends on the machine, for the schedule is over time.

Prompts are the loop's messages (instruction, liked examples, what to avoid, the request) through the tokenizer's chat
template. {examples} Weights are stored in half precision and load as float32."""


def _sources() -> str:
    real = sum(source.share for source in SOURCES)
    own = "compositional patterns of our own, `jobs/pretrain/patterns_*.py`"
    return "\n".join(
        [
            "## Training text",
            "",
            "Openly licensed text only: no social media posts, no chat logs, nothing that another model wrote.",
            "",
            "| name | source | licence | share of rows |",
            "|---|---|---|---|",
            f"| generator | {own} | Apache-2.0 | {1 - real:.1%} |",
            *(f"| {each.name} | {each.credit} | {each.licence} | {each.share:.1%} |" for each in SOURCES),
            "",
            f"The Bio and Interests of openers also draw on the personas of Synthetic-Persona-Chat (`{PERSONAS}`,",
            f"CC BY 4.0, Google Research), and slots on the dariusk/corpora word lists (`{WORDLISTS}`, CC0 1.0).",
        ]
    )


def _figures(held: list[HeldOut]) -> str:
    against = any(found.bare is not None for found in held)
    lines = [
        "## Held-out perplexity",
        "",
        "Per completion token. Rows of our generator come from a seed that training never uses; its patterns are",
        "the same, so these figures show fluency, not generalisation. Real texts have prompts that were never",
        "trained on (starters: texts). Tokens are the model's own, so other tokenizers' figures do not compare.",
    ]
    if against:
        lines += [
            "The last column is a model of the same size that was trained on the same rows without examples in their",
            "prompts (recipe `starter-bare`): its loss of the same texts, spread over the starter's tokens.",
        ]
    heads = ["text", "no example", "three examples", *(["trained without examples"] if against else [])]
    rows = [[found.alone, found.with_examples, *([found.bare] if found.bare else [])] for found in held]
    lines += ["", _line(heads), _line(["---"] * len(heads))]
    named = zip(held, rows, strict=True)
    return "\n".join([*lines, *(_line([found.name, *(f"{figure:.2f}" for figure in row)]) for found, row in named)])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _appendix(shown: list[Shown]) -> str:
    lines = ["## Samples", "", "One draw each, in order, none left out; the loop's own sampling settings."]
    for found in shown:
        fields = "".join(f" · {name}: {value}" for name, value in found.row.fields.items())
        examples = f" · {len(found.row.liked)} examples" if found.row.liked else ""
        lines += ["", f"**{found.row.task}** · {found.row.prompt}{fields}{examples}", "", _quoted(found.text)]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in (text or "(nothing)").splitlines())
