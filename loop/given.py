"""What was written in a task for briefs with fields, each a person: what a text for one repeats of those for others."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from loop.brief import Brief
from loop.database import driver_rows
from loop.ledger import Ledger
from loop.prompts import Asked, unpack
from memory.embedder import Embedder
from memory.item import Matrix, Vector
from memory.repeats import Limits, Repeat, Repeats, Written
from memory.repetition import Progress, Repetition, repetition

NEWEST = 20_000
"""Texts of a task that are looked back at: 30 MB of vectors at 384 dimensions, and some 5 ms for a turn."""
_TOUCHED = """
    SELECT i.item_id, i.prompt_id, w.text, p.text, v.vector, i.hidden OR i.forgotten, i.touched
    FROM items i LEFT JOIN texts w ON w.id = i.item_id LEFT JOIN texts p ON p.id = i.prompt_id
    LEFT JOIN vectors v ON v.id = i.item_id AND v.fingerprint = ?
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
        found = [each for row in self._touched(0, task) if (each := self._written(row))]
        if only is not None:
            chosen = set(only)
            found = [each for each in found if each[0].item_id in chosen]
        vectors = np.array([vector for _, vector in found], np.float32).reshape(-1, self._embedder().dimension)
        return repetition([written for written, _ in found], vectors, self._limits, progress)

    def _caught_up(self, task: str) -> Repeats:
        held = self._held.setdefault(task, Repeats(self._embedder().dimension, self._limits))
        rows = self._touched(self._seen.get(task, 0), task)
        for row in rows:
            found = self._written(row)
            if found is None:
                held.drop(row[0])
            else:
                held.put(*found)
        if rows:
            self._seen[task] = rows[-1][-1]
        return held

    def _touched(self, after: int, task: str) -> list[tuple[Any, ...]]:
        """The task's items that changed since, oldest change first."""
        with self._ledger.reading() as db:
            return driver_rows(db, _TOUCHED, [self._embedder().fingerprint, after, task, NEWEST])[::-1]

    def _written(self, row: tuple[Any, ...]) -> tuple[Written, Vector] | None:
        """An item that counts, seen, with its words, and written for fields; zeros where it was never embedded."""
        item_id, prompt_id, text, prompt, vector, gone, _ = row
        asked = unpack(prompt)
        if gone or text is None or not asked.fields:
            return None
        numbers = np.zeros(self._embedder().dimension, np.float32) if vector is None else np.frombuffer(vector, "<f4")
        return Written(item_id, prompt_id, text, asked.words), numbers
