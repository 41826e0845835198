"""The child process: trains as the plan says, stage by stage, and lets the finished model appear whole.

Killed at any moment and started again, it goes on from the last stage that was finished, and in it from the last
checkpoint that was written to its end.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from jobs.train.heartbeat import Heart, beating
from jobs.train.methods import METHODS, stages
from jobs.train.modelling import drop_reference, load_weights, save_adapter, with_adapter
from jobs.train.plan import Plan, TrainingError, read_plan, replace_json
from jobs.train.practice import read_prompts
from jobs.train.rows import read_rows, sample, set_apart
from jobs.train.run import Curve, Metrics, Row, Score, TrainingRun
from loop.errors import RepriseError
from loop.manifest import MANIFEST, Manifest, complete, hashes
from loop.models.files import find_model
from loop.version import own_version

RESULT, STAGE = "result", "stage.json"


class StageDone(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a finished stage beside its weights."""

    stage: str
    rows: int
    metrics: Metrics
    curve: Curve


def main(arguments: list[str]) -> int:
    """0 when the model is there; 1 after one sentence on stderr; 2 for wrong use."""
    if len(arguments) != 1:
        print("use: python -m jobs.train RUN_DIR", file=sys.stderr)  # noqa: T201
        return 2
    try:
        train(Path(arguments[0]))
    except RepriseError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def train(run: Path) -> None:
    """Do what the plan of this folder says and is not done yet."""
    plan = read_plan(run)
    target = Path(plan.models) / plan.model_id
    if (target / MANIFEST).is_file():
        return
    _check(plan)
    Heart(run, "load").beat(0, 1)
    engine, model = with_adapter(plan)
    done = [_stage(run, plan, name, engine, model) for name in stages(plan.method)]
    metrics = {f"{stage.stage}_{key}": value for stage in done for key, value in stage.metrics.items()}
    publish(plan, model, metrics, target)


def _check(plan: Plan) -> None:
    """What can be told before seconds go into loading."""
    find_model(plan.base)
    for name in stages(plan.method):
        if METHODS[name].rewarded and plan.reward is None:
            raise TrainingError(f"{name} needs a reward model that tells how good a text is; name one")
        if not _rows(plan, name):
            raise TrainingError(f"the dataset '{plan.dataset_id}' has no rows for {name}; choose another method")


def _rows(plan: Plan, stage: str) -> list[Row]:
    kind = METHODS[stage].rows
    return read_prompts(Path(plan.dataset)) if kind == "prompts" else read_rows(Path(plan.dataset) / f"{kind}.jsonl")


def stages_done(run: Path, method: str) -> list[StageDone]:
    """The finished stages of a run, in order: rows, metrics and curves for the report."""
    files = [run / name / STAGE for name in stages(method)]
    return [msgspec.json.decode(file.read_bytes(), type=StageDone) for file in files if file.is_file()]


def stage_result(run: Path, stage: str) -> Path | None:
    """The adapter that a finished stage left; None when the run's folder is gone."""
    folder = run / stage / RESULT
    return folder if folder.is_dir() else None


def _stage(run: Path, plan: Plan, name: str, engine: Any, model: Any) -> StageDone:
    folder = run / name
    if (folder / STAGE).is_file():
        load_weights(model, folder / RESULT)
        return msgspec.json.decode((folder / STAGE).read_bytes(), type=StageDone)
    training = _training(run, plan, name, engine, model)
    metrics = METHODS[name].train(training)
    drop_reference(model)
    save_adapter(model, folder / RESULT)
    done = StageDone(stage=name, rows=len(training.rows), metrics=metrics, curve=training.curve)
    replace_json(folder / STAGE, done)
    for checkpoint in folder.glob("checkpoint-*"):
        shutil.rmtree(checkpoint)
    return done


def _training(run: Path, plan: Plan, name: str, engine: Any, model: Any) -> TrainingRun:
    settings = plan.settings
    rows = sample(_rows(plan, name), settings.max_rows, settings.seed)
    rows, validation = set_apart(rows, settings.validation, settings.seed)
    return TrainingRun(
        model=model,
        tokenizer=engine.tokenizer,
        rows=rows,
        validation=validation,
        settings=settings,
        max_tokens=min(plan.max_tokens, engine.context),
        folder=run / name,
        beat=beating(run, name),
        curve=Curve(),
        score=_score(plan, name),
        ends=tuple(sorted(engine.ends)),
    )


def _score(plan: Plan, stage: str) -> Score | None:
    """How a stage is told how good its texts are; a reward model is loaded only where it is asked."""
    if plan.reward is None or not METHODS[stage].rewarded:
        return None
    from jobs.rewarding.open import open_scorer

    scorer = open_scorer(Path(plan.reward))
    return lambda prompts, texts: scorer.score(prompts, texts).tolist()


def publish(plan: Plan, model: Any, metrics: Metrics, target: Path) -> None:
    """Weights first, manifest last, then the name: a folder that is seen is complete."""
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    save_adapter(model, partial)
    manifest = Manifest(
        model_id=plan.model_id,
        base=plan.base,
        method=plan.method,
        dataset_id=plan.dataset_id,
        dataset_sha256=plan.dataset_sha256,
        parent=plan.parent,
        seed=plan.settings.seed,
        options=msgspec.to_builtins(plan.settings),
        version=own_version(),
        files=hashes(partial),
        metrics=metrics,
    )
    complete(partial, manifest, target)
