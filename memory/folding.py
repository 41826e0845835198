"""Telling the same text told twice."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from memory.item import Matrix, Recalled, Vector

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
    rank = sorted(range(len(found)), key=lambda place: -_known(found[place]))
    close = _close(found, vectors, duplicate)
    kept: list[int] = []
    seen: set[str] = set()
    for place in rank:
        words = normal(found[place].item.text)
        if words not in seen and not close[place, kept].any():
            kept.append(place)
            seen.add(words)
    return [found[place] for place in sorted(kept)]


def stack(found: Sequence[Recalled], vectors: Mapping[str, Vector]) -> Matrix:
    """Text vectors as an (n, d) matrix, a row of zeros where one is missing; (n, 1) of zeros when all are."""
    width = max((len(vector) for vector in vectors.values()), default=1)
    nothing = np.zeros(width, dtype=np.float32)
    rows = [vectors.get(each.item.item_id, nothing) for each in found]
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, width), dtype=np.float32)


def _close(found: Sequence[Recalled], vectors: Mapping[str, Vector], duplicate: float) -> np.ndarray:
    rows = stack(found, vectors)
    close: np.ndarray = rows @ rows.T > duplicate
    return close


def _known(recalled: Recalled) -> float:
    return -1.0 if recalled.item.reward is None else recalled.item.reward
