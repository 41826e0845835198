"""Clean rows become what training learns from: the loop's messages where a row has a task, else the text alone."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from jobs.finetune.topics import Topics
from jobs.preprocess.rows import SPLITS, CleanRow, Split, read_split
from jobs.train.run import Row
from loop import checks
from loop.brief import build_messages
from loop.errors import BadInput
from loop.settings import TaskProfile

LEAST = 8
"""Rows to learn from; with fewer there is nothing that could be learned and measured."""


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows with columns prompt (messages, none for a text alone) and completion."""

    train: list[Row]
    validation: list[Row]
    test: list[Row]
    tasks: list[str]
    """The tasks that the rows were written for; empty where all are texts alone."""
    sha256: str


def read_data(folder: Path, tasks: Mapping[str, TaskProfile]) -> Rows:
    """The rows of a folder that `reprise preprocess` made. Raises BadInput where there is too little, or a bad line."""
    split = {name: [row for row in read_split(folder, name) if row.text.strip()] for name in SPLITS}
    if len(split["train"]) < LEAST or not split["validation"]:
        raise BadInput(_too_little(folder, len(split["train"]), len(split["validation"])))
    topics = Topics(row.text for row in split["train"])
    made = {str(name): [_row(row, tasks, topics) for row in rows] for name, rows in split.items()}
    named = sorted({row.task for rows in split.values() for row in rows if row.task})
    return Rows(**made, tasks=named, sha256=_hash(split))


def _too_little(folder: Path, train: int, validation: int) -> str:
    return (
        f"'{folder}' has {train} {'row' if train == 1 else 'rows'} to learn from and {validation} to measure on; "
        f"give at least {LEAST} and 1, from a larger file"
    )


def _row(row: CleanRow, tasks: Mapping[str, TaskProfile], topics: Topics) -> Row:
    if not row.task:
        return {"prompt": [], "completion": row.text}
    profile = checks.task_profile(tasks, row.task)
    prompt = row.prompt or ("" if row.fields else topics.of(row.text))
    return {"prompt": build_messages(profile, prompt, row.fields), "completion": row.text}


def _hash(split: Mapping[Split, Sequence[CleanRow]]) -> str:
    digest = hashlib.sha256()
    for name, rows in split.items():
        digest.update(name.encode() + b"\0" + msgspec.json.encode(rows))
    return digest.hexdigest()
