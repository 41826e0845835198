"""How much of what was written for many people says the same to two of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec

from memory.item import Matrix
from memory.repeats import Limits, Repeat, Repeats, Shared, Written, told

WIDEST = 5
"""Groups that are told."""
Progress = Callable[[int, int], None]
"""Called with how many texts were compared and how many there are."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Texts that repeat one another."""

    people: int
    texts: int
    pattern: str
    """The first of them, with `…` for what it took from its person."""
    item_ids: tuple[str, ...]


class Repetition(msgspec.Struct, frozen=True, kw_only=True):
    """Over a set of texts, each compared with all that were written for others, earlier and later."""

    people: int
    texts: int
    shared: int
    """Texts that say the same as one for somebody else."""
    share: float
    """Of the texts, in [0, 1]."""
    by: dict[Shared, int]
    """How many of them share the words, the pattern, the meaning."""
    groups: tuple[Group, ...]
    """The most widely shared first."""


def repetition(
    written: Sequence[Written], vectors: Matrix, limits: Limits, progress: Progress | None = None
) -> Repetition:
    """The repetition among texts with vectors (n, d); takes as long as comparing each with all others."""
    held = Repeats(vectors.shape[1], limits)
    for each, vector in zip(written, vectors, strict=True):
        held.put(each, vector)
    found: dict[str, Repeat] = {}
    for number, (each, vector) in enumerate(zip(written, vectors, strict=True), 1):
        (repeat,) = held.of(each.person, each.asked, [each.text], vector[None])
        if repeat is not None:
            found[each.item_id] = repeat
        if progress is not None:
            progress(number, len(written))
    by: Counter[Shared] = Counter(repeat.shared for repeat in found.values())
    return Repetition(
        people=len({each.person for each in written}),
        texts=len(written),
        shared=len(found),
        share=len(found) / len(written) if written else 0.0,
        by={"words": by["words"], "pattern": by["pattern"], "meaning": by["meaning"]},
        groups=tuple(_groups(written, found)[:WIDEST]),
    )


def _groups(written: Sequence[Written], found: dict[str, Repeat]) -> list[Group]:
    """Texts that are tied by repeats, each group in the order of writing."""
    leader = {each.item_id: each.item_id for each in written}

    def first(item_id: str) -> str:
        while leader[item_id] != item_id:
            leader[item_id] = item_id = leader[leader[item_id]]
        return item_id

    for item_id, repeat in found.items():
        leader[first(item_id)] = first(repeat.item_id)
    tied: defaultdict[str, list[Written]] = defaultdict(list)
    for each in written:
        if each.item_id in found:
            tied[first(each.item_id)].append(each)
    groups = [_group(members) for members in tied.values()]
    return sorted(groups, key=lambda group: (-group.people, -group.texts))


def _group(members: Sequence[Written]) -> Group:
    ids = tuple(each.item_id for each in members)
    people = len({each.person for each in members})
    return Group(people=people, texts=len(members), pattern=told(members[0]), item_ids=ids)
