"""What became of the rows: counts, lengths and samples, for programs and for people."""

from bisect import insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.preprocess.pii import without_pii
from jobs.preprocess.reading import SourceFile
from jobs.preprocess.rows import REPORT, SPLITS, split_file
from jobs.preprocess.settings import Preprocessing
from loop.imports.row import RowError

READABLE = "report.md"
SAMPLES = 5
LONGEST = 300
"""Characters of a sample."""
LIBRARIES = ("datasketch", "emoji", "ftfy", "phonenumbers", "py3langid", "wordsegment")
DROPPED = {
    "unreadable": "the row could not be read",
    "empty": "no words and no emoji were left",
    "too_short": "shorter than --min-length",
    "too_long": "longer than --max-length",
    "language": "in another language than --language",
    "duplicate": "the same text as an earlier one",
    "near_duplicate": "nearly the same text as an earlier one",
}
CHANGED = {
    "html_entities": "HTML entities decoded",
    "escapes": "escapes such as \\u2019 decoded",
    "mojibake": "letters of a wrong encoding put right",
    "characters": "control characters, ligatures, curly quotes and the like made plain",
    "urls": "URLs",
    "mentions": "mentions",
    "hashtags": "hashtags",
    "emails": "e-mail addresses masked",
    "phones": "phone numbers masked",
    "cards": "payment cards masked",
    "ibans": "bank accounts masked",
    "ip_addresses": "network addresses masked",
    "repeated_characters": "runs of one character shortened",
    "spaces": "spaces and line breaks put right, and nothing else",
}


