"""The API of items: what people say of them, and the search for them."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query

from loop import checks, feedback
from loop.errors import BadInput
from memory.strategies import STRATEGIES
from studio.web import views
from studio.web.here import Here, Key
from studio.web.shapes import (
    AskedOut,
    ByRater,
    CommentIn,
    EditIn,
    ForgottenOut,
    HideIn,
    ItemOut,
    ItemsOut,
    OneMoreOut,
    RateIn,
    Standing,
)

router = APIRouter(prefix="/api", tags=["items"])
Many = Annotated[int, Query(ge=1, le=200)]


@router.post("/items/{item_id}/rate", summary="Score by criterion, 1 to 5")
def rate(item_id: str, said: RateIn, here: Here, key: Key) -> Standing:
    """The rater's newest scores count."""
    tasks = here.house.settings.tasks
    stands = feedback.rate(
        here.house.ledger, tasks, item_id, said.scores, rater=said.rater, comment=said.comment, key=key
    )
    return _standing(stands)


@router.post("/items/{item_id}/pick", summary="Choose one over its siblings")
def pick(item_id: str, said: ByRater, here: Here, key: Key) -> Standing:
    """The rater's newest pick of a turn counts."""
    return _standing(feedback.pick(here.house.ledger, item_id, rater=said.rater, key=key))


@router.post("/items/{item_id}/edit", summary="Rewrite")
def edit(item_id: str, said: EditIn, here: Here, key: Key) -> Standing:
    """The rewrite becomes an item of its own, preferred over what it rewrites."""
    return _standing(feedback.edit(here.house.ledger, item_id, said.text, rater=said.rater, key=key))


@router.post("/items/{item_id}/comment", summary="Say something of it")
def comment(item_id: str, said: CommentIn, here: Here, key: Key) -> Standing:
    """Words without a score; the strategy `contrast` shows them to the model."""
    return _standing(feedback.comment(here.house.ledger, item_id, said.comment, rater=said.rater, key=key))


@router.post("/items/{item_id}/hide", summary="Take out of recall, or put back")
def hide(item_id: str, said: HideIn, here: Here, key: Key) -> Standing:
    """Nothing is deleted."""
    return _standing(feedback.hide(here.house.ledger, item_id, hidden=said.hidden, rater=said.rater, key=key))


@router.post("/items/{item_id}/forget", summary="Delete the words everywhere")
def forget(item_id: str, said: ByRater, here: Here) -> ForgottenOut:
    """The words go from the ledger, the memory and every dataset; models that learned from them are marked.

    This cannot be undone. Sent twice, it happens once.
    """
    from jobs.forgetting import forget as everywhere

    checks.name(said.rater)
    gone = everywhere(here.house.ledger, here.house.home, item_id)
    datasets = [*gone.deleted, *gone.struck]
    return ForgottenOut(item_id=item_id, forgotten=True, datasets=datasets, models=gone.models, rewards=gone.rewards)


@router.get("/items", summary="The library")
def items(
    here: Here,
    task: str | None = None,
    order: views.Order = "newest",
    hidden: bool = False,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Many = 50,
    rater: str = "me",
) -> ItemsOut:
    """Newest or best first; `hidden=true` lists what was hidden."""
    known_task(here, task)
    found, total = views.listed(
        here.house.ledger, task=task or None, order=order, hidden=hidden, offset=offset, limit=limit, rater=rater
    )
    return ItemsOut(items=[item_out(view) for view in found], total=total)


@router.get("/recall", summary="Search by meaning")
def recall(
    here: Here, query: str, task: str | None = None, k: Many = 10, strategy: str | None = None, rater: str = "me"
) -> ItemsOut:
    """The default strategy is the configured one; `similar` asks for nearness alone."""
    house = here.house
    wanted = strategy or house.settings.memory.strategy
    words = checks.words(query, "the query", house.settings.generator.max_prompt_chars)
    known_task(here, task)
    if wanted not in STRATEGIES:
        raise BadInput(f"there is no strategy '{wanted}'; choose one of {', '.join(STRATEGIES)}")
    found = views.found(house.ledger, house.memory, words, task=task or None, k=k, strategy=wanted, rater=rater)
    return ItemsOut(items=[item_out(view) for view in found], total=len(found))


@router.get("/ask", summary="One more text to rate: mostly none")
def ask(here: Here, rater: str = "me") -> OneMoreOut:
    """Now and then a text from before, for the first time or again; do not say which, nor what was said of it.

    It is the same until this rater rates something.
    """
    from jobs.rating.again import one_more

    house = here.house
    item_id = one_more(house.ledger, checks.name(rater), house.settings.rewards)
    view = views.by_id(house.ledger, [item_id], rater).get(item_id) if item_id else None
    if view is None or view.task not in house.settings.tasks:
        return OneMoreOut(item=None)
    return OneMoreOut(item=AskedOut(**{name: getattr(view, name) for name in AskedOut.model_fields}))


def known_task(here: Here, task: str | None) -> None:
    """An unknown task is refused; None and the empty name stand for any."""
    if task:
        checks.task_profile(here.house.settings.tasks, task)


def item_out(view: views.ItemView) -> ItemOut:
    """An item as the API gives it."""
    return ItemOut.model_validate(msgspec.to_builtins(view))


def _standing(stands: feedback.Standing) -> Standing:
    return Standing.model_validate(msgspec.to_builtins(stands))
