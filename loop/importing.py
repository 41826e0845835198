"""Past writing into the ledger, row by row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import msgspec

from loop import checks
from loop.imports.facts import Facts, Occurrences
from loop.imports.plan import ImportPlan
from loop.imports.row import ImportFailed
from loop.imports.rows import Row, RowError, read_rows
from loop.ledger import Command, Ledger
from loop.settings import TaskProfile
from rewards.errors import RatingRefused

BATCH = 1_000
MOST_ERRORS = 10_000
Progress = Callable[[int, int], None]
"""Called with the bytes read and the bytes that there are."""


class Imported(msgspec.Struct, kw_only=True):
    """What became of a file's rows."""

    imported: int = 0
    skipped: int = 0
    """Rows that were there already, and pairs of which neither side was preferred."""
    failed: int = 0
    errors: list[RowError] = []
    """The rows that could not be read, the first 10,000 of them."""
    broken: str = ""
    """Why the file ended early, if it did; what came before it stands."""


def import_file(
    ledger: Ledger,
    path: Path,
    plan: ImportPlan,
    task: str,
    tasks: Mapping[str, TaskProfile],
    progress: Progress | None = None,
) -> Imported:
    """Import a file in bounded memory; killed and started again, it ends as if it had not been.

    Raises BadInput, with nothing written, for a file that cannot be meant: see `loop.imports.rows`.
    """
    profile = checks.task_profile(tasks, task)
    result = Imported()
    with read_rows(path, plan) as reader, Occurrences() as occurrences:
        facts = Facts(task, profile.criteria, path.name, occurrences)
        rows = iter(reader)
        while batch := _next(rows, result):
            take_in(ledger, batch, facts, result)
            if progress:
                progress(reader.position, reader.total_bytes)
    return result


def _next(rows: Iterator[Row | RowError], result: Imported) -> list[Row | RowError]:
    """The next rows; where the file breaks off, those before that, and the reason is noted."""
    batch: list[Row | RowError] = []
    try:
        for row in islice(rows, BATCH):
            batch.append(row)
    except ImportFailed as failure:
        result.broken = str(failure)
    return batch


def take_in(ledger: Ledger, batch: Iterable[Row | RowError], facts: Facts, result: Imported) -> None:
    """Rows into the ledger in one transaction; `result` is told which were new, there already, or refused."""
    commands: list[Command] = []
    of_rows: list[list[str]] = []
    for row in batch:
        try:
            if isinstance(row, RowError):
                raise RatingRefused(row.reason)
            added, keys = facts.of(row)
        except RatingRefused as refusal:
            _fail(result, row, str(refusal))
            continue
        commands += added
        of_rows.append(keys)
    new = ledger.append_all(commands)
    fresh = sum(any(key in new for key in keys) for keys in of_rows)
    result.imported += fresh
    result.skipped += len(of_rows) - fresh


def _fail(result: Imported, row: Row | RowError, reason: str) -> None:
    result.failed += 1
    if len(result.errors) < MOST_ERRORS:
        result.errors.append(RowError(row.number if isinstance(row, Row) else row.row, reason))
