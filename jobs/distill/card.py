"""The dataset card: what is in a dataset, what was left out and why, and samples."""

import json
from collections.abc import Mapping, Sequence

from jobs.distill.assemble import HELD_PREFERENCE, HELD_TEXTS, PREFERENCE, PROMPTS, SFT, TRAIN_PROMPTS, UNPAIRED, Parts
from jobs.settings import DistillSettings

SAMPLES = 3
WHAT = {
    SFT: "texts to learn from: `prompt`, `completion`",
    PREFERENCE: "preference pairs: `prompt`, `chosen`, `rejected`",
    UNPAIRED: "unpaired preferences: `prompt`, `completion`, `label`",
    TRAIN_PROMPTS: "prompts to practise on: `prompt`, `request`, `fields`",
    PROMPTS: "held-out prompts to write for: `prompt`, `request`, `fields`",
    HELD_PREFERENCE: "preference pairs on held-out prompts",
    HELD_TEXTS: "texts on held-out prompts with their rewards",
}


def card(dataset_id: str, task: str | None, parts: Parts, settings: DistillSettings) -> str:
    """Markdown, the same for the same dataset."""
    sft = len(parts.files[SFT])
    human = f"{parts.human / sft:.0%}" if sft else "none"
    return "\n".join(
        [
            f"# Dataset {dataset_id}",
            "",
            f"Distilled by Reprise from {'the task ' + task if task else 'all tasks'}: what people rated, picked and"
            " edited. Columns are TRL's conversational standard; `lineage` names the events of the ledger that each row"
            " comes from, `items` the texts that are in it.",
            "",
            *_table(("file", "rows", "what"), [(f"`{n}`", len(parts.files[n]), what) for n, what in WHAT.items()]),
            "",
            f"Human share of the SFT rows: {human} (floor {settings.human_share:.0%}, which"
            f" {settings.generated_free} generated rows are free of).",
            f"Held out by hash: {settings.held_out_share:.0%} of the prompts. Nothing in the training files comes from"
            f" them or is a near-duplicate (cosine over {settings.duplicate}, or the same words) of a text of theirs.",
            "",
            "## Left out",
            "",
            *_left_out(parts.drops),
            "",
            "## Samples",
            "",
            *_samples(parts.files),
        ]
    )


def _left_out(drops: Mapping[str, int]) -> list[str]:
    return _table(("reason", "texts or pairs"), sorted(drops.items())) if drops else ["Nothing."]


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]


def _samples(files: Mapping[str, list[str]]) -> list[str]:
    found = []
    for name in (SFT, PREFERENCE):
        lines = files[name]
        for place in sorted({len(lines) * k // SAMPLES for k in range(SAMPLES)}) if lines else ():
            found += [f"`{name}`, row {place + 1}", "", *_quoted(json.loads(lines[place])), ""]
    return found or ["There are no rows."]


def _quoted(row: Mapping[str, object]) -> list[str]:
    said = []
    for part in ("prompt", "completion", "chosen", "rejected"):
        messages = row.get(part)
        if isinstance(messages, list):
            words = " ".join(str(messages[-1]["content"]).split())
            said.append(f"> **{part}**: {words}  ")
    return said
