"""What was written in a task for briefs with fields, each a person: what a text for one repeats of those for others."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from loop.brief import Brief
from loop.database import driver_rows
from loop.ledger import Ledger
from loop.prompts import Asked, unpack
from memory.embedder import Embedder
from memory.item import Matrix
from memory.repeats import Limits, Repeat, Repeats, Written
from memory.repetition import Progress, Repetition, repetition

NEWEST = 20_000
"""Texts of a task that are looked back at: 30 MB of vectors at 384 dimensions, and some 5 ms for a turn."""
_TOUCHED = """
    SELECT i.item_id, i.prompt_id, w.text, p.text, i.hidden OR i.forgotten, i.touched
    FROM items i LEFT JOIN texts w ON w.id = i.item_id LEFT JOIN texts p ON p.id = i.prompt_id
    WHERE i.touched > ? AND i.task || '' = ? AND i.prompt_id IS NOT NULL ORDER BY i.touched DESC LIMIT ?
"""  # the empty string keeps SQLite from the index by task, which would read all of the task at every turn


class Given:
    """Follows the read models, a task when it is first asked for; one thread at a time."""

    def __init__(self, ledger: Ledger, embedder: Callable[[], Embedder], limits: Limits) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._limits = limits
        self._held: dict[str, Repeats] = {}
        self._seen: dict[str, int] = {}

    def repeats(self, brief: Brief, texts: Sequence[str], vectors: Matrix) -> list[Repeat | None]:
        """What each text, of vectors (n, d), repeats that was written for other fields; nothing without fields."""
        if not brief.fields or not texts:
            return [None] * len(texts)
        asked = Asked(brief.prompt, brief.fields).words
        return self._caught_up(brief.task).of(brief.prompt_id, asked, texts, vectors)

    def repetition(self, task: str, only: Sequence[str] | None = None, progress: Progress | None = None) -> Repetition:
        """How much of what was written for different fields is the same: of the whole task, or of these items."""
        chosen = None if only is None else set(only)
        written = [each for each in self._written(0, task) if chosen is None or each.item_id in chosen]
        return repetition(written, self._vectors(written), self._limits, progress)

    def _caught_up(self, task: str) -> Repeats:
        held = self._held.setdefault(task, Repeats(self._embedder().dimension, self._limits))
        rows = self._touched(self._seen.get(task, 0), task)
        fresh = []
        for row in rows:
            written = _written(row)
            if written is None:
                held.drop(row[0])
            else:
                fresh.append(written)
        for written, vector in zip(fresh, self._vectors(fresh), strict=True):
            held.put(written, vector)
        if rows:
            self._seen[task] = rows[-1][-1]
        return held

    def _written(self, after: int, task: str) -> list[Written]:
        return [written for row in self._touched(after, task) if (written := _written(row))]

    def _touched(self, after: int, task: str) -> list[tuple[Any, ...]]:
        """The task's items that changed since, oldest change first."""
        with self._ledger.reading() as db:
            return driver_rows(db, _TOUCHED, [after, task, NEWEST])[::-1]

    def _vectors(self, written: Sequence[Written]) -> Matrix:
        """The texts' vectors (n, d); a row of zeros for one that was never embedded."""
        embedder = self._embedder()
        known = self._ledger.vectors(embedder.fingerprint, [each.item_id for each in written])
        nothing = np.zeros(embedder.dimension, np.float32)
        return np.array([known.get(each.item_id, nothing) for each in written], np.float32).reshape(
            -1, embedder.dimension
        )


def _written(row: tuple[Any, ...]) -> Written | None:
    """An item that counts: seen, with its words, and written for fields."""
    item_id, prompt_id, text, prompt, gone, _ = row
    if gone or text is None:
        return None
    asked = unpack(prompt)
    return Written(item_id, prompt_id, text, asked.words) if asked.fields else None
