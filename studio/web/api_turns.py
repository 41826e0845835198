"""The API of turns: write, at once or as a stream, and read back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from loop import checks
from loop.brief import Brief
from loop.errors import RepriseError
from loop.turn import Turn
from memory.item import Recalled
from studio.web import views
from studio.web.errors import BROKEN, log, problem, sentence, status_of
from studio.web.here import Here, Key, Studio
from studio.web.hub import event
from studio.web.room import FAILURES, Cancelled, Ticket
from studio.web.shapes import BriefIn, CandidateOut, RecalledOut, TurnOut, TurnsOut

router = APIRouter(prefix="/api/turns", tags=["turns"])
Told = tuple[str, dict[str, object]]
HEARTBEAT = 15.0  # seconds of silence after which a stream says that it lives


@router.post("", summary="Write: wait for all candidates")
async def write(brief: BriefIn, here: Here, key: Key) -> TurnOut:
    """Recall, write n candidates and record them."""
    ticket = here.room.ask(_brief(here, brief), key)
    assert ticket.future is not None
    try:
        turn = await asyncio.wrap_future(ticket.future)
    except asyncio.CancelledError:
        if ticket.given_up.is_set():
            raise Cancelled from None
        ticket.give_up()
        raise
    return await asyncio.to_thread(turn_out, here, turn)


@router.post(
    "/stream",
    summary="Write: candidates as they come",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "waiting, writing, piece, then turn or error"}
    },
)
async def stream(brief: BriefIn, here: Here, key: Key) -> StreamingResponse:
    """Server-sent events: `waiting`, `writing {round, n}`, `piece {round, index, text}`, then `turn` or `error`.

    A candidate's pieces of its newest round, joined, are what the model wrote; `turn` has the texts as they were kept.
    """
    queue: asyncio.Queue[Told | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def tell(name: str, data: dict[str, object]) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, (name, data))

    ticket = here.room.ask(_brief(here, brief), key, tell)
    assert ticket.future is not None
    ticket.future.add_done_callback(lambda _: loop.call_soon_threadsafe(queue.put_nowait, None))
    return StreamingResponse(_told(here, ticket, queue), media_type="text/event-stream")


@router.get("", summary="The newest turns")
def newest(here: Here, limit: Annotated[int, Query(ge=1, le=50)] = 5, rater: str = "me") -> TurnsOut:
    """As they stand now."""
    house = here.house
    ids = views.last_turns(house.ledger, limit)
    return TurnsOut(turns=[turn_out(here, views.turn(house.ledger, house.memory, id_), rater) for id_ in ids])


@router.get("/{turn_id}", summary="One turn")
def one(turn_id: str, here: Here, rater: str = "me") -> TurnOut:
    """As it stands now; forgotten candidates are left out."""
    return turn_out(here, views.turn(here.house.ledger, here.house.memory, turn_id), rater)


def turn_out(here: Studio, turn: Turn, rater: str = "me") -> TurnOut:
    """A turn with where its candidates stand."""
    ledger = here.house.ledger
    stand = views.by_id(ledger, [c.candidate_id for c in turn.candidates], rater)
    others = ledger.texts([c.repeats for c in turn.candidates if c.repeats])
    return TurnOut(
        **{name: getattr(turn, name) for name in ("turn_id", "task", "prompt", "model", "strategy", "seed")},
        fields=views.asked(ledger, turn.turn_id),
        recalled=[_recalled(each) for each in turn.recalled],
        avoided=[_recalled(each) for each in turn.avoided],
        candidates=[
            _candidate(msgspec.to_builtins(c), stand[c.candidate_id], others.get(c.repeats or "", ""))
            for c in turn.candidates
            if c.candidate_id in stand
        ],
    )


def _candidate(written: dict[str, Any], stands: views.ItemView, repeated: str) -> CandidateOut:
    now = ("reward", "ratings", "hidden", "picked", "scores", "comment")
    stand = {name: getattr(stands, name) for name in now}
    chosen = written.pop("chosen")  # what is expected of a text must not sway who rates it
    more = {"repeated": repeated, "chosen_from": chosen["of"] if chosen else None}
    return CandidateOut.model_validate({**written, **stand, **more})


def _recalled(each: Recalled) -> RecalledOut:
    item = each.item
    return RecalledOut(
        item_id=item.item_id, text=item.text, similarity=each.similarity, reward=item.reward, reason=item.reason
    )


def _brief(here: Studio, brief: BriefIn) -> Brief:
    profile = checks.task_profile(here.house.settings.tasks, brief.task)
    given = {name.strip(): value for name, value in brief.fields.items() if value.strip()}
    return Brief(
        task=brief.task,
        prompt=brief.prompt.strip(),
        fields=given,
        n=profile.n if brief.n is None else brief.n,
        seed=brief.seed,
        strategy=brief.strategy or None,
    )


async def _told(here: Studio, ticket: Ticket, queue: asyncio.Queue[Told | None]) -> AsyncIterator[bytes]:
    """What happens to a ticket; when the reader goes away, the writing stops."""
    try:
        yield event("waiting", {"model": here.room.state, "ahead": here.room.waiting - 1})
        while (told := await _next(queue)) is not None:
            yield event(*told) if told[0] else b": still here\n\n"
        yield await _ending(here, ticket)
    finally:
        ticket.give_up()


async def _next(queue: asyncio.Queue[Told | None]) -> Told | None:
    try:
        return await asyncio.wait_for(queue.get(), HEARTBEAT)
    except TimeoutError:
        return "", {}


async def _ending(here: Studio, ticket: Ticket) -> bytes:
    """The turn as it was recorded, or what went wrong, whatever it was."""
    assert ticket.future is not None
    if ticket.future.cancelled():
        return _failed(Cancelled())
    error = ticket.future.exception()
    if error is not None:
        return _failed(error)
    try:
        turn = await asyncio.to_thread(turn_out, here, ticket.future.result())
    except FAILURES as failure:
        return _failed(failure)
    return event("turn", turn.model_dump())


def _failed(error: BaseException) -> bytes:
    status = status_of(error)
    if status == 500 and not isinstance(error, RepriseError):
        log.error("a turn failed", exc_info=error)
        return event("error", problem(status, BROKEN))
    return event("error", problem(status, sentence(error)))
