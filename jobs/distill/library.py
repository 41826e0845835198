"""What distillation asks the read models, all in one consistent view of the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from jobs.distill.hold_out import GroupKey, group_of
from jobs.distill.text import Preference, Text
from jobs.settings import DistillSettings
from loop import schema
from loop.brief import prompt_id
from loop.catalog import HUMAN, VISIBLE
from loop.database import chunks
from loop.events import RecalledItem
from loop.ledger import select_texts
from loop.projector import CURSOR, cursor
from loop.prompts import Asked, unpack

_c, _p = schema.items.c, schema.preferences.c
_COLUMNS = (
    _c.item_id, _c.task, _c.prompt_id, _c.kind, _c.reward, _c.turn_id, _c.strategy, _c.seq, _c.echo_of,
)  # fmt: skip
_USABLE = sa.and_(VISIBLE, _c.echo_of.is_(None))
_OF_PROMPT = sa.select(*_COLUMNS).where(_USABLE, _c.prompt_id == sa.bindparam("prompt"))  # its id tells the task
_OF_NONE = sa.select(*_COLUMNS).where(_USABLE, _c.prompt_id.is_(None), _c.task == sa.bindparam("task"))


def _ends(query: sa.Select[Any]) -> list[sa.Select[Any]]:
    """The best rated, the worst rated, and the newest that a person wrote and nobody rated."""
    rated = query.where(_c.reward.is_not(None))
    return [
        rated.order_by(_c.reward.desc(), _c.item_id),
        rated.order_by(_c.reward, _c.item_id),
        query.where(_c.reward.is_(None), HUMAN).order_by(_c.seq.desc(), _c.item_id),
    ]


_ENDS_OF_PROMPT = [end.limit(sa.bindparam("most")) for end in _ends(_OF_PROMPT)]
_ENDS_OF_NONE = _ends(_OF_NONE)
_BY_ID = sa.select(*_COLUMNS).where(VISIBLE, _c.item_id.in_(sa.bindparam("ids", expanding=True)))


class Touched(msgspec.Struct, frozen=True):
    """An item that an event changed."""

    item_id: str
    group: GroupKey
    forgotten: bool
    usable: bool
    """Whether it may be in rows at all."""
    human: bool
    reward: float | None
    seq: int


class Library:
    """The read models through one connection, for one distillation."""

    def __init__(self, db: sa.Connection, settings: DistillSettings) -> None:
        self._db = db
        self._share = settings.held_out_share
        self._settings = settings

    def upto(self) -> int:
        """The last event that the read models have seen."""
        return cursor(self._db, CURSOR)

    def means(self) -> dict[str, float]:
        """The mean reward of each task that has one."""
        m = schema.means.c
        return {task: mean for task, mean in self._db.execute(sa.select(m.task, m.mean).order_by(m.task))}

    def touched(self, after: int) -> list[Touched]:
        """Items that events after a place changed."""
        columns = (_c.item_id, _c.task, _c.prompt_id, _c.forgotten, _USABLE, HUMAN, _c.reward, _c.seq)
        return [
            Touched(item_id, group_of(item_id, task, asked, self._share), bool(gone), bool(usable), bool(human), *rest)
            for item_id, task, asked, gone, usable, human, *rest in self._db.execute(
                sa.select(*columns).where(_c.touched > after)
            )
        ]

    def newly_preferred(self, after: int) -> set[GroupKey]:
        """Groups in which preferences were stated after a place."""
        query = sa.select(_p.task, _p.prompt_id).where(_p.seq > after).distinct()
        return {key for task, asked in self._db.execute(query) for key in self._compared_in(task, asked)}

    def _compared_in(self, task: str, asked: str) -> list[GroupKey]:
        """The groups that a preference may belong to: texts without a prompt are on either side."""
        if asked == prompt_id(task, ""):
            return [GroupKey(task, "", False), GroupKey(task, "", True)]
        return [group_of("", task, asked, self._share)]

    def ends(self, group: GroupKey) -> list[list[Any]]:
        """Rows of the group's best rated, its worst rated and its unrated human texts, at most `reach` of each."""
        most = reach(self._settings)
        if group.prompt_id:
            wanted = {"prompt": group.prompt_id, "most": most}
            return [list(self._db.execute(query, wanted)) for query in _ENDS_OF_PROMPT]
        most *= self._settings.unprompted
        every = (self._db.execute(query, {"task": group.task}) for query in _ENDS_OF_NONE)
        return [[row for row in end if self._group(row) == group][:most] for end in every]

    def rows(self, ids: Iterable[str]) -> list[Any]:
        """Rows of the visible items with these ids, echoes included."""
        return [row for chunk in chunks(ids) for row in self._db.execute(_BY_ID, {"ids": chunk})]

    def read(self, rows: Iterable[Any]) -> dict[str, Text]:
        """The texts of these rows by id; those whose words are gone are absent."""
        listed = list(rows)
        words = select_texts(self._db, (row.item_id for row in listed))
        return {row.item_id: self._text(row, words[row.item_id]) for row in listed if row.item_id in words}

    def _group(self, row: Any) -> GroupKey:
        return group_of(row.item_id, row.task, row.prompt_id, self._share)

    def _text(self, row: Any, words: str) -> Text:
        return Text(
            item_id=row.item_id,
            group=self._group(row),
            kind=row.kind,
            text=words,
            reward=row.reward,
            turn_id=row.turn_id,
            strategy=row.strategy,
            seq=row.seq,
            echo=row.echo_of is not None,
        )

    def preferences(self, groups: Sequence[GroupKey]) -> dict[GroupKey, list[Preference]]:
        """The newest preferences of each group, newest first: of a prompt at most `preferences_per_prompt`."""
        by_id: dict[str, list[GroupKey]] = defaultdict(list)
        for group in groups:
            by_id[group.prompt_id or prompt_id(group.task, "")].append(group)
        found: dict[GroupKey, list[Preference]] = defaultdict(list)
        for chunk in chunks(by_id):
            query = sa.select(schema.preferences).where(_p.prompt_id.in_(chunk))
            for row in self._db.execute(query.order_by(_p.seq.desc(), _p.chosen, _p.rejected)):
                for group in by_id[row.prompt_id]:
                    self._add(found[group], row, group)
        return found

    def _add(self, found: list[Preference], row: Any, group: GroupKey) -> None:
        if group.prompt_id:
            wanted = len(found) < self._settings.preferences_per_prompt
        else:  # what crosses the line is shown to the training side, to be counted as left out
            sides = [group_of(id_, group.task, None, self._share).held for id_ in (row.chosen, row.rejected)]
            wanted = all(sides) if group.held else not all(sides)
        if wanted:
            found.append(_preference(row))

    def prompts(self, groups: Iterable[GroupKey]) -> dict[str, Asked]:
        """What was asked, by prompt id; a forgotten prompt is absent."""
        found = select_texts(self._db, (group.prompt_id for group in groups if group.prompt_id))
        return {id_: unpack(packed) for id_, packed in found.items()}

    def said(self, ids: Iterable[str]) -> dict[str, list[int]]:
        """The events that said something of these items, in order."""
        f = schema.feedback.c
        found: dict[str, set[int]] = defaultdict(set)
        for chunk in chunks(ids):
            for item_id, seq in self._db.execute(sa.select(f.item_id, f.seq).where(f.item_id.in_(chunk))):
                found[item_id].add(seq)
        return {item_id: sorted(seqs) for item_id, seqs in found.items()}

    def shown(self, turns: Iterable[str]) -> dict[str, list[str]]:
        """The ids of the examples that these turns were shown, best first."""
        t = schema.turns.c
        found = {}
        for chunk in chunks(turns):
            for turn_id, recalled in self._db.execute(sa.select(t.turn_id, t.recalled).where(t.turn_id.in_(chunk))):
                items = msgspec.json.decode(recalled, type=list[RecalledItem])
                found[turn_id] = [item.item_id for item in items if not item.avoid]
        return found


def reach(settings: DistillSettings) -> int:
    """How many of each end of a prompt's texts are looked at: enough that duplicates may fall out, and for pairs."""
    return 2 * max(settings.per_prompt, settings.labels_per_prompt, 4 * settings.pairs.cap)


def _preference(row: Any) -> Preference:
    return Preference(
        seq=row.seq,
        chosen=row.chosen,
        rejected=row.rejected,
        source=row.source,
        weight=row.weight,
    )
