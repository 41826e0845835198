"""What the ledger and the datasets tell of a model: figures and ids, never a text."""

from collections import Counter
from pathlib import Path

import msgspec
import sqlalchemy as sa

from jobs.distill.assemble import PREFERENCE, SFT, UNPAIRED
from jobs.distill.dataset import datasets_folder, list_datasets, read_manifest
from jobs.gate import Bar
from loop import schema
from loop.errors import NotFound
from loop.events import Event, ItemForgotten, ModelEvaluated
from loop.ledger import Ledger
from loop.recorded import decode


class Lineage(msgspec.Struct, frozen=True, kw_only=True):
    """The dataset that a model was trained on."""

    dataset_id: str
    sha256: str
    task: str | None
    """None for all tasks."""
    at: str
    sft: int
    pairs: int
    unpaired: int
    held_out: int
    sources: dict[str, dict[str, int]]
    """Rows by the kind of their source (rated, edit, human, import, ...), for each kind of row."""
    struck: int
    """Texts whose words were taken out of the dataset after a model had been trained on it."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """The last comparison with another model."""

    at: str
    against: str
    win_rate: float
    interval: tuple[float, float]
    bars: list[Bar]
    ok: bool


class _Source(msgspec.Struct, frozen=True):
    source: str


def lineage(ledger: Ledger, home: Path, dataset_id: str, sha256: str) -> Lineage | None:
    """Where a model's data came from; None for a dataset that this home does not know."""
    listed = next((each for each in list_datasets(ledger) if each.dataset_id == dataset_id), None)
    if listed is None:
        return None
    folder = datasets_folder(home) / dataset_id
    try:
        struck = len(read_manifest(folder).forgotten)
    except NotFound:
        struck = 0
    return Lineage(
        dataset_id=dataset_id, sha256=sha256, task=listed.task, at=listed.at, sft=listed.sft, pairs=listed.pairs,
        unpaired=listed.unpaired, held_out=listed.held_out, sources=_sources(folder), struck=struck,
    )  # fmt: skip


def last_evaluation(ledger: Ledger, model_id: str) -> Judged | None:
    """How a model fared when it was last evaluated; None when it never was."""
    for at, event in _newest(ledger, ModelEvaluated):
        if isinstance(event, ModelEvaluated) and event.model_id == model_id:
            bars = msgspec.convert(event.bars, list[Bar])
            return Judged(
                at=at, against=event.against, win_rate=event.win_rate, interval=event.interval, bars=bars, ok=event.ok
            )
    return None


def forgotten_since(ledger: Ledger, model_id: str) -> int:
    """How many texts that a model was trained on were forgotten since."""
    found = (event for _, event in _newest(ledger, ItemForgotten))
    return sum(isinstance(event, ItemForgotten) and model_id in event.models for event in found)


def _newest(ledger: Ledger, kind: type[Event]) -> list[tuple[str, Event]]:
    """The events of a kind with their times, the newest first."""
    c = schema.events.c
    with ledger.reading() as db:
        query = sa.select(c.at, c.type, c.payload).where(c.type == kind.__name__).order_by(c.seq.desc())
        return [(row.at, decode(row.type, row.payload)) for row in db.execute(query)]


def _sources(folder: Path) -> dict[str, dict[str, int]]:
    files = {"texts": SFT, "pairs": PREFERENCE, "unpaired": UNPAIRED}
    return {kind: found for kind, name in files.items() if (found := _counted(folder / name))}


def _counted(file: Path) -> dict[str, int]:
    if not file.is_file():
        return {}
    read = msgspec.json.Decoder(_Source).decode
    with file.open("rb") as lines:
        return dict(Counter(read(line).source for line in lines).most_common())
