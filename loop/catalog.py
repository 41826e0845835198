"""What memory asks about items, answered from the read models."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from loop import schema
from loop.database import chunks, driver_rows
from loop.events import RecalledItem
from loop.ledger import Ledger
from loop.prompts import unpack
from memory.item import Item

_c = schema.items.c
_words, _prompts, _reasons = (schema.texts.alias(name) for name in ("words", "prompts", "reasons"))
VISIBLE = sa.and_(_c.hidden.is_(False), _c.forgotten.is_(False))
HUMAN = _c.kind.in_(("import", "edit"))
MAY_BE_EXAMPLE = sa.and_(VISIBLE, _c.echo_of.is_(None), sa.or_(_c.reward.is_not(None), HUMAN))
_ITEMS = (
    sa.select(
        _c.item_id, _words.c.text, _c.task, _prompts.c.text, _c.reward, _c.ratings, _c.kind, _c.echo_of,
        _reasons.c.text, _c.seq,
    )
    .join(_words, _words.c.id == _c.item_id)
    .outerjoin(_prompts, _prompts.c.id == _c.prompt_id)
    .outerjoin(_reasons, _reasons.c.id == _c.reason_id)
)  # fmt: skip
_BY_ID = """
    SELECT i.item_id, w.text, i.task, p.text, i.reward, i.ratings, i.kind, i.echo_of, r.text, i.seq
    FROM items i JOIN texts w ON w.id = i.item_id
    LEFT JOIN texts p ON p.id = i.prompt_id LEFT JOIN texts r ON r.id = i.reason_id
    WHERE NOT i.hidden AND NOT i.forgotten AND i.item_id IN ({})
"""  # as _ITEMS where VISIBLE; every recall waits for it, and SQLAlchemy's rows would cost as much as the database


HELD = 20_000
"""Text vectors that a process holds: 30 MB at 384 dimensions. They never change, and every turn asks for the same."""


class SqlCatalog:
    """`memory.item.Catalog` over the ledger's read models."""

    def __init__(self, ledger: Ledger, fingerprint: Callable[[], str], cooldown: int) -> None:
        self._ledger = ledger
        self._fingerprint = fingerprint
        self._cooldown = cooldown
        self._held: dict[str, NDArray[np.float32]] = {}

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """The visible items with these ids."""
        found: dict[str, Item] = {}
        with self._ledger.reading() as db:
            for chunk in chunks(ids):
                marks = ", ".join("?" * len(chunk))
                found.update((row[0], _item(row)) for row in driver_rows(db, _BY_ID.format(marks), chunk))
        return found

    def newest(self, task: str | None, k: int) -> list[Item]:
        """The k newest items that may be examples, newest first."""
        query = _ITEMS.where(MAY_BE_EXAMPLE, *_of(task)).order_by(_c.seq.desc()).limit(k)
        with self._ledger.reading() as db:
            return [_item(row) for row in db.execute(query)]

    def sample(self, task: str | None, k: int, seed: int) -> list[Item]:
        """k items that may be examples, uniformly without replacement, the same for the same seed."""
        where = (MAY_BE_EXAMPLE, *_of(task))
        with self._ledger.reading() as db:
            n = db.execute(sa.select(sa.func.count()).select_from(schema.items).where(*where)).scalar_one()
            places = random.Random(seed).sample(range(n), min(k, n))
            ordered = _ITEMS.where(*where).order_by(_c.seq, _c.item_id)
            return [_item(db.execute(ordered.limit(1).offset(place)).one()) for place in places]

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Unit vectors of the items' texts alone, each of shape (d,)."""
        found = {id_: self._held[id_] for id_ in ids if id_ in self._held}
        if len(found) < len(ids) and (missing := [id_ for id_ in ids if id_ not in found]):
            new = self._ledger.vectors(self._fingerprint(), missing)
            self._hold(new)
            found |= new
        return found

    def _hold(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep them at hand, letting go of all that was held before when there is no more room."""
        if len(self._held) + len(vectors) > HELD:
            self._held = {}
        self._held.update(islice(vectors.items(), HELD))

    def let_go(self, ids: Sequence[str]) -> None:
        """Hold nothing more of items that were forgotten or hidden."""
        for id_ in ids:
            self._held.pop(id_, None)

    def exposure(self, ids: Sequence[str]) -> Mapping[str, int]:
        """How many of the last turns recalled each of these items."""
        t = schema.turns.c
        with self._ledger.reading() as db:
            rows = db.execute(sa.select(t.recalled).order_by(t.seq.desc()).limit(self._cooldown)).scalars()
            seen = Counter(r.item_id for row in rows for r in _recalled(str(row)) if not r.avoid)
        return {id_: seen[id_] for id_ in ids}


def _of(task: str | None) -> list[sa.ColumnElement[bool]]:
    return [] if task is None else [_c.task == task]


def _recalled(row: str) -> list[RecalledItem]:
    return msgspec.json.decode(row, type=list[RecalledItem])


def _item(row: Any) -> Item:
    item_id, text, task, prompt, reward, ratings, kind, echo_of, reason, seq = row
    return Item(
        item_id=item_id,
        text=text,
        task=task,
        prompt=unpack(prompt).words if prompt else "",
        reward=reward,
        ratings=ratings,
        human=kind in ("import", "edit"),
        echo=echo_of is not None,
        reason=reason or "",
        seq=seq,
    )
