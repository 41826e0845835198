"""What each event does to the read models. `HANDLERS` is the one table; every handler takes a run of its events."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import msgspec
import sqlalchemy as sa

from loop import schema
from loop.database import insert_new, upsert
from loop.events import (
    CandidateCommented,
    CandidateEdited,
    CandidatePicked,
    CandidateRated,
    CandidateWritten,
    DatasetDistilled,
    Event,
    ItemForgotten,
    ItemHidden,
    JobFinished,
    JobMissed,
    JobStarted,
    ModelEvaluated,
    ModelPromoted,
    ModelPulled,
    ModelRolledBack,
    PairImported,
    RatersCalibrated,
    Recorded,
    TextImported,
    TrainingFinished,
    TurnTaken,
)
from loop.picked import agreement, reweigh
from loop.projector import Handler
from loop.standing import recompute, recompute_all
from rewards.settings import RewardSettings

E = TypeVar("E", bound=Event)
Row = dict[str, Any]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _each(react: Callable[[sa.Connection, Recorded, E], None]) -> Handler:
    """A handler that takes its events one by one."""

    def handle(db: sa.Connection, run: Sequence[Recorded], _: RewardSettings) -> None:
        for recorded in run:
            react(db, recorded, cast(E, recorded.event))

    return handle


def _item(recorded: Recorded, item_id: str, task: str, kind: str, **more: object) -> Row:
    columns = dict.fromkeys(
        ("prompt_id", "turn_id", "parent_id", "model_id", "strategy", "position", "echo_of", "novelty", "source")
    )
    state = {"reward": None, "ratings": 0.0, "reason_id": None, "hidden": False, "forgotten": False}
    place = {"seq": recorded.seq, "touched": recorded.seq}
    return {**columns, **state, **place, "item_id": item_id, "task": task, "kind": kind, **more}


def _said(item_id: str, rater: str, kind: str, value: float, weight: float, seq: int, scores: str | None = None) -> Row:
    return {
        "item_id": item_id, "rater": rater, "kind": kind, "value": value,
        "weight": weight, "scores": scores, "seq": seq,
    }  # fmt: skip


def _preferred(recorded: Recorded, event: Any, chosen: str, rejected: str, source: str, ref: str, weight: float) -> Row:
    return {
        "seq": recorded.seq, "chosen": chosen, "rejected": rejected, "task": event.task,
        "prompt_id": event.prompt_id, "source": source, "ref": ref, "rater": event.rater, "weight": weight,
    }  # fmt: skip


def texts_imported(db: sa.Connection, run: Sequence[Recorded], settings: RewardSettings) -> None:
    """New texts become items; the votes of every row count."""
    items, votes = [], []
    for recorded in run:
        event = cast(TextImported, recorded.event)
        items.append(
            _item(recorded, event.item_id, event.task, "import", prompt_id=event.prompt_id, source=event.source)
            | {"reason_id": event.comment_id}
        )
        votes += [
            _said(event.item_id, vote.rater, f"import:{recorded.seq}:{n}", vote.value, vote.weight, recorded.seq)
            for n, vote in enumerate(event.votes)
        ]
    insert_new(db, schema.items, items)
    upsert(db, schema.feedback, votes)
    recompute(db, {vote["item_id"]: vote["seq"] for vote in votes}, settings)


def pairs_imported(db: sa.Connection, run: Sequence[Recorded], _: RewardSettings) -> None:
    """A preference from before."""
    rows = []
    for recorded in run:
        event = cast(PairImported, recorded.event)
        share = event.chosen_votes / (event.chosen_votes + event.rejected_votes)
        rows.append(_preferred(recorded, event, event.chosen, event.rejected, "import", event.source, share))
    insert_new(db, schema.preferences, rows)


def _turn_taken(db: sa.Connection, recorded: Recorded, event: TurnTaken) -> None:
    row = {
        "turn_id": event.turn_id, "seq": recorded.seq, "at": recorded.at, "task": event.task,
        "prompt_id": event.prompt_id, "model_id": event.model_id, "strategy": event.strategy,
        "recalled": _json(event.recalled),
    }  # fmt: skip
    insert_new(db, schema.turns, [row])


def candidates_written(db: sa.Connection, run: Sequence[Recorded], _: RewardSettings) -> None:
    """Every candidate is an item from the start, unrated."""
    rows = []
    for recorded in run:
        event = cast(CandidateWritten, recorded.event)
        more = {
            name: getattr(event, name)
            for name in ("prompt_id", "turn_id", "model_id", "strategy", "position", "echo_of", "novelty")
        }
        rows.append(_item(recorded, event.candidate_id, event.task, "candidate", **more))
    insert_new(db, schema.items, rows)


def candidates_rated(db: sa.Connection, run: Sequence[Recorded], settings: RewardSettings) -> None:
    """The rater's newest scores replace the older ones, and the reward follows."""
    for recorded in run:
        event = cast(CandidateRated, recorded.event)
        scores = _json(event.scores)
        row = _said(event.candidate_id, event.rater, "rating", event.value, 1.0, recorded.seq, scores)
        upsert(db, schema.feedback, [row])
        if event.comment_id:
            _change(db, recorded, event.candidate_id, reason_id=event.comment_id)
        recompute(db, {event.candidate_id: recorded.seq}, settings)


