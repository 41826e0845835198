"""Transformers talks while it works: advice, warnings and bars that nobody asked for."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet(level: int, *, bars: bool = False) -> Iterator[None]:
    """Less than `level` of `logging` goes unsaid, and without `bars` no bar is shown; afterwards all is as before."""
    from transformers.utils import logging as talk

    before, shown = talk.get_verbosity(), talk.is_progress_bar_enabled()
    talk.set_verbosity(level)
    if not bars:
        talk.disable_progress_bar()
    try:
        yield
    finally:
        talk.set_verbosity(before)
        if shown:
            talk.enable_progress_bar()
