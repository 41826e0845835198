"""A copy of a home that can be unpacked into a new one."""

import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from jobs.ledger_copy import copy_ledger
from loop.errors import BadInput
from studio.compose import House
from studio.upkeep.report import Progress

LEDGER = "ledger.db"
KEPT = ("config.toml", "datasets", "models", "reports", "rewards", "runs")
"""What is copied beside the ledger; the index is left out, because the next start makes it again from the ledger."""


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    ok: bool
    file: Path
    bytes: int
    events: int
    """The ledger's head in the copy."""
    files: int


def backup(house: House, file: Path, *, force: bool = False, progress: Progress = lambda *_: None) -> Backup:
    """Copy ledger, models, datasets and settings into a .tar.gz that appears whole or not at all.

    The ledger is copied first and in one piece while others may write, so that every model and dataset that it names
    is in the archive. Raises BadInput where a file is in the way, or for a ledger on a PostgreSQL server.
    """
    if file.exists() and not force:
        raise BadInput(f"'{file}' is there already; choose another name, or --force")
    if not file.parent.is_dir():
        raise BadInput(f"there is no folder '{file.parent}'; make it first")
    fresh = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
            events = copy_ledger(house.ledger, Path(folder) / LEDGER, progress)
            files = _pack(house, Path(folder) / LEDGER, fresh)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    return Backup(ok=True, file=file, bytes=file.stat().st_size, events=events, files=files)


def _pack(house: House, ledger: Path, target: Path) -> int:
    """How many files went in."""
    count = 0
    target.touch(mode=0o600)  # what people wrote is for its owner's eyes
    with target.open("wb") as stream:
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as archive:
            for path, name in [(ledger, LEDGER), *_beside(house.home)]:
                archive.add(path, name, recursive=False)
                count += 1
        stream.flush()
        os.fsync(stream.fileno())
    return count


def _beside(home: Path) -> Iterator[tuple[Path, str]]:
    for name in KEPT:
        top = home / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not path.is_symlink() and not any(map(_is_passing, path.parts)):
                yield path, str(path.relative_to(home))


def _is_passing(name: str) -> bool:
    """Whether it is there for a running training alone."""
    return name.startswith("checkpoint-") or name == "partial"
