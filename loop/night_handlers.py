"""What the events of the night do to the read models: datasets, models, who writes, and jobs."""

import sqlalchemy as sa

from loop import events, schema
from loop.database import as_json, insert_new, upsert
from loop.recorded import Recorded


def distilled(db: sa.Connection, recorded: Recorded, event: events.DatasetDistilled) -> None:
    """A dataset as `reprise datasets` lists it."""
    counts = {name: getattr(event, name) for name in ("sft", "pairs", "unpaired", "held_out")}
    row = {
        "dataset_id": event.dataset_id, "seq": recorded.seq, "at": recorded.at, "task": event.task,
        "upto": event.upto, "counts": as_json(counts), "sha256": event.sha256, "parent": event.parent,
    }  # fmt: skip
    insert_new(db, schema.datasets, [row])


def trained(db: sa.Connection, recorded: Recorded, event: events.TrainingFinished) -> None:
    """A model that may be evaluated, and then promoted."""
    _model(db, recorded, event, event.run_id)


def pulled(db: sa.Connection, recorded: Recorded, event: events.ModelPulled) -> None:
    """A model that no run of ours trained."""
    _model(db, recorded, event, "")


def _model(
    db: sa.Connection, recorded: Recorded, event: events.TrainingFinished | events.ModelPulled, run_id: str
) -> None:
    row = {
        "model_id": event.model_id, "seq": recorded.seq, "at": recorded.at, "run_id": run_id,
        "dataset_id": event.dataset_id, "method": event.method, "base": event.base, "parent": event.parent,
        "sha256": event.sha256, "metrics": as_json(event.metrics), "verdict": None, "tainted": None,
    }  # fmt: skip
    insert_new(db, schema.models, [row])


def fitted(db: sa.Connection, recorded: Recorded, event: events.RewardFitted) -> None:
    """A reward model that may choose what a turn shows; what was damaged and is fitted again takes its own place."""
    row = {
        "reward_id": event.reward_id, "seq": recorded.seq, "at": recorded.at, "kind": event.kind,
        "tasks": as_json(event.tasks), "dataset_id": event.dataset_id, "sha256": event.sha256,
        "metrics": as_json(event.metrics), "tainted": None,
    }  # fmt: skip
    upsert(db, schema.reward_models, [row])


def evaluated(db: sa.Connection, _: Recorded, event: events.ModelEvaluated) -> None:
    """The verdict of the bars."""
    verdict = "promotable" if event.ok else "refused"
    models = schema.models
    db.execute(sa.update(models).where(models.c.model_id == event.model_id).values(verdict=verdict))


def promoted(db: sa.Connection, recorded: Recorded, event: events.ModelPromoted) -> None:
    """A new champion."""
    _crown(db, recorded, event.model_id, event.previous, rollback=False)


def rolled_back(db: sa.Connection, recorded: Recorded, event: events.ModelRolledBack) -> None:
    """The champion before, again."""
    _crown(db, recorded, event.model_id, event.previous, rollback=True)


def _crown(db: sa.Connection, recorded: Recorded, model_id: str, previous: str, rollback: bool) -> None:
    row = {"seq": recorded.seq, "at": recorded.at, "model_id": model_id, "previous": previous, "rollback": rollback}
    insert_new(db, schema.champions, [row])


def job_started(db: sa.Connection, recorded: Recorded, event: events.JobStarted) -> None:
    """A run that is not over yet."""
    row = {
        "run_id": event.run_id, "seq": recorded.seq, "started": recorded.at, "finished": None, "job": event.job,
        "run_key": event.run_key, "state": "running", "outcome": None,
    }  # fmt: skip
    upsert(db, schema.runs, [row])


def job_finished(db: sa.Connection, recorded: Recorded, event: events.JobFinished) -> None:
    """How the run ended."""
    runs = schema.runs
    state = "done" if event.ok else "failed"
    values = {"finished": recorded.at, "state": state, "outcome": event.outcome}
    db.execute(sa.update(runs).where(runs.c.run_id == event.run_id).values(values))


def job_missed(db: sa.Connection, recorded: Recorded, event: events.JobMissed) -> None:
    """A run that never was."""
    row = {
        "run_id": f"missed:{event.run_key}", "seq": recorded.seq, "started": recorded.at, "finished": recorded.at,
        "job": event.job, "run_key": event.run_key, "state": "missed", "outcome": "nobody was awake",
    }  # fmt: skip
    upsert(db, schema.runs, [row])
