"""The bytes of a file, gzip-compressed or not, line by line in bounded memory."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from loop.errors import BadInput
from loop.imports.row import ImportFailed

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_CELL = 1 << 20
"""In characters."""
LONGEST_LINE = 1 << 24
"""In bytes."""
_UTF8_MARK = b"\xef\xbb\xbf"
_ZIP_MARK = b"PK\x03\x04"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
Decode = Callable[[bytes], str]


def utf8(line: bytes) -> str:
    """The line as text; bytes that are not UTF-8 become lone surrogates, which `loop.imports.cells` refuses."""
    return line.decode("utf-8", "surrogateescape")


class LineTooLong(ValueError):
    """A line of more than LONGEST_LINE bytes; it was skipped."""


class Source:
    """An open file. `position` of `total_bytes` says how much of it, as it lies on the disk, has been read."""

    def __init__(self, path: Path, decode: Decode = utf8) -> None:
        self.path = path
        self.decode = decode
        self._raw = _opened(path)
        self.total_bytes = path.stat().st_size
        self.gzipped = self._raw.peek(2)[:2] == GZIP_MAGIC
        self._bytes: io.BufferedReader = _unpacked(self._raw) if self.gzipped else self._raw
        self.at: int | None = None
        """Where a format reader that seeks stands; None while the file is read in order."""

    @property
    def position(self) -> int:
        """Bytes of the file read so far."""
        return min(self.total_bytes, self._raw.tell() if self.at is None else self.at)

    def head(self, n: int = 1 << 14) -> bytes:
        """The first bytes, unpacked; only before anything was read."""
        try:
            return self._bytes.peek(n)[:n]
        except (EOFError, OSError, zlib.error) as cause:
            raise self._cut_short() from cause

    def lines(self) -> "Lines":
        """The lines from here on, without the mark of UTF-8 at the file's start."""
        return Lines(self)

    def readline(self) -> bytes:
        """The next line with its end; empty at the end of the file."""
        try:
            return self._bytes.readline(LONGEST_LINE)
        except (EOFError, OSError, zlib.error) as cause:
            raise self._cut_short() from cause

    def close(self) -> None:
        """Let go of the file."""
        self._bytes.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _cut_short(self) -> ImportFailed:
        return ImportFailed(
            f"{self.path.name} is cut short or damaged; the rows before that were read: fetch the file again"
        )


class Lines:
    """An iterator over lines of text, decoded as the source says, that goes on after it has raised LineTooLong."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._first = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._source.readline()
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            self._skip_rest()
            raise LineTooLong(f"the line has more than {LONGEST_LINE >> 20} MB")
        if self._first:
            self._first = False
            line = line.removeprefix(_UTF8_MARK)
        return self._source.decode(line)

    def _skip_rest(self) -> None:
        while True:
            more = self._source.readline()
            if not more or more.endswith(b"\n"):
                return


def checked_head(source: Source) -> bytes:
    """The first bytes of a file that has some and that may be UTF-8; else BadInput."""
    head = source.head()
    if not head:
        raise BadInput(f"{source.path.name} is empty")
    if head.startswith(_WIDE_MARKS):
        raise BadInput(f"{source.path.name} is UTF-16; save it as UTF-8")
    if head.startswith(_ZIP_MARK):
        raise BadInput(f"{source.path.name} is a zip archive or a spreadsheet; unpack it, or save it as CSV")
    return head.removeprefix(_UTF8_MARK)


def _unpacked(raw: io.BufferedReader) -> io.BufferedReader:
    return io.BufferedReader(gzip.GzipFile(fileobj=raw), 1 << 16)


def _opened(path: Path) -> io.BufferedReader:
    try:
        return io.BufferedReader(path.open("rb", buffering=0), 1 << 16)
    except IsADirectoryError as cause:
        raise BadInput(f"{path} is a folder; name a file") from cause
    except OSError as cause:
        raise BadInput(f"{path} cannot be read: {cause.strerror}") from cause
