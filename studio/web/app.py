"""The studio as an ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from loop import feedback
from loop.events import ItemForgotten
from studio.compose import House
from studio.web import api_house, api_items, api_turns, pages
from studio.web.errors import tell_errors
from studio.web.guard import Guard
from studio.web.here import Forget, Jobs, Studio
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
    forget: Forget | None = None,
    jobs: Callable[[House], Jobs] | None = None,
    hub: Hub | None = None,
    wake: bool = True,
) -> FastAPI:
    """The studio over an open house, which stays the caller's to close.

    With a `token` every request needs it; without one only loopback names are answered. `wake=False` leaves the
    model unloaded until the first turn.
    """
    studio = Studio(
        house=house,
        room=Room(house),
        hub=hub or Hub(),
        forget=forget or _forgetting(house),
        token=token,
        jobs=jobs(house) if jobs else None,
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
        studio.room.on_change(studio.hub.ring)
        studio.house.ledger.subscribe(studio.hub.ring)
        follower.start()
        if wake:
            studio.room.wake()
        try:
            yield
        finally:
            studio.hub.close()
            follower.close()
            studio.room.close()

    return life


def _forgetting(house: House) -> Forget:
    def forget(item_id: str, key: str | None) -> ItemForgotten:
        """Delete the words and record that, once."""
        fact = ItemForgotten(item_id=item_id)
        if key is None or house.ledger.find(key) is None:
            feedback.item_row(house.ledger, item_id)
            house.ledger.forget([item_id], fact, key=key)
        return fact

    return forget
