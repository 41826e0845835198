"""A dataset on disk: files of rows, a card, and a manifest that is written last."""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import sqlalchemy as sa

from jobs.distill.assemble import HELD_PREFERENCE, HELD_TEXTS, PREFERENCE, SFT, UNPAIRED
from jobs.settings import DistillSettings
from loop import schema
from loop.errors import BadInput, NotFound, RepriseError
from loop.ledger import Ledger

MANIFEST, CARD = "manifest.json", "README.md"
_ID = re.compile(r"d_[0-9a-f]{16}")


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a dataset: its rows (lines), its size in bytes and its SHA-256."""

    rows: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a dataset is, and what it was made from."""

    dataset_id: str
    task: str | None
    """None for all tasks."""
    upto: int
    """The last event that was looked at."""
    created: str
    """UTC, ISO 8601."""
    counts: dict[str, int]
    files: dict[str, File]
    drops: dict[str, int]
    settings: DistillSettings
    embedder: str
    sha256: str
    """Of names and hashes of the data files."""
    parent: str | None = None
    """The dataset before it."""
    forgotten: tuple[str, ...] = ()
    """Items whose words were struck from the files after a model had been trained on them."""


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """A distilled dataset."""

    dataset_id: str
    path: Path
    sft: int
    pairs: int
    unpaired: int
    held_out: int
    """Held-out pairs and texts."""
    fresh: bool = False
    """Whether it was made just now; False when the same was there."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset as the ledger knows it."""

    dataset_id: str
    at: str
    task: str | None
    upto: int
    sft: int
    pairs: int
    unpaired: int
    held_out: int
    parent: str | None


def datasets_folder(home: Path) -> Path:
    """Where a home keeps its datasets."""
    return home / "datasets"


def list_datasets(ledger: Ledger) -> list[Listed]:
    """Every dataset that was distilled, the newest first."""
    c = schema.datasets.c
    with ledger.reading() as db:
        rows = list(db.execute(sa.select(schema.datasets).order_by(c.seq.desc())))
    return [
        Listed(
            dataset_id=row.dataset_id,
            at=row.at,
            task=row.task,
            upto=row.upto,
            parent=row.parent,
            **msgspec.json.decode(row.counts),
        )
        for row in rows
    ]


def load_dataset_manifest(home: Path, dataset_id: str) -> Manifest:
    """The manifest of a dataset. Raises NotFound for an id that no complete dataset bears."""
    if not _ID.fullmatch(dataset_id):
        raise NotFound("dataset", dataset_id)
    return read_manifest(datasets_folder(home) / dataset_id)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a dataset's folder. Raises NotFound where there is none."""
    try:
        return msgspec.json.decode((path / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("dataset", path.name) from None
    except msgspec.MsgspecError as error:
        raise BadInput(f"the manifest of {path.name} cannot be read ({error}); distill the dataset again") from error


def open_dataset(home: Path, dataset_id: str) -> Dataset:
    """A dataset that is complete on disk. Raises NotFound."""
    manifest = load_dataset_manifest(home, dataset_id)
    return as_dataset(datasets_folder(home) / dataset_id, manifest)


def as_dataset(path: Path, manifest: Manifest, fresh: bool = False) -> Dataset:
    """A dataset from its manifest."""
    return Dataset(dataset_id=manifest.dataset_id, path=path, fresh=fresh, **manifest.counts)


def verify_dataset(path: Path) -> list[str]:
    """What is wrong with a dataset's files, each in one sentence; empty when every hash is right."""
    manifest = read_manifest(path)
    wrong = []
    for name, file in manifest.files.items():
        place = path / name
        if not place.is_file():
            wrong.append(f"{name} is missing; distill the dataset again")
        elif hashlib.sha256(place.read_bytes()).hexdigest() != file.sha256:
            wrong.append(f"{name} was changed after it was written; distill the dataset again")
    if not manifest.forgotten and content_hash(manifest.files) != manifest.sha256:
        wrong.append("the manifest does not fit its own files; distill the dataset again")
    return wrong


def content_hash(files: Mapping[str, File]) -> str:
    """SHA-256 over the names and hashes of the data files; the card is left out."""
    words = [[name, file.sha256] for name, file in sorted(files.items()) if name != CARD]
    return hashlib.sha256(msgspec.json.encode(words)).hexdigest()


def describe(lines: Sequence[str]) -> tuple[bytes, File]:
    """A file's content and what the manifest says of it."""
    content = "".join(f"{line}\n" for line in lines).encode()
    return content, entry(content, len(lines))


def entry(content: bytes, rows: int) -> File:
    """What the manifest says of a file with this content."""
    return File(rows=rows, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def counts_of(files: Mapping[str, File]) -> dict[str, int]:
    """How many rows of each kind."""
    return {
        "sft": files[SFT].rows,
        "pairs": files[PREFERENCE].rows,
        "unpaired": files[UNPAIRED].rows,
        "held_out": files[HELD_PREFERENCE].rows + files[HELD_TEXTS].rows,
    }


def now() -> str:
    """The time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write_dataset(folder: Path, contents: Mapping[str, bytes], manifest: Manifest) -> Path:
    """Write a dataset's folder beside the others and give it its name last, so that no half of one is ever seen."""
    target = folder / manifest.dataset_id
    temporary = folder / f".{manifest.dataset_id}.{os.getpid()}"
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        for name, content in contents.items():
            write_durably(temporary / name, content)
        write_durably(temporary / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        if target.exists():
            shutil.rmtree(target)
        temporary.rename(target)
    except OSError as error:
        raise RepriseError(f"the dataset could not be written ({os.strerror(error.errno or 0)}); free space") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return target


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and have it on the disk."""
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sweep(folder: Path) -> None:
    """Delete what killed runs left behind."""
    for left in folder.glob(".d_*"):
        shutil.rmtree(left, ignore_errors=True)
