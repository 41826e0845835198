"""What is due, by a fake clock over a real ledger; and that many schedulers of one home run it once."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jobs.due import due, feedback_since, missed, settled
from jobs.lease import lease
from jobs.nights import last_night, next_night
from jobs.schedule import Scheduler, jobs_overview
from jobs.settings import ScheduleSettings
from loop.errors import BadInput, RepriseError
from loop.events import CandidateRated, Event, JobFinished, JobMissed, JobStarted, TextImported
from loop.handlers import HANDLERS
from loop.ids import new_id
from loop.ledger import Ledger
from loop.projector import Projector
from rewards.settings import RewardSettings

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTLY = ScheduleSettings(nightly="03:30", grace_hours=12)
OFF = ScheduleSettings(nightly="", after_ratings=0)
TODAY = datetime.now(BERLIN).replace(second=0, microsecond=0)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """A time so many days after the home was begun."""
    return (TODAY + timedelta(days=day)).replace(hour=hour, minute=minute)


def opened(home: Path) -> Ledger:
    ledger = Ledger.in_home(home)
    ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
    return ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A home that has one text."""
    ledger = opened(tmp_path)
    ledger.append(TextImported(item_id="i", task="tweet", source="x", row=1), texts={"i": "words"})
    yield ledger
    ledger.close()


def rated(n: int) -> Event:
    return CandidateRated(candidate_id="i", rater=f"r{n}", scores={"clarity": 4}, value=0.75)


def ran(ledger: Ledger, run_key: str, ok: bool = True, ended: bool = True) -> None:
    """What a refinement leaves in the ledger."""
    run_id = new_id("r")
    ledger.append(JobStarted(job="refine", run_key=run_key, run_id=run_id))
    if ended:
        ledger.append(JobFinished(job="refine", run_key=run_key, run_id=run_id, ok=ok, outcome="done"))


def keys(now: datetime, ledger: Ledger, settings: ScheduleSettings) -> list[str]:
    return [each.run_key for each in due(now, ledger, settings)]


class Worker:
    """A refinement as the scheduler sees it: it takes the lease, works a while, and says so in the ledger."""

    def __init__(self, ledger: Ledger, seconds: float = 0.0) -> None:
        self.ledger = ledger
        self.seconds = seconds
        self.done: list[str] = []

    def __call__(self, run_key: str) -> None:
        with lease(self.ledger, run_key) as held:
            time.sleep(self.seconds)
            ran(self.ledger, run_key)
            self.done.append(run_key)
            held.finish()


def a_look(ledger: Ledger, settings: ScheduleSettings, run: Callable[[str], object], now: datetime) -> Scheduler:
    scheduler = Scheduler(ledger, settings, run, now=lambda: now)
    scheduler.reconcile()
    scheduler.wait()
    return scheduler


# --- nights --------------------------------------------------------------------------------------------------------


def test_a_night_is_due_from_its_time_on_and_only_once(ledger: Ledger) -> None:
    assert keys(at(3, 30), ledger, NIGHTLY) == [f"refine:{at(3).date()}"]
    assert keys(at(15, 29), ledger, NIGHTLY) == [f"refine:{at(3).date()}"]
    ran(ledger, f"refine:{at(3).date()}")
    assert keys(at(3, 31), ledger, NIGHTLY) == []
    assert keys(at(3, 29, day=3), ledger, NIGHTLY) == []
    assert keys(at(3, 30, day=3), ledger, NIGHTLY) == [f"refine:{at(3, day=3).date()}"]


def test_before_the_hour_the_night_before_counts(ledger: Ledger) -> None:
    assert keys(at(3, 29), ledger, NIGHTLY) == []  # yesterday's is 24 h late: beyond the grace
    assert missed(at(3, 29), ledger, NIGHTLY) == f"refine:{at(3, day=1).date()}"


def test_a_machine_that_slept_within_the_grace_runs_once_and_beyond_it_notes_the_loss(ledger: Ledger) -> None:
    worker = Worker(ledger)
    a_look(ledger, NIGHTLY, worker, at(10))
    a_look(ledger, NIGHTLY, worker, at(10, 1))
    assert worker.done == [f"refine:{at(3).date()}"]
    late = at(15, 31, day=5)
    a_look(ledger, NIGHTLY, worker, late)
    a_look(ledger, NIGHTLY, worker, late + timedelta(minutes=1))
    assert len(worker.done) == 1
    notes = [r.event for r in ledger.read() if isinstance(r.event, JobMissed)]
    assert notes == [JobMissed(job="refine", run_key=f"refine:{late.date()}")]
    assert settled(ledger, f"refine:{late.date()}")


