"""Whether the machine and the home are fit to work, and what they are made of."""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import sqlalchemy as sa

from loop import schema
from loop.models.files import find_model
from loop.models.load import is_remote
from loop.open_index import FOLDER
from memory.embedder import load_embedder
from memory.owner import OwnerLock
from studio.compose import House, open_house
from studio.settings import Settings, load
from studio.upkeep.report import Check, Found, Report, look

MATTER = (
    "torch", "transformers", "trl", "peft", "chromadb", "sqlalchemy", "langchain-core", "sentence-transformers",
)  # fmt: skip
LEAST_FREE = 1 << 30  # bytes
EARLIEST = 1_735_689_600  # 2025-01-01: a clock before that was never set
AHEAD = 60.0  # seconds that two clocks may differ


def doctor(home: Path, config: Path | None) -> Report:
    """Look at everything, also when the home cannot be opened."""
    checks = [look("python", _python), look("packages", _packages), look("device", _device)]
    checks += [look("disk", lambda: _disk(home)), look("home", lambda: _home(home))]
    opened = look("settings", lambda: _settings(home, config))
    checks.append(opened)
    if opened.ok:
        settings = load(config, home)
        checks += [look("model", lambda: _model(settings)), look("embedder", lambda: _embedder(settings))]
        checks += _of_house(home, config)
    return Report.of([*checks, look("clock", _clock)])


def _of_house(home: Path, config: Path | None) -> Iterator[Check]:
    try:
        with open_house(home, config, "reprise doctor") as house:
            yield look("database", lambda: _database(house))
            yield look("index", lambda: _index(house))
            yield look("runs", lambda: _runs(house))
    except Exception as error:  # noqa: BLE001 - why the home cannot be opened is what we came to find
        yield Check(name="database", ok=False, why=str(error))


def _python() -> Found:
    return sys.version_info >= (
        3,
        11,
    ), f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"


def _packages() -> Found:
    """The heavy ones by version; a missing one is named."""
    there, missing = [], []
    for name in MATTER:
        try:
            there.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    return (False, f"{', '.join(missing)} missing; run `make setup`") if missing else (True, ", ".join(there))


def _device() -> Found:
    """What models would run on."""
    import torch

    from loop.models.weights import choose_device

    where = choose_device("auto")
    name = torch.cuda.get_device_name() if where == "cuda" else f"{os.cpu_count()} cores"
    return True, f"{where} ({name})"


def _disk(home: Path) -> Found:
    there = next(path for path in (home, *home.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / (1 << 30):.1f} GiB free at {home}"
    return free >= LEAST_FREE, said if free >= LEAST_FREE else f"{said}; free some, training needs 1 GiB"


def _home(home: Path) -> Found:
    """Whether files can be made in it; a home that is not there yet can be made later."""
    if not home.exists():
        return True, f"{home} is not there yet; the first command makes it"
    with tempfile.TemporaryFile(dir=home) as file:
        file.write(b"reprise")
    loose = home.stat().st_mode & 0o077
    return True, f"{home} is writable" + ("; others on this machine may read it" if loose else "")


def _settings(home: Path, config: Path | None) -> Found:
    load(config, home)
    named = config or home / "config.toml"
    return True, f"from {named}" if named.is_file() else "the defaults"


def _model(settings: Settings) -> Found:
    generator = settings.generator
    if is_remote(generator):
        return _remote(settings)
    return True, f"'{generator.model}' is at {find_model(generator.model)}"


def _remote(settings: Settings) -> Found:
    """Any answer shows that somebody is there; what it would write is not asked."""
    import httpx

    if not settings.generator.url:
        return True, f"'{settings.generator.model}' of a provider; it is asked when it writes"
    try:
        httpx.get(f"{settings.generator.url.rstrip('/')}/models", timeout=5.0)
    except httpx.HTTPError as error:
        return False, f"the server at {settings.generator.url} does not answer ({type(error).__name__}); start it"
    return True, f"the server at {settings.generator.url} answers"


def _embedder(settings: Settings) -> Found:
    begun = time.monotonic()
    embedder = load_embedder(settings.memory.embedder)
    embedder.embed(["a word"])
    took = time.monotonic() - begun
    return True, f"'{settings.memory.embedder}' gives {embedder.dimension} numbers a text (first one in {took:.1f} s)"


def _database(house: House) -> Found:
    with house.ledger.reading() as db:
        kind = db.dialect.name
        ahead = _ahead(db.execute(sa.select(sa.func.max(schema.events.c.at))).scalar())
    if ahead > AHEAD:
        return False, f"the last event lies {ahead:.0f} s in the future; set this machine's clock"
    return True, f"{kind} holds {house.ledger.head():,} events"


def _ahead(at: str | None) -> float:
    return (datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds() if at else 0.0


def _index(house: House) -> Found:
    """Who owns the embedded index; a server needs no owner."""
    if house.settings.memory.url:
        return True, f"on the server {house.settings.memory.url}, {house.memory.index.count():,} items"
    lock = OwnerLock(house.home / FOLDER / "owner.lock", "reprise doctor")
    owner = lock.owner()
    if not lock.acquire():
        return True, f"owned by {owner.role} (process {owner.pid})" if owner else "owned by another process"
    lock.release()
    return True, "free, nobody owns it now"


def _runs(house: House) -> Found:
    """How the last runs ended."""
    c = schema.runs.c
    query = sa.select(c.job, c.started, c.state, c.outcome).order_by(c.seq.desc()).limit(3)
    with house.ledger.reading() as db:
        rows = db.execute(query).all()
    said = [f"{row.job} {row.started[:16].replace('T', ' ')} {row.state}" for row in rows]
    if rows and rows[0].state == "failed":
        return False, f"the last run failed: {rows[0].outcome}; run `reprise {rows[0].job}` again"
    return True, "; ".join(said) or "nothing has run yet"


def _clock() -> Found:
    from tzlocal import get_localzone_name

    now = datetime.now(UTC)
    if now.timestamp() < EARLIEST:
        return False, f"the clock says {now:%Y-%m-%d}; set it"
    return True, f"{now:%Y-%m-%d %H:%M} UTC, local time is {get_localzone_name()}"