class Sample(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text, and what became of it or stands against it."""

    text: str
    after: str = ""
    """What a changed text became; the earlier text that a copy is like; why a row could not be read."""


class Lengths(msgspec.Struct, frozen=True):
    """Characters of the texts that stayed."""

    shortest: int
    median: float
    mean: float
    longest_but_5_percent: float
    longest: int


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows."""

    rows_in: int
    rows_out: int
    train: int
    validation: int
    test: int
    dropped: dict[str, int]
    changed: dict[str, int]
    """How many of the rows that could be read, kept or not."""


class Report(Counts, frozen=True, kw_only=True):
    """`report.json`."""

    lengths: Lengths
    settings: Preprocessing
    sources: list[SourceFile]
    libraries: dict[str, str]
    samples_dropped: dict[str, list[Sample]]
    samples_changed: dict[str, list[Sample]]


class Tally:
    """Counts what happens to rows. The samples of each kind have the lowest hashes: a fair draw that repeats."""

    def __init__(self) -> None:
        self.rows_in = 0
        self.dropped: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.refused: RowError | None = None
        """The first row that could not be read."""
        self._samples: dict[tuple[str, str], list[tuple[bytes, str, str]]] = {}

    def drop(self, reason: str, mark: bytes, text: str, after: str = "") -> None:
        """A row goes; `mark` is a hash of it."""
        self.dropped[reason] += 1
        self._sample(("dropped", reason), mark, text, after)

    def refuse(self, error: RowError) -> None:
        """A row could not be read; the first ones are the samples."""
        self.refused = self.refused or error
        count = self.dropped["unreadable"]
        self.drop("unreadable", count.to_bytes(8, "big"), f"row {error.row:,}", error.reason)

    def change(self, kinds: Sequence[str], mark: bytes, text: str, after: str) -> None:
        """A text was changed in these ways."""
        self.changed.update(kinds)
        for kind in kinds:
            self._sample(("changed", kind), mark, text, after)

    def told(self) -> str:
        """How many rows there were, and what became of them, in words."""
        rows = "1 row" if self.rows_in == 1 else f"{self.rows_in:,} rows"
        gone = [f"{count:,} {reason.replace('_', ' ')}" for reason, count in self.dropped.most_common()]
        first = [f"row {self.refused.row:,}: {self.refused.reason}"] if self.refused else []
        return f"{rows} ({', '.join(gone + first)})" if gone else rows

    def samples(self, group: str, settings: Preprocessing) -> dict[str, list[Sample]]:
        """Those of `dropped` or `changed`, by kind; what is masked in the texts is masked here too."""

        def shown(text: str) -> str:
            clipped = text if len(text) <= LONGEST else text[:LONGEST] + "…"
            return without_pii(clipped, settings.region) if settings.pii == "mask" else clipped

        found = {kind: held for (of, kind), held in sorted(self._samples.items()) if of == group}
        return {kind: [Sample(shown(text), shown(after)) for _, text, after in held] for kind, held in found.items()}

    def _sample(self, key: tuple[str, str], mark: bytes, text: str, after: str) -> None:
        held = self._samples.setdefault(key, [])
        if len(held) < SAMPLES or mark < held[-1][0]:
            insort(held, (mark, text[: 2 * LONGEST], after[: 2 * LONGEST]))
            del held[SAMPLES:]


def make_report(
    tally: Tally,
    counts: Sequence[int],
    lengths: NDArray[np.uint32],
    settings: Preprocessing,
    sources: list[SourceFile],
) -> Report:
    """The report; `counts` are the rows of each split, `lengths` the characters of each text that stayed."""
    return Report(
        rows_in=tally.rows_in,
        rows_out=sum(counts),
        **dict(zip(SPLITS, counts, strict=True)),
        dropped={reason: tally.dropped[reason] for reason in DROPPED if tally.dropped[reason]},
        changed={kind: tally.changed[kind] for kind in CHANGED if tally.changed[kind]},
        lengths=_lengths(lengths),
        settings=settings,
        sources=sources,
        libraries={name: version(name) for name in LIBRARIES},
        samples_dropped=tally.samples("dropped", settings),
        samples_changed=tally.samples("changed", settings),
    )


def write_report(folder: Path, report: Report) -> None:
    """`report.json` and `report.md`."""
    (folder / REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    (folder / READABLE).write_text("\n".join(_page(report)) + "\n", encoding="utf-8")


def _lengths(lengths: NDArray[np.uint32]) -> Lengths:
    return Lengths(
        int(lengths.min()),
        float(np.median(lengths)),
        round(float(lengths.mean()), 1),
        float(np.percentile(lengths, 95, method="nearest")),
        int(lengths.max()),
    )


def _page(report: Report) -> Iterator[str]:
    yield "# Cleaned texts"
    yield ""
    yield f"{report.rows_in:,} rows were read and {report.rows_out:,} texts stayed."
    yield ""
    yield from _table(("part", "file", "texts"), [_part(report, split) for split in SPLITS])
    yield ""
    lengths = report.lengths
    yield (
        f"A text has {lengths.median:,.0f} characters (median; mean {lengths.mean:,.1f}), from {lengths.shortest:,} to"
        f" {lengths.longest:,}; 95 % have at most {lengths.longest_but_5_percent:,.0f}."
    )
    yield ""
    yield from _section("Left out", report.dropped, DROPPED, report.samples_dropped)
    yield from _section("Changed", report.changed, CHANGED, report.samples_changed)
    yield "## Made from"
    yield ""
    yield from _table(("file", "rows", "bytes", "lines not UTF-8", "SHA-256"), [_of(s) for s in report.sources])
    yield ""
    yield "## Settings"
    yield ""
    settings = msgspec.to_builtins(report.settings)
    yield from _table(("setting", "value"), [(name, _told(value)) for name, value in settings.items()])
    yield ""
    yield "Libraries: " + ", ".join(f"{name} {number}" for name, number in report.libraries.items()) + "."


def _section(
    title: str, counts: Mapping[str, int], told: Mapping[str, str], samples: Mapping[str, Sequence[Sample]]
) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    if not counts:
        yield "Nothing."
        yield ""
        return
    yield from _table(
        ("why" if title == "Left out" else "what", "rows"), [(told[k], f"{n:,}") for k, n in counts.items()]
    )
    yield ""
    for kind in counts:
        yield f"### {told[kind][0].upper()}{told[kind][1:]}"
        yield ""
        for sample in samples[kind]:
            yield f"- {_code(sample.text)}"
            if sample.after:
                yield f"  {'→' if title == 'Changed' else '—'} {_code(sample.after)}"
        yield ""


def _part(report: Report, split: str) -> tuple[str, str, str]:
    return split, f"`{split_file(Path(), split).name}`", f"{getattr(report, split):,}"  # type: ignore[arg-type]


def _of(source: SourceFile) -> tuple[str, ...]:
    return (
        _code(source.name), f"{source.rows:,}", f"{source.bytes:,}", f"{source.legacy_lines:,}", f"`{source.sha256}`",
    )  # fmt: skip


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value)) or "any"
    if isinstance(value, dict):
        return ", ".join(f"{_code(str(ours))} = {_code(str(theirs))}" for ours, theirs in value.items()) or "as named"
    return str(value) or "none"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _code(text: str) -> str:
    """A text of any content as one line of code, with as many backticks around it as it needs."""
    line = " ".join(text.split())
    fence = "`"
    while fence in line:
        fence += "`"
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"
