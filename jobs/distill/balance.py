"""Pairs that teach what was liked, and neither to write longer nor to write what is written anyway.

Raters like longer texts a little better, and a preference training takes the little for all there is: length is the
first thing that it learns. So of the pairs that distillation makes of ratings those are left out which lean most, until
on the mean neither side is longer. Likewise until the chosen texts are on the mean as far from the others of their
prompts as the rejected ones: what is liked and common has no need of being taught, and costs variety (Lanchantin et al.
2025, arXiv 2501.18101). What people said themselves, by a pick, an edit or an import, is never left out, nor is more
than half of all pairs: where everything that is liked is longer, that is what is liked, and the gate looks at length.
"""

import math
from collections import Counter
from collections.abc import Sequence

import msgspec
import numpy as np

from jobs.distill.near import Near

TOO_LONG = "would teach length: one of its texts is the longer one, as in too many pairs"
TOO_COMMON = "would teach sameness: its chosen text is nearer to the others of its prompt"
EVEN = 0.01
"""So far from zero the pairs may lean on the mean."""


class PairLine(msgspec.Struct, frozen=True, array_like=True):
    """A preference row to be, as JSON, and where its two texts differ beside their worth."""

    json: str
    stated: bool
    """Somebody compared the two; else the pair was made of ratings."""
    longer: float
    """Natural logarithm of the chosen text's length over the rejected one's."""
    rarer: float
    """By how much the chosen text lies farther from the prompt's other texts, in mean cosine distance."""


def longer(chosen: str, rejected: str) -> float:
    """By how much the chosen text is the longer one, in characters: natural logarithm of the ratio."""
    return math.log((len(chosen) + 1) / (len(rejected) + 1))


def deviations(ids: Sequence[str], near: Near) -> dict[str, float]:
    """Each text's mean cosine distance to the others, in [0, 2]; none where there are fewer than two."""
    known = sorted({id_ for id_ in ids if near.knows(id_)})
    if len(known) < 2:
        return {}
    vectors = near.vectors(known).astype(np.float64)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    likeness = (vectors @ vectors.sum(axis=0) - 1) / (len(known) - 1)
    return {id_: round(float(1 - mean), 6) for id_, mean in zip(known, likeness, strict=True)}


def balanced(pairs: Sequence[PairLine], drops: Counter[str]) -> list[PairLine]:
    """The pairs without those that lean most, in their order; the reasons are counted in `drops`."""
    kept, before, fewest = list(pairs), -1, (len(pairs) + 1) // 2
    while len(kept) != before:
        before = len(kept)
        kept = _even([pair.longer for pair in kept], kept, drops, TOO_LONG, fewest)
        kept = _even([pair.rarer for pair in kept], kept, drops, TOO_COMMON, fewest, one_sided=True)
    return kept


def _even(
    leans: Sequence[float],
    pairs: list[PairLine],
    drops: Counter[str],
    reason: str,
    fewest: int,
    one_sided: bool = False,
) -> list[PairLine]:
    """Without the pairs that lean most the way that all lean; none goes that would tip them over to lean more.

    `one_sided`: to lean up is welcome. `fewest` pairs stay at least.
    """
    total, n = math.fsum(leans), len(pairs)
    side = 1.0 if total > 0 else -1.0
    if one_sided and side > 0:
        return pairs
    out: set[int] = set()
    order = sorted(range(n), key=lambda place: (-side * leans[place], pairs[place].json))
    for place in order:
        if n - len(out) <= fewest or side * total <= EVEN * (n - len(out)) or side * leans[place] <= 0:
            break
        if not pairs[place].stated and side * leans[place] < 2 * side * total:
            out.add(place)
            total -= leans[place]
    if out:
        drops[reason] += len(out)
    return [pair for place, pair in enumerate(pairs) if place not in out]
