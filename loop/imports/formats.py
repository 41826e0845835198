"""How each format becomes records. `FORMATS` is the table: a new format is one function and one line in it."""

import csv
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec

from loop.errors import BadInput
from loop.imports.parquet import read_parquet
from loop.imports.row import RowError
from loop.imports.source import LONGEST_CELL, Lines, LineTooLong, Source, checked_head
from loop.imports.table import Numbered, Table

DELIMITERS = ",;\t|"
_SPEAKER, _ANSWER = "\n\nHuman:", "\n\nAssistant:"


def read_csv(source: Source) -> Table:
    """Comma, semicolon, tab or bar, whichever the header has most of; quoted line breaks; a header is needed."""
    return _separated(source, _delimiter(checked_head(source)))


def read_tsv(source: Source) -> Table:
    """Tab-separated, otherwise as csv."""
    checked_head(source)
    return _separated(source, "\t")


def read_jsonl(source: Source) -> Table:
    """One JSON object a line, or one JSON string, which is a text."""
    if checked_head(source).lstrip().startswith(b"["):
        raise BadInput(f"{source.path.name} is one JSON array; write one object a line (jsonl)")
    records = _objects(source.lines())
    first = list(islice(records, 100))
    columns = dict.fromkeys(name for _, record in first if not isinstance(record, RowError) for name in record)
    return Table(list(columns), lambda _: chain(first, records))


def read_text(source: Source) -> Table:
    """One text a line; blank lines do not count."""
    checked_head(source)
    return Table(["text"], lambda _: _numbered_lines(source.lines()))


def read_hh(source: Source) -> Table:
    r"""HH-RLHF: jsonl whose `chosen` and `rejected` are transcripts "\n\nHuman: ...\n\nAssistant: ...".

    The prompt is everything up to the last answer, which is the completion. A prompt of one turn loses its
    "Human:", a longer one keeps its speakers.
    """
    table = read_jsonl(source)
    return Table(["prompt", "chosen", "rejected"], lambda names: map(_transcripts, table.records(names)))


Format = Callable[[Source], Table]
FORMATS: dict[str, Format] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "text": read_text,
    "hh": read_hh,
}
EXTENSIONS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".txt": "text", ".md": "text",
}  # fmt: skip


def detect(source: Source) -> str:
    """The format's name, by the file's content where that is plain, else by its name."""
    head = checked_head(source)
    if head.startswith(b"PAR1"):
        return "parquet"
    name = source.path.name.lower().removesuffix(".gz")
    known = EXTENSIONS.get(Path(name).suffix) or _by_content(head)
    return "hh" if known == "jsonl" and _is_hh(head) else known


def _by_content(head: bytes) -> str:
    if head.lstrip().startswith((b"{", b"[")):
        return "jsonl"
    lines = head.decode("utf-8", "replace").splitlines()
    counts = [line.count(_delimiter(head)) for line in lines[:2]]
    return "csv" if len(counts) == 2 and counts[0] == counts[1] > 0 else "text"


def _is_hh(head: bytes) -> bool:
    line = head.partition(b"\n")[0]
    return b'"chosen"' in head and b'"rejected"' in head and rb'"\n\nHuman:' in line


def _delimiter(head: bytes) -> str:
    header = head.decode("utf-8", "replace").partition("\n")[0]
    return max(DELIMITERS, key=lambda mark: (header.count(mark), -DELIMITERS.index(mark)))


def _separated(source: Source, delimiter: str) -> Table:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(source.lines(), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader)]
    except (csv.Error, StopIteration, LineTooLong) as cause:
        raise BadInput(f"{source.path.name} has no header line that can be read") from cause
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise BadInput(f"{source.path.name} has the column '{min(twice)}' twice; rename one")
    return Table(header, lambda _: _cells(reader, header))


def _cells(reader: Iterator[list[str]], header: list[str]) -> Iterator[Numbered]:
    number, width = 0, len(header)
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, LineTooLong) as problem:
            yield number, RowError(number, _said(problem))
            continue
        if len(cells) == width:
            yield number, dict(zip(header, cells, strict=True))
        elif cells:
            yield number, RowError(number, f"the row has {len(cells)} cells and the header {width}")
        else:
            number -= 1


def _said(problem: Exception) -> str:
    if "field larger" in str(problem):
        return f"a cell has more than {LONGEST_CELL} characters, or a quote is never closed"
    return f"the row cannot be read: {problem}"


def _numbered_lines(lines: Lines) -> Iterator[Numbered]:
    number = 0
    while True:
        try:
            line = next(lines)
        except StopIteration:
            return
        except LineTooLong as problem:
            number += 1
            yield number, RowError(number, str(problem))
            continue
        if line.strip():
            number += 1
            yield number, {"text": line}


def _objects(lines: Lines) -> Iterator[Numbered]:
    decode = msgspec.json.Decoder().decode
    for number, found in _numbered_lines(lines):
        yield number, found if isinstance(found, RowError) else _object(number, str(found["text"]), decode)


def _object(number: int, line: str, decode: Callable[[str], Any]) -> dict[str, object] | RowError:
    try:
        value = decode(line)
    except UnicodeEncodeError:
        return RowError(number, "the row is not UTF-8")
    except (msgspec.DecodeError, RecursionError) as problem:
        return RowError(number, f"the row is not JSON: {problem}")
    if isinstance(value, str):
        return {"text": value}
    return value if isinstance(value, dict) else RowError(number, "the row is neither a JSON object nor a string")


def _transcripts(numbered: Numbered) -> Numbered:
    number, record = numbered
    if isinstance(record, RowError):
        return numbered
    chosen, rejected = record.get("chosen"), record.get("rejected")
    if not isinstance(chosen, str) or not isinstance(rejected, str):
        return number, RowError(number, "the row has no transcripts under `chosen` and `rejected`")
    prompt, mark, answer = chosen.rpartition(_ANSWER)
    if not mark or not rejected.startswith(prompt + mark):
        return number, RowError(number, "the two transcripts do not share everything up to the last answer")
    return number, {"prompt": _asked(prompt), "chosen": answer, "rejected": rejected[len(prompt + mark) :]}


def _asked(prompt: str) -> str:
    one_turn = prompt.count(_SPEAKER) == 1 and prompt.startswith(_SPEAKER)
    return prompt.removeprefix(_SPEAKER) if one_turn else prompt
