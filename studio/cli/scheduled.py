"""`schedule`: what runs by itself, and when."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from studio.cli.app import Call, app, command, default
from studio.cli.terminal import faint, table

schedule = typer.Typer(help="What runs by itself, and when: list, run.", rich_markup_mode=None)
app.add_typer(schedule, name="schedule")


@default(schedule)
def listed(call: Call) -> None:
    """What runs by itself, and when; without a command it lists them."""
    _list(call)


@command(schedule, "list")
def list_(call: Call) -> None:
    """Every job, its next run and its last one."""
    _list(call)


@command(schedule)
def run(call: Call, job: Annotated[str, typer.Argument(metavar="JOB", help="Such as refine.")]) -> None:
    """Run a job now, and wait for it."""
    from jobs.schedule import check_job
    from studio.cli.learning import refine_now

    check_job(job)
    refine_now(call, task=None, dry_run=False, method=None)


def _list(call: Call) -> None:
    from jobs.schedule import jobs_overview

    with call.house() as house:
        jobs = jobs_overview(house.ledger, house.settings.schedule)
    call.answer({"jobs": jobs}, _told(jobs))


def _told(jobs: Sequence[dict[str, Any]]) -> Iterator[str]:
    rows = [(job["id"], _next(job), _last(job["last_run"])) for job in jobs]
    yield from table(("job", "next run", "last run"), rows)
    yield faint("it runs by itself while `reprise serve` or `reprise worker` runs")


def _next(job: dict[str, Any]) -> str:
    by_clock = job["next_run"][:16].replace("T", " ") if job["next_run"] else "not by the clock"
    if not job["after_ratings"]:
        return by_clock
    return f"{by_clock}, or after {job['new_ratings']} of {job['after_ratings']} ratings"


def _last(run: dict[str, Any] | None) -> str:
    if run is None:
        return "never"
    return f"{run['state']} {run['started'][:16].replace('T', ' ')} UTC: {run['outcome'] or 'at work'}"
