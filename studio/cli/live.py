"""Candidates as they are written, all at once, each in a line of its own that grows."""

import shutil
import sys
import time
from types import TracebackType

from loop.models.base import Piece
from studio.cli.terminal import clipped, faint, width

EVERY = 0.05  # seconds between two pictures


class Live:
    """A listener for `take_turn` that draws into the terminal and leaves it as it was."""

    def __init__(self, n: int) -> None:
        self._texts = [""] * n
        self._rows = min(n, max(1, shutil.get_terminal_size((80, 24)).lines - 2))
        self._drawn = False
        self._last = 0.0

    def __call__(self, piece: Piece) -> None:
        """Take in a piece, and draw if the last picture is old enough."""
        while piece.index >= len(self._texts):
            self._texts.append("")
        self._texts[piece.index] += piece.text
        if time.monotonic() - self._last >= EVERY:
            self._draw()

    def _draw(self) -> None:
        self._last = time.monotonic()
        lines = [f"{faint(f'{n:>3}')}  {clipped(text, width() - 6)}" for n, text in enumerate(self._texts, 1)]
        self._clear()
        sys.stdout.write("\n".join(lines[: self._rows]) + "\n")
        sys.stdout.flush()
        self._drawn = True

    def _clear(self) -> None:
        if self._drawn:
            sys.stdout.write(f"\x1b[{self._rows}A\x1b[J")

    def __enter__(self) -> "Live":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()
        sys.stdout.flush()
