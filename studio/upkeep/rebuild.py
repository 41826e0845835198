"""Making everything anew that can be made of the ledger: the read models and the index."""

from loop.errors import RepriseError
from loop.open_index import FOLDER, chroma_folder
from memory.health import discard
from memory.owner import OwnerLock
from studio.compose import House
from studio.upkeep.report import Check, Found, Progress, Report


def rebuild(house: House, progress: Progress = lambda *_: None) -> Report:
    """Empty every projection and replay the ledger; no word is embedded again. Killed, the next start goes on.

    Raises RepriseError, with nothing changed, while another process owns the index.
    """
    _clear_index(house)
    house.projector.rebuild()
    models = Check(name="read models", ok=True, why=f"replayed {house.ledger.head():,} events")
    house.memory.catch_up(progress)
    ok, why = _counted(house)
    return Report.of([models, Check(name="index", ok=ok, why=why)])


def _clear_index(house: House) -> None:
    """Take the index away; memory begins it again when it finds it empty."""
    if house.settings.memory.url:
        index = house.memory.index
        index.delete(index.ids())
        house.memory.close()
        return
    house.memory.close()
    lock = OwnerLock(house.home / FOLDER / "owner.lock", "reprise rebuild")
    if not lock.acquire():
        owner = lock.owner()
        who = f"{owner.role} (process {owner.pid})" if owner else "another process"
        raise RepriseError(f"{who} owns the index; end it and rebuild again")
    try:
        discard(chroma_folder(house.home))
    finally:
        lock.release()


def _counted(house: House) -> Found:
    return True, f"{house.memory.index.count():,} items indexed"
