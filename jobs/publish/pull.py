"""A model from the Hub into the home: safetensors alone, checked, and known to the registry."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from jobs.publish import hub
from jobs.publish.folder import ADAPTER, BASE_HASH, WHOLE
from jobs.publish.subject import OURS, Kind
from loop.errors import BadInput, ModelUnusable
from loop.events import ModelPulled
from loop.ledger import Ledger
from loop.manifest import MANIFEST, WEIGHTS, Manifest, check_files, complete, hashes, read_manifest, sha256
from loop.models.files import PICKLES, STARTER, check_adapter, check_model, read_json
from loop.registry import MODEL_ID, Registry
from loop.version import own_version

CARD = "README.md"
ALLOWED = [*WHOLE, WEIGHTS, ADAPTER, MANIFEST, CARD]


class Pulled(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is now in the home."""

    model_id: str
    repository: str
    revision: str
    """The commit."""
    kind: Kind
    base: str
    path: Path
    fresh: bool
    """False when the same was there."""
    problem: str = ""
    """Why it cannot serve as things are, in one sentence; empty when it can."""


def pull(ledger: Ledger, registry: Registry, repository: str, revision: str | None = None) -> Pulled:
    """Fetch a model; an adapter can be promoted then, a whole model can be named as the one that writes.

    Stopped and called again, it goes on where it was. Raises BadInput for what is no model in safetensors, or has a
    name that another model bears here; ModelUnusable for a damaged one; HubFailed where the Hub refuses.
    """
    hub.repository(repository)
    partial, commit = _fetched(registry.folder, repository, revision)
    kind: Kind = "adapter" if (partial / ADAPTER).is_file() else "whole"
    manifest = _manifest(partial, kind, repository, commit)
    target = registry.folder / manifest.model_id
    fresh = _settle(partial, manifest, target, registry.base)
    if kind == "adapter":
        ledger.append(_event(manifest, repository, commit), key=f"pull:{manifest.model_id}:{manifest.files[WEIGHTS]}")
        problem = registry.model(manifest.model_id).problem or _other_starter(manifest)
    else:
        problem = ""
    return Pulled(
        model_id=manifest.model_id, repository=repository, revision=commit, kind=kind, base=manifest.base, path=target,
        fresh=fresh, problem=problem,
    )  # fmt: skip


def _fetched(models: Path, repository: str, revision: str | None) -> tuple[Path, str]:
    """The folder that was fetched, and its commit; a folder that was begun is filled up."""
    from huggingface_hub import HfApi, snapshot_download

    with hub.told(repository, "read"):
        info = HfApi(library_name="reprise", library_version=own_version()).model_info(repository, revision=revision)
        commit = str(info.sha)
        _refuse_pickles(repository, [each.rfilename for each in info.siblings or []])
        partial = models / f".pull-{repository.replace('/', '--')}-{commit[:12]}"
        partial.mkdir(parents=True, exist_ok=True)
        _drop_older(partial)
        # Only files whose whole path is one of these names: nothing out of the folder, and no folders in it.
        snapshot_download(
            repository, revision=commit, local_dir=partial, allow_patterns=ALLOWED, ignore_patterns=["*/*"]
        )
    return partial, commit


def _drop_older(partial: Path) -> None:
    """Take away what was begun of another commit."""
    for other in partial.parent.glob(f"{partial.name.rpartition('-')[0]}-*"):
        if other != partial and len(other.name) == len(partial.name):
            shutil.rmtree(other, ignore_errors=True)


def _refuse_pickles(repository: str, names: list[str]) -> None:
    if any(name.endswith(".safetensors") for name in names):
        return
    pickles = [name for name in names if any(Path(name).match(pattern) for pattern in PICKLES)]
    if pickles:
        raise BadInput(
            f"{repository} holds its weights as a pickle ({pickles[0]}), which can run code; ask for safetensors"
        )
    raise BadInput(f"{repository} holds no model in safetensors; choose another")


def _manifest(partial: Path, kind: Kind, repository: str, commit: str) -> Manifest:
    """Its own manifest, its hashes checked; or one that says what little is known."""
    shutil.rmtree(partial / ".cache", ignore_errors=True)  # the client's notes
    try:
        check_adapter(partial) if kind == "adapter" else check_model(partial)
        if not (partial / MANIFEST).is_file():
            return _made(partial, kind, repository, commit)
        manifest = read_manifest(partial)
        check_files(partial, manifest)
    except (BadInput, ModelUnusable) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise type(error)(f"{repository} cannot be used: {error}".replace(f"{partial}/", "")) from error
    if not MODEL_ID.fullmatch(manifest.model_id) or (kind == "adapter" and WEIGHTS not in manifest.files):
        shutil.rmtree(partial, ignore_errors=True)
        raise BadInput(f"{repository} cannot be used: its manifest names no model that could be kept; choose another")
    return manifest


def _made(partial: Path, kind: Kind, repository: str, commit: str) -> Manifest:
    """For a model that Reprise did not make."""
    config: dict[str, Any] = read_json(partial / ADAPTER) if kind == "adapter" else {}
    return Manifest(
        model_id=f"{repository.partition('/')[2]}-{commit[:7]}",
        base=str(config.get("base_model_name_or_path") or ""),
        method="lora" if kind == "adapter" else "", dataset_id="", dataset_sha256="", parent=None, seed=0, options={},
        version=own_version(), files=hashes(partial), metrics={},
    )  # fmt: skip


def _settle(partial: Path, manifest: Manifest, target: Path, base: str) -> bool:
    """Give the folder its name, unless the same model is there; whether it is new."""
    if target.is_dir():
        there = read_manifest(target).files if (target / MANIFEST).is_file() else {}
        shutil.rmtree(partial, ignore_errors=True)
        if _weights(there) != _weights(manifest.files):
            raise BadInput(f"another model is called '{manifest.model_id}' here; rename the folder '{target}'")
        return False
    if manifest.model_id == base:
        shutil.rmtree(partial, ignore_errors=True)
        raise BadInput(f"the base that writes here is called '{base}' too; publish the model under another name")
    (partial / MANIFEST).unlink(missing_ok=True)  # it is written anew, last
    _drop_strangers(partial, manifest)
    complete(partial, manifest, target)
    return True


def _drop_strangers(partial: Path, manifest: Manifest) -> None:
    """Take away what no hash speaks for."""
    for file in partial.iterdir():
        if file.name not in manifest.files and file.name != CARD:
            shutil.rmtree(file) if file.is_dir() else file.unlink()


def _weights(files: dict[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in files.items() if name.endswith(".safetensors")}


def _event(manifest: Manifest, repository: str, commit: str) -> ModelPulled:
    return ModelPulled(
        model_id=manifest.model_id, repository=repository, revision=commit, dataset_id=manifest.dataset_id,
        method=manifest.method, base=manifest.base, parent=manifest.parent, sha256=manifest.files[WEIGHTS],
        metrics=manifest.metrics,
    )  # fmt: skip


def _other_starter(manifest: Manifest) -> str:
    """Another version's starter is another model: an adapter for it would only do harm."""
    wanted = manifest.options.get(BASE_HASH)
    if manifest.base != OURS or wanted in (None, sha256(STARTER / "model.safetensors")):
        return ""
    return f"'{manifest.model_id}' was trained on the starter of another version of Reprise; it will write badly here"
