"""Refinements in processes of their own: run once by two workers, stopped, refused."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jobs.due import last_run
from jobs.lease import LeaseHeld, lease
from loop.errors import RepriseError
from loop.events import JobFinished, JobStarted
from studio.compose import House, open_house
from studio.scheduling import RefineChild, open_scheduler, work
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
IDLE = '[schedule]\nnightly = ""\n[generator]\nmodel = "{model}"\n'


@pytest.fixture
def house(tmp_path: Path, stories: Path) -> Iterator[House]:
    """A home with nothing to learn from, so that a refinement says so and ends."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(IDLE.format(model=stories), encoding="utf-8")
    with open_house(home) as house:
        yield house


def finished(house: House) -> list[JobFinished]:
    return [r.event for r in house.ledger.read() if isinstance(r.event, JobFinished)]


def test_a_refinement_on_demand_runs_in_a_child_and_says_what_came_of_it(house: House) -> None:
    scheduler = open_scheduler(house)
    run_key = scheduler.run_now("refine")
    scheduler.wait()
    house.projector.catch_up()
    (event,) = finished(house)
    assert (event.run_key, event.ok) == (run_key, True)
    assert "nothing to train on" in event.outcome
    last = last_run(house.ledger)
    assert last is not None
    assert last["state"] == "done"
    with pytest.raises(LeaseHeld):  # the same key again: it was done
        RefineChild(house.home, None)(run_key)
    scheduler.close()


def test_who_holds_the_lease_is_not_disturbed(house: House) -> None:
    with lease(house.ledger, "refine"), pytest.raises(LeaseHeld):
        RefineChild(house.home, None)("refine:now:k")
    assert finished(house) == []


def test_a_child_that_is_stopped_ends_soon(house: House) -> None:
    child = RefineChild(house.home, None)
    ended: list[float] = []

    def run() -> None:
        with pytest.raises(RepriseError, match="ended with status"):
            child("refine:now:k")
        ended.append(time.monotonic())

    thread = threading.Thread(target=run)
    thread.start()
    while child._child is None:
        time.sleep(0.01)
    begun = time.monotonic()
    child.stop()
    thread.join(30)
    assert ended
    assert ended[0] - begun < 20
    child("refine:now:other")  # nothing begins any more
    assert finished(house) == []


def test_two_worker_processes_run_a_night_once(house: House) -> None:
    hour = (datetime.now().astimezone() - timedelta(minutes=1)).strftime("%H:%M")
    settings = (house.home / "config.toml").read_text(encoding="utf-8").replace('""', f'"{hour}"')
    (house.home / "config.toml").write_text(settings, encoding="utf-8")
    with house.ledger.writing() as db:  # the home was there before this night
        past = (datetime.now().astimezone() - timedelta(days=2)).isoformat()
        row = ("TextImported", '{"item_id":"i","task":"tweet","source":"x","row":1}')
        db.exec_driver_sql("INSERT INTO events VALUES (1, ?, ?, 1, ?)", (past, *row))
    code = (
        "import sys, threading; from pathlib import Path; from studio.compose import open_house\n"
        "from studio.scheduling import work\n"
        "with open_house(Path(sys.argv[1])) as house: work(house)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(house.home)]
    workers = [subprocess.Popen(command, env=environment) for _ in range(2)]
    try:
        deadline = time.monotonic() + 90
        while not finished(house) and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(2)
        statuses = []
        for worker in workers:
            worker.terminate()
            statuses.append(worker.wait(40))
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    started = [r.event for r in house.ledger.read() if isinstance(r.event, JobStarted)]
    assert (len(started), len(finished(house)), statuses) == (1, 1, [0, 0])


def test_a_worker_ends_when_it_is_told(house: House) -> None:
    over = threading.Event()
    over.set()
    begun = time.monotonic()
    work(house, over=over)
    assert time.monotonic() - begun < 10
