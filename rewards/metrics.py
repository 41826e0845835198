"""Automatic scores of texts. `METRICS` is the table: a new metric is one function and one line in it.

A score says nothing of whether anybody liked a text. Words are runs of letters and digits, and marks one by one,
in lower case. Diversity falls with length by itself: compare it with `length_matched` texts only.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from typing import Any, Literal, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from rewards.errors import TooFew

Vectors = NDArray[np.floating[Any]]
Some = TypeVar("Some", bound=Sized)
WORD = re.compile(r"\w+|[^\w\s]")
SELF_BLEU_TEXTS = 100
"""Self-BLEU is quadratic: of more texts than this, so many are taken at even steps."""


def words(text: str) -> list[str]:
    """The words and marks of a text, in lower case."""
    return WORD.findall(text.lower())


def distinct_n(texts: Sequence[str], n: int = 2) -> float:
    """Different n-grams over all n-grams of all texts, in (0, 1] (Li et al., NAACL 2016); 0 where there are none."""
    found = Counter(gram for text in texts for gram in _grams(words(text), n))
    return len(found) / found.total() if found else 0.0


def repetition_4gram(texts: Sequence[str]) -> float:
    """The mean share of a text's 4-grams that stood in it before, in [0, 1) (Welleck et al., ICLR 2020)."""
    return _mean(_repeated(list(_grams(words(text), 4))) for text in texts)


def compression_ratio(texts: Sequence[str]) -> float:
    """How many times smaller zlib makes the texts, one a line (Shaib et al., 2024); the more alike, the higher."""
    data = "\n".join(texts).encode()
    return len(data) / len(zlib.compress(data, 9))


def self_bleu(texts: Sequence[str]) -> float:
    """The mean BLEU of each text against all others, in [0, 1] (Zhu et al., SIGIR 2018)."""
    from sacrebleu.metrics import BLEU

    some = _at_even_steps(_at_least(texts, 2), SELF_BLEU_TEXTS)
    bleu = BLEU(effective_order=True)
    scores = (bleu.sentence_score(text, [*some[:k], *some[k + 1 :]]).score for k, text in enumerate(some))
    return _mean(scores) / 100


def mean_length(texts: Sequence[str]) -> float:
    """The mean length in characters."""
    return _mean(float(len(text)) for text in texts)


def vendi(vectors: Vectors) -> float:
    """The Vendi score (Friedman and Dieng, TMLR 2023) of vectors (n, d): how many different texts there are, 1 to n.

    The exponential of the entropy of the eigenvalues of the cosine matrix over n.
    """
    unit = _unit(vectors)
    matrix = unit @ unit.T if len(unit) <= unit.shape[1] else unit.T @ unit  # the same eigenvalues but for zeros
    shares = np.linalg.eigvalsh(matrix / len(unit))
    shares = shares[shares > 1e-12]
    return float(np.exp(-np.sum(shares * np.log(shares))))


def mean_pairwise_distance(vectors: Vectors) -> float:
    """The mean cosine distance between two different rows of vectors (n, d), in [0, 2]."""
    unit = _unit(_at_least(vectors, 2))
    n, total = len(unit), unit.sum(axis=0)
    return float(1 - (total @ total - n) / (n * (n - 1)))


def bleu(texts: Sequence[str], references: Sequence[str]) -> float:
    """Corpus BLEU of the texts, each against its reference, in [0, 1]."""
    from sacrebleu.metrics import BLEU

    return float(BLEU().corpus_score(list(texts), [list(references)]).score) / 100


def cosine(vectors: Vectors, references: Vectors) -> float:
    """The mean cosine of each row of vectors (n, d) to the same row of references (n, d)."""
    return float(np.mean(np.sum(_unit(vectors) * _unit(references), axis=1)))


def longest_copied_run(texts: Sequence[str], sources: Sequence[str]) -> float:
    """The mean, over the texts, of the longest run of words that stands in one of the sources, in words."""
    held = "\n".join(f" {' '.join(words(source))} " for source in sources)
    return _mean(float(_longest_run(words(text), held)) for text in texts)


class Metric(msgspec.Struct, frozen=True):
    """A function of texts or of their vectors, alone or with as many references (or any sources)."""

    function: Callable[..., float]
    takes: tuple[Literal["texts", "vectors", "reference_texts", "reference_vectors", "sources"], ...]
    rises_with: Literal["diversity", "sameness", "likeness", "copying", "length"]


METRICS: dict[str, Metric] = {
    "distinct_n": Metric(distinct_n, ("texts",), "diversity"),
    "self_bleu": Metric(self_bleu, ("texts",), "sameness"),
    "compression_ratio": Metric(compression_ratio, ("texts",), "sameness"),
    "repetition_4gram": Metric(repetition_4gram, ("texts",), "sameness"),
    "mean_length": Metric(mean_length, ("texts",), "length"),
    "vendi": Metric(vendi, ("vectors",), "diversity"),
    "mean_pairwise_distance": Metric(mean_pairwise_distance, ("vectors",), "diversity"),
    "bleu": Metric(bleu, ("texts", "reference_texts"), "likeness"),
    "cosine": Metric(cosine, ("vectors", "reference_vectors"), "likeness"),
    "longest_copied_run": Metric(longest_copied_run, ("texts", "sources"), "copying"),
}


def length_matched(a: Sequence[str], b: Sequence[str]) -> tuple[list[str], list[str]]:
    """As many texts of a as of b, with the same lengths in words, so that diversity can be compared.

    The longer list gives texts at even steps of its lengths. Then the k-th shortest of both are paired, and the
    longer of the two is cut to the words of the shorter (Shaib et al., 2024, cut to one length for all). Texts
    come back shortest first.
    """
    n = min(len(a), len(b))
    short, long = (_at_even_steps(sorted(texts, key=_by_length), n) for texts in (a, b))
    pairs = [_cut(one, other) for one, other in zip(short, long, strict=True)]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _by_length(text: str) -> tuple[int, str]:
    return len(text.split()), text


def _cut(one: str, other: str) -> tuple[str, str]:
    n = min(len(one.split()), len(other.split()))
    return " ".join(one.split()[:n]), " ".join(other.split()[:n])


def _grams(tokens: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return zip(*(tokens[k:] for k in range(n)), strict=False)


def _repeated(grams: Sequence[tuple[str, ...]]) -> float:
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def _longest_run(tokens: Sequence[str], held: str) -> int:
    longest = start = 0
    for end in range(1, len(tokens) + 1):
        while start < end and f" {' '.join(tokens[start:end])} " not in held:
            start += 1
        longest = max(longest, end - start)
    return longest


def _at_even_steps(found: Sequence[str], n: int) -> list[str]:
    return [found[k * len(found) // n + len(found) // (2 * n)] for k in range(n)] if len(found) > n else list(found)


def _at_least(found: Some, n: int) -> Some:
    if len(found) < n:
        raise TooFew(f"this metric needs at least {n} texts")
    return found


def _unit(vectors: Vectors) -> NDArray[np.float64]:
    rows = np.asarray(vectors, dtype=np.float64)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    if not found:
        raise TooFew("this metric needs at least one text")
    return float(np.mean(found))