def candidates_picked(db: sa.Connection, run: Sequence[Recorded], settings: RewardSettings) -> None:
    """A win over each sibling; the same rater's earlier pick in this turn is withdrawn."""
    for recorded in run:
        event = cast(CandidatePicked, recorded.event)
        f, p = schema.feedback.c, schema.preferences.c
        kind = f"pick:{event.turn_id}"
        before = sa.select(f.item_id).where(f.rater == event.rater, f.kind == kind)
        touched = {*db.execute(before).scalars(), event.candidate_id, *event.over}
        db.execute(sa.delete(schema.feedback).where(f.rater == event.rater, f.kind == kind))
        db.execute(
            sa.delete(schema.preferences).where(p.rater == event.rater, p.source == "pick", p.ref == event.turn_id)
        )
        said = [_said(event.candidate_id, event.rater, kind, 1.0, settings.pick_weight, recorded.seq)]
        loss = settings.pick_weight / max(len(event.over), 1)
        said += [_said(id_, event.rater, kind, 0.0, loss, recorded.seq) for id_ in event.over]
        upsert(db, schema.feedback, said)
        weights = agreement(db, event.rater, [(event.candidate_id, id_) for id_ in event.over])
        rows = [
            _preferred(recorded, event, event.candidate_id, id_, "pick", event.turn_id, weight)
            for id_, weight in zip(event.over, weights, strict=True)
        ]
        insert_new(db, schema.preferences, rows)
        recompute(db, dict.fromkeys(touched, recorded.seq), settings)


def candidates_edited(db: sa.Connection, run: Sequence[Recorded], settings: RewardSettings) -> None:
    """The rewrite is an item that was wanted, and was preferred over what it rewrites."""
    for recorded in run:
        event = cast(CandidateEdited, recorded.event)
        more = {"prompt_id": event.prompt_id, "turn_id": event.turn_id, "parent_id": event.candidate_id}
        insert_new(db, schema.items, [_item(recorded, event.item_id, event.task, "edit", **more)])
        said = _said(event.item_id, event.rater, "edit", 1.0, settings.pick_weight, recorded.seq)
        upsert(db, schema.feedback, [said])
        if event.prompt_id is not None:
            row = _preferred(recorded, event, event.item_id, event.candidate_id, "edit", event.item_id, 1.0)
            insert_new(db, schema.preferences, [row])
        recompute(db, {event.item_id: recorded.seq}, settings)


def _commented(db: sa.Connection, recorded: Recorded, event: CandidateCommented) -> None:
    _change(db, recorded, event.candidate_id, reason_id=event.comment_id)


def _hidden(db: sa.Connection, recorded: Recorded, event: ItemHidden) -> None:
    _change(db, recorded, event.item_id, hidden=event.hidden)


def _forgotten(db: sa.Connection, recorded: Recorded, event: ItemForgotten) -> None:
    _change(db, recorded, event.item_id, forgotten=True, reason_id=None)
    items = schema.items  # where a prompt was forgotten: what was written for it is to be indexed without it
    db.execute(sa.update(items).where(items.c.prompt_id == event.item_id).values(touched=recorded.seq))
    p, m = schema.preferences.c, schema.models.c
    gone = sa.or_(p.chosen == event.item_id, p.rejected == event.item_id)
    db.execute(sa.delete(schema.preferences).where(gone))
    db.execute(sa.update(schema.models).where(m.model_id.in_(event.models)).values(tainted=event.item_id))


def _change(db: sa.Connection, recorded: Recorded, item_id: str, **values: object) -> None:
    items = schema.items
    db.execute(sa.update(items).where(items.c.item_id == item_id).values(touched=recorded.seq, **values))


