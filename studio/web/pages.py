"""The pages: HTML with every word escaped, filled by the same functions as the API."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qs

import jinja2
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from loop.errors import NotFound
from memory.strategies import STRATEGIES
from studio.web import api_house, api_items, reports, views
from studio.web.errors import sentence
from studio.web.guard import COOKIE, session
from studio.web.here import Here, Rater, Studio
from studio.web.shapes import ItemsOut

router = APIRouter(include_in_schema=False)
PER_PAGE = 40
SEARCH_K = 40
STRATEGY_WORDS = {
    "none": "nothing",
    "recent": "the newest",
    "random": "anything",
    "similar": "what is similar",
    "best": "the best of it",
    "diverse": "the best, varied",
    "contrast": "best and worst",
}
_pages = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_pages.filters["percent"] = lambda share: f"{share * 100:.0f} %"
_pages.filters["short"] = lambda name: str(name).rstrip("/").rpartition("/")[2]
_pages.filters["clock"] = lambda at: f"{datetime.fromisoformat(at):%A %d %B, %H:%M}"
_pages.filters["moment"] = lambda at: str(at).replace("T", " ")[:16] + " UTC"


@router.get("/")
def write(here: Here, rater: Rater) -> HTMLResponse:
    """The writing room."""
    settings = here.house.settings
    strategies = {name: STRATEGY_WORDS.get(name, name) for name in STRATEGIES}
    tasks = [task.model_dump() for task in api_house.tasks(here)]
    return _page(
        "write.html", here, "write", rater=rater, tasks=tasks, strategies=strategies, usual=settings.memory.strategy
    )


@router.get("/library")
def library(
    here: Here,
    rater: Rater,
    q: str = "",
    task: str = "",
    order: views.Order = "newest",
    hidden: bool = False,
    page: Annotated[int, Query(ge=1)] = 1,
) -> HTMLResponse:
    """What memory holds: found by meaning, or leafed through."""
    asked = {"q": q.strip(), "task": task, "order": order, "hidden": hidden, "page": page}
    problem, found = "", ItemsOut(items=[], total=0)
    try:
        found = _found(here, asked, rater)
    except (ValueError, RuntimeError) as error:
        problem = sentence(error)
    pages = 1 if asked["q"] else max(1, -(-found.total // PER_PAGE))
    criteria = {name: list(profile.criteria) for name, profile in here.house.settings.tasks.items()}
    shown: dict[str, Any] = {
        "items": found.items,
        "total": found.total,
        "pages": pages,
        "problem": problem,
        "criteria": criteria,
    }
    return _page(
        "library.html", here, "library", rater=rater, asked=asked, tasks=list(here.house.settings.tasks), **shown
    )


@router.get("/models")
def models(here: Here, rater: Rater) -> HTMLResponse:
    """Who writes, and who could."""
    return _page("models.html", here, "models", rater=rater, known=api_house.models(here))


@router.get("/nights")
def nights(here: Here, rater: Rater) -> HTMLResponse:
    """The refinement: when it runs, and how it went."""
    return _page("nights.html", here, "nights", rater=rater, told=api_house.runs(here), scheduled=here.jobs is not None)


@router.get("/reports/{run_id}")
def report(run_id: str, here: Here) -> HTMLResponse:
    """The report of a run, as it was written."""
    path = reports.find(here.house.home, run_id)
    if path is None:
        raise NotFound("report", run_id)
    return HTMLResponse(path.read_bytes(), headers={"Content-Security-Policy": reports.POLICY})


@router.get("/docs")
def docs(request: Request, here: Here, rater: Rater) -> HTMLResponse:
    """The API, from its own OpenAPI document."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    routes = [
        {"path": path, "verb": verb.upper(), **told} for path, verbs in paths.items() for verb, told in verbs.items()
    ]
    return _page("docs.html", here, "docs", rater=rater, routes=routes)


@router.get("/enter")
def entrance(here: Here) -> HTMLResponse:
    """Where a browser shows the token."""
    return _page("enter.html", here, "enter", wrong=False)


@router.post("/enter")
async def enter(request: Request, here: Here) -> Response:
    """The token for a session; the cookie never holds the token itself."""
    given = parse_qs((await request.body()).decode("utf-8", "replace")).get("token", [""])[0].strip()
    if not here.token or session(given) != session(here.token):
        return _page("enter.html", here, "enter", status=401, wrong=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE, session(here.token), httponly=True, samesite="strict", secure=request.url.scheme == "https", path="/"
    )
    return answer


def _found(here: Studio, asked: dict[str, Any], rater: str) -> ItemsOut:
    task = asked["task"] or None
    if asked["q"]:
        return api_items.recall(here, asked["q"], task, SEARCH_K, "similar", rater)
    start = (asked["page"] - 1) * PER_PAGE
    return api_items.items(here, task, asked["order"], asked["hidden"], start, PER_PAGE, rater)


def _page(name: str, here: Studio, place: str, status: int = 200, **values: Any) -> HTMLResponse:
    words = _pages.get_template(name).render(place=place, model=here.room.state, guarded=bool(here.token), **values)
    return HTMLResponse(words, status)