def test_a_home_younger_than_the_night_has_missed_nothing(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    assert keys(at(4), ledger, NIGHTLY) == []
    assert missed(at(23), ledger, NIGHTLY) is None
    ledger.append(TextImported(item_id="i", task="tweet", source="x", row=1))
    begun = datetime.now(BERLIN)
    clock = (begun - timedelta(hours=1)).strftime("%H:%M")
    assert keys(begun, ledger, ScheduleSettings(nightly=clock)) == []
    ledger.close()


def test_a_restart_neither_runs_twice_nor_forgets(ledger: Ledger, tmp_path: Path) -> None:
    worker = Worker(ledger)
    a_look(ledger, NIGHTLY, worker, at(3, 30))
    ledger.close()
    again = opened(tmp_path)
    second = Worker(again)
    a_look(again, NIGHTLY, second, at(3, 31))
    assert (len(worker.done), second.done) == (1, [])
    a_look(again, NIGHTLY, second, at(3, 31, day=3))
    assert second.done == [f"refine:{at(3, day=3).date()}"]
    again.close()


def test_a_run_that_was_killed_is_due_again_and_one_that_failed_is_not(ledger: Ledger) -> None:
    night = f"refine:{at(3).date()}"
    ran(ledger, night, ended=False)
    assert keys(at(4), ledger, NIGHTLY) == [night]
    ran(ledger, night, ok=False)
    assert keys(at(4), ledger, NIGHTLY) == []


def test_a_run_on_demand_that_was_killed_goes_on_but_one_of_the_command_line_does_not(ledger: Ledger) -> None:
    ran(ledger, "refine:now:k_1", ended=False)
    ran(ledger, "refine:r_by_hand", ended=False)
    now = datetime.now(BERLIN)
    assert keys(now, ledger, OFF) == ["refine:now:k_1"]
    assert keys(now + timedelta(hours=13), ledger, OFF) == []


def test_nothing_is_due_when_all_is_switched_off(ledger: Ledger) -> None:
    ledger.append(*[rated(n) for n in range(50)])
    assert keys(at(4), ledger, OFF) == []
    assert missed(at(4, day=30), ledger, OFF) is None


# --- summer time ---------------------------------------------------------------------------------------------------


def nights(first: datetime, hours: int, clock: str) -> dict[str, datetime]:
    """The moment at which each date's night is first seen, looking every minute of the world's time."""
    seen: dict[str, datetime] = {}
    for minute in range(hours * 60):
        now = (first + timedelta(minutes=minute)).astimezone(BERLIN)
        day, _ = last_night(now, clock)
        seen.setdefault(day.isoformat(), now)
    return seen


@pytest.mark.parametrize(
    ("clock", "spring"),
    [("02:30", "2026-03-29T03:30:00+02:00"), ("03:30", "2026-03-29T03:30:00+02:00"), ("01:59", None)],
)
def test_in_spring_every_date_has_one_night_though_an_hour_is_missing(clock: str, spring: str | None) -> None:
    seen = nights(datetime(2026, 3, 28, 12, tzinfo=UTC), 48, clock)
    assert list(seen) == ["2026-03-28", "2026-03-29", "2026-03-30"]
    if spring:
        assert seen["2026-03-29"].isoformat() == spring


@pytest.mark.parametrize("clock", ["02:00", "02:30", "02:59", "03:00"])
def test_in_autumn_every_date_has_one_night_though_an_hour_comes_twice(clock: str) -> None:
    seen = nights(datetime(2026, 10, 24, 12, tzinfo=UTC), 48, clock)
    assert list(seen) == ["2026-10-24", "2026-10-25", "2026-10-26"]
    first = seen["2026-10-25"]
    assert first.strftime("%H:%M") == clock
    assert first.utcoffset() == timedelta(hours=2 if clock < "03:00" else 1)


def test_the_next_night_is_ahead_and_then_is_the_last_one() -> None:
    for start in (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 10, 24, 20, tzinfo=UTC)):
        for quarter in range(4 * 30):
            now = (start + timedelta(minutes=15 * quarter)).astimezone(BERLIN)
            coming = next_night(now, "02:30")
            assert coming.astimezone(UTC) > now.astimezone(UTC)
            assert last_night(coming, "02:30")[1] == coming.astimezone(UTC)
            assert last_night(coming - timedelta(0), "02:30")[0] > last_night(now, "02:30")[0]


# --- after so many ratings -----------------------------------------------------------------------------------------


