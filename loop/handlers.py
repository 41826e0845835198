"""What each event does to the read models. `HANDLERS` is the one table; every handler takes a run of its events."""

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

from loop import night_handlers as night
from loop import schema
from loop.database import as_json, insert_new, upsert
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
    RewardFitted,
    TextImported,
    TrainingFinished,
    TurnTaken,
)
from loop.picked import agreement, reweigh
from loop.projector import Handler, each
from loop.recorded import Recorded
from loop.standing import recompute, recompute_all
from rewards.settings import RewardSettings

Row = dict[str, Any]


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
        "recalled": as_json(event.recalled),
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
        scores = as_json(event.scores)
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
    p, m, w = schema.preferences.c, schema.models.c, schema.reward_models.c
    gone = sa.or_(p.chosen == event.item_id, p.rejected == event.item_id)
    db.execute(sa.delete(schema.preferences).where(gone))
    db.execute(sa.update(schema.models).where(m.model_id.in_(event.models)).values(tainted=event.item_id))
    db.execute(sa.update(schema.reward_models).where(w.reward_id.in_(event.rewards)).values(tainted=event.item_id))


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
            upsert(db, schema.places, [{"rater": r, "bias": as_json(bias)} for r, bias in event.places.items()])
            reweigh(db, recorded.seq)
        recompute_all(db, recorded.seq, settings)


HANDLERS: dict[type[Event], Handler] = {
    TextImported: texts_imported,
    PairImported: pairs_imported,
    TurnTaken: each(_turn_taken),
    CandidateWritten: candidates_written,
    CandidateRated: candidates_rated,
    CandidatePicked: candidates_picked,
    CandidateEdited: candidates_edited,
    CandidateCommented: each(_commented),
    ItemHidden: each(_hidden),
    ItemForgotten: each(_forgotten),
    RatersCalibrated: raters_calibrated,
    DatasetDistilled: each(night.distilled),
    TrainingFinished: each(night.trained),
    ModelPulled: each(night.pulled),
    RewardFitted: each(night.fitted),
    ModelEvaluated: each(night.evaluated),
    ModelPromoted: each(night.promoted),
    ModelRolledBack: each(night.rolled_back),
    JobStarted: each(night.job_started),
    JobFinished: each(night.job_finished),
    JobMissed: each(night.job_missed),
}
