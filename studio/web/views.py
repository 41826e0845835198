"""What the pages and the API show of the read models."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from loop import schema
from loop.catalog import VISIBLE
from loop.database import chunks
from loop.errors import NotFound
from loop.events import CandidateWritten
from loop.ledger import Ledger
from loop.prompts import unpack
from loop.remember import Memory
from loop.turn import Turn, read_back

Order = Literal["newest", "best"]
_c = schema.items.c
_words, _asked, _reasons = (schema.texts.alias(name) for name in ("words", "asked", "said"))
_ITEMS = (
    sa.select(schema.items, _words.c.text, _asked.c.text.label("asked"), _reasons.c.text.label("reason"))
    .join(_words, _words.c.id == _c.item_id)
    .outerjoin(_asked, _asked.c.id == _c.prompt_id)
    .outerjoin(_reasons, _reasons.c.id == _c.reason_id)
)


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """A text with everything that is known of it at a glance."""

    item_id: str
    text: str
    task: str
    kind: str
    prompt: str
    fields: dict[str, str]
    reward: float | None
    ratings: float
    novelty: float | None
    echo_of: str | None
    hidden: bool
    model_id: str | None
    comment: str
    similarity: float | None = None
    scores: dict[str, int] = {}
    """What this rater gave."""
    picked: bool = False
    """By this rater."""


def listed(
    ledger: Ledger, *, task: str | None, order: Order, hidden: bool, offset: int, limit: int, rater: str
) -> tuple[list[ItemView], int]:
    """A stretch of the library and how many items there are in all."""
    where = _where(task, hidden)
    first = (_c.seq.desc(), _c.position.desc())
    by = first if order == "newest" else (_c.reward.is_(None), _c.reward.desc(), *first)
    with ledger.reading() as db:
        count = db.execute(sa.select(sa.func.count()).select_from(schema.items).where(*where)).scalar_one()
        rows = db.execute(_ITEMS.where(*where).order_by(*by).offset(offset).limit(limit)).mappings().all()
        return _with_said(db, rows, rater), count


def by_id(ledger: Ledger, ids: Sequence[str], rater: str) -> dict[str, ItemView]:
    """The items with these ids; forgotten ones are absent."""
    found: dict[str, ItemView] = {}
    with ledger.reading() as db:
        for chunk in chunks(ids):
            rows = db.execute(_ITEMS.where(_c.item_id.in_(chunk))).mappings().all()
            found.update((view.item_id, view) for view in _with_said(db, rows, rater))
    return found


def found(
    ledger: Ledger, memory: Memory, words: str, *, task: str | None, k: int, strategy: str, rater: str
) -> list[ItemView]:
    """The items nearest in meaning, best first."""
    recalled = memory.search(words, task=task, k=k, strategy=strategy)
    views = by_id(ledger, [each.item.item_id for each in recalled.liked], rater)
    return [
        msgspec.structs.replace(views[each.item.item_id], similarity=each.similarity)
        for each in recalled.liked
        if each.item.item_id in views
    ]


def turn(ledger: Ledger, memory: Memory, turn_id: str) -> Turn:
    """A turn as it was taken. Raises NotFound."""
    t = schema.turns.c
    with ledger.reading() as db:
        seq = db.execute(sa.select(t.seq).where(t.turn_id == turn_id)).scalar()
    if seq is None:
        raise NotFound("turn", turn_id)
    taken, *after = ledger.read(seq - 1, 70)
    mine = [r for r in after if isinstance(r.event, CandidateWritten) and r.event.turn_id == turn_id]
    return read_back((taken, *mine), ledger, memory)


def last_turns(ledger: Ledger, limit: int) -> list[str]:
    """The ids of the newest turns, newest first."""
    t = schema.turns.c
    with ledger.reading() as db:
        return list(db.execute(sa.select(t.turn_id).order_by(t.seq.desc()).limit(limit)).scalars())


def asked(ledger: Ledger, turn_id: str) -> dict[str, str]:
    """The fields of a turn's brief."""
    t = schema.turns.c
    query = sa.select(schema.texts.c.text).join(schema.turns, t.prompt_id == schema.texts.c.id)
    with ledger.reading() as db:
        return unpack(db.execute(query.where(t.turn_id == turn_id)).scalar()).fields


def runs(ledger: Ledger, limit: int) -> list[dict[str, Any]]:
    """The newest runs, newest first."""
    r = schema.runs
    with ledger.reading() as db:
        return [dict(row) for row in db.execute(sa.select(r).order_by(r.c.seq.desc()).limit(limit)).mappings()]


def counts(ledger: Ledger) -> dict[str, int]:
    """How many items may be seen, and how many of them have a reward."""
    query = sa.select(sa.func.count(), sa.func.count(_c.reward)).select_from(schema.items).where(VISIBLE)
    with ledger.reading() as db:
        items, rated = db.execute(query).one()
    return {"items": items, "rated": rated}


def _where(task: str | None, hidden: bool) -> list[sa.ColumnElement[bool]]:
    of_task = [] if task is None else [_c.task == task]
    return [_c.forgotten.is_(False), _c.hidden.is_(hidden), *of_task]


def _with_said(db: sa.Connection, rows: Sequence[Any], rater: str) -> list[ItemView]:
    f = schema.feedback.c
    ids = [row["item_id"] for row in rows]
    said = db.execute(sa.select(f.item_id, f.kind, f.value, f.scores).where(f.rater == rater, f.item_id.in_(ids))).all()
    scores = {s.item_id: msgspec.json.decode(s.scores, type=dict[str, int]) for s in said if s.scores}
    picked = {s.item_id for s in said if s.kind.startswith("pick:") and s.value == 1.0}
    return [_view(row, scores.get(row["item_id"], {}), row["item_id"] in picked) for row in rows]


def _view(row: Any, scores: dict[str, int], picked: bool) -> ItemView:
    asked = unpack(row["asked"])
    same = ("item_id", "text", "task", "kind", "reward", "ratings", "novelty", "echo_of", "hidden", "model_id")
    return ItemView(
        **{name: row[name] for name in same},
        prompt=asked.prompt,
        fields=asked.fields,
        comment=row["reason"] or "",
        scores=scores,
        picked=picked,
    )
