"""The studio as an ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from studio.compose import House
from studio.web import api_house, api_items, api_turns, pages
from studio.web.errors import tell_errors
from studio.web.guard import Guard
from studio.web.here import Jobs, Studio
from studio.web.hub import Follower, Hub
from studio.web.room import Room
from studio.web.shapes import ProblemOut

STATIC = Path(__file__).parent / "static"
ABOUT = (
    "Everything that the studio's pages do, as JSON. Errors are problem details (RFC 9457) with one sentence. "
    "A change sent twice with one `Idempotency-Key` happens once."
)


def create_app(
    house: House,
    *,
    token: str = "",
    jobs: Jobs | None = None,
    hub: Hub | None = None,
    wake: bool = True,
) -> FastAPI:
    """The studio over an open house, which stays the caller's to close; `jobs` are started and ended with it.

    With a `token` every request needs it; without one only loopback names are answered. `wake=False` leaves the
    model unloaded until the first turn.
    """
    studio = Studio(
        house=house,
        room=Room(house),
        hub=hub or Hub(),
        token=token,
        jobs=jobs,
    )
    app = FastAPI(
        title="Reprise", description=ABOUT, version="1", lifespan=_life(wake), docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", responses={"4XX": {"model": ProblemOut}, "5XX": {"model": ProblemOut}},
    )  # fmt: skip
    app.state.studio = studio
    for part in (api_turns, api_items, api_house, pages):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Guard, token=token, max_body=house.settings.server.max_body_kb * 1024)
    tell_errors(app)
    return app


def _life(wake: bool) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        """Load behind the page, follow the ledger, and end all threads at the end."""
        studio: Studio = app.state.studio
        follower = Follower(studio.house, studio.hub.ring)
        studio.hub.open()
        studio.hub.on_close(studio.room.stop)
        studio.room.on_change(studio.hub.ring)
        studio.house.ledger.subscribe(studio.hub.ring)
        follower.start()
        if wake:
            studio.room.wake()
        if studio.jobs:
            studio.jobs.start()
        try:
            yield
        finally:
            studio.hub.close()
            if studio.jobs:
                await run_in_threadpool(studio.jobs.close)
            follower.close()
            await run_in_threadpool(studio.room.close)

    return life
