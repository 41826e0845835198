"""What changed in the writing beside its worth: a refinement that games its raters shows it here first.

Each feature is a number for every text; its change is the difference of the two models' means over the same prompts.
Differences are measured in standard deviations of all texts, so that features can be compared.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.evaluation.written import Written
from rewards.compare import bootstrap_interval
from rewards.metrics import words

Floats = NDArray[np.float64]
RUN = 6
"""Words in a row that stand in a text of the training: a copied run."""
COMMON = 0.05
"""Openings and words are looked at that so large a share of either model's texts has."""
LEVEL, LEVEL_OF_MANY = 0.95, 0.995
"""Of the intervals; there are dozens of words, and one in twenty would seem to have moved."""
MOST_WORDS = 8


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One feature before and after: means per text."""

    what: str
    before: float
    after: float
    interval: tuple[float, float]
    """Of the difference, prompts drawn with replacement."""
    size: float
    """The difference in standard deviations of both models' texts."""

    @property
    def sure(self) -> bool:
        """Whether the interval leaves no change out."""
        return self.interval[0] > 0 or self.interval[1] < 0


FEATURES: dict[str, Callable[[str], float]] = {
    "words": lambda text: float(len(text.split())),
    "characters per word": lambda text: len(text) / max(1, len(text.split())),
    "sentences": lambda text: float(len(re.findall(r"[.!?…]+(?=\s|$)", text)) or 1),
    "question marks": lambda text: float(text.count("?")),
    "exclamation marks": lambda text: float(text.count("!")),
    "commas": lambda text: float(text.count(",")),
    "colons and dashes": lambda text: float(len(re.findall(r"[:;–—]| - ", text))),
    "quotation marks": lambda text: float(len(re.findall(r"[\"“”]", text))),
    "digits": lambda text: float(sum(map(str.isdigit, text))),
    "capital letters": lambda text: float(sum(map(str.isupper, text))),
    "words that come twice": lambda text: _repeated(words(text)),
}


def changes(before: Written, after: Written, trained: Iterable[str], seed: int = 0) -> list[Change]:
    """Every feature, the largest change first; of openings and single words those alone that surely moved.

    `trained` are the texts that the challenger learned from. Both models wrote as many texts for each prompt; there
    must be two prompts or more.
    """
    runs = {run for text in trained for run in _runs(text)}
    copied: Callable[[str], float] = lambda text: float(any(run in runs for run in _runs(text)))  # noqa: E731
    features = FEATURES | {f"texts with {RUN} words in a row from the training": copied}
    found = [_change(what, value, before, after, LEVEL, seed) for what, value in features.items()]
    openings = (
        _change(f"texts that begin “{start} …”", _begins(start), before, after, LEVEL_OF_MANY, seed)
        for start in _common(before, after, lambda text: {_opening(text)})
    )
    single = (
        _change(f"texts with “{word}”", _holds(word), before, after, LEVEL_OF_MANY, seed)
        for word in _common(before, after, lambda text: set(filter(str.isalpha, words(text))))
    )
    moved = sorted((each for each in single if each.sure), key=lambda each: -abs(each.size))[:MOST_WORDS]
    return sorted([*found, *(each for each in openings if each.sure), *moved], key=lambda each: -abs(each.size))


def _change(
    what: str, value: Callable[[str], float], before: Written, after: Written, level: float, seed: int
) -> Change:
    old, new = (np.array([value(text) for text in each.all]) for each in (before, after))
    groups = [place for place, texts in enumerate(before.texts) for _ in texts]
    return Change(
        what=what,
        before=float(old.mean()),
        after=float(new.mean()),
        interval=bootstrap_interval(new - old, groups, seed, level),
        size=float((new.mean() - old.mean()) / max(float(np.std(np.concatenate([old, new]))), 1e-9)),
    )


def _common(before: Written, after: Written, parts: Callable[[str], set[str]]) -> list[str]:
    """The parts that a share of `COMMON` of either model's texts has."""
    found: set[str] = set()
    for texts in (before.all, after.all):
        counts = Counter(part for text in texts for part in parts(text))
        found |= {part for part, n in counts.items() if part and n >= max(2.0, COMMON * len(texts))}
    return sorted(found)


def _opening(text: str) -> str:
    return " ".join(words(text)[:2])


def _begins(start: str) -> Callable[[str], float]:
    return lambda text: float(_opening(text) == start)


def _holds(word: str) -> Callable[[str], float]:
    return lambda text: float(word in words(text))


def _runs(text: str) -> list[str]:
    found = [word for word in words(text) if word[0].isalnum()]
    return [" ".join(found[start : start + RUN]) for start in range(len(found) - RUN + 1)]


def _repeated(found: Sequence[str]) -> float:
    return 1 - len(set(found)) / len(found) if found else 0.0
