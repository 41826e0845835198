"""The composition root: the one place where the parts of Reprise meet."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from jobs.rewarding.serving import Serving
from loop.errors import RepriseError
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.models.base import Writer
from loop.open_index import open_index
from loop.projector import Projector
from loop.registry import Registry
from loop.remember import Memory
from memory.embedder import load_embedder
from rewards.scorer import Scorer
from studio.settings import Settings, load


class House:
    """An open home: ledger, memory, model and registry, each made when it is first needed."""

    def __init__(self, home: Path, settings: Settings, role: str) -> None:
        self.home = home
        self.settings = settings
        self.role = role
        self.ledger = Ledger.in_home(home, settings.ledger.url)
        self.projector = Projector(self.ledger, HANDLERS, settings.rewards)
        self.memory = Memory(
            self.ledger,
            settings.memory,
            open_embedder=lambda: load_embedder(settings.memory.embedder),
            open_index=lambda embedder: open_index(home, self.ledger, settings.memory, embedder, role),
        )
        self.ledger.project(self.projector)
        self.ledger.subscribe(self.memory.follow)
        self.projector.catch_up()

    @cached_property
    def registry(self) -> Registry:
        """Which model writes, and which could."""
        return Registry(self.ledger, self.home, self.settings.generator.model)

    @cached_property
    def writer(self) -> Writer:
        """The champion, ready to write."""
        from loop.models.load import open_writer

        return open_writer(self.settings.generator, self.registry.champion().adapter)

    @cached_property
    def serving(self) -> Serving:
        """Which reward model chooses, and which could."""
        return Serving(self.ledger, self.home, lambda: self.memory.embedder)

    def scorer(self, task: str) -> Scorer | None:
        """The reward model that chooses what a turn of this task shows; None where all that is written is shown."""
        return self.serving.scorer(task) if self.settings.generator.best_of > 1 else None

    def close(self) -> None:
        """Let go of everything."""
        self.memory.close()
        self.ledger.close()


@contextmanager
def open_house(home: Path, config: Path | None = None, role: str = "reprise") -> Iterator[House]:
    """Open a home, making it if need be, and close it whatever happens."""
    settings = load(config, home)
    make_home(home)
    house = House(home, settings, role)
    try:
        yield house
    finally:
        house.close()


def make_home(home: Path) -> None:
    """Make the home's folder, readable by its owner alone."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (FileExistsError, NotADirectoryError) as error:
        raise RepriseError(f"the home '{home}' is not a folder; choose another with --home") from error
    except OSError as error:
        raise RepriseError(f"the home '{home}' cannot be made ({os.strerror(error.errno or errno.EIO)})") from error
