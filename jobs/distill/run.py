"""Distillation: from what people said of texts to a dataset."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from jobs.distill import state as states
from jobs.distill.assemble import Parts, assemble
from jobs.distill.card import card
from jobs.distill.dataset import (
    CARD,
    Dataset,
    File,
    Manifest,
    as_dataset,
    content_hash,
    counts_of,
    datasets_folder,
    describe,
    entry,
    now,
    read_manifest,
    sweep,
    write_dataset,
)
from jobs.distill.library import Library
from jobs.distill.progress import Progress, silent
from jobs.distill.refresh import Refresher, of_task
from jobs.settings import DistillSettings
from loop import schema
from loop.checks import task_profile
from loop.errors import NotFound, RepriseError
from loop.events import DatasetDistilled
from loop.feedback import calibrate
from loop.ledger import Ledger
from loop.settings import TaskProfile
from memory.embedder import Embedder


def distill(
    ledger: Ledger,
    home: Path,
    tasks: Mapping[str, TaskProfile],
    settings: DistillSettings,
    *,
    embedder: Embedder,
    task: str | None = None,
    progress: Progress = silent,
) -> Dataset:
    """A dataset of all that is liked now, of one task or of all; the same one again while nothing has changed.

    What is new since the last time is looked at, and nothing else. A dataset's id is the hash of its content. Raises
    BadInput for an unknown task, RepriseError where another process distills this home or the disk is full.
    """
    if task is not None:
        task_profile(tasks, task)
    folder = datasets_folder(home)
    with _alone(folder):
        calibrate(ledger)
        parts, upto = _parts(ledger, folder, tasks, settings, embedder, task, progress)
        dataset, manifest = _kept(ledger, folder, parts, task, upto, settings, embedder.fingerprint)
        _record(ledger, manifest)
    return dataset


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One distillation of a home at a time; the lock goes with its process, however that ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(folder / ".lock"), timeout=0, thread_local=False)
        lock.acquire()
    except Timeout as error:
        raise RepriseError("another process is distilling this home; try again when it is done") from error
    except OSError as error:
        raise RepriseError(f"datasets cannot be written to {folder} ({error.strerror}); make it writable") from error
    try:
        sweep(folder)
        yield
    finally:
        lock.release()


def _parts(
    ledger: Ledger,
    folder: Path,
    tasks: Mapping[str, TaskProfile],
    settings: DistillSettings,
    embedder: Embedder,
    task: str | None,
    progress: Progress,
) -> tuple[Parts, int]:
    """The rows of the dataset, and the last event that they tell of."""
    before = states.load(folder, states.state_key(settings, tasks, embedder.fingerprint), embedder.dimension)
    with ledger.reading() as db:
        refresher = Refresher(ledger, Library(db, settings), folder, tasks, settings, embedder, progress)
        state, near, changed = refresher.bring_up(before)
    parts = assemble(of_task(state.groups, task), near, settings)
    if changed:
        near.close()
        states.save(folder, state)
    return parts, state.upto


def _kept(
    ledger: Ledger, folder: Path, parts: Parts, task: str | None, upto: int, settings: DistillSettings, embedder: str
) -> tuple[Dataset, Manifest]:
    """The dataset on disk: the one that is there, or written now."""
    contents, files = _described(parts)
    sha256 = content_hash(files)
    dataset_id = f"d_{sha256[:16]}"
    try:
        there = read_manifest(folder / dataset_id)
        if there.sha256 == sha256 and not there.forgotten:
            return as_dataset(folder / dataset_id, there), there
    except NotFound:
        pass
    contents[CARD] = card(dataset_id, task, parts, settings).encode()
    manifest = Manifest(
        dataset_id=dataset_id,
        task=task,
        upto=upto,
        created=now(),
        counts=counts_of(files),
        files={**files, CARD: entry(contents[CARD], 0)},
        drops=parts.drops,
        settings=settings,
        embedder=embedder,
        sha256=sha256,
        parent=_newest(ledger, task, dataset_id),
    )
    path = write_dataset(folder, contents, manifest)
    return as_dataset(path, manifest, fresh=True), manifest


def _described(parts: Parts) -> tuple[dict[str, bytes], dict[str, File]]:
    described = {name: describe(lines) for name, lines in parts.files.items()}
    return {name: content for name, (content, _) in described.items()}, {n: file for n, (_, file) in described.items()}


def _newest(ledger: Ledger, task: str | None, but: str) -> str | None:
    """The dataset of this task before this one."""
    c = schema.datasets.c
    of_task_ = c.task.is_(None) if task is None else c.task == task
    with ledger.reading() as db:
        newest = sa.select(c.dataset_id).where(of_task_, c.dataset_id != but).order_by(c.seq.desc()).limit(1)
        return db.execute(newest).scalar()


def _record(ledger: Ledger, manifest: Manifest) -> None:
    """Tell the ledger, once for each dataset: a run that was killed before it could is made good by the next."""
    event = DatasetDistilled(
        dataset_id=manifest.dataset_id,
        task=manifest.task,
        upto=manifest.upto,
        sha256=manifest.sha256,
        parent=manifest.parent,
        **manifest.counts,
    )
    ledger.append(event, key=f"distill:{manifest.dataset_id}")
