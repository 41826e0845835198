"""What a dataset tells a reward model: texts, the requests that they answer, and what people said of them."""

from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path

import msgspec
import numpy as np

from jobs.distill.assemble import HELD_PREFERENCE, HELD_TEXTS, PREFERENCE, PROMPTS, SFT, TRAIN_PROMPTS, UNPAIRED
from jobs.train.rows import read_rows, texts_of
from jobs.train.run import Row
from loop.prompts import Asked
from rewards.utility import Opinions


class Examples(msgspec.Struct, frozen=True):
    """n texts with what was said of them; `opinions` are in their order."""

    requests: list[str]
    """What each text answers: the prompt's words and fields; empty where it has no prompt."""
    texts: list[str]
    opinions: Opinions
    tasks: list[str] = []
    """The kinds of writing that they are of."""

    @property
    def prompts(self) -> int:
        """How many prompts there are; a text without one counts as its own."""
        return len(set(self.opinions.groups.tolist()))


def training_part(dataset: Path, *, every_pair: bool = False) -> Examples:
    """What may be learned from: rated texts, and pairs, those alone that say more than their texts' rewards do."""
    made = _Collected(read_rows(dataset / TRAIN_PROMPTS))
    for row in (*read_rows(dataset / SFT), *read_rows(dataset / UNPAIRED)):
        made.rated(row)
    for row in read_rows(dataset / PREFERENCE):
        if every_pair or row.get("source") != "margin" or not made.both_rated(row):
            made.compared(row)
    return made.examples()


def held_out_part(dataset: Path) -> Examples:
    """What is measured on: every text and every pair of the held-out prompts."""
    made = _Collected(read_rows(dataset / PROMPTS))
    for row in read_rows(dataset / HELD_TEXTS):
        made.rated(row)
    for row in read_rows(dataset / HELD_PREFERENCE):
        made.compared(row)
    return made.examples()


def words_of(rows: Iterable[Row]) -> dict[str, str]:
    """What each prompt asks for, by its id, as a scorer is asked."""
    return {row["prompt_id"]: Asked(row["request"], row["fields"]).words for row in rows}


class _Collected:
    """Texts by item, each once."""

    def __init__(self, prompts: Iterable[Row]) -> None:
        self._words: Mapping[str, str] = words_of(prompts)
        self._place: dict[Hashable, int] = {}
        self._texts: list[str] = []
        self._prompts: list[str] = []
        self._tasks: set[str] = set()
        self._rewards: dict[int, float] = {}
        self._pairs: list[tuple[int, int, float]] = []

    def rated(self, row: Row) -> None:
        """A text, if its reward is known."""
        if row.get("reward") is not None:
            self._rewards[self._add(row, "completion", 0)] = row["reward"]

    def compared(self, row: Row) -> None:
        """Two texts of which one was preferred."""
        good, bad = self._add(row, "chosen", 0), self._add(row, "rejected", 1)
        self._pairs.append((good, bad, row.get("weight", 1.0)))

    def both_rated(self, row: Row) -> bool:
        """Whether the rewards of both texts of a pair are known."""
        keys = (self._key(row, column, place) for place, column in enumerate(("chosen", "rejected")))
        return all(self._place.get(key) in self._rewards for key in keys)

    def examples(self) -> Examples:
        """All of it, in the order in which it came."""
        groups: dict[Hashable, int] = {}
        named = [prompt or ("alone", place) for place, prompt in enumerate(self._prompts)]
        return Examples(
            [self._words.get(prompt, "") for prompt in self._prompts],
            self._texts,
            Opinions(
                rewards=np.array([self._rewards.get(place, np.nan) for place in range(len(self._texts))]),
                groups=np.array([groups.setdefault(name, len(groups)) for name in named], dtype=np.intp),
                pairs=np.array([pair[:2] for pair in self._pairs], dtype=np.intp).reshape(-1, 2),
                shares=np.array([share for *_, share in self._pairs], dtype=np.float64),
            ),
            sorted(self._tasks),
        )

    def _add(self, row: Row, column: str, place: int) -> int:
        key = self._key(row, column, place)
        if key not in self._place:
            self._place[key] = len(self._texts)
            self._texts.append(texts_of(row[column]))
            self._prompts.append(row.get("prompt_id") or "")
            self._tasks.update([row["task"]] if row.get("task") else [])
        return self._place[key]

    @staticmethod
    def _key(row: Row, column: str, place: int) -> Hashable:
        """The item; in rows from elsewhere, which name none, the text and its prompt."""
        items = row.get("items")
        return items[place] if items else (row.get("prompt_id"), texts_of(row[column]))
