"""Picks and the places in which texts stood: who favours which, and how much of a pick is owed to it."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
import sqlalchemy as sa

from loop import schema
from loop.database import chunks
from loop.events import CandidatePicked
from loop.recorded import decode
from rewards.picks import Choice, agreeing

MOST = 5_000
"""Picks that a bias is fitted to, the newest."""
CROWD = "crowd"
Biases = Mapping[str, tuple[float, ...]]


def choices(db: sa.Connection, task: str | None = None) -> list[Choice]:
    """The newest pick of each rater in each turn, oldest first, with the places in which the texts stood.

    Of one task, or of all.
    """
    e = schema.events.c
    query = sa.select(e.type, e.payload).where(e.type == CandidatePicked.__name__).order_by(e.seq.desc()).limit(MOST)
    newest: dict[tuple[str, str], CandidatePicked] = {}
    for type_, payload in db.execute(query):
        event = decode(type_, payload)
        assert isinstance(event, CandidatePicked)
        if task in (None, event.task):
            newest.setdefault((event.rater, event.turn_id), event)
    picks = list(reversed(newest.values()))
    places = _places(db, (id_ for each in picks for id_ in (each.candidate_id, *each.over)))
    return [_choice(each, places) for each in picks]


def known_biases(db: sa.Connection) -> dict[str, tuple[float, ...]]:
    """Each rater's bias to each place as it was last recorded, and the crowd's."""
    c = schema.places.c
    rows = db.execute(sa.select(c.rater, c.bias))
    return {rater: msgspec.json.decode(bias, type=tuple[float, ...]) for rater, bias in rows}


def agreement(db: sa.Connection, rater: str, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """The weight of the rater's preference of the first over the second text of each pair, in [0.5, 1]."""
    bias = _of(rater, known_biases(db))
    places = _places(db, (id_ for pair in pairs for id_ in pair))
    return [_weight(bias, places, *pair) for pair in pairs]


def reweigh(db: sa.Connection, seq: int) -> None:
    """Give every pick the weight that the biases now make; what it speaks for is touched by the event at `seq`."""
    p, items = schema.preferences.c, schema.items
    biases = known_biases(db)
    rows = db.execute(sa.select(p.seq, p.chosen, p.rejected, p.rater, p.weight).where(p.source == "pick")).all()
    places = _places(db, (id_ for row in rows for id_ in (row.chosen, row.rejected)))
    now = [_weight(_of(row.rater, biases), places, row.chosen, row.rejected) for row in rows]
    moved = [
        {"b_seq": row.seq, "b_chosen": row.chosen, "b_rejected": row.rejected, "b_weight": weight}
        for row, weight in zip(rows, now, strict=True)
        if weight != row.weight
    ]
    if moved:
        new = sa.bindparam
        this = sa.and_(p.seq == new("b_seq"), p.chosen == new("b_chosen"), p.rejected == new("b_rejected"))
        db.execute(sa.update(schema.preferences).where(this).values(weight=new("b_weight")), moved)
        for chunk in chunks(str(row["b_chosen"]) for row in moved):
            db.execute(sa.update(items).where(items.c.item_id.in_(chunk)).values(touched=seq))


def _of(rater: str, biases: Biases) -> tuple[float, ...]:
    return biases.get(rater, biases.get(CROWD, ()))


def _weight(bias: Sequence[float], places: Mapping[str, int], chosen: str, rejected: str) -> float:
    if chosen not in places or rejected not in places:
        return 1.0
    return agreeing(bias, (places[chosen], places[rejected]), 0)


def _places(db: sa.Connection, ids: Iterable[str]) -> dict[str, int]:
    """The place in its turn of each of these candidates, from 0."""
    c = schema.items.c
    found: dict[str, int] = {}
    for chunk in chunks(ids):
        query = sa.select(c.item_id, c.position).where(c.item_id.in_(chunk), c.position.is_not(None))
        found.update((id_, place) for id_, place in db.execute(query))
    return found


def _choice(event: CandidatePicked, places: Mapping[str, int]) -> Choice:
    shown = sorted((places[id_], id_) for id_ in (event.candidate_id, *event.over) if id_ in places)
    return Choice(rater=event.rater, shown=tuple((id_, place) for place, id_ in shown), chosen=event.candidate_id)
