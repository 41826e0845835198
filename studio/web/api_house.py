"""The API of the house: status, news, tasks, models and runs."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from loop.errors import BadInput
from studio.web import reports, views
from studio.web.here import Here, Key, Studio
from studio.web.hub import event
from studio.web.shapes import (
    ChampionOut,
    JobOut,
    ModelOut,
    ModelsOut,
    ModelStateOut,
    PromoteIn,
    RunIn,
    RunOut,
    RunsOut,
    StatusOut,
    TaskOut,
)

router = APIRouter(prefix="/api", tags=["house"])
HEARTBEAT = 15.0  # seconds


@router.get("/status", summary="The studio at a glance")
def status(here: Here) -> StatusOut:
    """How the model is, and how much there is."""
    model = ModelStateOut.model_validate(msgspec.to_builtins(here.room.state))
    ledger = here.house.ledger
    return StatusOut(model=model, waiting=here.room.waiting, head=ledger.head(), **views.counts(ledger))


@router.get(
    "/events",
    summary="News as server-sent events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "`status` whenever something changed"}},
)
async def events(here: Here) -> StreamingResponse:
    """An event `status` with what GET /api/status gives, now and whenever something changed."""
    return StreamingResponse(_news(here), media_type="text/event-stream")


@router.get("/tasks", summary="The kinds of writing")
def tasks(here: Here) -> list[TaskOut]:
    """As config.toml declares them."""
    return [
        TaskOut(name=name, n=p.n, fields=list(p.fields), criteria=p.criteria, max_chars=p.max_chars)
        for name, p in here.house.settings.tasks.items()
    ]


@router.get("/models", summary="Who writes, and who could")
def models(here: Here) -> ModelsOut:
    """Newest first, with verdicts."""
    registry = here.house.registry
    champion = registry.champion()
    known = [ModelOut.model_validate(msgspec.to_builtins(model)) for model in registry.models()]
    return ModelsOut(champion=champion.model_id, base=registry.base, warning=champion.warning, models=known)


@router.post("/models/rollback", summary="Give the writing back to the model before")
def rollback(here: Here, key: Key) -> ChampionOut:
    """One event; the next turn is written by the model before."""
    champion = here.house.registry.rollback(key=key)
    return ChampionOut(champion=champion.model_id, warning=champion.warning)


@router.post("/models/promote", summary="Let a model write")
def promote(wanted: PromoteIn, here: Here, key: Key) -> ChampionOut:
    """A model that the gate refused needs `force`."""
    champion = here.house.registry.promote(wanted.model_id, key=key, force=wanted.force)
    return ChampionOut(champion=champion.model_id, warning=champion.warning)


@router.get("/runs", summary="Jobs and their newest runs")
def runs(here: Here) -> RunsOut:
    """Newest first."""
    jobs = [JobOut.model_validate(job) for job in here.jobs.overview()] if here.jobs else []
    return RunsOut(jobs=jobs, runs=[_run_out(here, row) for row in views.runs(here.house.ledger, 50)])


@router.post("/runs", summary="Run a job now", status_code=202)
def run(wanted: RunIn, here: Here) -> dict[str, str]:
    """Starts behind the page; GET /api/runs tells how it goes."""
    if here.jobs is None:
        raise BadInput("no scheduler runs in this process; start one with `reprise serve` or `reprise worker`")
    return {"run_key": here.jobs.run_now(wanted.job)}


def _run_out(here: Studio, row: dict[str, Any]) -> RunOut:
    where = reports.find(here.house.home, row["run_id"])
    wanted = {name: row[name] for name in RunOut.model_fields if name != "report"}
    return RunOut(**wanted, report=f"/reports/{row['run_id']}" if where else None)


async def _news(here: Studio) -> AsyncIterator[bytes]:
    """Status now and at every change, until the studio closes."""
    said = b""
    while not here.hub.closed:
        now = (await run_in_threadpool(status, here)).model_dump()
        fresh = event("status", now)
        yield fresh if fresh != said else b": still here\n\n"
        said = fresh
        await here.hub.wait(HEARTBEAT)
