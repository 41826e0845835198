"""Cleaned rows on the disk, and the few numbers of each that stay in memory."""

import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.preprocess.rows import CleanRow


class Spool:
    """Rows by their place, in the order in which they were added: 28 bytes of memory for each."""

    def __init__(self, folder: Path) -> None:
        self._lines = (folder / "rows.jsonl").open("w+b")
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(CleanRow)
        self._ends = array("Q")
        self._shares = array("d")
        self._lengths = array("I")
        self._marks = array("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, row: CleanRow, share: float, mark: bytes) -> None:
        """Append a row; `share` says where it goes in the split, `mark` is the hash of its text."""
        line = self._encoder.encode(row) + b"\n"
        self._lines.write(line)
        self._ends.append((self._ends[-1] if self._ends else 0) + len(line))
        self._shares.append(share)
        self._lengths.append(len(row.text))
        self._marks.append(int.from_bytes(mark[:8], "big"))

    def texts(self) -> Iterator[str]:
        """Every text in order, when no more rows come."""
        return (self._decoder.decode(line).text for line in self.lines())

    def text(self, place: int) -> str:
        """The text of the row at this place."""
        begin = self._ends[place - 1] if place else 0
        line = os.pread(self._lines.fileno(), self._ends[place] - begin, begin)
        return self._decoder.decode(line).text

    def mark(self, place: int) -> bytes:
        """The hash of the text at this place, 8 bytes."""
        return self._marks[place].to_bytes(8, "big")

    def repeated(self) -> NDArray[np.bool_]:
        """(n,): whether an earlier row has the same text."""
        first = np.unique(np.frombuffer(self._marks, np.uint64), return_index=True)[1]
        repeated = np.ones(len(self), dtype=bool)
        repeated[first] = False
        return repeated

    def lines(self) -> Iterator[bytes]:
        """Every row as it is written to a file, in order."""
        self._lines.seek(0)
        yield from self._lines

    def shares(self, kept: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Of the rows at these places."""
        return np.frombuffer(self._shares, np.float64)[kept]

    def lengths(self, kept: Sequence[int] | NDArray[np.int64]) -> NDArray[np.uint32]:
        """Characters of the texts at these places."""
        return np.frombuffer(self._lengths, np.uint32)[kept]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lines.close()
