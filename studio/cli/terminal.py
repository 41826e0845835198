"""How things look in a terminal: plain words, a little weight and colour where there is a person to see it."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

LARGE = ("B", "character", "token")  # units that are counted by the million
WIDEST = 100  # columns; longer lines are hard to read
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at the stream, in a terminal that can do more than print lines."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to fill."""
    return min(shutil.get_terminal_size((80, 24)).columns, WIDEST)


def bold(text: str) -> str:
    """What the eye should find first."""
    return _styled("1", text)


def faint(text: str) -> str:
    """What is there for those who look for it."""
    return _styled("2", text)


def good(text: str) -> str:
    """In green."""
    return _styled("32", text)


def bad(text: str) -> str:
    """In red."""
    return _styled("31", text)


def _styled(code: str, text: str) -> str:
    plain = bool(os.environ.get("NO_COLOR")) or not is_terminal(sys.stdout)
    return text if plain else f"\x1b[{code}m{text}\x1b[0m"


def safe(text: str) -> str:
    """A text from a model or a file without what would steer the terminal."""
    return _CONTROL.sub("", text)


def wrapped(text: str, indent: int) -> list[str]:
    """A text in lines that fit, all but the first indented by so many columns."""
    from textwrap import wrap

    lines: list[str] = []
    for paragraph in safe(text).splitlines() or [""]:
        lines += wrap(paragraph, max(20, width() - indent)) or [""]
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def clipped(text: str, columns: int) -> str:
    """A text as one line of at most so many columns."""
    line = " ".join(safe(text).split())
    return line if len(line) <= columns else line[: max(0, columns - 1)].rstrip() + "…"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns aligned to the left, two spaces between them; the last one is clipped to fit."""
    cells = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    room = max(10, width() - sum(widths[:-1]) - 2 * (len(widths) - 1))
    for number, row in enumerate([list(head), *cells]):
        *front, last = row
        padded = [cell.ljust(size) for cell, size in zip(front, widths[:-1], strict=True)]
        line = "  ".join([*padded, clipped(last, room)]).rstrip()
        yield faint(line) if number == 0 else line


@contextmanager
def bar(what: str, unit: str) -> Iterator[Callable[..., None]]:
    """A progress bar on stderr, told `done, total` and maybe a note: soon to a person, seldom to a log."""
    from tqdm import tqdm

    pause = 0.3 if sys.stderr.isatty() else 5.0
    shown: Any = tqdm(
        desc=what, unit=unit, unit_scale=unit in LARGE, delay=pause, mininterval=pause, leave=False, file=sys.stderr,
        dynamic_ncols=True,
    )  # fmt: skip

    def tell(done: int, total: int | None, note: str = "") -> None:
        shown.total = total
        shown.set_postfix_str(note, refresh=total is None and bool(note))
        shown.update(done - shown.n)

    with shown:
        yield tell
