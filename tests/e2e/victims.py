"""What the processes do that the kill tests end with SIGKILL: real homes, a real Chroma index, real appends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from loop import feedback, schema
from loop.brief import Brief
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.open_index import open_index
from loop.projector import Projector
from loop.registry import Registry
from loop.remember import Memory
from loop.settings import TASKS, GeneratorSettings
from loop.turn import take_turn
from memory.settings import MemorySettings
from rewards.settings import RewardSettings
from tests.fakes import QueueWriter, WordEmbedder

SETTINGS = MemorySettings(explore=0.0)


@contextmanager
def opened(home: Path) -> Iterator[tuple[Ledger, Memory]]:
    """A home as every process opens it."""
    ledger = Ledger.in_home(home)
    embedder = WordEmbedder()
    memory = Memory(
        ledger,
        SETTINGS,
        open_embedder=lambda: embedder,
        open_index=lambda e: open_index(home, ledger, SETTINGS, e, "test"),
    )
    projector = Projector(ledger, HANDLERS, RewardSettings())
    ledger.project(projector)
    ledger.subscribe(memory.follow)
    projector.catch_up()
    try:
        yield ledger, memory
    finally:
        memory.close()
        ledger.close()


def write_and_rate(home: Path, kill_at: str, first: int, acks: Connection) -> None:
    """Turns, ratings, picks and edits without end, each with a key of its own and acknowledged when it returned."""
    with opened(home) as (ledger, memory):
        os.environ["REPRISE_KILL_AT"] = kill_at
        for number in range(first, first + 10_000):
            step(ledger, memory, number)
            memory.catch_up()
            acks.send(number)


def step(ledger: Ledger, memory: Memory, number: int) -> None:
    """The step of this number; done twice, it happens once."""
    key, who = f"step{number}", f"rater{number}"
    if number % 4 == 0:
        brief = Brief(task="brainstorm", prompt=f"prompt {number}", n=3, seed=number)
        writer = QueueWriter([f"{name} thought of step {number}" for name in ("first", "second", "third")])
        settings = GeneratorSettings()
        take_turn(brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=settings, key=key)
    elif number % 4 == 1:
        feedback.rate(ledger, TASKS, candidate(ledger, number), {"clarity": 1 + number % 5}, rater=who, key=key)
    elif number % 4 == 2:
        feedback.pick(ledger, candidate(ledger, number), rater=who, key=key)
    else:
        feedback.edit(ledger, candidate(ledger, number), f"a rewrite in step {number}", rater=who, key=key)


def candidate(ledger: Ledger, number: int) -> str:
    """A candidate of the last turn before this step, the same whenever it is asked for."""
    turn = ledger.find(f"step{number - number % 4}")
    assert turn is not None
    c = schema.items.c
    with ledger.reading() as db:
        query = sa.select(c.item_id).where(c.seq > turn[0].seq, c.kind == "candidate").order_by(c.seq)
        return str(db.execute(query.limit(1).offset(number % 3)).scalar_one())


def promote_and_roll_back(home: Path, kill_at: str, first: int, acks: Connection) -> None:
    """Two promotions and two rollbacks, again and again, each with a key of its own."""
    ledger, registry = shelf(home)
    os.environ["REPRISE_KILL_AT"] = kill_at
    for number in range(first, first + 10_000):
        crown(registry, number)
        acks.send(number)
    ledger.close()


def shelf(home: Path) -> tuple[Ledger, Registry]:
    """The registry of a home as every process opens it."""
    ledger = Ledger.in_home(home)
    projector = Projector(ledger, HANDLERS, RewardSettings())
    ledger.project(projector)
    projector.catch_up()
    return ledger, Registry(ledger, home, "starter")


def crown(registry: Registry, number: int) -> None:
    """The step of this number; done twice, it happens once."""
    key = f"crown{number}"
    if number % 4 > 1:
        registry.rollback(key=key)
    else:
        registry.promote(f"m_{number % 4}", key=key, run_id=f"r{number}")


def train(run: Path, kill_at: str) -> None:
    """A training as its child process does it."""
    if kill_at:
        os.environ["REPRISE_KILL_AT"] = kill_at
    import torch

    from jobs.train.child import train as do

    torch.set_num_threads(1)
    do(run)
