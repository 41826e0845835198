"""Parquet files, a few thousand rows at a time."""

from collections.abc import Iterator
from typing import Any

from loop.errors import BadInput
from loop.imports.row import ImportFailed
from loop.imports.source import Decode, Source
from loop.imports.table import Numbered, Table

BATCH = 4096


def read_parquet(source: Source) -> Table:
    """Parquet, by row groups; only the wanted columns are read from the disk."""
    import pyarrow.parquet as pq
    from pyarrow.lib import ArrowException

    if source.gzipped:
        raise BadInput(f"{source.path.name} is a gzip-compressed Parquet file; unpack it first")
    try:
        file = pq.ParquetFile(source.path)
    except (ArrowException, OSError) as cause:
        raise BadInput(f"{source.path.name} is no Parquet file that can be read") from cause
    names = list(file.schema_arrow.names)
    return Table(names, lambda wanted: _records(file, source, [name for name in names if name in wanted]))


def _records(file: Any, source: Source, columns: list[str]) -> Iterator[Numbered]:
    from pyarrow.lib import ArrowException

    number, rows = 0, max(file.metadata.num_rows, 1)
    source.at = 0
    try:
        for batch in file.iter_batches(batch_size=BATCH, columns=columns):
            for cells in zip(*(_values(column, source.decode) for column in batch.columns), strict=True):
                number += 1
                yield number, dict(zip(columns, cells, strict=True))
            source.at = source.total_bytes * number // rows
    except (ArrowException, OSError) as cause:
        raise ImportFailed(f"{source.path.name} is damaged after row {number}; the rows before stand") from cause
    finally:
        file.close()


def _values(column: Any, decode: Decode) -> list[object]:
    """The cells; strings that are not UTF-8 are decoded as the source says."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        cells = column.cast("binary").to_pylist()
        return [cell if cell is None else decode(cell) for cell in cells]
