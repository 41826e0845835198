"""Read a file of past writing row by row, in bounded memory.

    with read_rows(path, ImportPlan.of(maps=["text=caption"])) as rows:
        for row in rows: ...

Whatever makes the whole file useless (it is missing, empty, UTF-16, lacks a mapped column) raises BadInput from
`read_rows`, before any row. What makes one row useless yields a RowError in its place. A file that breaks off
yields its rows and then raises ImportFailed.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from loop.errors import BadInput
from loop.imports.build import Columns, build, sort_out
from loop.imports.counts import Survey, survey
from loop.imports.formats import FORMATS, detect
from loop.imports.joins import joined
from loop.imports.plan import ImportPlan
from loop.imports.row import ImportFailed, Row, RowError, RowRating
from loop.imports.source import Decode, Source, utf8
from loop.imports.table import Numbered, Table

__all__ = ["ImportFailed", "ImportPlan", "Row", "RowError", "RowRating", "RowReader", "read_rows"]

Progress = Callable[[int], None]
_EVERY = 1000
_COUNTED = ("clicks", "impressions", "engagement")


class RowReader:
    """The rows of one file, once. `position` of `total_bytes` tells how far it is, a first pass included."""

    def __init__(self, path: Path, plan: ImportPlan, progress: Progress | None, decode: Decode) -> None:
        self._path, self._plan, self._progress, self._decode = path, plan, progress, decode
        self._source = Source(path, decode)
        try:
            self._table = self._opened()
            ours = plan.columns(self._table.columns, path.name)
        except BaseException:
            self._source.close()
            raise
        self.columns = ours
        """Ours to theirs, as the file is read."""
        self._counted = {name: ours[name] for name in _COUNTED if name in ours}
        self._before = 0
        self.total_bytes = self._source.total_bytes * (2 if self._counted else 1)

    @property
    def position(self) -> int:
        """Bytes read so far, of `total_bytes`."""
        return self._before + self._source.position

    def __iter__(self) -> Iterator[Row | RowError]:
        columns, counts = sort_out(self.columns, self._plan.scale), self._survey()
        return self._rows(columns, counts)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _opened(self) -> Table:
        name = self._plan.format if self._plan.format != "auto" else detect(self._source)
        return joined(FORMATS[name](self._source), self._plan.joins, self._path.name)

    def _records(self, columns: dict[str, str]) -> Iterator[Numbered]:
        for numbered in self._table.records(set(columns.values())):
            if self._progress and numbered[0] % _EVERY == 0:
                self._progress(self.position)
            yield numbered

    def _survey(self) -> Survey:
        """Count through the whole file where counts must be compared, and begin anew."""
        if not self._counted:
            return Survey()
        found = survey(self._records(self._counted), self._counted)
        self._rewind()
        return found

    def _rewind(self) -> None:
        self._source.close()
        self._source = Source(self._path, self._decode)
        self._table = self._opened()
        self._before = self._source.total_bytes

    def _rows(self, columns: Columns, counts: Survey) -> Iterator[Row | RowError]:
        for number, record in self._records(self.columns):
            yield build(number, record, columns, counts)


def read_rows(path: Path, plan: ImportPlan, progress: Progress | None = None, decode: Decode = utf8) -> RowReader:
    """Open a file; see the module.

    `progress` is told the position every thousand rows, in the first pass as well. `decode` reads its lines.
    """
    if plan.format not in ("auto", *FORMATS):
        raise BadInput(f"'{plan.format}' is no format; use one of {', '.join(['auto', *FORMATS])}")
    return RowReader(Path(path), plan, progress, decode)
