"""What every route works with."""

from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from urllib.parse import unquote

from fastapi import Depends, Header, Request

from loop import checks
from loop.errors import BadInput
from studio.compose import House
from studio.web.hub import Hub
from studio.web.room import Room

LONGEST_KEY = 200


class Jobs(Protocol):
    """The scheduler, as the studio sees it."""

    def start(self) -> None:
        """Begin to look for what is due."""

    def close(self) -> None:
        """Look no more, and end what runs."""

    def overview(self) -> list[dict[str, Any]]:
        """Every job: id, next_run, last_run, new_ratings, after_ratings."""

    def run_now(self, job: str) -> str:
        """Start a job behind the page; the run's key. Raises BadInput."""


@dataclass(frozen=True)
class Studio:
    """An open house with its room, its bell, and the jobs where this process runs them."""

    house: House
    room: Room
    hub: Hub
    token: str = ""
    jobs: Jobs | None = None


def _here(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _key(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(description="Sent twice with the same key, a change happens once.")
    ] = None,
) -> str | None:
    """The key, for this address alone, so that one key sent to two addresses makes two changes."""
    if not idempotency_key:
        return None
    if len(idempotency_key) > LONGEST_KEY:
        raise BadInput(f"the Idempotency-Key has {len(idempotency_key)} characters; shorten it to {LONGEST_KEY}")
    path = request.url.path.removesuffix("/stream")
    return f"web {path} {idempotency_key}"


def _rater(request: Request) -> str:
    """Who rates in this browser, as the page set it; whoever has no name that can be one is `me`."""
    try:
        return checks.name(unquote(request.cookies.get("rater", "me")))
    except BadInput:
        return "me"


Here = Annotated[Studio, Depends(_here)]
Key = Annotated[str | None, Depends(_key)]
Rater = Annotated[str, Depends(_rater)]
