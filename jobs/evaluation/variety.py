"""How different a model's texts are from each other, beside another model's, at equal lengths."""

import msgspec
import numpy as np

from jobs.evaluation.written import Written
from memory.embedder import Embedder
from rewards.metrics import METRICS, length_matched, mean_length, mean_pairwise_distance


class Variety(msgspec.Struct, frozen=True, kw_only=True):
    """Diversity of texts that were cut to the lengths of another model's."""

    within: float
    """Mean cosine distance between two texts for one prompt."""
    scores: dict[str, float]
    """Every metric of `rewards.metrics.METRICS` that takes texts or vectors alone, over all prompts."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What of another model's diversity was kept, and how the length moved."""

    against: str
    mine: Variety
    theirs: Variety
    share: float
    """The smaller of the shares of `within` and of `distinct_n`."""
    length: float
    """Mean length in characters of mine over theirs."""


def kept_variety(mine: Written, theirs: Written, embedder: Embedder) -> Kept:
    """Compare two models' texts for the same prompts."""
    matched = [length_matched(a, b) for a, b in zip(mine.texts, theirs.texts, strict=True)]
    one, other = (variety([pair[side] for pair in matched], embedder) for side in (0, 1))
    return Kept(
        against=theirs.model_id,
        mine=one,
        theirs=other,
        share=min(_ratio(one.within, other.within), _ratio(one.scores["distinct_n"], other.scores["distinct_n"])),
        length=_ratio(mean_length(mine.all), mean_length(theirs.all)),
    )


def variety(texts: list[list[str]], embedder: Embedder) -> Variety:
    """Figures of the texts for each prompt, at least two for each."""
    flat = [text for group in texts for text in group]
    vectors = embedder.embed(flat)
    ends = np.cumsum([len(group) for group in texts])
    within = [mean_pairwise_distance(part) for part in np.split(vectors, ends[:-1])]
    given = {("texts",): flat, ("vectors",): vectors}
    scores = {name: float(m.function(given[m.takes])) for name, m in METRICS.items() if m.takes in given}
    return Variety(within=float(np.mean(within)), scores=scores)


def _ratio(mine: float, theirs: float) -> float:
    return mine / theirs if theirs > 0 else 1.0
