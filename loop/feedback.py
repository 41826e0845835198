"""What people say of what was written: each a fact, each durable before it is answered."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import msgspec
import sqlalchemy as sa

from loop import checks, schema
from loop.errors import BadInput, KeyUsed, NotFound
from loop.events import (
    CandidateCommented,
    CandidateEdited,
    CandidatePicked,
    CandidateRated,
    Event,
    ItemHidden,
    RatersCalibrated,
)
from loop.faults import point
from loop.ids import new_id
from loop.ledger import Ledger
from loop.picked import CROWD, choices, known_biases
from loop.settings import TaskProfile
from loop.standing import leans
from rewards.calibration import fit_raters
from rewards.criteria import check_scores, weighted
from rewards.picks import fit_picks

MOVED = 0.01
"""By how much a rater's leaning or a task's mean must have moved to be worth giving every item a new reward."""
TURNED = 0.05
"""And a rater's bias to a place, in logits."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An item after somebody said something of it."""

    candidate_id: str
    reward: float | None
    """Of the item; after an edit, of the rewrite."""
    ratings: float
    item_id: str | None = None
    """The new item of an edit."""


def rate(
    ledger: Ledger,
    tasks: Mapping[str, TaskProfile],
    candidate_id: str,
    scores: Mapping[str, object],
    *,
    rater: str = "me",
    comment: str = "",
    key: str | None = None,
) -> Standing:
    """Score an item by its task's criteria, 1 to 5 each; the rater's newest scores count."""
    row = item_row(ledger, candidate_id)
    criteria = checks.task_profile(tasks, row.task).criteria
    checked = check_scores(scores, criteria)
    comment_id, texts = _comment(candidate_id, comment)
    event = CandidateRated(
        candidate_id=candidate_id,
        rater=checks.name(rater),
        scores=checked,
        value=weighted(checked, criteria),
        comment_id=comment_id,
    )
    return _say(ledger, candidate_id, event, texts, key)


def pick(ledger: Ledger, candidate_id: str, *, rater: str = "me", key: str | None = None) -> Standing:
    """Choose a candidate over its siblings; the rater's newest pick in the turn counts."""
    row = item_row(ledger, candidate_id)
    siblings = _siblings(ledger, row)
    if not siblings:
        raise BadInput(f"'{candidate_id}' has no siblings to be picked over; rate it instead")
    event = CandidatePicked(
        candidate_id=candidate_id,
        over=siblings,
        task=row.task,
        prompt_id=row.prompt_id,
        turn_id=row.turn_id,
        rater=checks.name(rater),
    )
    return _say(ledger, candidate_id, event, {}, key)


def edit(ledger: Ledger, candidate_id: str, text: str, *, rater: str = "me", key: str | None = None) -> Standing:
    """Rewrite an item; the rewrite becomes an item of its own, preferred over what it rewrites."""
    row = item_row(ledger, candidate_id)
    text = checks.words(text, "the edit").strip()
    if ledger.texts([candidate_id]).get(candidate_id) == text:
        raise BadInput("the edit changes nothing; give a text that differs")
    event = CandidateEdited(
        candidate_id=candidate_id,
        item_id=new_id("e"),
        task=row.task,
        prompt_id=row.prompt_id,
        turn_id=row.turn_id,
        rater=checks.name(rater),
    )
    return _say(ledger, candidate_id, event, {event.item_id: text}, key)


def comment(ledger: Ledger, candidate_id: str, words: str, *, rater: str = "me", key: str | None = None) -> Standing:
    """Say something of an item without scoring it."""
    item_row(ledger, candidate_id)
    comment_id, texts = _comment(candidate_id, checks.words(words, "the comment"))
    event = CandidateCommented(candidate_id=candidate_id, rater=checks.name(rater), comment_id=str(comment_id))
    return _say(ledger, candidate_id, event, texts, key)


def hide(
    ledger: Ledger, candidate_id: str, *, hidden: bool = True, rater: str = "me", key: str | None = None
) -> Standing:
    """Take an item out of recall, or put it back."""
    item_row(ledger, candidate_id)
    return _say(
        ledger, candidate_id, ItemHidden(item_id=candidate_id, hidden=hidden, rater=checks.name(rater)), {}, key
    )


