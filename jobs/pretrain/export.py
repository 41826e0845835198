"""The finished model as a folder that transformers loads, with its card."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jobs.pretrain.evaluate import HeldOut, Shown
from jobs.pretrain.model import Progress
from jobs.pretrain.plan import Plan
from jobs.pretrain.sources import PERSONAS, SOURCES, WORDLISTS

FILES = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
         "README.md", "model.safetensors")  # fmt: skip


def export(model: Any, tokenizer: Any, out: Path, card: str) -> None:
    """Writes the folder: half-precision weights last, each file replaced atomically.

    The configuration says float32, so that the weights are loaded in full precision on a CPU.
    """
    part = out.with_name(out.name + ".part")
    _save_tokenizer(tokenizer, part)
    _save_model(model, part)
    (part / "README.md").write_text(card, encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (part / name).replace(out / name)
    for left in part.iterdir():
        left.unlink()
    part.rmdir()


def _save_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Without the settings that only say where this copy was read from."""
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in ("is_local", "local_files_only")}
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _save_model(model: Any, folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    weights = {name: tensor.to(torch.float16).contiguous() for name, tensor in model.state_dict().items()}
    del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    model.config.architectures = [type(model).__name__]
    config = model.config.to_dict() | {"dtype": "float32"}
    for name, content in (("config.json", config), ("generation_config.json", _generation(model))):
        (folder / name).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _generation(model: Any) -> dict[str, Any]:
    return {"eos_token_id": model.config.eos_token_id, "pad_token_id": model.config.pad_token_id}


def size(model: Any) -> int:
    """How many parameters, tied embeddings counted once."""
    return sum(parameter.numel() for parameter in model.parameters())


def card(
    model: Any, plan: Plan, progress: Progress, held: list[HeldOut], shown: list[Shown], hardware: str, finished: bool
) -> str:
    """The model card: what it is, from what, how good, and samples that nobody picked."""
    parts = [
        _head(model, plan, progress, hardware, finished),
        _sources(),
        _figures(held),
        _appendix(shown),
    ]
    return "\n\n".join(parts) + "\n"


def _head(model: Any, plan: Plan, progress: Progress, hardware: str, finished: bool) -> str:
    state = "finished" if finished else "a snapshot of a training that goes on"
    speed = progress.tokens / max(progress.seconds, 1)
    precision = "bfloat16 autocast" if progress.bf16 else "float32"
    return f"""---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
---

# The starter model of Reprise

A small Llama ({size(model):,} parameters: {plan.layers} layers of width {plan.width}, byte-level BPE of
{plan.vocabulary:,} entries, up to {plan.context:,} positions) that writes short posts, openers, story openings, ideas,
captions, emails and marketing lines in plain English. It ships with Reprise, so that the first run needs no network.
It knows nothing about the world and is no assistant: it is a first voice, to be rated and refined.

State: {state}. Trained from scratch in {progress.seconds / 60:.0f} minutes: {progress.steps:,} updates,
{progress.tokens:,} tokens, {speed:,.0f} tokens/s on {hardware} (torch {version("torch")}, {precision},
seed {plan.seed}). Made again with:

    reprise pretrain --recipe starter --data DATA --out OUT --minutes {plan.minutes:g} --threads {plan.threads}

The rows of a seed are always the same; how many updates fit depends on the machine, for the schedule is over time.

Prompts are the loop's messages (instruction, liked examples, what to avoid, the request) through the tokenizer's chat
template. A third of the training prompts carry no example, the rest one to four that share voice or topic with the
answer. Weights are stored in half precision and load as float32."""


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
    return "\n".join(
        [
            "## Held-out perplexity",
            "",
            "Per completion token. Rows of our generator come from a seed that training never uses; its patterns are",
            "the same, so these figures show fluency, not generalisation. Real texts have prompts that were never",
            "trained on (starters: texts). Tokens are the model's own, so other tokenizers' figures do not compare.",
            "",
            "| text | no example | three examples |",
            "|---|---|---|",
            *(f"| {found.name} | {found.alone:.2f} | {found.with_examples:.2f} |" for found in held),
        ]
    )


def _appendix(shown: list[Shown]) -> str:
    lines = ["## Samples", "", "One draw each, in order, none left out; the loop's own sampling settings."]
    for found in shown:
        fields = "".join(f" · {name}: {value}" for name, value in found.row.fields.items())
        examples = f" · {len(found.row.liked)} examples" if found.row.liked else ""
        lines += ["", f"**{found.row.task}** · {found.row.prompt}{fields}{examples}", "", _quoted(found.text)]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in (text or "(nothing)").splitlines())
