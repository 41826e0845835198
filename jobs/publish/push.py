"""A model to the Hub: a folder with its card, sent in one commit; or written, and nothing sent."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from jobs.publish import facts, hub
from jobs.publish.card import Told
from jobs.publish.folder import assemble
from jobs.publish.licence import licence_of
from jobs.publish.subject import Subject, find_subject
from loop.errors import BadInput
from loop.ledger import Ledger
from loop.registry import Registry
from loop.version import own_version

STALE = ["*.safetensors", "*.safetensors.index.json", "*.bin", "adapter_config.json", "config.json", "manifest.json"]
"""What a push takes away of an earlier one, where it does not bring the same file anew."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What to publish, and how."""

    model: str
    to: str
    """OWNER/NAME."""
    public: bool = False
    licence: str | None = None
    base: str | None = None
    """Where others find the base, if it has another name here."""
    merged: bool = False
    force: bool = False
    """Even if texts that it was trained on were forgotten since."""


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent; or, in a dry run, written."""

    model_id: str
    repository: str
    private: bool
    licence: str
    files: list[str]
    url: str | None = None
    commit: str | None = None
    folder: str | None = None
    """Where a dry run left it."""


def rehearse(ledger: Ledger, registry: Registry, wish: Wish, folder: Path) -> Pushed:
    """Write the very folder that would be sent, and send nothing."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"'{folder}' is there already; name a folder that is empty, or none")
    told = _told(ledger, registry, wish)
    with _staged(folder.with_name(f"{folder.name}.partial")) as partial:
        files = assemble(told, partial)
        if folder.exists():
            folder.rmdir()
        partial.rename(folder)
    return _pushed(told, wish, files, not wish.public, folder=str(folder))


def push(ledger: Ledger, registry: Registry, wish: Wish) -> Pushed:
    """Send a model; private unless it is to be public. Killed and called again, it sends what is missing.

    Raises BadInput before anything is sent; HubFailed where the Hub refuses or cannot be reached.
    """
    from huggingface_hub import HfApi

    told = _told(ledger, registry, wish)
    _may_be_sent(told, wish)
    api = HfApi(library_name="reprise", library_version=own_version())
    with _staged(registry.folder / f".push-{told.subject.name}") as folder:
        files = assemble(told, folder)
        with hub.told(wish.to, "write to"):
            api.create_repo(wish.to, private=not wish.public, exist_ok=True)
            private = bool(api.model_info(wish.to).private)
            _as_visible_as_wished(private, wish)
            sent = api.upload_folder(
                repo_id=wish.to,
                folder_path=folder,
                commit_message=f"{told.subject.name} from Reprise {own_version()}",
                delete_patterns=STALE,
            )
    return _pushed(told, wish, files, private, url=f"{api.endpoint}/{wish.to}", commit=sent.oid)


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """A folder for as long as it is needed; what a killed push left of it goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(ledger: Ledger, registry: Registry, wish: Wish) -> Told:
    hub.repository(wish.to)
    subject = _subject(registry, wish)
    manifest = subject.manifest
    return Told(
        subject=subject,
        repository=wish.to,
        licence=licence_of(subject, wish.licence),
        merged=wish.merged,
        lineage=facts.lineage(ledger, registry.folder.parent, manifest.dataset_id, manifest.dataset_sha256)
        if manifest
        else None,
        judged=facts.last_evaluation(ledger, subject.name),
        forgotten=facts.forgotten_since(ledger, subject.name),
    )


def _subject(registry: Registry, wish: Wish) -> Subject:
    subject = find_subject(registry, wish.model, wish.base, merged=wish.merged)
    if wish.merged and subject.kind != "adapter":
        raise BadInput(f"'{subject.name}' is whole already; leave out --merged")
    return subject


def _may_be_sent(told: Told, wish: Wish) -> None:
    if told.forgotten and not wish.force:
        raise BadInput(
            f"'{told.subject.name}' was trained on {told.forgotten:,} texts that were forgotten since; train anew, or "
            "--force it"
        )


def _as_visible_as_wished(private: bool, wish: Wish) -> None:
    if not private and not wish.public:
        raise BadInput(f"{wish.to} is there already and everybody can see it; add --public, or choose another name")


def _pushed(told: Told, wish: Wish, files: list[str], private: bool, **more: str | None) -> Pushed:
    return Pushed(
        model_id=told.subject.name, repository=wish.to, private=private, licence=told.licence, files=files,
        **more,
    )  # fmt: skip
