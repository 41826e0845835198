"""What distillation remembers between runs. It can be lost at any time: the next run makes it again, more slowly."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from jobs.distill.group import GroupRows
from jobs.distill.near import FILES, Remembered, complete
from jobs.settings import DistillSettings
from loop.settings import TaskProfile

FILE = "state.msgpack"
FORMAT = 4
"""To be raised whenever the same ledger and settings would give other rows than before."""


class State(msgspec.Struct, kw_only=True):
    """Rows of every group up to an event."""

    key: str
    """Of settings, task profiles and embedder: a state made with others is of no use."""
    upto: int = 0
    means: dict[str, float] = {}
    near: Remembered = msgspec.field(default_factory=Remembered)
    groups: list[GroupRows] = []


def state_key(settings: DistillSettings, tasks: Mapping[str, TaskProfile], fingerprint: str) -> str:
    """The same for everything beside the ledger that rows depend on."""
    words = msgspec.json.encode([FORMAT, settings, sorted(tasks.items()), fingerprint])
    return hashlib.blake2b(words, digest_size=16).hexdigest()


def load(folder: Path, key: str, dimension: int) -> State:
    """What is remembered, or an empty state where nothing fits."""
    try:
        state = msgspec.msgpack.decode((folder / FILE).read_bytes(), type=State)
    except (FileNotFoundError, msgspec.MsgspecError):
        return fresh(folder, key)
    usable = state.key == key and complete(folder, state.near, dimension)
    return state if usable else fresh(folder, key)


def fresh(folder: Path, key: str) -> State:
    """Forget everything, vectors included."""
    forget(folder)
    return State(key=key)


def save(folder: Path, state: State) -> None:
    """Replace the state in one go; the vectors' files were written before."""
    new = folder / f"{FILE}.{os.getpid()}"
    new.write_bytes(msgspec.msgpack.encode(state))
    new.replace(folder / FILE)


def forget(folder: Path) -> None:
    """Delete the state first: vectors without a state are cut off, a state without vectors is not believed."""
    for name in (FILE, *FILES):
        (folder / name).unlink(missing_ok=True)
