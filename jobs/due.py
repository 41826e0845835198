"""What is due, from the ledger alone: the same question gives the same answer in any process, at any time.

Run keys name the reason, so that one reason leads to one run: `refine:2026-11-20` for a night, `refine:after:812` for
enough ratings since the refinement that began at event 812, `refine:now:...` for one that was asked for.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from jobs.nights import last_night
from jobs.settings import ScheduleSettings
from loop import schema
from loop.ledger import Ledger

JOB = "refine"
COUNTED = ("CandidateRated", "CandidatePicked", "CandidateEdited")
_r = schema.runs.c
_e = schema.events.c


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A run that ought to be under way."""

    job: str
    run_key: str
    why: str


def due(now: datetime, ledger: Ledger, settings: ScheduleSettings) -> list[Due]:
    """Every run that is due and not done, the most pressing first; `now` is local time with its zone."""
    return [*_nightly(now, ledger, settings), *_interrupted(now, ledger, settings), *_counted(ledger, settings)]


def missed(now: datetime, ledger: Ledger, settings: ScheduleSettings) -> str | None:
    """The key of the last night when it passed by more than the grace and nothing is known of it."""
    night = _open_night(now, ledger, settings)
    return night[0] if night and not night[1] else None


def settled(ledger: Ledger, run_key: str) -> bool:
    """Whether there is nothing more to do for this key: it ended well or badly, or it was missed."""
    leases = schema.leases.c
    with ledger.reading() as db:
        ended = sa.select(_r.run_id).where(_r.run_key == run_key, _r.state != "running")
        finished = sa.select(leases.run_key).where(leases.run_key == run_key, leases.finished)
        return db.execute(ended.limit(1)).first() is not None or db.execute(finished).first() is not None


def feedback_since(ledger: Ledger) -> int:
    """How many ratings, picks and edits came since the last refinement began."""
    with ledger.reading() as db:
        count = sa.select(sa.func.count()).where(_e.seq > _last_began(db), _e.type.in_(COUNTED))
        return db.execute(count.select_from(schema.events)).scalar_one()


def last_run(ledger: Ledger) -> dict[str, Any] | None:
    """The newest run that began: run_id, run_key, state, started, finished, outcome."""
    columns = (_r.run_id, _r.run_key, _r.state, _r.started, _r.finished, _r.outcome)
    began = sa.select(*columns).where(_r.job == JOB, _r.state != "missed")
    with ledger.reading() as db:
        row = db.execute(began.order_by(_r.seq.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def _nightly(now: datetime, ledger: Ledger, settings: ScheduleSettings) -> Iterator[Due]:
    night = _open_night(now, ledger, settings)
    if night and night[1]:
        yield Due(job=JOB, run_key=night[0], why=f"it is past {settings.nightly}")


def _open_night(now: datetime, ledger: Ledger, settings: ScheduleSettings) -> tuple[str, bool] | None:
    """The last night that nothing came of, and whether it may still be made good."""
    if not settings.nightly:
        return None
    day, at = last_night(now, settings.nightly)
    run_key = f"{JOB}:{day.isoformat()}"
    if not _began_before(ledger, at) or settled(ledger, run_key):
        return None
    return run_key, now.astimezone(UTC) - at <= timedelta(hours=settings.grace_hours)


def _began_before(ledger: Ledger, at: datetime) -> bool:
    """Whether there was anything to refine at that time: a home that is younger has missed nothing."""
    first = ledger.read(0, 1)
    return bool(first) and datetime.fromisoformat(first[0].at) <= at


def _interrupted(now: datetime, ledger: Ledger, settings: ScheduleSettings) -> Iterator[Due]:
    """Our own runs by count and on demand that began and never ended; the lease tells who still works."""
    since = (now.astimezone(UTC) - timedelta(hours=settings.grace_hours)).isoformat(timespec="milliseconds")
    ours = sa.or_(*(_r.run_key.startswith(f"{JOB}:{kind}:") for kind in ("after", "now")))
    query = sa.select(_r.run_key).where(ours, _r.state == "running", _r.started >= since).order_by(_r.seq)
    with ledger.reading() as db:
        keys = list(db.execute(query).scalars())
    yield from (Due(job=JOB, run_key=key, why="it was interrupted") for key in keys if not settled(ledger, key))


def _counted(ledger: Ledger, settings: ScheduleSettings) -> Iterator[Due]:
    if settings.after_ratings and feedback_since(ledger) >= settings.after_ratings:
        with ledger.reading() as db:
            run_key = f"{JOB}:after:{_last_began(db)}"
        if not settled(ledger, run_key):
            yield Due(job=JOB, run_key=run_key, why=f"{settings.after_ratings} new ratings")


def _last_began(db: sa.Connection) -> int:
    began = sa.select(sa.func.max(_r.seq)).where(_r.job == JOB, _r.state != "missed")
    return db.execute(began).scalar() or 0
