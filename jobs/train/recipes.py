"""Recipes that people know, on a file of their own and without a home: from a model and a file to a folder."""

import hashlib
import json
import shutil
from pathlib import Path

import msgspec

from jobs.distill.assemble import PREFERENCE
from jobs.settings import TrainSettings
from jobs.train.child import stages_done
from jobs.train.parent import train_in_child
from jobs.train.plan import Plan, replace_json, write_plan
from jobs.train.run import Metrics, Row
from jobs.unfinished import begin, told_when_full
from loop.errors import BadInput
from loop.imports.formats import detect, read_hh
from loop.imports.row import RowError
from loop.imports.source import Source
from loop.models.files import find_model
from loop.models.weights import choose_device

LEAST = 10
"""Pairs to learn from; with fewer there is nothing that could be learned and measured."""
TABLE = "training.json"


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How to train, whatever the data."""

    method: str
    settings: TrainSettings
    max_tokens: int


RECIPES = {
    "dpo-hh": Recipe(
        method="dpo",
        settings=TrainSettings(
            learning_rate=5e-5, batch_size=1, beta=0.1, sft_weight=0.0, epochs=1.0, checkpoint_steps=100,
            max_rows=1_000_000,
        ),
        max_tokens=512,
    ),
}  # fmt: skip
"""`dpo-hh`: DPO as it is mostly shown, on pairs in the format of HH-RLHF (Bai et al. 2022, arXiv 2204.05862)."""


class RecipePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One training by a recipe; begun anew with another plan, a training that was stopped is refused."""

    recipe: str
    model: str
    """`starter`, a folder, or a Hugging Face name."""
    data: str
    """The file of pairs."""
    data_sha256: str = ""
    """Of the pairs that are learned from."""
    device: str = "auto"
    seed: int = 0


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    model: str
    """The folder: a LoRA adapter, and a manifest that names its base."""
    base: str
    pairs: dict[str, int]
    """Trained on, used for validation (pairs of other prompts), and left out as they could not be read."""
    metrics: Metrics
    table: list[dict[str, float]]
    """At each evaluation: step, loss, validation loss, rewards of chosen and rejected, accuracies and margins."""


def train_by_recipe(out: Path, plan: RecipePlan, progress: bool = True) -> Trained:
    """Train a LoRA adapter on a file of pairs; it appears as `out`, whole.

    Stopped at any moment and called again with the same plan it goes on from its last checkpoint. Raises BadInput
    before anything begins; TrainingError when it fails.
    """
    recipe = RECIPES.get(plan.recipe)
    if recipe is None:
        raise BadInput(f"there is no recipe '{plan.recipe}'; choose {' or '.join(RECIPES)}")
    find_model(plan.model)
    choose_device(plan.device)
    rows, wrong = read_pairs(Path(plan.data))
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    plan = msgspec.structs.replace(plan, data_sha256=hashlib.sha256(lines.encode()).hexdigest())
    work = begin(out, plan, "the same command as before")
    with told_when_full(work, "the last whole checkpoint is kept"):
        (work / "dataset").mkdir(exist_ok=True)
        (work / "dataset" / PREFERENCE).write_text(lines, encoding="utf-8")
        write_plan(work, _plan(out, work, plan, recipe))
        manifest = train_in_child(work, progress)
        (stage,) = stages_done(work, recipe.method)
        pairs = {"train": stage.rows, "validation": len(rows) - stage.rows, "left_out": wrong}
        done = Trained(model=str(out), base=plan.model, pairs=pairs, metrics=manifest.metrics, table=stage.curve.table)
        replace_json(out / TABLE, done)
    shutil.rmtree(work)
    return done


def read_pairs(file: Path) -> tuple[list[Row], int]:
    """The pairs of a file of HH-RLHF transcripts, and how many rows were none. Raises BadInput where there are few."""
    with Source(file) as source:
        if detect(source) != "hh":
            raise BadInput(f"{file.name} is no jsonl of HH-RLHF transcripts, `chosen` and `rejected`; give such a file")
        records = [record for _, record in read_hh(source).records(("prompt", "chosen", "rejected"))]
    rows = [record for record in records if not isinstance(record, RowError) and _differ(record)]
    if len(rows) < LEAST:
        raise BadInput(f"{file.name} has {len(rows)} pairs that can be read, {LEAST} are needed; give a larger file")
    return rows, len(records) - len(rows)


def _differ(row: Row) -> bool:
    return bool(row["chosen"].strip() and row["rejected"].strip()) and row["chosen"] != row["rejected"]


def _plan(out: Path, work: Path, plan: RecipePlan, recipe: Recipe) -> Plan:
    return Plan(
        run_id=work.name,
        model_id=out.name,
        method=recipe.method,
        base=plan.model,
        device=plan.device,
        dataset_id=Path(plan.data).name,
        dataset=str((work / "dataset").resolve()),
        dataset_sha256=plan.data_sha256,
        parent=None,
        parent_adapter=None,
        models=str(out.parent.resolve()),
        settings=msgspec.structs.replace(recipe.settings, seed=plan.seed),
        max_tokens=recipe.max_tokens,
    )