def calibrate(ledger: Ledger) -> RatersCalibrated | None:
    """Measure every rater's leaning and bias and every task's mean anew; None when nothing moved by enough to tell.

    Small movements add up: each time is compared with the last one that was recorded.
    """
    f, c = schema.feedback.c, schema.items.c
    with ledger.reading() as db:
        said = [
            (row.rater, row.item_id, row.value)
            for row in db.execute(
                sa.select(f.rater, f.item_id, f.value, f.kind).where(f.rater != CROWD).order_by(f.seq, f.kind)
            )
            if leans(row.kind)
        ]
        weighed = sa.func.sum(f.value * f.weight) / sa.func.sum(f.weight)
        of_task = (
            sa.select(c.task, weighed).join(schema.feedback, f.item_id == c.item_id).group_by(c.task).order_by(c.task)
        )
        means = {task: round(float(mean), 3) for task, mean in db.execute(of_task)}
        before = _calibrated_before(db)
        biases = _biases(db)
        known = known_biases(db)
    fitted = fit_raters(said)
    offsets = {rater: round(scale.offset, 3) for rater, scale in sorted(fitted.items())}
    scales = {rater: round(scale.scale, 3) for rater, scale in sorted(fitted.items())}
    if (
        not _moved(offsets, before[0], 0.0)
        and not _moved(scales, before[1], 1.0)
        and not _moved(means, before[2], -1.0)
        and not _turned(biases, known)
    ):
        return None
    event = RatersCalibrated(upto=ledger.head(), offsets=offsets, scales=scales, means=means, places=biases)
    ledger.append(event)
    return event


def _moved(now: Mapping[str, float], before: Mapping[str, float], unknown: float) -> bool:
    """Whether any figure moved; one that was never recorded stood at `unknown`."""
    return any(abs(value - before.get(name, unknown)) > MOVED for name, value in now.items())


def _biases(db: sa.Connection) -> dict[str, tuple[float, ...]]:
    picks = fit_picks(choices(db))
    of = {**picks.raters, CROWD: picks.crowd} if picks.crowd else {}
    return {rater: tuple(round(each, 2) for each in bias) for rater, bias in sorted(of.items())}


def _turned(now: Mapping[str, tuple[float, ...]], before: Mapping[str, tuple[float, ...]]) -> bool:
    """Whether any rater's bias moved; where none was recorded, it stood at 0."""
    both = ((bias, before.get(rater, ())) for rater, bias in now.items())
    return any(abs(a - b) > TURNED for new, old in both for a, b in zip_longest(new, old, fillvalue=0.0))


def _calibrated_before(db: sa.Connection) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    r, m = schema.raters.c, schema.means.c
    rows = list(db.execute(sa.select(r.rater, r.offset, r.scale)))
    means = {task: mean for task, mean in db.execute(sa.select(m.task, m.mean))}
    return {row.rater: row.offset for row in rows}, {row.rater: row.scale for row in rows}, means


def item_row(ledger: Ledger, item_id: str) -> Any:
    """The row of an item that can still be spoken of: columns task, prompt_id, turn_id, kind, reward, ratings."""
    c = schema.items.c
    with ledger.reading() as db:
        row = db.execute(sa.select(schema.items).where(c.item_id == item_id)).first()
    if row is None:
        raise NotFound("candidate or item", item_id)
    if row.forgotten:
        raise BadInput(f"'{item_id}' was forgotten; its words are gone")
    return row


def _siblings(ledger: Ledger, row: Any) -> tuple[str, ...]:
    if row.turn_id is None or row.kind != "candidate":
        return ()
    c = schema.items.c
    query = sa.select(c.item_id).where(
        c.turn_id == row.turn_id, c.kind == "candidate", c.forgotten.is_(False), c.item_id != row.item_id
    )
    with ledger.reading() as db:
        return tuple(db.execute(query.order_by(c.position)).scalars())


def _comment(item_id: str, words: str) -> tuple[str | None, dict[str, str]]:
    """The comment's id begins with the item's, so that to forget the item is to forget what was said of it."""
    if not words.strip():
        return None, {}
    comment_id = f"{item_id}.{new_id('n')}"
    return comment_id, {comment_id: checks.note(words, "the comment").strip()}


def _say(ledger: Ledger, candidate_id: str, event: Event, texts: Mapping[str, str], key: str | None) -> Standing:
    """Append, and answer with where the item stands now."""
    point("mid-rating")
    said = ledger.append(event, texts=texts, key=key)[0].event
    point("mid-rating")
    if type(said) is not type(event):
        raise KeyUsed
    made = said.item_id if isinstance(said, CandidateEdited) else None
    row = item_row(ledger, made or candidate_id)
    return Standing(candidate_id=candidate_id, reward=row.reward, ratings=row.ratings, item_id=made)
