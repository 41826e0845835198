"""When the refinement runs by itself: by night, after so many ratings, on demand.

Nothing is remembered but the ledger. Once a minute the scheduler asks "what is due that was not done?" instead of
trusting that a timer rang: a machine that slept, a process that was restarted and a clock that jumped all come to the
same answer, and so do two schedulers of one home, of which the lease of a run lets only one work.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from jobs.due import JOB, due, feedback_since, last_run, missed
from jobs.lease import LeaseHeld
from jobs.nights import local_now, next_night
from jobs.settings import ScheduleSettings
from loop.errors import BadInput, RepriseError
from loop.events import JobMissed
from loop.ids import new_id
from loop.ledger import Ledger

EVERY = 60  # seconds between looks
AGAIN = timedelta(minutes=10)  # a run that died without a word is tried again after this, then after twice as long
log = logging.getLogger("reprise.schedule")

Run = Callable[[str], object]
"""Does the work of a run key, and takes its lease. Raises LeaseHeld where another process is at it."""


class Scheduler:
    """Runs what is due, one at a time, in a thread of its own."""

    def __init__(
        self,
        ledger: Ledger,
        settings: ScheduleSettings,
        run: Run,
        *,
        now: Callable[[], datetime] = local_now,
        refresh: Callable[[], None] = lambda: None,
        watch: Callable[[], object] = lambda: None,
        stop: Callable[[], None] = lambda: None,
        every: float = EVERY,
    ) -> None:
        """`refresh` brings the read models up to the ledger; `watch` looks after a promoted model; `stop` ends a run
        from another thread."""
        self._ledger, self._settings, self._run = ledger, settings, run
        self._now, self._refresh, self._watch, self._stop = now, refresh, watch, stop
        self._every = every
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._tried: dict[str, tuple[int, datetime]] = {}
        self._clock: Any = None
        self._over = False

    def start(self) -> None:
        """Look now, and then once a minute, until `close`."""
        from apscheduler.schedulers.background import BackgroundScheduler

        zone = self._now().tzinfo
        self._clock = BackgroundScheduler(timezone=zone)
        self._clock.add_job(
            self.reconcile, "interval", seconds=self._every, id="reconcile", next_run_time=datetime.now(zone),
            coalesce=True, misfire_grace_time=None, max_instances=1,
        )  # fmt: skip
        self._clock.start()

    def close(self) -> None:
        """Look no more, end what runs, and wait for it; it is gone on with at the next start."""
        self._over = True
        if self._clock is not None:
            self._clock.shutdown(wait=True)
        self._stop()
        self.wait()

    def wait(self) -> None:
        """Until nothing runs."""
        worker = self._worker
        if worker is not None:
            worker.join()

    def reconcile(self) -> None:
        """One look: take back a model that people like less, note a night that was missed, start what is due first."""
        try:
            self._refresh()
            self._watch()
            now = self._now()
            self._note_missed(now)
            for wanted in due(now, self._ledger, self._settings):
                if now >= self._tried.get(wanted.run_key, (0, now))[1] and self._begin(wanted.run_key):
                    return
        except RepriseError as error:
            log.warning("the scheduler could not look at the ledger: %s", error)

    def run_now(self, job: str) -> str:
        """Start a job at once, and return its run key. Raises BadInput when it is unknown or one runs already."""
        check_job(job)
        run_key = f"{JOB}:now:{new_id('k')}"
        if not self._begin(run_key):
            raise BadInput("a refinement runs already; wait for it to end")
        return run_key

    def overview(self) -> list[dict[str, Any]]:
        """See `jobs_overview`."""
        return jobs_overview(self._ledger, self._settings, self._now())

    def _begin(self, run_key: str) -> bool:
        """Start a run in its thread; False while another runs here."""
        with self._lock:
            if self._over or (self._worker is not None and self._worker.is_alive()):
                return False
            self._worker = threading.Thread(target=self._work, args=(run_key,), name="refine", daemon=True)
            self._worker.start()
        return True

    def _work(self, run_key: str) -> None:
        try:
            self._run(run_key)
        except LeaseHeld as held:
            log.info("%s", held)
        except RepriseError as error:
            log.warning("the run '%s' failed: %s", run_key, error)
        finally:
            tries = self._tried.get(run_key, (0, None))[0]
            self._tried[run_key] = (tries + 1, self._now() + AGAIN * 2**tries)

    def _note_missed(self, now: datetime) -> None:
        run_key = missed(now, self._ledger, self._settings)
        if run_key is not None:
            self._ledger.append(JobMissed(job=JOB, run_key=run_key), key=f"missed:{run_key}")


def check_job(job: str) -> None:
    """Raise BadInput for a job that there is not."""
    if job != JOB:
        raise BadInput(f"there is no job '{job}'; there is one, '{JOB}'")


def jobs_overview(ledger: Ledger, settings: ScheduleSettings, now: datetime | None = None) -> list[dict[str, Any]]:
    """Every job: `id`, `next_run` (local time, ISO 8601, None when the clock starts none), `last_run` (None, or its
    run_id, run_key, state, started, finished and outcome), `new_ratings` since that began, and `after_ratings`.
    """
    moment = now or local_now()
    nightly = settings.nightly
    return [
        {
            "id": JOB,
            "next_run": next_night(moment, nightly).isoformat(timespec="minutes") if nightly else None,
            "last_run": last_run(ledger),
            "new_ratings": feedback_since(ledger),
            "after_ratings": settings.after_ratings,
        }
    ]
