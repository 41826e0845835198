"""What a row adds to the ledger: facts with keys, so that each happens once.

A row is known by what it says (task, prompt, text and every opinion), not by its place or its file: a file that
was cut short, grew, or was imported before adds only what is new. Rows that say the same thing twice, as two
anonymous votes do, are told apart by counting them.
"""

import hashlib
import sqlite3
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import msgspec

from loop.brief import prompt_id
from loop.events import PairImported, TextImported, Votes
from loop.imports.row import Row
from loop.ledger import Command
from loop.prompts import pack
from rewards.criteria import check_scores, weighted

CROWD = "crowd"


class Occurrences:
    """Counts how often something was seen, on disk where it must be, so that memory stays bounded."""

    def __init__(self) -> None:
        self._scratch = sqlite3.connect("", isolation_level=None)  # a temporary database, spilled to disk
        self._scratch.execute("PRAGMA journal_mode=OFF")
        self._scratch.execute("CREATE TABLE seen (mark BLOB PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID")

    def count(self, mark: bytes) -> int:
        """How often this mark has been counted, this time included."""
        count = "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET n = n + 1 RETURNING n"
        return int(self._scratch.execute(count, (mark,)).fetchone()[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._scratch.close()


class Facts:
    """Turns the rows of one source, such as a file, into commands."""

    def __init__(self, task: str, criteria: Mapping[str, float], source: str, occurrences: Occurrences) -> None:
        self._task = task
        self._criteria = criteria
        self._source = source
        self._occurrences = occurrences

    def of(self, row: Row) -> tuple[list[Command], list[str]]:
        """The row's commands, and the keys of which one must be new for the row to be new.

        Scores that the task does not know raise RatingRefused.
        """
        texts, pair = [], []
        if row.text is not None:
            texts = [self._text(row, row.text, self._votes(row))]
        if row.chosen is not None and row.rejected is not None and not row.is_tie:
            sides = [self._text(row, side, ()) for side in (row.chosen, row.rejected)]
            pair = [*sides, self._pair(row, row.chosen, row.rejected)]
        own = [*texts, *pair[-1:]]
        return [*pair[:-1], *own], [str(command.key) for command in own]

    def _votes(self, row: Row) -> tuple[Votes, ...]:
        said = [Votes(value=r.value, weight=r.votes, rater=r.rater) for r in row.ratings]
        if row.scores:
            scores = check_scores(row.scores, self._criteria)
            said.append(Votes(value=weighted(scores, self._criteria), rater=row.rater or CROWD))
        return tuple(said)

    def _text(self, row: Row, text: str, votes: tuple[Votes, ...]) -> Command:
        asked, texts = self._asked(row)
        item_id = "i_" + _mark(self._task, asked, text).hex()
        comment_id = None
        if row.comment and votes:
            comment_id = f"{item_id}.n_{_mark(row.comment).hex()}"
            texts[comment_id] = row.comment
        event = TextImported(
            item_id=item_id,
            task=self._task,
            prompt_id=asked,
            source=row.source or self._source,
            row=row.number,
            votes=votes,
            comment_id=comment_id,
        )
        key = f"text:{item_id}" if not votes else self._key(item_id, votes, row.comment)
        return Command(events=(event,), texts={item_id: text, **texts}, key=key)

    def _pair(self, row: Row, chosen: str, rejected: str) -> Command:
        asked = prompt_id(self._task, row.prompt, row.fields)
        event = PairImported(
            task=self._task,
            prompt_id=asked,
            chosen="i_" + _mark(self._task, self._asked(row)[0], chosen).hex(),
            rejected="i_" + _mark(self._task, self._asked(row)[0], rejected).hex(),
            source=row.source or self._source,
            row=row.number,
            chosen_votes=row.weight_chosen,
            rejected_votes=row.weight_rejected,
            rater=row.rater or CROWD,
        )
        key = self._key(event.chosen, event.rejected, event.chosen_votes, event.rejected_votes, event.rater)
        return Command(events=(event,), texts={asked: pack(row.prompt, row.fields)}, key=key)

    def _asked(self, row: Row) -> tuple[str | None, dict[str, str]]:
        """The prompt's id and the text to be kept under it; neither where nothing was asked."""
        if not row.prompt and not row.fields:
            return None, {}
        asked = prompt_id(self._task, row.prompt, row.fields)
        return asked, {asked: pack(row.prompt, row.fields)}

    def _key(self, *said: object) -> str:
        mark = _mark(*said)
        return f"row:{mark.hex()}:{self._occurrences.count(mark)}"


def _mark(*said: object) -> bytes:
    return hashlib.blake2b(msgspec.msgpack.encode(said), digest_size=10).digest()
