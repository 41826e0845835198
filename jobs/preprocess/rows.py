"""The rows of a cleaned dataset, one JSON object a line: what `reprise preprocess` writes and `finetune` reads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from loop.errors import BadInput

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
REPORT = "report.json"


class CleanRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text to learn from, and what it was written for where that is known. What is empty is left out of the file."""

    text: str
    task: str = ""
    """A kind of writing; empty where the user named none."""
    prompt: str = ""
    fields: dict[str, str] = {}
    """Bio, Interests, ... by their names, in the order of the columns."""


def split_file(folder: Path, split: Split) -> Path:
    """Where a split of a cleaned dataset lies."""
    return folder / f"{split}.jsonl"


def read_split(folder: Path, split: Split) -> Iterator[CleanRow]:
    """The rows of one split, one at a time; there may be none. Raises BadInput, at once, for what is no such dataset.

    A line that is no row raises BadInput when it is reached.
    """
    path = split_file(folder, split)
    if not path.is_file():
        raise BadInput(f"{folder} has no {path.name}; make such a folder with `reprise preprocess`")
    return _rows(path)


def _rows(path: Path) -> Iterator[CleanRow]:
    decode = msgspec.json.Decoder(CleanRow).decode
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
                raise BadInput(
                    f"line {number:,} of {path} is no cleaned row ({problem}); run `reprise preprocess` again"
                ) from problem
