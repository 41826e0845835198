"""Other files whose columns belong to the rows of the one that is imported. They are held in memory."""

from collections.abc import Collection, Iterator
from functools import partial

from loop.errors import BadInput
from loop.imports import cells
from loop.imports.formats import FORMATS, detect
from loop.imports.plan import Join
from loop.imports.row import Refused, RowError
from loop.imports.source import Source
from loop.imports.table import Numbered, Record, Table


def joined(table: Table, joins: Collection[Join], file: str) -> Table:
    """The table with the columns `column.name` of every join; a row whose key is not found becomes a RowError."""
    for join in joins:
        if join.column not in table.columns:
            raise BadInput(f"{file} has no column '{join.column}' to join on; it has {', '.join(table.columns)}")
        table = _with(table, join)
    return table


def _with(table: Table, join: Join) -> Table:
    names, rows = _load(join)

    def records(wanted: Collection[str]) -> Iterator[Numbered]:
        return map(partial(_extended, join, rows), table.records({*wanted, join.column}))

    return Table(table.columns + [f"{join.column}.{name}" for name in names], records)


def _extended(join: Join, rows: dict[str, Record], numbered: Numbered) -> Numbered:
    number, record = numbered
    if isinstance(record, RowError):
        return numbered
    try:
        key = cells.words(record.get(join.column), join.column)
    except Refused as problem:
        return number, RowError(number, str(problem))
    more = rows.get(key)
    if more is None:
        return number, RowError(number, f"{join.path.name} has no row with {join.key} = '{key[:40]}'")
    return number, record | more


def _load(join: Join) -> tuple[list[str], dict[str, Record]]:
    with Source(join.path) as source:
        table = FORMATS[detect(source)](source)
        if join.key not in table.columns:
            raise BadInput(f"{join.path.name} has no column '{join.key}'; it has {', '.join(table.columns)}")
        rows: dict[str, Record] = {}
        for number, record in table.records(table.columns):
            if isinstance(record, RowError):
                raise BadInput(f"row {number} of {join.path.name}, to be joined: {record.reason}")
            key = cells.words(record[join.key], join.key)
            if key in rows:
                raise BadInput(f"{join.path.name} has two rows with {join.key} = '{key[:40]}'; a key must be unique")
            rows[key] = {f"{join.column}.{name}": value for name, value in record.items()}
        return table.columns, rows
