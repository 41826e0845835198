"""What a reward model must beat: the same fit with length alone, and with embedding similarity alone."""

import numpy as np

from rewards.judge import Texts
from rewards.utility import Floats, Opinions, evidence, solve
from rewards.worth import earned, scale

RIDGE = 1e-3  # per opinion: next to nothing for two columns


def by_length(known: Texts, opinions: Opinions, texts: Texts) -> Floats:
    """Utilities (m,) of m texts from the log of their length and its square, learned from n known texts."""
    return _fitted(_lengths(known), opinions, _lengths(texts))


def by_similarity(known: Texts, opinions: Opinions, texts: Texts) -> Floats:
    """Utilities (m,) from two cosines: to the prompt, and to the middle of what was liked among the known texts."""
    worth = earned(opinions)
    middle = np.asarray(known.vectors)[worth >= np.nanmedian(worth)].mean(axis=0)
    return _fitted(_similarities(known, middle), opinions, _similarities(texts, middle))


def _lengths(texts: Texts) -> Floats:
    length = np.log1p(np.asarray(texts.lengths, dtype=np.float64))
    return np.column_stack([length, length**2])


def _similarities(texts: Texts, middle: Floats) -> Floats:
    vectors = np.asarray(texts.vectors, dtype=np.float64)
    to_prompt = np.sum(vectors * np.asarray(texts.prompt_vectors), axis=1)
    return np.column_stack([to_prompt, vectors @ middle])


def _fitted(x: Floats, opinions: Opinions, new: Floats) -> Floats:
    centre, spread = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    seen = evidence((x - centre) / spread, opinions, *scale(opinions))
    weights = solve(seen, np.full(x.shape[1], RIDGE * seen.amount))
    return np.asarray((new - centre) / spread @ weights, dtype=np.float64)
