"""SIGKILL at the named points, twenty times each: nothing acknowledged is lost, nothing happens twice."""

import multiprocessing
import os
import signal
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from loop import schema
from loop.events import CandidateEdited, CandidatePicked, CandidateRated, TurnTaken
from loop.handlers import HANDLERS
from loop.index_projection import IndexProjection
from loop.ledger import Ledger
from loop.projector import Projector
from loop.remember import Memory
from memory.exact import ExactIndex
from memory.index import Index
from rewards.settings import RewardSettings
from tests.e2e import victims

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = 20


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.ForkServerContext:
    """Children come from a clean server that has imported what they need, so that a kill costs no start-up."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "tests.e2e.victims"])
    return context


@pytest.mark.parametrize("where", ["mid-write", "mid-rating", "mid-projection"])
def test_killed_while_writing_and_rating(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path, where: str
) -> None:
    acknowledged: list[int] = []
    for kill in range(KILLS):
        mine, theirs = processes.Pipe(duplex=False)
        first = acknowledged[-1] + 1 if acknowledged else 0
        arguments = (tmp_path, f"{where}:{1 + kill % 7}", first, theirs)
        child = processes.Process(target=victims.write_and_rate, args=arguments)
        child.start()
        theirs.close()
        acknowledged += received(mine)
        child.join()
        assert child.exitcode == -signal.SIGKILL, f"kill {kill} at {where} did not happen"
    assert acknowledged == list(range(len(acknowledged)))
    assert len(acknowledged) >= KILLS // 2
    os.environ.pop("REPRISE_KILL_AT", None)
    with victims.opened(tmp_path) as (ledger, memory):
        memory.catch_up()
        assert_once_each(ledger, acknowledged)
        assert_read_models_equal_a_replay(ledger)
        assert_index_equals_a_replay(ledger, memory)
        victims.step(ledger, memory, acknowledged[-1] + 1)


def received(acks: Connection) -> list[int]:
    """What was acknowledged until the other end was killed."""
    numbers: list[int] = []
    while True:
        try:
            numbers.append(acks.recv())
        except EOFError:
            return numbers


def assert_once_each(ledger: Ledger, acknowledged: list[int]) -> None:
    events = [r.event for r in ledger.read(limit=1_000_000)]
    said = Counter(e.rater for e in events if isinstance(e, CandidateRated | CandidatePicked | CandidateEdited))
    prompts = Counter(e.prompt_id for e in events if isinstance(e, TurnTaken))
    assert set(said.values()) <= {1}
    assert set(prompts.values()) == {1}
    assert {f"rater{n}" for n in acknowledged if n % 4} <= set(said)
    turns = sum(1 for n in acknowledged if n % 4 == 0)
    assert turns <= len(prompts) <= turns + 1, "the one that was not acknowledged may be there"
    assert all(ledger.find(f"step{n}") for n in acknowledged)


def assert_read_models_equal_a_replay(ledger: Ledger) -> None:
    lived = tables(ledger)
    Projector(ledger, HANDLERS, RewardSettings()).rebuild()
    assert tables(ledger) == lived


def tables(ledger: Ledger) -> dict[str, list[str]]:
    with ledger.reading() as db:
        return {
            table.name: sorted(repr(tuple(row)) for row in db.execute(sa.select(table)))
            for table in schema.PROJECTIONS
            if table is not schema.cursors
        }


def assert_index_equals_a_replay(ledger: Ledger, memory: Memory) -> None:
    replayed = ExactIndex([], np.zeros((0, memory.embedder.dimension), np.float32), [])
    IndexProjection(None, ledger=ledger, catalog=memory.catalog, embedder=memory.embedder, index=replayed).catch_up()
    lived, again = rows(memory.index), rows(replayed)
    assert lived.keys() == again.keys()
    for item, (metadata, vector) in lived.items():
        assert metadata == again[item][0]
        np.testing.assert_allclose(vector, again[item][1], atol=1e-6)


def rows(index: Index) -> dict[str, tuple[object, np.ndarray]]:
    return {item: (dict(stored.metadata), stored.vector) for item, stored in index.get(index.ids()).items()}
