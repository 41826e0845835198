"""From the rows of all groups to one dataset: floods are cut, human text is mixed in, the sides of pairs made even."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from jobs.distill.balance import balanced
from jobs.distill.group import GroupRows, Line
from jobs.distill.hold_out import share_of
from jobs.distill.near import Near
from jobs.settings import DistillSettings

FLOOD = "flood of near-duplicates over many prompts"
TOO_LITTLE_HUMAN = "generated, with too little human text beside it"
SFT, PREFERENCE, UNPAIRED = "sft.jsonl", "preference.jsonl", "unpaired.jsonl"
TRAIN_PROMPTS = "prompts.jsonl"
PROMPTS, HELD_PREFERENCE, HELD_TEXTS = (
    "held_out_prompts.jsonl",
    "held_out_preference.jsonl",
    "held_out_texts.jsonl",
)


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of each file of a dataset."""

    files: dict[str, list[str]]
    drops: dict[str, int]
    human: int
    """How many of the SFT rows a person wrote."""


def assemble(groups: Iterable[GroupRows], near: Near, settings: DistillSettings) -> Parts:
    """A pure function of the groups' rows, whatever their order."""
    ordered = sorted(groups, key=lambda group: group.key)
    drops: Counter[str] = Counter()
    for group in ordered:
        drops.update(group.drops)
    train = [group for group in ordered if not group.key.held]
    held = [group for group in ordered if group.key.held]
    sft = _mixed(train, near, settings, drops)
    pairs = balanced([pair for group in train for pair in group.pairs], drops)
    return Parts(
        files={
            SFT: [line.json for line in sft],
            PREFERENCE: [pair.json for pair in pairs],
            UNPAIRED: [json for group in train for json in group.unpaired],
            TRAIN_PROMPTS: [group.prompt for group in train if group.prompt and _gives_rows(group)],
            PROMPTS: [group.prompt for group in held if group.prompt],
            HELD_PREFERENCE: [pair.json for group in held for pair in group.pairs],
            HELD_TEXTS: [json for group in held for json in group.texts],
        },
        drops={reason: n for reason, n in sorted(drops.items()) if n},
        human=sum(line.human for line in sft),
    )


def _gives_rows(group: GroupRows) -> bool:
    """Whether people said enough of its texts; a prompt that nobody answered to makes no new dataset."""
    return bool(group.sft or group.pairs or group.unpaired)


def _mixed(train: Sequence[GroupRows], near: Near, settings: DistillSettings, drops: Counter[str]) -> list[Line]:
    """The liked texts, with as much human text as is wanted and there is; in the order of the groups."""
    flood = _Flood(near, settings.per_cluster)
    best = sorted((line for group in train for line in group.sft), key=lambda line: (-line.reward, line.item_id))
    kept = [line for line in best if flood.admits(line)]
    drops[FLOOD] += len(best) - len(kept)
    generated = [line for line in kept if not line.human]
    human = [line for line in kept if line.human]
    wanted = _human_for(len(generated), settings.human_share)
    more = (line for line in _in_lot_order(train) if flood.admits(line))
    human += islice(more, max(0, wanted - len(human)))
    most = max(settings.generated_free, _generated_for(len(human), settings.human_share))
    drops[TOO_LITTLE_HUMAN] += max(0, len(generated) - most)
    taken = {line.item_id for line in (*human, *generated[:most])}
    return [line for group in train for line in (*group.sft, *group.human) if line.item_id in taken]


def _human_for(generated: int, share: float) -> int:
    """How many human rows make at least this share beside so many generated ones."""
    return generated if share >= 1 else math.ceil(generated * share / (1 - share) - 1e-9)


def _generated_for(human: int, share: float) -> int:
    """How many generated rows leave so many human ones at least this share."""
    return human if share == 0 else math.floor(human * (1 - share) / share + 1e-9)


def _in_lot_order(train: Sequence[GroupRows]) -> list[Line]:
    """Human texts in an order that has nothing to do with them, the same whenever it is asked for."""
    lines = (line for group in train for line in group.human)
    return sorted(lines, key=lambda line: (share_of(line.item_id, "human:"), line.item_id))


class _Flood:
    """Admits so many texts that are near-duplicates of one another."""

    def __init__(self, near: Near, most: int) -> None:
        self._near = near
        self._most = most
        self._kept: set[str] = set()

    def admits(self, line: Line) -> bool:
        """Whether the text may come in; then it is in."""
        like = sum(1 for twin in self._near.twins(line.item_id) if twin in self._kept)
        if like >= self._most:
            return False
        self._kept.add(line.item_id)
        return True
