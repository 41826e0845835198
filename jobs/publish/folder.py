"""The very folder that is sent: weights in safetensors, configuration, manifest and card, and nothing else."""

import os
import shutil
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec

from jobs.publish.card import NAME as CARD
from jobs.publish.card import Told, card
from jobs.publish.subject import OURS, Subject, is_path
from jobs.train.plan import replace_json
from loop.manifest import MANIFEST, WEIGHTS, hashes, sha256
from loop.models.files import STARTER, read_json

ADAPTER = "adapter_config.json"
WEIGHTS_END = ".safetensors"
BASE_HASH = "base_sha256"
"""Where a manifest's options tell the weights of a starter, which may be another in another version."""
WHOLE = (
    "config.json", "generation_config.json", "model.safetensors", "model-*-of-*.safetensors",
    "*.safetensors.index.json",
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "vocab.txt", "merges.txt", "spiece.model", "tekken.json", "chat_template.jinja",
    "LICENSE", "LICENSE.md", "NOTICE", "loss.svg",
)  # fmt: skip
"""What is sent of a whole model's folder; whatever else lies in there may hold somebody's words."""


def assemble(told: Told, folder: Path) -> list[str]:
    """Write the folder, which must be empty or not there; the names of its files, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    if told.merged:
        from jobs.publish.merge import merge

        merge(told.subject, folder)
    else:
        for name in _wanted(told.subject.folder, told.subject.kind):
            _place(told.subject.folder / name, folder / name)
        if told.subject.kind == "adapter":
            _name_base(folder / ADAPTER, told.subject.base)
    _hide_folders(folder)
    _write_manifest(told.subject, folder)
    own = told.subject.folder / CARD
    if told.subject.kind == "whole" and told.subject.manifest is None and own.is_file():
        shutil.copyfile(own, folder / CARD)  # not trained here: its makers know better what to say of it
    else:
        (folder / CARD).write_text(card(told), encoding="utf-8")
    return sorted(file.name for file in folder.iterdir())


def _wanted(folder: Path, kind: str) -> Iterable[str]:
    if kind == "adapter":
        return (WEIGHTS, ADAPTER)
    names = (file.name for file in sorted(folder.iterdir()) if file.is_file())
    return [name for name in names if any(fnmatch(name, pattern) for pattern in WHOLE)]


def _place(source: Path, target: Path) -> None:
    """Weights are linked where that can be done, for they are large; all else is copied."""
    if source.suffix == WEIGHTS_END:
        try:
            os.link(source.resolve(), target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)


def _name_base(file: Path, base: str) -> None:
    """The base as others find it: while it trains, PEFT writes down the folder that it lay in."""
    config: dict[str, Any] = read_json(file) | {"base_model_name_or_path": base, "revision": None}
    replace_json(file, config)


def _hide_folders(folder: Path) -> None:
    """Models remember the folder that they were loaded from, which is nobody's business."""
    for name in ("config.json", "tokenizer_config.json"):
        if (folder / name).is_file():
            config = read_json(folder / name)
            told = {key for key in ("_name_or_path", "name_or_path") if is_path(config.get(key))}
            if told:
                replace_json(folder / name, config | dict.fromkeys(told, ""))


def _write_manifest(subject: Subject, folder: Path) -> None:
    if subject.manifest is None:
        return
    options = dict(subject.manifest.options)
    if subject.kind == "adapter" and subject.base == OURS:
        options[BASE_HASH] = sha256(STARTER / "model.safetensors")
    manifest = msgspec.structs.replace(subject.manifest, base=subject.base, options=options, files=hashes(folder))
    replace_json(folder / MANIFEST, manifest)
