"""SIGKILL at the named points, twenty times each: nothing acknowledged is lost, nothing happens twice."""

import multiprocessing
import os
import shutil
import signal
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from loop import schema
from loop.events import CandidateEdited, CandidatePicked, CandidateRated, ModelPromoted, TurnTaken
from loop.handlers import HANDLERS
from loop.index_projection import IndexProjection
from loop.ledger import Ledger
from loop.manifest import MANIFEST, verify
from loop.projector import Projector
from loop.remember import Memory
from memory.exact import ExactIndex
from memory.index import Index
from rewards.settings import RewardSettings
from tests.e2e import victims
from tests.integration.train_rows import make_run
from tests.unit.test_registry import Shelf

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

KILLS = 20


@pytest.fixture(scope="module")
def processes() -> multiprocessing.context.ForkServerContext:
    """Children come from a clean server that has imported what they need, so that a kill costs no start-up."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "trl", "peft", "transformers", "tests.e2e.victims"])
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


def test_killed_while_promoting(processes: multiprocessing.context.ForkServerContext, tmp_path: Path) -> None:
    made = Shelf(tmp_path)
    for model in ("m_0", "m_1"):
        made.model(model)
    made.ledger.close()
    acknowledged: list[int] = []
    for kill in range(KILLS):
        mine, theirs = processes.Pipe(duplex=False)
        first = acknowledged[-1] + 1 if acknowledged else 0
        arguments = (tmp_path, f"mid-promote:{1 + kill % 5}", first, theirs)
        child = processes.Process(target=victims.promote_and_roll_back, args=arguments)
        child.start()
        theirs.close()
        acknowledged += received(mine)
        child.join()
        assert child.exitcode == -signal.SIGKILL
        ledger, registry = victims.shelf(tmp_path)
        champion = registry.champion()
        assert champion.warning == "", "the champion is complete"
        assert champion.model_id in ("starter", "m_0", "m_1")
        ledger.close()
    ledger, registry = victims.shelf(tmp_path)
    runs = Counter(r.event.run_id for r in ledger.read(limit=10_000) if isinstance(r.event, ModelPromoted))
    assert set(runs.values()) == {1}
    assert {f"r{n}" for n in acknowledged if n % 4 < 2} <= set(runs)
    victims.crown(registry, acknowledged[-1] + 1)
    expected = ("m_0", "m_1", "m_0", "starter")[(acknowledged[-1] + 1) % 4]
    assert registry.champion().model_id == expected
    assert_read_models_equal_a_replay(ledger)
    ledger.close()


def test_killed_while_training(
    processes: multiprocessing.context.ForkServerContext, tmp_path: Path, stories: Path
) -> None:
    run = make_run(tmp_path, stories, "sft+dpo")
    models = tmp_path / "models"
    kills = 0
    while kills < KILLS:
        if kills % 5 == 4:  # a fresh training every few kills, so that all of it is met
            shutil.rmtree(tmp_path / "run" / "sft", ignore_errors=True)
            shutil.rmtree(tmp_path / "run" / "dpo", ignore_errors=True)
        child = processes.Process(target=victims.train, args=(run, f"mid-train:{1 + kills % 3}"))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL, f"kill {kills} did not happen"
        assert not models.exists() or not [m for m in models.iterdir() if (m / MANIFEST).is_file()]
        kills += 1
    child = processes.Process(target=victims.train, args=(run, ""))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert verify(models / "m_1").model_id == "m_1"


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
