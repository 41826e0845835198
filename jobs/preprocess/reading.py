"""The texts of raw files, with the readers of `loop.imports`: which columns count, and lines of mixed encodings."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from jobs.preprocess.rows import CleanRow
from loop.errors import BadInput
from loop.imports.plan import ImportPlan, is_ours, listed
from loop.imports.rows import ImportFailed, Row, RowError, read_rows

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""
FIELD = "field."


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read."""

    name: str
    bytes: int
    sha256: str
    rows: int
    legacy_lines: int
    """Lines that were not UTF-8 and were read as Windows-1252."""


class TextPlan(ImportPlan, frozen=True, kw_only=True):
    """Reads text, prompt and fields, and leaves out whatever else bears one of our names."""

    @classmethod
    def of_maps(cls, maps: Iterable[str]) -> "TextPlan":
        """The plan from `ours=theirs` options. Raises BadInput."""
        mapping = ImportPlan.of(maps=maps).mapping
        useless = [ours for ours in mapping if not _counts(ours)]
        if useless:
            raise BadInput(f"'{useless[0]}' is nothing that preprocessing reads; map text, prompt or field.NAME")
        return cls(mapping=mapping)

    def columns(self, theirs: Sequence[str], file: str) -> dict[str, str]:
        """Ours to theirs; a file's only column is the text. Raises BadInput for a column that is missing."""
        aside = {name: "" for name in theirs if is_ours(name) and not _counts(name)}
        only = {"text": theirs[0]} if len(theirs) == 1 else {}
        mapping = aside | only | self.mapping
        if not mapping.get("text", "text" in theirs):
            raise BadInput(f"{file} has {listed(theirs)}: say which is the text with `--map text=COLUMN`")
        return ImportPlan(mapping=mapping).columns(theirs, file)


class RawFiles:
    """The rows of several files, one after the other, in bounded memory."""

    def __init__(self, paths: Sequence[Path], plan: TextPlan, task: str, progress: Progress) -> None:
        self._paths, self._plan, self._task, self._progress = paths, plan, task, progress
        self.sources: list[SourceFile] = []
        """The files that were read to their end."""

    def __iter__(self) -> Iterator[CleanRow | RowError]:
        """Rows as they stand in the files, and what could not be read. Raises BadInput for a file that is no such."""
        for path in self._paths:
            yield from self._rows(path)

    def _rows(self, path: Path) -> Iterator[CleanRow | RowError]:
        decoder, count = _Decoder(), 0
        with read_rows(path, self._plan, decode=decoder) as reader:
            try:
                for row in reader:
                    count += 1
                    if count % 256 == 0:
                        self._progress(path.name, reader.position, reader.total_bytes)
                    yield row if isinstance(row, RowError) else self._raw(row)
            except ImportFailed as failure:
                raise BadInput(f"{path} is cut short or damaged after row {count:,}; fetch the file again") from failure
            self._progress(path.name, reader.total_bytes, reader.total_bytes)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.sources.append(
            SourceFile(
                name=path.name, bytes=path.stat().st_size, sha256=digest, rows=count, legacy_lines=decoder.legacy
            )
        )

    def _raw(self, row: Row) -> CleanRow:
        return CleanRow(row.text or "", self._task, row.prompt, row.fields)


class _Decoder:
    """Lines as UTF-8, and those that are not as Windows-1252, which any byte is; without NUL bytes."""

    def __init__(self) -> None:
        self.legacy = 0

    def __call__(self, line: bytes) -> str:
        line = line.replace(b"\0", b"")
        try:
            return line.decode()
        except UnicodeDecodeError:
            import ftfy.bad_codecs  # noqa: F401 - registers the codec

            self.legacy += 1
            return line.decode("sloppy-windows-1252")


def _counts(ours: str) -> bool:
    return ours in ("text", "prompt") or ours.startswith(FIELD)
