"""From groups that something happened in to their rows: lines of JSON, kept until something happens again."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from jobs.distill import rows as r
from jobs.distill.balance import PairLine, deviations, longer
from jobs.distill.bounds import Bounds, bounds
from jobs.distill.hold_out import GroupKey, share_of
from jobs.distill.library import Library
from jobs.distill.near import Near
from jobs.distill.select import MADE, PROMPT_GONE, Chosen, Selection, select
from jobs.distill.text import Preference, Text
from jobs.settings import DistillSettings
from loop.prompts import Asked
from loop.settings import TaskProfile

UNKNOWN_MEAN = 0.5
"""Of a task in which nothing was rated: nothing is compared with it."""
See = Callable[[Mapping[str, str]], None]
"""Embeds texts that may be trained on and compares them with everything."""


class Line(msgspec.Struct, frozen=True, array_like=True):
    """An SFT row to be: its item, and the row as JSON."""

    item_id: str
    reward: float
    human: bool
    json: str


class GroupRows(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a group gives to datasets."""

    key: GroupKey
    bounds: Bounds
    watched: list[str]
    """Items of which any change makes the group be looked at again."""
    sft: list[Line] = []
    human: list[Line] = []
    pairs: list[PairLine] = []
    unpaired: list[str] = []
    texts: list[str] = []
    """Of a held-out group: every text that was looked at."""
    prompt: str = ""
    """The prompt's row, empty where there is no prompt."""
    drops: dict[str, int] = {}


class Sources(msgspec.Struct, frozen=True):
    """What rows are made from."""

    library: Library
    near: Near
    tasks: Mapping[str, TaskProfile]
    means: Mapping[str, float]
    settings: DistillSettings


class _Found(msgspec.Struct, frozen=True):
    """What was read for a batch of groups."""

    ends: dict[GroupKey, list[str]]
    bounds: dict[GroupKey, Bounds]
    preferences: dict[GroupKey, list[Preference]]
    shown: dict[str, list[str]]
    texts: dict[str, Text]
    prompts: dict[str, Asked]


def group_rows(keys: Sequence[GroupKey], sources: Sources, see: See) -> list[GroupRows]:
    """The rows of these groups."""
    found = _read(keys, sources)
    see({text.item_id: text.text for text in found.texts.values() if not text.group.held})
    selections = {key: _select(key, found, sources) for key in keys}
    used = {id_ for selection in selections.values() for id_ in _used(selection)}
    said = sources.library.said(used)
    return [_Writer(key, found, sources, said).rows(selections[key]) for key in keys]


def _read(keys: Sequence[GroupKey], sources: Sources) -> _Found:
    library = sources.library
    ends = {key: library.ends(key) for key in keys}
    preferences = library.preferences(keys)
    rows = {row.item_id: row for of_group in ends.values() for listed in of_group for row in listed}
    named = {id_ for listed in preferences.values() for each in listed for id_ in (each.chosen, each.rejected)}
    _add(rows, library, named)
    shown = library.shown(_turns(rows.values()) if sources.settings.with_examples > 0 else ())
    _add(rows, library, {id_ for ids in shown.values() for id_ in ids})
    return _Found(
        ends={key: _distinct(of_group) for key, of_group in ends.items()},
        bounds={key: bounds(of_group, key, sources.settings) for key, of_group in ends.items()},
        preferences=preferences,
        shown=shown,
        texts=library.read(rows.values()),
        prompts=library.prompts(keys),
    )


def _distinct(of_group: Iterable[Iterable[Any]]) -> list[str]:
    return list(dict.fromkeys(row.item_id for listed in of_group for row in listed))


def _add(rows: dict[str, Any], library: Library, ids: set[str]) -> None:
    rows.update({row.item_id: row for row in library.rows(sorted(ids - rows.keys()))})


def _turns(rows: Iterable[Any]) -> set[str]:
    return {row.turn_id for row in rows if row.turn_id and row.strategy != "none"}


def _select(key: GroupKey, found: _Found, sources: Sources) -> Selection:
    ends = found.ends[key]
    if key.prompt_id and key.prompt_id not in found.prompts:
        return Selection(drops=Counter({PROMPT_GONE: len(ends)}))
    mean = sources.means.get(key.task, UNKNOWN_MEAN)
    preferences = found.preferences.get(key, [])
    return select(key, ends, found.texts, preferences, mean, sources.near, sources.settings)


def _used(selection: Selection) -> Iterable[str]:
    yield from (*selection.sft, *selection.human, *selection.texts, *_compared(selection))


def _compared(selection: Selection) -> Iterable[str]:
    return {id_ for pair in selection.pairs for id_ in (pair.chosen, pair.rejected)}


