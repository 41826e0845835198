"""From clean rows and any causal model to a tuned one, in one process that may be killed and run again."""

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from jobs.evaluation.preferred import perplexity
from jobs.finetune import modelling
from jobs.finetune.data import Rows, read_data
from jobs.finetune.plan import FinetunePlan
from jobs.finetune.report import Finetuned, publish
from jobs.settings import TrainSettings
from jobs.train import sft
from jobs.train.plan import replace_json
from jobs.train.rows import sample
from jobs.train.run import Curve, Metrics, Row, TrainingRun
from jobs.train.trainer import DONE
from jobs.unfinished import begin, drop_halves, quietly, told_when_full
from loop.models import threads
from loop.models.files import find_model
from loop.models.weights import choose_device
from loop.settings import TaskProfile

MEASURED = 300
"""Rows that perplexity is measured on, at most."""
CHOSEN_BY = 128
"""Validation rows by which the best checkpoint is chosen."""
CHECKPOINTS = 6
LATE = 1.25
"""After so many times its minutes a training is ended, where other work began beside it."""
MARGIN = 1.3
"""A step with its share of optimizer and evaluations, in steps as they were timed."""
START = "start.json"
Progress = Callable[..., None]
"""Hears of every step: step, of how many, and a note."""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What was settled before the first step, so that a training that goes on is the same one."""

    before: Metrics
    """Perplexities of the untuned model."""
    epochs: float


def finetune(out: Path, plan: FinetunePlan, tasks: Mapping[str, TaskProfile], progress: Progress) -> Finetuned:
    """Tune a model on a folder of clean rows; it appears as `out`, whole.

    Stopped at any moment and called again with the same plan it goes on from its last checkpoint. Raises BadInput
    before anything begins; ModelUnusable for a damaged model; TrainingError when it fails.
    """
    find_model(plan.model)
    choose_device(plan.device)
    rows = read_data(Path(plan.data), tasks)
    plan = msgspec.structs.replace(plan, data_sha256=rows.sha256)
    work = begin(out, plan, "the same command as before")
    try:
        with told_when_full(work, "the last whole checkpoint is kept"), quietly(work / "train.log"):
            return _finetune(out, work, plan, rows, progress)
    finally:
        if not (work / START).is_file():  # it had not begun
            shutil.rmtree(work, ignore_errors=True)


def _finetune(out: Path, work: Path, plan: FinetunePlan, rows: Rows, progress: Progress) -> Finetuned:
    progress(0, None, "measuring the untuned model")
    engine = modelling.load(plan)
    with threads.at_most(threads.worth(engine.model)):
        before = _before(work, engine, rows)
        rate, lora = modelling.rate(engine, plan), modelling.with_lora(engine, plan)
        model = modelling.prepare(engine, plan)
        start = _start(work, model, engine, rows, plan, before)
        run = _training(work, model, engine, rows, plan, start, rate, progress)
        try:
            metrics = sft.train(run)
        finally:
            drop_halves(run.folder, DONE)
        late = run.over()
        tuned = modelling.merge(model, engine)
        after = _perplexities(tuned, rows)
        done = Finetuned(
            model=str(out), base=plan.model, method="lora" if lora else "full", tasks=rows.tasks,
            rows={"train": len(rows.train), "validation": len(rows.validation), "test": len(rows.test)},
            learning_rate=rate, wanted_epochs=plan.epochs, steps=int(metrics["steps"]),
            epochs=round(metrics["steps"] * plan.batch_size / len(rows.train), 3),
            out_of_time=late or start.epochs < plan.epochs, before=start.before, after=after,
        )  # fmt: skip
        publish(tuned, plan, done, run.curve, work)
    return done


def _before(work: Path, engine: Any, rows: Rows) -> Metrics:
    kept = work / START
    return msgspec.json.decode(kept.read_bytes(), type=Start).before if kept.is_file() else _perplexities(engine, rows)


def _start(work: Path, model: Any, engine: Any, rows: Rows, plan: FinetunePlan, before: Metrics) -> Start:
    """How much of the training fits into its minutes: settled once, since the learning rate falls towards its end."""
    kept = work / START
    if kept.is_file():
        return msgspec.json.decode(kept.read_bytes(), type=Start)
    seconds = MARGIN * modelling.step_seconds(model, engine.tokenizer, rows.train, plan)
    per_epoch = -(-len(rows.train) // plan.batch_size)
    fitting = max(1.0, 60 * plan.minutes / seconds)
    start = Start(before=before, epochs=min(plan.epochs, fitting / per_epoch))
    replace_json(kept, start)
    return start


def _training(
    work: Path, model: Any, engine: Any, rows: Rows, plan: FinetunePlan, start: Start, rate: float, progress: Progress
) -> TrainingRun:
    seen = rows.train if start.epochs >= 1 else sample(rows.train, round(start.epochs * len(rows.train)), plan.seed)
    steps = max(1, round(max(1.0, start.epochs) * -(-len(seen) // plan.batch_size)))
    settings = TrainSettings(
        learning_rate=rate, epochs=max(1.0, start.epochs), batch_size=plan.batch_size, rank=plan.rank, seed=plan.seed,
        checkpoint_steps=-(-steps // CHECKPOINTS),
    )  # fmt: skip
    until = time.monotonic() + 60 * plan.minutes * LATE

    def beat(step: int, total: int, loss: float | None) -> None:
        progress(step, total, "" if loss is None else f"loss {loss:.3f}")

    return TrainingRun(
        model=model, tokenizer=engine.tokenizer, rows=seen, validation=rows.validation[:CHOSEN_BY],
        settings=settings, max_tokens=min(plan.max_tokens, engine.context), folder=work, beat=beat, curve=Curve(),
        patience=plan.patience, over=lambda: time.monotonic() > until,
    )  # fmt: skip


def _perplexities(engine: Any, rows: Rows) -> Metrics:
    """Per token of the completions, of validation rows and, where there are some, of test rows."""
    kinds: dict[str, list[Row]] = {"validation": rows.validation, "test": rows.test}
    found = {name: perplexity(engine, some[:MEASURED], batch_size=16) for name, some in kinds.items()}
    return {f"{name}_perplexity": value for name, value in found.items() if value is not None}
