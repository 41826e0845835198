"""A training that is not finished: where it is kept, what it was to be, and a disk that fills up meanwhile."""

import errno
import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import msgspec

from jobs.train.plan import TrainingError, replace_json
from loop.errors import BadInput
from loop.models.quiet import quiet

STATE = "plan.json"
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


def work_folder(out: Path) -> Path:
    """Where a training keeps its checkpoints until the model appears as `out`."""
    return out.with_name(out.name + ".training")


def begin(out: Path, plan: msgspec.Struct, again: str) -> Path:
    """The work folder, new or of the same plan. Raises BadInput where something else is in the way."""
    if out.exists():
        raise BadInput(f"'{out}' is there already; choose another --out, or delete it")
    work = work_folder(out)
    kept = work / STATE
    if kept.is_file() and kept.read_bytes() != _written(plan):
        raise BadInput(f"'{work}' holds an unfinished training with other settings; finish it with {again}")
    work.mkdir(parents=True, exist_ok=True)
    if not kept.is_file():
        replace_json(kept, plan)
    return work


def _written(plan: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(plan), indent=2)


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


@contextmanager
def quietly(log: Path) -> Iterator[None]:
    """What trainers print goes to a file; their advice goes nowhere."""
    with (
        quiet(logging.ERROR),
        warnings.catch_warnings(),
        log.open("a", encoding="utf-8") as file,
        redirect_stdout(file),
    ):
        warnings.simplefilter("ignore")
        yield
