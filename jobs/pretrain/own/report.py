"""What came of a pretraining: figures, the loss curve, a card, and the manifest that is written last."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from jobs.curves import picture
from jobs.pretrain.own.packing import Packed
from jobs.pretrain.own.plan import OwnPlan
from jobs.train.run import Curve
from loop.manifest import Manifest, complete, hashes
from loop.version import own_version

CARD, CURVE = "README.md", "loss.svg"


class Pretrained(msgspec.Struct, frozen=True, kw_only=True):
    """A model from scratch, and how well it foretells texts that it did not see."""

    model: str
    """The folder."""
    size: str
    parameters: int
    vocabulary: int
    train: Packed
    held_out: Packed
    tasks: list[str]
    tokens: int
    """Read in training, repeats included."""
    steps: int
    minutes: float
    tokens_per_s: float
    device: str
    bf16: bool
    perplexity: float
    """Per held-out token; it depends on the tokenizer."""
    bits_per_byte: float
    """Of held-out text; it does not."""
    measured: float
    """Share of the held-out tokens that were measured."""


def publish(model: Any, tokenizer: Any, plan: OwnPlan, made: Pretrained, curve: Curve, work: Path) -> None:
    """The folder, whole under its name; then the work folder is not needed any more."""
    partial, out = work / "model", Path(made.model)
    shutil.rmtree(partial, ignore_errors=True)
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    (partial / CURVE).write_text(picture("Loss by step", curve.train, curve.validation), encoding="utf-8")
    (partial / CARD).write_text(card(plan, made), encoding="utf-8")
    options = {name: value for name, value in msgspec.to_builtins(made).items() if name != "model"}
    metrics = {"perplexity": made.perplexity, "bits_per_byte": made.bits_per_byte}
    manifest = Manifest(
        model_id=out.name, base="", method="pretrain", dataset_id=", ".join(_names(plan)),
        dataset_sha256=plan.corpora_sha256, parent=None, seed=plan.seed, options=options, version=own_version(),
        files=hashes(partial), metrics=metrics,
    )  # fmt: skip
    complete(partial, manifest, out)
    shutil.rmtree(work, ignore_errors=True)


def card(plan: OwnPlan, made: Pretrained) -> str:
    """The model card."""
    corpora = ", ".join(f"`{name}`" for name in _names(plan))
    return "\n".join(
        [
            f"# {Path(made.model).name}",
            "",
            f"A Llama of {made.parameters:,} parameters with a byte-level BPE of {made.vocabulary:,} entries, trained",
            f"from scratch with `reprise pretrain --size {made.size}` on {corpora}",
            f"(SHA-256 {plan.corpora_sha256[:16]}).",
            "",
            f"{made.train.texts:,} texts of {made.train.tokens:,} tokens; {made.tokens:,} tokens read in",
            f"{made.steps:,} steps, {made.minutes:.1f} minutes, {made.tokens_per_s:,.0f} tokens/s on {made.device}"
            f"{' in bfloat16' if made.bf16 else ''}.",
            "",
            f"On {made.held_out.texts:,} held-out texts: perplexity {made.perplexity:.2f} per token, "
            f"{made.bits_per_byte:.3f} bits per byte.",
            "",
            f"![Loss by step]({CURVE})",
            "",
        ]
    )


def _names(plan: OwnPlan) -> list[str]:
    return [Path(name).name for name in plan.corpora]
