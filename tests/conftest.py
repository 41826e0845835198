"""Fixtures that many tests share."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.pop("REPRISE_HOME", None)
os.environ.pop("REPRISE_CONFIG", None)

from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.projector import Projector
from loop.remember import Memory
from memory.exact import ExactIndex
from memory.settings import MemorySettings
from rewards.settings import RewardSettings
from tests import postgres
from tests.fakes import QueueWriter, WordEmbedder

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
STORIES = (ROOT.parent / "shared" / "models" / "stories260k").resolve()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; tests that need it skip where it is missing."""
    if not DATA.is_dir():
        pytest.skip(f"the real data is not at {DATA}; set REPRISE_DATA")
    return DATA


@pytest.fixture(scope="session")
def stories() -> Path:
    """The really trained small model; tests that need it skip where it is missing."""
    if not STORIES.is_dir():
        pytest.skip(f"the model stories260k is not at {STORIES}")
    return STORIES


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty ledger, once for each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return _empty_database(request.getfixturevalue("postgres_url"), request.node.name)


def _empty_database(url: str, test: str) -> str:
    import sqlalchemy as sa

    name = f"t{abs(hash(test)) % 10**12}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        db.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return url.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An empty ledger with its read models, once for each database."""
    opened = Ledger(ledger_url)
    opened.project(Projector(opened, HANDLERS, RewardSettings()))
    yield opened
    opened.close()


@pytest.fixture
def remember(ledger: Ledger) -> Iterator[Callable[..., Memory]]:
    """Makes a memory over a ledger with the word embedder and an exact index; closed before the ledger is."""
    made: list[Memory] = []

    def make(ledger: Ledger, **settings: object) -> Memory:
        embedder = WordEmbedder()
        chosen = MemorySettings(**{"explore": 0.0, **settings})  # type: ignore[arg-type]
        memory = Memory(
            ledger,
            chosen,
            open_embedder=lambda: embedder,
            open_index=lambda e: ("test", ExactIndex([], _none(e.dimension), [])),
        )
        ledger.subscribe(memory.follow)
        made.append(memory)
        return memory

    yield make
    for memory in made:
        memory.close()


def _none(dimension: int):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.zeros((0, dimension), np.float32)


@pytest.fixture
def writer() -> QueueWriter:
    """A model that writes numbered thoughts."""
    return QueueWriter()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 700 kB; skipped where nobody may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system cannot be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
