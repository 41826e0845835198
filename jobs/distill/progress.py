"""How a long distillation says how far it is."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def silent(_: str, __: int, ___: int) -> None:
    """Say nothing."""


@contextmanager
def bars() -> Iterator[Progress]:
    """A bar with the time left on stderr for each thing that is done."""
    from tqdm import tqdm

    shown: dict[str, Any] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in shown:
            shown[what] = tqdm(desc=what, total=total, file=sys.stderr, leave=False, delay=1)
        shown[what].update(done - shown[what].n)

    try:
        yield progress
    finally:
        for bar in shown.values():
            bar.close()
