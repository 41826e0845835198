"""What memory asks about items, answered from the read models."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
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
COLUMNS = "i.item_id, w.text, i.task, p.text, i.reward, i.ratings, i.kind, i.echo_of, r.text, i.seq"
"""Of an item, in the order of `as_item`; recall waits for them, and SQLAlchemy's rows cost as much as the database."""
TABLES = """
    items i LEFT JOIN texts w ON w.id = i.item_id
    LEFT JOIN texts p ON p.id = i.prompt_id LEFT JOIN texts r ON r.id = i.reason_id
"""
_BY_ID = f"""
    SELECT {COLUMNS} FROM {TABLES}
    WHERE NOT i.hidden AND NOT i.forgotten AND w.text IS NOT NULL AND i.item_id IN ({{}})
"""


class SqlCatalog:
    """`memory.item.Catalog` over the ledger's read models."""

    def __init__(self, ledger: Ledger, fingerprint: Callable[[], str], cooldown: int) -> None:
        self._ledger = ledger
        self._fingerprint = fingerprint
        self._cooldown = cooldown

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """The visible items with these ids."""
        found: dict[str, Item] = {}
        with self._ledger.reading() as db:
            for chunk in chunks(ids):
                marks = ", ".join("?" * len(chunk))
                found.update((row[0], as_item(row)) for row in driver_rows(db, _BY_ID.format(marks), chunk))
        return found

    def newest(self, task: str | None, k: int) -> list[Item]:
        """The k newest items that may be examples, newest first."""
        query = _ITEMS.where(MAY_BE_EXAMPLE, *_of(task)).order_by(_c.seq.desc()).limit(k)
        with self._ledger.reading() as db:
            return [as_item(row) for row in db.execute(query)]

    def sample(self, task: str | None, k: int, seed: int) -> list[Item]:
        """k items that may be examples, uniformly without replacement, the same for the same seed."""
        where = (MAY_BE_EXAMPLE, *_of(task))
        with self._ledger.reading() as db:
            n = db.execute(sa.select(sa.func.count()).select_from(schema.items).where(*where)).scalar_one()
            places = random.Random(seed).sample(range(n), min(k, n))
            ordered = _ITEMS.where(*where).order_by(_c.seq, _c.item_id)
            return [as_item(db.execute(ordered.limit(1).offset(place)).one()) for place in places]

    def vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Unit vectors of the items' texts alone, each of shape (d,)."""
        return self._ledger.vectors(self._fingerprint(), ids)

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


def as_item(row: Any) -> Item:
    """An item from its `COLUMNS`."""
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