def test_enough_ratings_are_due_and_count_anew_after_a_run(ledger: Ledger) -> None:
    settings = ScheduleSettings(nightly="", after_ratings=3)
    ledger.append(rated(1), rated(2))
    assert (feedback_since(ledger), keys(at(9), ledger, settings)) == (2, [])
    ledger.append(rated(3))
    (first,) = keys(at(9), ledger, settings)
    ledger.append(rated(4))
    assert keys(at(9), ledger, settings) == [first]  # more of the same reason is the same run
    worker = Worker(ledger)
    a_look(ledger, settings, worker, at(9))
    assert (worker.done, feedback_since(ledger)) == ([first], 0)
    ledger.append(*[rated(n) for n in range(5, 8)])
    (second,) = keys(at(9), ledger, settings)
    assert second != first


def test_imported_votes_and_missed_nights_are_no_ratings_and_no_runs(ledger: Ledger) -> None:
    settings = ScheduleSettings(nightly="", after_ratings=1)
    ledger.append(TextImported(item_id="j", task="tweet", source="x", row=2))
    assert feedback_since(ledger) == 0
    ledger.append(rated(1))
    ledger.append(JobMissed(job="refine", run_key="refine:2026-01-01"))
    assert feedback_since(ledger) == 1
    assert len(keys(at(9), ledger, settings)) == 1


# --- the scheduler -------------------------------------------------------------------------------------------------


def test_many_schedulers_on_one_home_run_once(ledger: Ledger, tmp_path: Path) -> None:
    ledgers = [opened(tmp_path) for _ in range(6)]
    workers = [Worker(each, seconds=0.3) for each in ledgers]
    barrier = threading.Barrier(len(workers))

    def look(worker: Worker) -> None:
        barrier.wait()
        a_look(worker.ledger, NIGHTLY, worker, at(4))

    threads = [threading.Thread(target=look, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(worker.done) for worker in workers) == 1
    started = [r for r in ledger.read() if isinstance(r.event, JobStarted)]
    assert len(started) == 1
    for each in ledgers:
        each.close()


def test_the_real_clock_looks_by_itself_and_stops_when_closed(ledger: Ledger) -> None:
    worker = Worker(ledger)
    scheduler = Scheduler(ledger, NIGHTLY, worker, now=lambda: at(4), every=0.05)
    scheduler.start()
    deadline = time.monotonic() + 10
    while not worker.done and time.monotonic() < deadline:
        time.sleep(0.02)
    scheduler.close()
    assert worker.done == [f"refine:{at(3).date()}"]
    ledger.append(*[rated(n) for n in range(3)])
    time.sleep(0.2)
    assert len(worker.done) == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "refine"]


def test_a_run_on_demand_starts_at_once_and_only_one_at_a_time(ledger: Ledger) -> None:
    release = threading.Event()
    scheduler = Scheduler(ledger, OFF, lambda run_key: release.wait(10))
    assert scheduler.run_now("refine").startswith("refine:now:")
    with pytest.raises(BadInput, match="runs already"):
        scheduler.run_now("refine")
    with pytest.raises(BadInput, match="no job 'dance'"):
        scheduler.run_now("dance")
    release.set()
    scheduler.wait()
    assert scheduler.run_now("refine")
    scheduler.close()


def test_closing_stops_what_runs(ledger: Ledger) -> None:
    release = threading.Event()
    scheduler = Scheduler(ledger, OFF, lambda run_key: release.wait(30), stop=release.set)
    scheduler.run_now("refine")
    scheduler.close()
    assert release.is_set()
    with pytest.raises(BadInput):
        scheduler.run_now("refine")


def test_a_run_that_dies_without_a_word_is_tried_again_later_and_later(ledger: Ledger) -> None:
    tries: list[datetime] = []
    now = at(4)

    def dies(run_key: str) -> None:
        tries.append(now)
        raise RepriseError("the child was killed")

    scheduler = Scheduler(ledger, NIGHTLY, dies, now=lambda: now)
    for _ in range(120):
        scheduler.reconcile()
        scheduler.wait()
        now += timedelta(minutes=1)
    waits = [int((b - a).total_seconds() // 60) for a, b in pairwise(tries)]
    assert waits == [10, 20, 40]


def test_the_overview_says_next_and_last(ledger: Ledger) -> None:
    (job,) = jobs_overview(ledger, NIGHTLY, at(4))
    assert (job["id"], job["last_run"], job["new_ratings"]) == ("refine", None, 0)
    assert datetime.fromisoformat(job["next_run"]) == at(3, 30, day=3)
    ran(ledger, "refine:now:k", ok=False)
    ledger.append(rated(1))
    (job,) = jobs_overview(ledger, OFF, at(4))
    assert (job["next_run"], job["last_run"]["state"], job["new_ratings"]) == (None, "failed", 1)


def test_a_ledger_that_is_gone_is_said_and_survived(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    with ledger.writing() as db:
        db.execute(sa.text("DROP TABLE runs"))
    a_look(ledger, NIGHTLY, Worker(ledger), at(4))
    assert "could not look at the ledger" in caplog.text
