"""Reward models on disk: `HOME/rewards/<id>` with weights, a report, and a manifest that is written last."""

import shutil
from pathlib import Path

import msgspec

from jobs.rewarding.report import RewardReport
from loop.errors import BadInput, ModelUnusable
from loop.manifest import Manifest, check_files, complete, hashes, read_manifest

REPORT = "report.json"


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a manifest tells of a reward model beside its base: `options`."""

    kind: str
    base: str
    """The embedder, or the model that was trained, by the name that opens it."""
    embedder: str = ""
    """The fingerprint of the embedder whose vectors a head takes."""
    device: str = "auto"
    """Where a trained model is to run."""


def rewards_folder(home: Path) -> Path:
    """Where a home keeps its reward models."""
    return home / "rewards"


def finished(home: Path) -> list[Path]:
    """The folders of all reward models that were fitted to their end, the newest last."""
    folders = rewards_folder(home).glob(f"w_{'?' * 16}")  # what a killed fit left has a longer name
    return sorted(folders, key=lambda folder: folder.stat().st_mtime_ns)


def kept(home: Path) -> list[RewardReport]:
    """The reports of all reward models, the newest last. Raises ModelUnusable when one is damaged."""
    return [read_report(folder) for folder in finished(home)]


def read_report(folder: Path) -> RewardReport:
    """The report of a reward model. Raises ModelUnusable when it is damaged."""
    try:
        return msgspec.json.decode((folder / REPORT).read_bytes(), type=RewardReport)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelUnusable(f"the report of '{folder.name}' cannot be read ({error}); fit it again") from error


def is_whole(folder: Path) -> bool:
    """Whether the folder has a manifest and every file has its hash."""
    try:
        check_files(folder, read_manifest(folder))
    except ModelUnusable:
        return False
    return True


def checked(folder: Path) -> tuple[Manifest, Recipe]:
    """The manifest, every file having its hash. Raises BadInput for what is none, ModelUnusable for a damaged one."""
    if not folder.is_dir():
        raise BadInput(f"there is no reward model '{folder.name}'; fit one with `reprise reward`")
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    try:
        return manifest, msgspec.convert(manifest.options["recipe"], Recipe)
    except (KeyError, msgspec.ValidationError) as error:
        raise BadInput(f"'{folder}' is no reward model; fit one with `reprise reward`") from error


def begun(folder: Path) -> Path:
    """An empty folder beside it, in which the model is made; what a killed run left there goes."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def publish(partial: Path, report: RewardReport, manifest: Manifest, folder: Path) -> None:
    """Let the model appear whole, in the place of a damaged one if there is one."""
    (partial / REPORT).write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2))
    shutil.rmtree(folder, ignore_errors=True)
    complete(partial, msgspec.structs.replace(manifest, files=hashes(partial)), folder)
