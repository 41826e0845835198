"""Telling the same text told twice."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from memory.item import Matrix, Recalled, Vector
from memory.vectors import products

_WORD = re.compile(r"\w+")


def normal(text: str) -> str:
    """The text as words alone, lower case and with single spaces; a text without words stays as it is."""
    return " ".join(_WORD.findall(text.casefold())) or text.strip()


def fold(found: Sequence[Recalled], vectors: Mapping[str, Vector], duplicate: float) -> list[Recalled]:
    """Keep one of each group of near-duplicates, in the order given.

    Two texts are one when they read the same but for case and punctuation, or when the cosine of their text vectors
    (`vectors`, unit length, by item id) exceeds `duplicate`. The higher reward stays, an unrated one goes first, and
    among equals the one that stands earlier in `found`.
    """
    twins = _twins([normal(each.item.text) for each in found], stack(found, vectors), duplicate)
    kept: set[int] = set()
    for place in sorted(range(len(found)), key=lambda place: -_known(found[place])):
        if not kept & twins[place]:
            kept.add(place)
    return [found[place] for place in sorted(kept)]


def stack(found: Sequence[Recalled], vectors: Mapping[str, Vector]) -> Matrix:
    """Text vectors as an (n, d) matrix, a row of zeros where one is missing; (n, 1) of zeros when all are."""
    width = max((len(vector) for vector in vectors.values()), default=1)
    nothing = np.zeros(width, dtype=np.float32)
    rows = [vectors.get(each.item.item_id, nothing) for each in found]
    return np.concatenate(rows).reshape(-1, width) if rows else np.zeros((0, width), dtype=np.float32)


def _twins(words: Sequence[str], rows: Matrix, duplicate: float) -> defaultdict[int, set[int]]:
    """For each place, the other places with the same text."""
    twins: defaultdict[int, set[int]] = defaultdict(set)
    first, second = np.nonzero(np.triu(products(rows, rows) > duplicate, 1))
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(words):
        alike[each].append(place)
    for places in [*alike.values(), *zip(first.tolist(), second.tolist(), strict=True)]:
        if len(places) > 1:
            for place in places:
                twins[place].update(other for other in places if other != place)
    return twins


def _known(recalled: Recalled) -> float:
    return -1.0 if recalled.item.reward is None else recalled.item.reward
