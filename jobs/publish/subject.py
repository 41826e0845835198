"""What is published: a trained adapter by its id, or any model's folder; and where others find its base."""

import os
from pathlib import Path
from typing import Literal

import msgspec

from loop.errors import BadInput, NotFound
from loop.manifest import MANIFEST, Manifest, read_manifest, verify
from loop.models.files import HUB_NAME, STARTER, check_adapter, check_model, read_json
from loop.registry import MODEL_ID, KnownModel, Registry

Kind = Literal["adapter", "whole"]
OURS, ADAPTER = "starter", "adapter_config.json"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is whole on this disk."""

    name: str
    folder: Path
    kind: Kind
    base: str
    """`starter`, or a name on the Hub; for a whole model also empty, or the mere name of a folder."""
    base_here: str = ""
    """An adapter's base as it is called on this machine; not to be told."""
    manifest: Manifest | None
    """Without what tells of this machine's folders; None for a model that Reprise did not make."""
    known: KnownModel | None
    """What the ledger tells of it; None for a folder."""


def find_subject(registry: Registry, model: str, base: str | None = None, merged: bool = False) -> Subject:
    """The model of this id, name or folder; `base` says where others find the model that it was trained from.

    Where the base is to be `merged` into it, nobody needs to find it.

    Raises BadInput for what is no model in safetensors and for a base that nobody else has; ModelUnusable for one
    that is damaged.
    """
    if base is not None and not is_public_name(base):
        raise BadInput(f"'{base}' is no name on the Hub; write --base as OWNER/NAME")
    known = next((each for each in registry.models() if each.model_id == model), None)
    folder = registry.folder / model if known else _folder(registry, model)
    if (folder / ADAPTER).is_file():
        return _adapter(folder, known, base, merged)
    return _whole(folder, base)


def is_public_name(base: str) -> bool:
    """Whether others can find a model under this name: not a folder, not something on this machine."""
    return base == OURS or (HUB_NAME.fullmatch(base) is not None and ".." not in base and not Path(base).exists())


def _folder(registry: Registry, model: str) -> Path:
    if model == OURS:
        return STARTER
    if MODEL_ID.fullmatch(model) and (registry.folder / model).is_dir():
        return registry.folder / model
    if "\0" in model or not os.path.isdir(os.path.expanduser(model)):  # noqa: PTH111, PTH112 - a str may be no path
        raise NotFound("model", model)
    return Path(model).expanduser().resolve()


def _adapter(folder: Path, known: KnownModel | None, base: str | None, merged: bool) -> Subject:
    check_adapter(folder)
    manifest = verify(folder) if known or (folder / MANIFEST).is_file() else None
    here = manifest.base if manifest else str(read_json(folder / ADAPTER).get("base_model_name_or_path") or "")
    named = base or here
    if merged and not is_public_name(named):
        named = Path(named).name
    elif not is_public_name(named):
        raise BadInput(
            f"the base of '{folder.name}' is '{named}', which others do not have; say where they find it with "
            "--base OWNER/NAME, or publish it --merged"
        )
    return Subject(
        name=folder.name, folder=folder, kind="adapter", base=named, base_here=here or named,
        manifest=_clean(manifest), known=known,
    )  # fmt: skip


def _whole(folder: Path, base: str | None) -> Subject:
    check_model(folder)
    manifest = read_manifest(folder) if (folder / MANIFEST).is_file() else None
    named = base or (manifest.base if manifest else "")
    shown = named if is_public_name(named) else Path(named).name
    return Subject(name=folder.name, folder=folder, kind="whole", base=shown, manifest=_clean(manifest), known=None)


def _clean(manifest: Manifest | None) -> Manifest | None:
    if manifest is None:
        return None
    options = {name: value for name, value in manifest.options.items() if not is_path(value)}
    return msgspec.structs.replace(manifest, options=options)


def is_path(value: object) -> bool:
    """Whether a setting tells of this machine's folders."""
    return isinstance(value, str) and (os.sep in value or value.startswith("~"))
