"""`rate`, `pick`, `edit`, `comment`, `hide`: what people say of what was written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import Candidate, Key, Rater, pairs

if TYPE_CHECKING:
    from loop.feedback import Standing
    from studio.compose import House


@command(app)
def rate(
    call: Call,
    candidate: Candidate,
    score: Annotated[
        list[str],
        typer.Option(metavar="NAME=1..5", help="A criterion's score, repeatable; a number alone scores them all."),
    ],
    comment: Annotated[str, typer.Option(metavar="WORDS", help="Why, in your words.")] = "",
    rater: Rater = "me",
    key: Key = None,
) -> None:
    """Score a text from 1 to 5 on its task's criteria; your newest scores count."""
    from loop import feedback

    with call.house() as house:
        scores = _scores(house, candidate, score)
        standing = feedback.rate(
            house.ledger, house.settings.tasks, candidate, scores, rater=rater, comment=comment, key=key
        )
        _answer(call, house, standing, f"rated {candidate}")


@command(app)
def pick(call: Call, candidate: Candidate, rater: Rater = "me", key: Key = None) -> None:
    """Choose a candidate over its siblings of the same turn."""
    from loop import feedback

    with call.house() as house:
        _answer(call, house, feedback.pick(house.ledger, candidate, rater=rater, key=key), f"picked {candidate}")


@command(app)
def edit(
    call: Call,
    candidate: Candidate,
    text: Annotated[str, typer.Option(metavar="TEXT", help="How it should have been written.")],
    rater: Rater = "me",
    key: Key = None,
) -> None:
    """Rewrite a text; the rewrite is kept beside it and preferred over it."""
    from loop import feedback

    with call.house() as house:
        standing = feedback.edit(house.ledger, candidate, text, rater=rater, key=key)
        _answer(call, house, standing, f"kept the rewrite of {candidate}")


@command(app)
def comment(
    call: Call,
    candidate: Candidate,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What you think of it.")],
    rater: Rater = "me",
    key: Key = None,
) -> None:
    """Say something of a text without scoring it; `contrast` shows it to the model as a reason."""
    from loop import feedback

    with call.house() as house:
        standing = feedback.comment(house.ledger, candidate, words, rater=rater, key=key)
        _answer(call, house, standing, f"noted on {candidate}")


@command(app)
def hide(
    call: Call,
    candidate: Candidate,
    undo: Annotated[bool, typer.Option("--undo", help="Put it back.")] = False,
    rater: Rater = "me",
    key: Key = None,
) -> None:
    """Take a text out of recall, or put it back."""
    from loop import feedback

    with call.house() as house:
        standing = feedback.hide(house.ledger, candidate, hidden=not undo, rater=rater, key=key)
        _answer(call, house, standing, f"{'put back' if undo else 'hid'} {candidate}")


def _answer(call: Call, house: "House", standing: "Standing", done: str) -> None:
    """Say where the item stands, then write it back into the index: nobody waits for that."""
    call.answer(standing, _told(standing, done))
    house.memory.write_back()


def _told(standing: "Standing", done: str) -> Iterator[str]:
    made = f" as {standing.item_id}" if standing.item_id else ""
    reward = "unrated" if standing.reward is None else f"reward {standing.reward:.2f}"
    yield f"{done}{made}; {reward}"


def _scores(house: "House", candidate: str, given: Sequence[str]) -> Mapping[str, object]:
    """Scores by criterion; one number alone stands for every criterion of the item's task."""
    if len(given) == 1 and "=" not in given[0]:
        from loop import checks, feedback

        task = feedback.item_row(house.ledger, candidate).task
        return dict.fromkeys(checks.task_profile(house.settings.tasks, task).criteria, _number(given[0]))
    return {name: _number(value) for name, value in pairs(given, "score").items()}


def _number(value: str) -> object:
    """The whole number that was meant; what is none is left as it is, to be refused by its own name."""
    try:
        return int(value)
    except ValueError:
        return value
