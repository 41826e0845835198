"""Forgetting: the words of a text go from everywhere, and what was learned from them is marked.

- The text, what was said of it and its vectors go from the ledger's tables; the events stay, without words.
- A dataset that holds it and that nothing was trained on is deleted; `distill` makes it again without the text.
- From a dataset that something was trained on, every row that holds it is struck, and the manifest says so: the
  dataset remains the proof of what a model has seen.
- Models that were trained on such a dataset, and models that go on from them, are marked, and so are reward models.
- What distillation remembers is thrown away; Chroma follows the ledger by itself.

Forgetting a turn is forgetting its prompt, its candidates and their edits; other texts written for the same prompt
stay, without it. Files that were exported are the user's own. Killed half-way, the same command finishes the work.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import sqlalchemy as sa

from jobs.distill import state as states
from jobs.distill.dataset import (
    CARD,
    MANIFEST,
    Manifest,
    counts_of,
    datasets_folder,
    describe,
    entry,
    read_manifest,
    write_durably,
)
from jobs.train.plan import PLAN, read_plan
from loop import schema
from loop.errors import NotFound
from loop.events import ItemForgotten, TrainingStarted
from loop.ledger import Ledger


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was forgotten, and where it had been."""

    items: list[str]
    """Ids of the texts, the prompt of a turn included."""
    deleted: list[str]
    """Datasets that were deleted."""
    struck: list[str]
    """Datasets whose rows were struck: a model had been trained on them."""
    models: list[str]
    """Models that are marked."""
    rewards: list[str]
    """Reward models that are marked."""


def forget(ledger: Ledger, home: Path, id_: str) -> Forgotten:
    """Forget an item or a whole turn by its id. Raises NotFound for an id that is neither."""
    ids = _ids(ledger, id_)
    folder = datasets_folder(home)
    holding = [path for path in _complete(folder) if _holds(path, frozenset(ids))]
    trained = _trained(ledger)
    names = [path.name for path in holding]
    models, rewards = _models(ledger, names), _rewards(ledger, names)
    new = _not_yet(ledger, ids)
    if new:
        marks = {"datasets": tuple(names), "models": tuple(models), "rewards": tuple(rewards)}
        ledger.forget(new, *(ItemForgotten(item_id=id_, **marks) for id_ in new))
    states.forget(folder)
    _drop_fits(home, names)
    for path in holding:
        if path.name in trained:
            strike(path, ids)
        else:
            _delete(path)
    return Forgotten(
        items=ids,
        deleted=[name for name in names if name not in trained],
        struck=[name for name in names if name in trained],
        models=models,
        rewards=rewards,
    )


def _ids(ledger: Ledger, id_: str) -> list[str]:
    """The item alone, or the candidates and edits of a turn and its prompt."""
    items, turns = schema.items.c, schema.turns.c
    with ledger.reading() as db:
        if db.execute(sa.select(items.item_id).where(items.item_id == id_)).first():
            return [id_]
        asked = db.execute(sa.select(turns.prompt_id).where(turns.turn_id == id_)).scalar()
        if asked is None:
            raise NotFound("item or turn", id_)
        written = db.execute(sa.select(items.item_id).where(items.turn_id == id_).order_by(items.seq, items.item_id))
        return [*written.scalars(), asked]


def _not_yet(ledger: Ledger, ids: Sequence[str]) -> list[str]:
    """Those of which words are still there."""
    with ledger.reading() as db:
        c = schema.items.c
        listed = db.execute(sa.select(c.item_id).where(c.item_id.in_(ids), c.forgotten.is_(False))).scalars()
        alive = {*listed, *db.execute(sa.select(schema.texts.c.id).where(schema.texts.c.id.in_(ids))).scalars()}
    return [id_ for id_ in ids if id_ in alive]


def _complete(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"d_*/{MANIFEST}"))


def _holds(dataset: Path, ids: frozenset[str]) -> bool:
    return any(_of(row, ids) for file in dataset.glob("*.jsonl") for row in _rows(file))


def _rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _of(row: dict[str, object], ids: frozenset[str]) -> bool:
    """Whether a row has words of one of these: of an item in it, or of its prompt."""
    items = row.get("items", [])
    return row.get("prompt_id") in ids or (isinstance(items, list) and not ids.isdisjoint(items))


def _trained(ledger: Ledger) -> set[str]:
    """Datasets on which training was begun, whether it ended or not, or to which a reward model was fitted."""
    e, m, w = schema.events.c, schema.models.c, schema.reward_models.c
    with ledger.reading() as db:
        begun = db.execute(sa.select(e.payload).where(e.type == TrainingStarted.__name__)).scalars()
        ids = {msgspec.json.decode(payload, type=TrainingStarted).dataset_id for payload in begun}
        return ids | {*db.execute(sa.select(m.dataset_id)).scalars(), *db.execute(sa.select(w.dataset_id)).scalars()}


def _models(ledger: Ledger, datasets: Iterable[str]) -> list[str]:
    """Models that were trained on these datasets, and those that go on from such a model."""
    c = schema.models.c
    named = set(datasets)
    found: list[str] = []
    with ledger.reading() as db:
        for row in db.execute(sa.select(c.model_id, c.dataset_id, c.parent).order_by(c.seq)):
            if row.dataset_id in named or row.parent in found:
                found.append(row.model_id)
    return found


def _rewards(ledger: Ledger, datasets: Sequence[str]) -> list[str]:
    """Reward models that were fitted to these datasets."""
    c = schema.reward_models.c
    with ledger.reading() as db:
        return list(db.execute(sa.select(c.reward_id).where(c.dataset_id.in_(datasets)).order_by(c.seq)).scalars())


def _drop_fits(home: Path, datasets: Sequence[str]) -> None:
    """Delete what a killed fit of a reward model left: its rows hold words."""
    for run in (home / "runs").glob("w_*"):
        if (run / PLAN).is_file() and read_plan(run).dataset_id in datasets:
            shutil.rmtree(run)


def _delete(dataset: Path) -> None:
    """The manifest goes first: without it the folder is no dataset, whatever is killed when."""
    (dataset / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(dataset)


def strike(dataset: Path, ids: Sequence[str]) -> None:
    """Take every row that holds one of these out of a dataset's files; the manifest keeps the old hash as its name."""
    manifest = read_manifest(dataset)
    gone = frozenset(ids)
    files = dict(manifest.files)
    for name in sorted(files.keys() - {CARD}):
        lines = (dataset / name).read_text(encoding="utf-8").splitlines()
        content, files[name] = describe([line for line in lines if not _of(json.loads(line), gone)])
        _replace(dataset / name, content)
    forgotten = tuple(dict.fromkeys((*manifest.forgotten, *ids)))
    words = _card(manifest, len(forgotten)).encode()
    _replace(dataset / CARD, words)
    files[CARD] = entry(words, 0)
    struck = msgspec.structs.replace(manifest, files=files, counts=counts_of(files), forgotten=forgotten)
    _replace(dataset / MANIFEST, msgspec.json.format(msgspec.json.encode(struck)))


def _replace(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.new")
    write_durably(new, content)
    new.replace(path)


def _card(manifest: Manifest, forgotten: int) -> str:
    """A card without samples: they may hold what was forgotten."""
    return (
        f"# Dataset {manifest.dataset_id}\n\nTexts were forgotten ({forgotten}) after a model had been trained on this"
        " dataset; the rows that held them were struck. The manifest names them.\n"
    )
