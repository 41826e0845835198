"""What came of a tuning: figures, the loss curve, a card, and the manifest that is written last."""

import shutil
from pathlib import Path

import msgspec

from jobs.curves import picture
from jobs.finetune.modelling import save
from jobs.finetune.plan import FinetunePlan
from jobs.train.run import Curve, Metrics
from loop.manifest import Manifest, complete, hashes
from loop.models.engine import Engine
from loop.version import own_version

CARD, CURVE = "README.md", "loss.svg"


class Finetuned(msgspec.Struct, frozen=True, kw_only=True):
    """A tuning that ended: what was made of what, and how much better it foretells texts that it did not see."""

    model: str
    """The folder."""
    base: str
    method: str
    """`lora` or `full`."""
    tasks: list[str]
    rows: dict[str, int]
    learning_rate: float
    epochs: float
    """As many as were made of `wanted_epochs`."""
    wanted_epochs: float
    out_of_time: bool
    """Whether there were fewer because of the minutes."""
    steps: int
    before: Metrics
    """Perplexity per token of completions, of the untuned model."""
    after: Metrics

    @property
    def fall(self) -> float:
        """By which share of itself the validation perplexity fell."""
        return 1 - self.after["validation_perplexity"] / self.before["validation_perplexity"]


def publish(engine: Engine, plan: FinetunePlan, done: Finetuned, curve: Curve, work: Path) -> None:
    """The folder, whole under its name; then the work folder is not needed any more."""
    partial, out = work / "model", Path(done.model)
    shutil.rmtree(partial, ignore_errors=True)
    save(engine, plan, partial)
    (partial / CURVE).write_text(picture("Loss by step", curve.train, curve.validation), encoding="utf-8")
    (partial / CARD).write_text(card(plan, done), encoding="utf-8")
    metrics = {f"{name}_before": value for name, value in done.before.items()} | done.after
    manifest = Manifest(
        model_id=out.name, base=plan.model, method=f"sft-{done.method}", dataset_id=Path(plan.data).name,
        dataset_sha256=plan.data_sha256, parent=None, seed=plan.seed,
        options=_options(plan, done), version=own_version(), files=hashes(partial), metrics=metrics,
    )  # fmt: skip
    complete(partial, manifest, out)
    shutil.rmtree(work, ignore_errors=True)


def _options(plan: FinetunePlan, done: Finetuned) -> dict[str, object]:
    """How it was tuned, without the names of folders."""
    told = {"method", "tasks", "rows", "learning_rate", "epochs", "steps"}
    settled = {name: value for name, value in msgspec.to_builtins(done).items() if name in told}
    return settled | {"batch_size": plan.batch_size, "rank": plan.rank, "max_tokens": plan.max_tokens}


def card(plan: FinetunePlan, done: Finetuned) -> str:
    """The model card."""
    kinds = sorted(done.after)
    rows = [f"| {name.replace('_', ' ')} | {done.before[name]:.2f} | {done.after[name]:.2f} |" for name in kinds]
    how = "LoRA, merged" if done.method == "lora" else "every weight"
    return "\n".join(
        [
            f"# {Path(done.model).name}",
            "",
            f"`{Path(plan.model).name}`, tuned with `reprise finetune` on {done.rows['train']:,} texts of "
            f"`{Path(plan.data).name}` ({', '.join(done.tasks) or 'texts alone'}; SHA-256 {plan.data_sha256[:16]}).",
            "",
            f"{how}; {done.epochs:g} epochs, {done.steps:,} steps of {plan.batch_size} rows, learning rate "
            f"{done.learning_rate:g}, loss of the answers alone, the checkpoint with the lowest validation loss.",
            "",
            "| per token of the answers | before | after |",
            "|---|---|---|",
            *rows,
            "",
            f"![Loss by step]({CURVE})",
            "",
        ]
    )
