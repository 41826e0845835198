"""How far a text is from what is in memory, and whether it copies what it was shown."""

from collections.abc import Sequence

import numpy as np

from memory.folding import normal
from memory.index import Nearest
from memory.item import Catalog, Matrix, Vector
from memory.vectors import cosines

NEAREST = 24
"""How many neighbours are compared text to text: the index ranks by prompt and text together."""
SHARED_WORDS = 8
"""So many words in a row are no accident."""


def novelty(vectors: Matrix, *, index: Nearest, catalog: Catalog) -> list[float]:
    """1 - the highest cosine of each of (n, d) text vectors to a text in memory, in [0, 1]; 1 for an empty memory.

    Looked for among the nearest by the index, which ranks by prompt and text together.
    """
    if not len(vectors):
        return []
    found = index.query_many(vectors, NEAREST)
    near = sorted({item_id for each in found for item_id, _ in each})
    held = list(catalog.vectors(near).values())
    if not held:
        return [1.0] * len(vectors)
    return unlike((vectors @ np.stack(held).T).max(axis=1))


def unlike(highest: Vector) -> list[float]:
    """1 - the highest cosines (n,), in [0, 1]: what points away from everything is no newer than new."""
    return [float(1.0 - each) for each in np.clip(highest, 0.0, 1.0)]


def echoes(
    vectors: Matrix, texts: Sequence[str], recalled: Sequence[tuple[str, str, Vector]], threshold: float
) -> list[str | None]:
    """The id of the recalled item that each candidate copies, or None.

    `vectors` is (n, d), `recalled` are (id, text, vector); all vectors of unit length. A copy reads the same but for
    case and punctuation, or shares 8 consecutive words, or has a cosine above `threshold`; the closest one is named.
    """
    if not recalled:
        return [None] * len(texts)
    held = np.stack([vector for _, _, vector in recalled])
    words = [normal(text) for _, text, _ in recalled]
    runs = [_runs(each) for each in words]
    return [
        _copied(text, cosines(held, vector), [each[0] for each in recalled], words, runs, threshold)
        for text, vector in zip(texts, vectors, strict=True)
    ]


def _copied(
    text: str,
    closeness: Vector,
    ids: Sequence[str],
    words: Sequence[str],
    runs: Sequence[frozenset[tuple[str, ...]]],
    threshold: float,
) -> str | None:
    own, own_runs = normal(text), _runs(normal(text))
    order: list[int] = np.argsort(-closeness, kind="stable").tolist()
    for place in order:
        if closeness[place] > threshold or own == words[place] or own_runs & runs[place]:
            return ids[place]
    return None


def _runs(words: str) -> frozenset[tuple[str, ...]]:
    """Every run of SHARED_WORDS words."""
    split = words.split()
    return frozenset(tuple(split[start : start + SHARED_WORDS]) for start in range(len(split) - SHARED_WORDS + 1))
