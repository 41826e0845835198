"""What the raters said, from the read models and the ledger."""

from collections.abc import Iterator, Sequence

import msgspec
import sqlalchemy as sa

from loop import schema
from loop.database import as_json
from loop.events import CandidateRated
from loop.ledger import Ledger
from loop.picked import CROWD
from loop.recorded import decode
from loop.standing import leans
from rewards.criteria import HIGHEST, LOWEST
from rewards.influence import Vote

_f, _c, _e = schema.feedback.c, schema.items.c, schema.events.c


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a rater said of an item, as it stands now."""

    rater: str
    item_id: str
    task: str
    kind: str
    value: float
    weight: float
    scores: dict[str, int]

    @property
    def leaning(self) -> bool:
        """Whether it is a person's score, with the person's leaning in it."""
        return leans(self.kind) and self.rater != CROWD

    @property
    def vote(self) -> Vote:
        """As rewards count it."""
        return Vote(rater=self.rater, item_id=self.item_id, value=self.value, weight=self.weight, leans=self.leaning)


class Rated(msgspec.Struct, frozen=True):
    """A rating as it was given, whether another took its place later or not."""

    rater: str
    item_id: str
    value: float


def said(ledger: Ledger, task: str | None = None) -> list[Said]:
    """All feedback on texts that were not forgotten, in the order in which it was given; of one task, or of all."""
    query = (
        sa.select(_f.rater, _f.item_id, _c.task, _f.kind, _f.value, _f.weight, _f.scores)
        .join(schema.items, _c.item_id == _f.item_id)
        .where(_c.forgotten.is_(False), *([_c.task == task] if task else []))
        .order_by(_f.seq, _f.kind, _f.item_id)
    )
    with ledger.reading() as db:
        return [
            Said(
                rater=rater, item_id=item_id, task=of, kind=kind, value=value, weight=weight,
                scores=msgspec.json.decode(scores, type=dict[str, int]) if scores else {},
            )
            for rater, item_id, of, kind, value, weight, scores in db.execute(query)
        ]  # fmt: skip


def ratings(rows: Sequence[Said]) -> list[tuple[str, str, float]]:
    """(rater, item id, value), once for each rater and item: the newest."""
    found = {(row.rater, row.item_id): row.value for row in rows if row.leaning}
    return [(rater, item_id, value) for (rater, item_id), value in found.items()]


def by_criterion(rows: Sequence[Said]) -> Iterator[tuple[str, str, str, float]]:
    """(rater, item id, criterion, value in [0, 1]) of what was scored by criteria."""
    for row in rows:
        for criterion, score in row.scores.items() if row.leaning else ():
            yield row.rater, row.item_id, criterion, (score - LOWEST) / (HIGHEST - LOWEST)


def history(ledger: Ledger, rater: str | None = None) -> list[Rated]:
    """Every rating that was ever given, in order; of one rater, or of all."""
    query = sa.select(_e.type, _e.payload).where(_e.type == CandidateRated.__name__).order_by(_e.seq)
    if rater is not None:  # the database passes over most of the others', which saves decoding them
        query = query.where(_e.payload.contains(as_json(rater), autoescape=True))
    with ledger.reading() as db:
        events = [decode(type_, payload) for type_, payload in db.execute(query)]
    return [
        Rated(event.rater, event.candidate_id, event.value)
        for event in events
        if isinstance(event, CandidateRated) and rater in (None, event.rater)
    ]