class _Writer:
    """Writes the rows of one group."""

    def __init__(self, key: GroupKey, found: _Found, sources: Sources, said: Mapping[str, list[int]]) -> None:
        self._key = key
        self._found = found
        self._texts = found.texts
        self._said = said
        self._near = sources.near
        self._settings = sources.settings
        self._profile = r.profile_of(sources.tasks, key.task)
        self._asked = found.prompts.get(key.prompt_id, Asked(""))
        self._bare = r.asked_messages(self._profile, self._asked)

    def rows(self, selection: Selection) -> GroupRows:
        """The lines of what was selected."""
        held = self._key.held
        apart = deviations([*selection.texts, *_compared(selection)], self._near) if selection.pairs else {}
        return GroupRows(
            key=self._key,
            bounds=self._found.bounds[self._key],
            watched=self._watched(),
            sft=[self._line(id_) for id_ in selection.sft if not held],
            human=[self._line(id_) for id_ in selection.human if not held],
            pairs=[self._pair(pair, apart) for pair in selection.pairs],
            unpaired=[r.line(self._label(id_, label)) for id_, label in selection.labels if not held],
            texts=[r.line(self._held_out(id_)) for id_ in selection.texts if held],
            prompt=r.line(self._prompt()) if self._key.prompt_id in self._found.prompts else "",
            drops={reason: n for reason, n in selection.drops.items() if n},
        )

    def _watched(self) -> list[str]:
        listed = self._found.preferences.get(self._key, [])
        compared = (id_ for each in listed for id_ in (each.chosen, each.rejected))
        ends = self._found.ends[self._key]
        turns = {text.turn_id for id_ in ends if (text := self._texts.get(id_)) and text.turn_id}
        shown = (id_ for turn in turns for id_ in self._found.shown.get(turn, ()))
        return sorted({*ends, *compared, *shown})

    def _line(self, item_id: str) -> Line:
        text = self._texts[item_id]
        return Line(item_id, -1.0 if text.reward is None else text.reward, text.human, r.line(self._sft(text)))

    def _sft(self, text: Text) -> r.SftRow:
        examples = self._examples(text)
        words = [example.text for example in examples]
        asked = r.asked_messages(self._profile, self._asked, words) if words else self._bare
        more = [example.seq for example in examples]
        return r.SftRow(
            prompt=asked,
            completion=r.answer(text.text),
            reward=text.reward,
            human=text.human,
            **self._common([text.item_id, *(e.item_id for e in examples)], [text], _source(text), 1.0, more),
        )

    def _examples(self, text: Text) -> list[Text]:
        """What the turn was shown, as far as it may be trained on; for a stable share of the texts."""
        if text.strategy == "none" or share_of(text.item_id, "examples:") >= self._settings.with_examples:
            return []
        shown = (self._texts.get(id_) for id_ in self._found.shown.get(text.turn_id or "", ()))
        return [example for example in shown if example is not None and self._may_show(example, text)]

    def _may_show(self, example: Text, text: Text) -> bool:
        if example.group.held or example.echo or example.item_id == text.item_id:
            return False
        return not self._near.blocked(example.item_id) and example.item_id not in self._near.twins(text.item_id)

    def _pair(self, pair: Chosen, apart: Mapping[str, float]) -> PairLine:
        """The row of a pair; `apart` tells how far the prompt's texts lie from one another."""
        chosen, rejected = self._texts[pair.chosen], self._texts[pair.rejected]
        common = self._common([pair.chosen, pair.rejected], [chosen, rejected], pair.source, pair.weight, pair.stated)
        row = r.PreferenceRow(
            prompt=self._bare,
            chosen=r.answer(chosen.text),
            rejected=r.answer(rejected.text),
            margin=round(pair.margin, 9),
            deviation=apart.get(pair.chosen),
            **common,
        )
        rarer = apart.get(pair.chosen, 0.0) - apart.get(pair.rejected, 0.0)
        return PairLine(r.line(row), pair.source != MADE, longer(chosen.text, rejected.text), rarer)

    def _label(self, item_id: str, label: bool) -> r.UnpairedRow:
        text = self._texts[item_id]
        return r.UnpairedRow(
            prompt=self._bare,
            completion=r.answer(text.text),
            label=label,
            reward=text.reward or 0.0,
            **self._common([item_id], [text], _source(text), 1.0),
        )

    def _held_out(self, item_id: str) -> r.HeldOutRow:
        text = self._texts[item_id]
        return r.HeldOutRow(
            prompt=self._bare,
            completion=r.answer(text.text),
            reward=text.reward,
            human=text.human,
            **self._common([item_id], [text], _source(text), 1.0),
        )

    def _prompt(self) -> r.PromptRow:
        return r.PromptRow(
            prompt=self._bare,
            task=self._key.task,
            prompt_id=self._key.prompt_id,
            request=self._asked.prompt,
            fields=dict(self._asked.fields),
        )

    def _common(
        self, items: list[str], texts: Sequence[Text], source: str, weight: float, more: Iterable[int] = ()
    ) -> dict[str, Any]:
        """The columns that every row has."""
        events = {seq for text in texts for seq in (text.seq, *self._said.get(text.item_id, ()))} | set(more)
        return {
            "task": self._key.task,
            "prompt_id": self._key.prompt_id,
            "items": items,
            "lineage": sorted(events),
            "source": source,
            "weight": round(weight, 9),
        }


def _source(text: Text) -> str:
    """What speaks for a text."""
    return "edit" if text.kind == "edit" else "rated" if text.reward is not None else "human"
