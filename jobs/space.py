"""A disk that fills up while a model is written: told as what it is, by whichever library noticed it."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.train.plan import TrainingError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SAID = (
    "os error 28",
    "os error 27",
    "os error 122",
    "no space left",
    "file too large",
    "pytorchstreamwriter",
    "inline_container",
)
"""How safetensors and torch put it, who raise errors of their own."""


@contextmanager
def told_when_full(folder: Path, kept: str) -> Iterator[None]:
    """Raises TrainingError where there was no space left to write; `kept` says what is there all the same."""
    try:
        yield
    except Exception as error:
        if not is_full(error):
            raise
        raise TrainingError(
            f"there is no space left to write in '{folder}'; {kept}: free some space and run the same command again"
        ) from error


def is_full(error: BaseException) -> bool:
    """Whether the error, or one that led to it, says that nothing more could be written."""
    number = getattr(error, "errno", None)
    if number in FULL or any(words in str(error).lower() for words in SAID):
        return True
    return any(is_full(cause) for cause in (error.__cause__, error.__context__) if cause is not None)


def drop_halves(folder: Path, done: str) -> None:
    """Delete the checkpoints that were not written to their end: they only take the space that was missing."""
    for checkpoint in folder.glob("checkpoint-*"):
        if not (checkpoint / done).is_file():
            shutil.rmtree(checkpoint, ignore_errors=True)
