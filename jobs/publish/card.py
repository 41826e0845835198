"""The model card: base, data, methods, evaluation, licence, and what was forgotten. It holds no text of the user's."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from jobs.publish.facts import Judged, Lineage
from jobs.publish.subject import OURS, Subject
from loop.version import own_version

NAME = "README.md"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a card tells."""

    subject: Subject
    repository: str
    licence: str
    merged: bool
    lineage: Lineage | None
    judged: Judged | None
    forgotten: int


def card(told: Told) -> str:
    """Markdown with the metadata that the Hub reads."""
    parts = [_head, _use, _data, _method, _evaluation, _forgotten, _licence]
    body = "\n".join(line for part in parts for line in [*part(told), ""])
    return f"---\n{_metadata(told)}\n---\n\n{body}"


def _metadata(told: Told) -> str:
    from huggingface_hub import ModelCardData

    subject = told.subject
    is_adapter = subject.kind == "adapter" and not told.merged
    data = ModelCardData(
        license=told.licence,
        library_name="peft" if is_adapter else "transformers",
        pipeline_tag="text-generation",
        base_model=subject.base if subject.base not in ("", OURS) else None,
        tags=["reprise", *(["lora"] if is_adapter else [])],
    )
    return str(data.to_yaml())


def _head(told: Told) -> Iterator[str]:
    subject, manifest = told.subject, told.subject.manifest
    what = "A LoRA adapter" if subject.kind == "adapter" and not told.merged else "A causal language model"
    base = f" of {_base(subject.base)}" if subject.base else ""
    yield f"# {told.repository.partition('/')[2]}"
    yield ""
    made = f"trained with Reprise {manifest.version}" if manifest else f"published with Reprise {own_version()}"
    merged = "; the adapter is merged into the weights" if told.merged else ""
    yield f"{what}{base}, {made} as `{subject.name}`{merged}. Weights are in safetensors; there is no code in it."


def _base(base: str) -> str:
    return "Reprise's own `starter`, which ships with it" if base == OURS else f"`{base}`"


def _use(told: Told) -> Iterator[str]:
    yield "## Use"
    yield ""
    yield "```"
    yield f"reprise models pull {told.repository}"
    yield "```"


def _data(told: Told) -> Iterator[str]:
    lineage, manifest = told.lineage, told.subject.manifest
    yield "## Data"
    yield ""
    if lineage is None:
        known = f"`{manifest.dataset_id}` (SHA-256 {manifest.dataset_sha256})" if manifest else "not known"
        yield f"Trained on: {known}. No text of it is in this repository."
        return
    task = f"the task {lineage.task}" if lineage.task else "all tasks"
    yield (
        f"Trained on the dataset `{lineage.dataset_id}` (SHA-256 {lineage.sha256}), distilled on {lineage.at[:10]} from"
        f" {task}: what people rated, picked, edited and imported. No text of it is in this repository."
    )
    yield ""
    counts = {"texts": lineage.sft, "pairs": lineage.pairs, "unpaired": lineage.unpaired}
    rows = [(kind, f"{n:,}", _listed(lineage.sources.get(kind, {}))) for kind, n in counts.items()]
    yield from _table(("rows", "how many", "by source"), [*rows, ("held out, never trained on", lineage.held_out, "")])


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in counts.items())


def _method(told: Told) -> Iterator[str]:
    manifest = told.subject.manifest
    yield "## Method"
    yield ""
    if manifest is None:
        yield "Not known: Reprise did not train it."
        return
    parent = f", going on from `{manifest.parent}`" if manifest.parent else ""
    yield f"`{manifest.method}` with seed {manifest.seed}{parent}."
    simple = [(name, value) for name, value in manifest.options.items() if isinstance(value, int | float | str)]
    if simple:
        yield ""
        yield from _table(("setting", "value"), [(f"`{name}`", value) for name, value in simple])
    if manifest.metrics:
        yield ""
        yield from _table(("figure", "value"), [(f"`{name}`", f"{v:.4g}") for name, v in manifest.metrics.items()])


def _evaluation(told: Told) -> Iterator[str]:
    judged = told.judged
    yield "## Evaluation"
    yield ""
    if judged is None:
        yield "It was not compared with another model by Reprise's gate."
        return
    yield (
        f"On {judged.at[:10]}, against `{_shown(judged.against)}` on held-out prompts: {_win_rate(judged)}."
        f" The gate {'let it pass' if judged.ok else 'refused it'}."
    )
    yield ""
    rows = [
        (f"`{b.name}`", "–" if b.value is None else f"{b.value:.4g}", f"{b.limit:g}", _mark(b)) for b in judged.bars
    ]
    yield from _table(("bar", "figure", "limit", "reached"), rows)


def _win_rate(judged: Judged) -> str:
    """The ledger has an even chance where there was too little to judge by; only the bar tells the two apart."""
    if not any(bar.name == "win_rate" and bar.value is not None for bar in judged.bars):
        return "there was too little to measure a win rate by"
    low, high = judged.interval
    figures = f"win rate {judged.win_rate:.1%}, 95 % interval {low:.1%} to {high:.1%}"
    return f"{figures}, by a judge that took no part in training"


def _shown(model: str) -> str:
    """A model's name without the folders that it lies in."""
    return model if model.count("/") <= 1 and not model.startswith(("/", ".", "~")) else model.rsplit("/", 1)[-1]


def _mark(bar: object) -> str:
    return "ignored" if getattr(bar, "ignored", False) else "yes" if getattr(bar, "ok", False) else "no"


def _forgotten(told: Told) -> Iterator[str]:
    yield "## Forgotten"
    yield ""
    if not told.forgotten:
        yield "Nothing that it was trained on had been forgotten when it was published."
        return
    yield (
        f"{told.forgotten:,} of the texts that it was trained on were deleted by their owner since. A model cannot"
        " unlearn them: treat it as if it held them, and train anew where that matters."
    )


def _licence(told: Told) -> Iterator[str]:
    yield "## Licence"
    yield ""
    yield f"`{told.licence}`. Published on {datetime.now(UTC):%Y-%m-%d} with Reprise {own_version()}."


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines]
