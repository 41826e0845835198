"""A file of people: one brief for each row, its columns as fields, and a key that makes each happen once."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from loop import checks
from loop.brief import Brief
from loop.errors import BadInput
from loop.imports import cells
from loop.imports.formats import FORMATS, detect
from loop.imports.row import Refused, RowError
from loop.imports.source import Source
from loop.imports.table import Record
from loop.settings import GeneratorSettings, TaskProfile

PROMPT = "prompt"
MOST = 100_000
"""Rows of a file; it is read as a whole before the first is written for."""
READ = ("csv", "tsv", "jsonl", "parquet")


class Person(msgspec.Struct, frozen=True):
    """A row, and what is asked for it."""

    row: int
    """From 1; the header does not count."""
    cells: dict[str, object]
    """The row as it was read."""
    brief: Brief
    key: str
    """The same for the same brief in the same batch; of equal rows, each has its own."""


class People(msgspec.Struct, frozen=True):
    """Those whom something can be written for, and the rows for which it cannot, with the reason."""

    columns: list[str]
    people: list[Person]
    errors: list[RowError]


def read_people(path: Path, base: Brief, profile: TaskProfile, settings: GeneratorSettings, batch: str) -> People:
    """Every row as `base` with its own fields, and its own prompt where there is such a column.

    Columns that bear the names of the task's fields are fields; where there are none, all but the prompt are. Empty
    cells are left out. Raises BadInput for a file that cannot be meant, or without a row that can.
    """
    with Source(path) as source:
        table = FORMATS[_format(source)](source)
        named = _fields(table.columns, profile)
        if not named:
            raise BadInput(f"{path.name} has no columns for fields; give it a header such as Bio,Interests")
        rows = list(islice(table.records(table.columns), MOST + 1))
    if len(rows) > MOST:
        raise BadInput(f"{path.name} has more than {MOST:,} rows; split it")
    people, errors = _sorted_out(rows, base, named, settings, batch)
    if not people:
        first = f"; row {errors[0].row:,}: {errors[0].reason}" if errors else ""
        raise BadInput(f"{path.name} has no row that something can be written for{first}")
    return People(table.columns, people, errors)


def _format(source: Source) -> str:
    found = detect(source)
    if found not in READ:
        raise BadInput(f"{source.path.name} has no columns; give a CSV, TSV, JSONL or Parquet file with one per field")
    return found


def _fields(columns: Sequence[str], profile: TaskProfile) -> dict[str, str]:
    """The name of the field for each column that is one."""
    bare = {column: column.removeprefix("field.") for column in columns}
    known = {name.casefold(): name for name in profile.fields}
    of_task = {column: known[name.casefold()] for column, name in bare.items() if name.casefold() in known}
    return of_task or {column: name for column, name in bare.items() if column.casefold() != PROMPT}


def _sorted_out(
    rows: Sequence[tuple[int, Record | RowError]],
    base: Brief,
    named: Mapping[str, str],
    settings: GeneratorSettings,
    batch: str,
) -> tuple[list[Person], list[RowError]]:
    people: list[Person] = []
    errors: list[RowError] = []
    seen: Counter[str] = Counter()
    for number, record in rows:
        try:
            if isinstance(record, RowError):
                raise Refused(record.reason)
            brief = _brief(record, base, named)
            checks.brief(brief, settings)
        except (Refused, BadInput) as refusal:
            errors.append(RowError(number, str(refusal)))
            continue
        mark = _mark(brief, batch)
        seen[mark] += 1
        people.append(Person(number, dict(record), brief, f"batch {mark} {seen[mark]}"))
    return people, errors


def _brief(record: Record, base: Brief, named: Mapping[str, str]) -> Brief:
    own = {field: _words(record.get(column), column) for column, field in named.items()}
    asked = next((column for column in record if column.casefold() == PROMPT), PROMPT)
    fields = base.fields | {field: value for field, value in own.items() if value}
    brief = msgspec.structs.replace(base, prompt=_words(record.get(asked), asked) or base.prompt, fields=fields)
    if base.seed is None:
        return brief
    own_seed = int(brief.prompt_id.removeprefix("p_"), 16)  # the same seed for all would draw the same for all
    return msgspec.structs.replace(brief, seed=(base.seed + own_seed) % 2**31)


def _words(value: object, column: str) -> str:
    """A cell as text; a list of texts, as JSON has it for interests, with commas."""
    listed = value if isinstance(value, list) else [value]
    return ", ".join(cells.words(each, column) for each in listed)


def _mark(brief: Brief, batch: str) -> str:
    words = msgspec.json.encode([batch, brief.prompt_id, brief.n, brief.seed, brief.strategy])
    return hashlib.blake2b(words, digest_size=10).hexdigest()
