"""Whether everything that can be derived from the ledger is what the ledger says it is."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import sqlalchemy as sa

from jobs.distill.dataset import datasets_folder, list_datasets, verify_dataset
from jobs.rewarding.model import finished, is_whole
from loop import schema
from loop.catalog import VISIBLE
from loop.recorded import decode
from memory.index import metadata
from memory.item import Item
from studio.compose import House
from studio.upkeep.replay import replayed
from studio.upkeep.report import Check, Found, Progress, Report, listed, look

BATCH = 1_000
CLOSE = 1e-5  # the largest difference of a vector's number that rounding on the way may make


def verify(house: House, progress: Progress = lambda *_: None) -> Report:
    """Look at everything; only the index is brought up to date, nothing else is changed."""
    return Report.of(_checks(house, progress))


def _checks(house: House, progress: Progress) -> Iterator[Check]:
    yield look("database", lambda: _database(house))
    yield look("events", lambda: _events(house))
    yield look("texts", lambda: _texts(house))
    yield look("read models", lambda: _read_models(house, progress))
    yield look("index", lambda: _index(house, progress))
    yield look("datasets", lambda: _datasets(house))
    yield look("models", lambda: _models(house))
    yield look("reward models", lambda: _rewards(house))
    yield look("leases", lambda: _leases(house))


def _database(house: House) -> Found:
    """SQLite can look over its own pages; PostgreSQL does so while it runs."""
    with house.ledger.reading() as db:
        if db.dialect.name != "sqlite":
            return True, f"{db.dialect.name} answers"
        (said,) = db.exec_driver_sql("PRAGMA quick_check(1)").one()
    return said == "ok", "SQLite finds its pages sound" if said == "ok" else f"SQLite says: {said}; restore a backup"


def _events(house: House) -> Found:
    """Every event can be read, and none is missing: their numbers leave no gap."""
    c = schema.events.c
    seen = 0
    with house.ledger.reading() as db:
        for seq, kind, payload in db.execute(sa.select(c.seq, c.type, c.payload).order_by(c.seq)).yield_per(BATCH):
            if seq != seen + 1:
                return False, f"event {seen + 1} is missing; restore a backup"
            try:
                decode(kind, payload)
            except (KeyError, ValueError) as error:
                return False, f"event {seq} ({kind}) cannot be read ({error}); was it written by a newer Reprise?"
            seen = seq
    return True, f"all {seen:,} events can be read"


def _texts(house: House) -> Found:
    """Every item has its words, unless it was forgotten: then they are gone."""
    c, t = schema.items.c, schema.texts.c
    pairs = sa.select(c.item_id, c.forgotten, t.id).outerjoin(schema.texts, t.id == c.item_id)
    lost, left, count = [], [], 0
    with house.ledger.reading() as db:
        for item_id, forgotten, text_id in db.execute(pairs).yield_per(BATCH):
            count += 1
            if forgotten and text_id is not None:
                left.append(item_id)
            elif not forgotten and text_id is None:
                lost.append(item_id)
    if left:
        return False, f"the words of {listed(left)} were to be forgotten and are still there; forget them again"
    if lost:
        return False, f"the words of {listed(lost)} are missing; restore a backup"
    return True, f"{count:,} items, each with its words unless forgotten"


def _read_models(house: House, progress: Progress) -> Found:
    found = dict(replayed(house.ledger, house.settings.rewards, progress))
    wrong = [f"{name}: {why}" for name, (ok, why) in found.items() if not ok]
    return (False, wrong[0]) if wrong else (True, f"all {len(found)} tables equal a replay of the ledger")


def _index(house: House, progress: Progress) -> Found:
    """What Chroma holds is what the read models say: the same items, their metadata and their vectors."""
    house.memory.write_back()
    if not house.memory.projection.kept:
        return True, "another process owns the index and answers for it; verify again when that has ended"
    visible = _visible(house)
    strange = set(house.memory.index.ids()).difference(visible)
    if strange:
        return False, f"{listed(sorted(strange))} should not be in the index; run `reprise rebuild`"
    for start in range(0, len(visible), BATCH):
        wrong = _wrong(house, visible[start : start + BATCH])
        if wrong:
            return False, f"{wrong}; run `reprise rebuild`"
        progress(start, len(visible))
    return True, f"{len(visible):,} items are indexed as the ledger says, and nothing else is"


def _visible(house: House) -> list[str]:
    with house.ledger.reading() as db:
        return list(db.execute(sa.select(schema.items.c.item_id).where(VISIBLE)).scalars())


def _wrong(house: House, ids: Sequence[str]) -> str:
    """What is wrong with the first of these items that is not as it should be; empty when all are."""
    items = list(house.memory.catalog.items(ids).values())
    stored = house.memory.index.get(ids)
    expected = house.memory.projection.vectors(items) if items else np.zeros((0, 0), np.float32)
    for item, vector in zip(items, expected, strict=True):
        if item.item_id not in stored:
            return f"{item.item_id} is missing from the index"
        if dict(stored[item.item_id].metadata) != metadata(item):
            return f"the index tells {_told(item, dict(stored[item.item_id].metadata))}"
        if not np.allclose(stored[item.item_id].vector, vector, atol=CLOSE):
            return f"{item.item_id} has another vector in the index"
    return ""


def _told(item: Item, stored: dict[str, str | int | float | bool]) -> str:
    name, right = next((n, value) for n, value in metadata(item).items() if stored.get(n) != value)
    return f"{name} = {stored.get(name)} of {item.item_id} where the ledger tells {right}"


def _datasets(house: House) -> Found:
    """Every dataset that is still on disk has the hashes of its manifest."""
    folders = [datasets_folder(house.home) / each.dataset_id for each in list_datasets(house.ledger)]
    there = [folder for folder in folders if folder.is_dir()]
    wrong = [f"{folder.name}: {problem}" for folder in there for problem in verify_dataset(folder)]
    gone = len(folders) - len(there)
    cleared = f", {gone} cleared away" if gone else ""
    return (False, wrong[0]) if wrong else (True, f"{len(there)} datasets with the right hashes{cleared}")


def _models(house: House) -> Found:
    """The champion is complete and has the hash that the ledger recorded."""
    champion = house.registry.champion()
    if champion.warning:
        return False, champion.warning
    broken = sum(bool(model.problem) for model in house.registry.models())
    others = f"; {broken} of the others cannot serve" if broken else ""
    return True, f"'{champion.model_id}' writes and is complete{others}"


def _rewards(house: House) -> Found:
    """Every reward model that was fitted to its end has the hashes of its manifest."""
    folders = finished(house.home)
    broken = [folder.name for folder in folders if not is_whole(folder)]
    if broken:
        return False, f"'{broken[0]}' is damaged; fit it again with `reprise reward`"
    return True, f"{len(folders)} reward models with the right hashes"


def _leases(house: House) -> Found:
    """Leases that ran out belong to processes that died; the next run takes them over."""
    c = schema.leases.c
    with house.ledger.reading() as db:
        rows = db.execute(sa.select(c.run_key, c.holder, c.expires).where(c.finished.is_(False))).all()
    held = [f"{run_key} by {holder}" for run_key, holder, expires in rows if expires > time.time()]
    late = len(rows) - len(held)
    said = f"{listed(held)} at work" if held else "nothing is at work"
    return True, said + (f"; {late} ran out, and whoever comes next takes over" if late else "")
