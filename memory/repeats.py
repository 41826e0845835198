"""Whether a text says to one person what another was told: in the same words, by the same pattern, or nearly so.

"Hi! I see that you like X. What got you into it?" is one pattern, whatever X is: two texts share theirs when they have
most of their words in common once each has lost what it took from its own person.
"""

import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from memory.folding import normal
from memory.item import Matrix, Vector
from memory.vectors import products

FEWEST = 4
"""Words that a pattern has at least; with fewer it is anybody's."""
STEM = 3
"""Letters that a word has in common with its other forms: bake, baking."""
_COMMON = """
    a about after again all also always am an and any are as at be because been before being best big but by can could d
    did do does doing don done down else enjoy even ever every few first for from get go going good great had has have
    having he her here hers him his how i if in into is it its just know last like liked likes little ll look looking
    lot lots love loved loves m many me mine more most much my myself never new no not now of off often old on once one
    only or other our out over own people person re really s same see she should so some someone something still such t
    than thank that the their them then there these they thing things think this those three time to too two until up us
    ve very want was way we well were what when where which while who why will with would yes you your yours yourself
"""
EVERYBODYS = frozenset(_COMMON.split())
"""Words that nobody's bio makes their own."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_GAPS = re.compile(r"…(?:\s*…)+")
Shared = Literal["words", "pattern", "meaning"]


class Limits(NamedTuple):
    """Above what two texts are one; at 1 only the same words are."""

    pattern: float
    """The share of words in common."""
    meaning: float
    """The cosine of the texts' vectors."""


class Written(msgspec.Struct, frozen=True):
    """A text and whom it was written for."""

    item_id: str
    person: str
    """The same for all texts that were written for the same fields."""
    text: str
    asked: str
    """All that was asked for: prompt and fields."""


class Repeat(msgspec.Struct, frozen=True):
    """What a text shares with an earlier one, written for somebody else."""

    item_id: str
    """Of the earlier one."""
    shared: Shared
    closeness: float
    """In [0, 1]: 1 for the same words, else the share of words, or the cosine."""


def pattern(text: str, asked: str) -> frozenset[str]:
    """The words of a text, without those that come, in any form, from what was asked."""
    own = _stems(asked)
    return frozenset(word for word in normal(text).split() if word in EVERYBODYS or word[:STEM] not in own)


@lru_cache(256)
def _stems(asked: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in normal(asked).split()) if asked else frozenset()


def told(written: Written) -> str:
    """The text with `…` for what it took from its person: how a pattern is shown."""
    kept = pattern(written.text, written.asked)
    bare = _WORD.sub(lambda word: word[0] if set(normal(word[0]).split()) <= kept else "…", written.text)
    return _GAPS.sub("…", bare)


class _Rows(NamedTuple):
    """What is known of each text, a row for each: with room for more, or a view of the first ones."""

    vectors: Matrix
    people: NDArray[np.int64]
    sizes: NDArray[np.int64]
    """Words of the pattern."""
    there: NDArray[np.bool_]

    @classmethod
    def room(cls, rows: int, dimension: int) -> "_Rows":
        """Empty rows."""
        vectors = np.zeros((rows, dimension), np.float32)
        return cls(vectors, np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows, np.bool_))

    def first(self, rows: int) -> "_Rows":
        """A view of the first rows."""
        return _Rows(self.vectors[:rows], self.people[:rows], self.sizes[:rows], self.there[:rows])

    def wider(self) -> "_Rows":
        """The same rows, with room for half as many more."""
        rows = len(self.sizes)
        wider = _Rows.room(max(64, rows * 3 // 2), self.vectors.shape[1])
        wider.vectors[:rows], wider.people[:rows] = self.vectors, self.people
        wider.sizes[:rows], wider.there[:rows] = self.sizes, self.there
        return wider


class Repeats:
    """Texts with vectors of d numbers, each for a person, and what a new one repeats of those for others."""

    def __init__(self, dimension: int, limits: Limits) -> None:
        self._limits = limits
        self._ids: list[str] = []
        self._place: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._same: defaultdict[str, list[int]] = defaultdict(list)
        self._holding: defaultdict[str, array[int]] = defaultdict(lambda: array("q"))
        self._room = _Rows.room(0, dimension)

    def put(self, written: Written, vector: Vector) -> None:
        """Take in a text; one that is there stays as it is."""
        if written.item_id in self._place:
            return
        place = self._place[written.item_id] = len(self._ids)
        words = pattern(written.text, written.asked)
        if place == len(self._room.sizes):
            self._room = self._room.wider()
        self._ids.append(written.item_id)
        self._same[normal(written.text)].append(place)
        for word in words:
            self._holding[word].append(place)
        self._room.vectors[place] = vector
        self._room.people[place] = self._numbers.setdefault(written.person, len(self._numbers))
        self._room.sizes[place] = len(words)
        self._room.there[place] = True

    def drop(self, item_id: str) -> None:
        """Leave a text out, and keep none of its words: nothing repeats it from now on."""
        place = self._place.pop(item_id, None)
        if place is None:
            return
        self._room.there[place], self._room.vectors[place] = False, 0.0
        for words in (self._same, self._holding):
            for key in [key for key, places in words.items() if place in places]:
                words[key].remove(place)
                if not words[key]:
                    del words[key]

    def of(self, person: str, asked: str, texts: Sequence[str], vectors: Matrix) -> list[Repeat | None]:
        """What each of n texts for this person, with vectors (n, d), repeats of others'; None where it is new."""
        rows = self._room.first(len(self._ids))
        others = rows.there & (rows.people != self._numbers.get(person, -1))
        if not others.any():
            return [None] * len(texts)
        cosines = products(rows.vectors, vectors).T
        return [
            self._repeat(normal(text), pattern(text, asked), near, others)
            for text, near in zip(texts, cosines, strict=True)
        ]

    def _repeat(self, text: str, words: frozenset[str], cosines: Vector, others: NDArray[np.bool_]) -> Repeat | None:
        for place in self._same.get(text, ()):
            if others[place]:
                return Repeat(self._ids[place], "words", 1.0)
        alike = self._alike(words, self._room.sizes[: len(others)]) * others
        place = int(alike.argmax())
        if alike[place] > self._limits.pattern:
            return Repeat(self._ids[place], "pattern", float(alike[place]))
        near = cosines * others
        place = int(near.argmax())
        if near[place] > self._limits.meaning:
            return Repeat(self._ids[place], "meaning", float(near[place]))
        return None

    def _alike(self, words: frozenset[str], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
        """The share of words (Dice's coefficient) in common with each text; 0 where either has too few."""
        held = [np.frombuffer(self._holding[word], np.int64) for word in words if word in self._holding]
        if len(words) < FEWEST or not held:
            return np.zeros(len(sizes))
        common = np.bincount(np.concatenate(held), minlength=len(sizes))
        return np.where(sizes < FEWEST, 0.0, 2.0 * common / (sizes + len(words)))
