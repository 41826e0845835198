"""What stands beside a trained model's weights: where they come from, and their hashes.

The manifest is written last, so that a folder without one is a training that never ended.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from loop.errors import ModelUnusable

MANIFEST = "manifest.json"
WEIGHTS = "adapter_model.safetensors"
_CHUNK = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """How a model came to be; `files` maps each file of weights or configuration to its SHA-256."""

    model_id: str
    base: str
    """The base model, as `generator.model` named it."""
    method: str
    dataset_id: str
    dataset_sha256: str
    parent: str | None
    """The model that training went on from; None for the base itself."""
    seed: int
    options: dict[str, Any]
    version: str
    """Of Reprise."""
    files: dict[str, str]
    metrics: dict[str, float]


def sha256(file: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a model's folder but the manifest."""
    return {file.name: sha256(file) for file in sorted(folder.iterdir()) if file.is_file() and file.name != MANIFEST}


def complete(partial: Path, manifest: Manifest, target: Path) -> None:
    """Make a model appear whole: weights to the disk, then the manifest, then the folder under its own name."""
    _sync(partial / name for name in manifest.files)
    file = partial / MANIFEST
    file.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    _sync([file, partial])
    partial.rename(target)
    _sync([target.parent])


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model. Raises ModelUnusable when the folder is incomplete or the manifest is damaged."""
    file = folder / MANIFEST
    try:
        return msgspec.json.decode(file.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise ModelUnusable(f"the model '{folder.name}' is incomplete: it has no {MANIFEST}; train it again") from error
    except (OSError, msgspec.DecodeError) as error:
        raise ModelUnusable(f"the manifest of '{folder.name}' is damaged ({error}); train the model again") from error


def verify(folder: Path) -> Manifest:
    """The manifest of an adapter, once every file has the hash that it names. Raises ModelUnusable otherwise."""
    manifest = read_manifest(folder)
    if WEIGHTS not in manifest.files:
        raise ModelUnusable(f"the manifest of '{folder.name}' names no weights; train the model again")
    check_files(folder, manifest)
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise ModelUnusable unless every file that a manifest names is there, with its hash."""
    for name, expected in manifest.files.items():
        file = folder / name
        if Path(name).name != name or not file.is_file():
            raise ModelUnusable(f"the model '{folder.name}' misses its file {name}; restore it or train it again")
        if sha256(file) != expected:
            raise ModelUnusable(
                f"the file {name} of '{folder.name}' was changed since its training; restore or train it again"
            )


def _sync(paths: Iterable[Path]) -> None:
    """Make files, and the entries of folders, durable."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