def raters_calibrated(db: sa.Connection, run: Sequence[Recorded], settings: RewardSettings) -> None:
    """New scales, means and biases, and with them every reward and the weight of every pick."""
    for recorded in run:
        event = cast(RatersCalibrated, recorded.event)
        rows = [{"rater": r, "offset": event.offsets[r], "scale": event.scales[r]} for r in event.offsets]
        upsert(db, schema.raters, rows)
        upsert(db, schema.means, [{"task": task, "mean": mean} for task, mean in event.means.items()])
        if event.places:
            upsert(db, schema.places, [{"rater": r, "bias": _json(bias)} for r, bias in event.places.items()])
            reweigh(db, recorded.seq)
        recompute_all(db, recorded.seq, settings)


def _distilled(db: sa.Connection, recorded: Recorded, event: DatasetDistilled) -> None:
    counts = {name: getattr(event, name) for name in ("sft", "pairs", "unpaired", "held_out")}
    row = {
        "dataset_id": event.dataset_id, "seq": recorded.seq, "at": recorded.at, "task": event.task,
        "upto": event.upto, "counts": _json(counts), "sha256": event.sha256, "parent": event.parent,
    }  # fmt: skip
    insert_new(db, schema.datasets, [row])


def _trained(db: sa.Connection, recorded: Recorded, event: TrainingFinished) -> None:
    _model(db, recorded, event, event.run_id)


def _pulled(db: sa.Connection, recorded: Recorded, event: ModelPulled) -> None:
    _model(db, recorded, event, "")


def _model(db: sa.Connection, recorded: Recorded, event: TrainingFinished | ModelPulled, run_id: str) -> None:
    row = {
        "model_id": event.model_id, "seq": recorded.seq, "at": recorded.at, "run_id": run_id,
        "dataset_id": event.dataset_id, "method": event.method, "base": event.base, "parent": event.parent,
        "sha256": event.sha256, "metrics": _json(event.metrics), "verdict": None, "tainted": None,
    }  # fmt: skip
    insert_new(db, schema.models, [row])


def _evaluated(db: sa.Connection, _: Recorded, event: ModelEvaluated) -> None:
    verdict = "promotable" if event.ok else "refused"
    models = schema.models
    db.execute(sa.update(models).where(models.c.model_id == event.model_id).values(verdict=verdict))


def _promoted(db: sa.Connection, recorded: Recorded, event: ModelPromoted) -> None:
    _crown(db, recorded, event.model_id, event.previous, rollback=False)


def _rolled_back(db: sa.Connection, recorded: Recorded, event: ModelRolledBack) -> None:
    _crown(db, recorded, event.model_id, event.previous, rollback=True)


def _crown(db: sa.Connection, recorded: Recorded, model_id: str, previous: str, rollback: bool) -> None:
    row = {"seq": recorded.seq, "at": recorded.at, "model_id": model_id, "previous": previous, "rollback": rollback}
    insert_new(db, schema.champions, [row])


def _job_started(db: sa.Connection, recorded: Recorded, event: JobStarted) -> None:
    row = {
        "run_id": event.run_id, "seq": recorded.seq, "started": recorded.at, "finished": None, "job": event.job,
        "run_key": event.run_key, "state": "running", "outcome": None,
    }  # fmt: skip
    upsert(db, schema.runs, [row])


def _job_finished(db: sa.Connection, recorded: Recorded, event: JobFinished) -> None:
    runs = schema.runs
    state = "done" if event.ok else "failed"
    values = {"finished": recorded.at, "state": state, "outcome": event.outcome}
    db.execute(sa.update(runs).where(runs.c.run_id == event.run_id).values(values))


def _job_missed(db: sa.Connection, recorded: Recorded, event: JobMissed) -> None:
    row = {
        "run_id": f"missed:{event.run_key}", "seq": recorded.seq, "started": recorded.at, "finished": recorded.at,
        "job": event.job, "run_key": event.run_key, "state": "missed", "outcome": "nobody was awake",
    }  # fmt: skip
    upsert(db, schema.runs, [row])


HANDLERS: dict[type[Event], Handler] = {
    TextImported: texts_imported,
    PairImported: pairs_imported,
    TurnTaken: _each(_turn_taken),
    CandidateWritten: candidates_written,
    CandidateRated: candidates_rated,
    CandidatePicked: candidates_picked,
    CandidateEdited: candidates_edited,
    CandidateCommented: _each(_commented),
    ItemHidden: _each(_hidden),
    ItemForgotten: _each(_forgotten),
    RatersCalibrated: raters_calibrated,
    DatasetDistilled: _each(_distilled),
    TrainingFinished: _each(_trained),
    ModelPulled: _each(_pulled),
    ModelEvaluated: _each(_evaluated),
    ModelPromoted: _each(_promoted),
    ModelRolledBack: _each(_rolled_back),
    JobStarted: _each(_job_started),
    JobFinished: _each(_job_finished),
    JobMissed: _each(_job_missed),
}
