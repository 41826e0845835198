"""What a format makes of a file: named columns, and numbered records with them."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from loop.imports.row import RowError

Record = dict[str, object]
Numbered = tuple[int, Record | RowError]


class Table(NamedTuple):
    """The columns of a file, known before its first row is read, and the records with at least the wanted ones."""

    columns: list[str]
    records: Callable[[Collection[str]], Iterator[Numbered]]
