"""`raters`: who rates how, how far they agree, and what would be without one of them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeTask
from studio.cli.terminal import bar, faint, table, wrapped

if TYPE_CHECKING:
    from jobs.rating.again import Reliability
    from jobs.rating.report import RaterReport, RatersReport
    from rewards.agreement import Agreement
    from studio.compose import House

NOTHING = "-"


@command(app)
def raters(
    call: Call,
    task: MaybeTask = None,
    again: Annotated[
        str | None,
        typer.Option(metavar="RATER", help="Which text this rater is to rate once more now; mostly none."),
    ] = None,
) -> None:
    """Show how each rater leans, agrees, drifts and repeats, and what changes without.

    --again tells whoever shows texts to the rater which one to show a second time. Do not say that it is one.
    """
    from jobs.rating.report import report
    from loop import checks

    if task is not None:
        checks.task_profile(call.settings().tasks, task)
    with call.house() as house:
        if again is not None:
            document = _due(house, checks.name(again))
            call.answer(document, [document["text"] or "none now"])
            return
        with bar("raters", "rater") as progress:
            told = report(house.ledger, house.settings.rewards, task, progress)
        call.answer(told, _told(told, house.settings.rewards.prior_strength))


def _due(house: "House", rater: str) -> dict[str, str | None]:
    from jobs.rating.again import due

    item_id = due(house.ledger, rater, house.settings.rewards)
    text = house.ledger.texts([item_id]).get(item_id) if item_id else None
    return {"rater": rater, "item_id": item_id if text else None, "text": text}


def _told(told: "RatersReport", strength: float) -> Iterator[str]:
    if not told.raters:
        yield "nobody has said anything yet; `reprise rate` and `reprise pick` do"
        return
    yield from _table(told.raters)
    if told.agreement:
        yield ""
        yield from _agreements(told)
    if any(each.criteria for each in told.raters):
        yield ""
        yield from _criteria(told.raters)
    notes = list(_notes(told, strength))
    if notes:
        yield ""
        yield from notes


def _table(listed: Sequence["RaterReport"]) -> Iterator[str]:
    head = ("rater", "ratings", "picks", "leans", "spread", "likeness", "drift", "first", "repeats", "without")
    yield from table(head, [_row(each) for each in listed])
    first, *more = wrapped(
        "leans: added to every value (0 to 1); spread: times as far apart; likeness: correlation with the others; "
        "drift: from first rating to last, * where surely not 0; first: the first place's share of picks, whatever "
        "stands there; repeats: alpha of first and second ratings; without: rank correlation of all rewards with and "
        "without.",
        indent=0,
    )
    yield from (faint(line) for line in (first, *more))


def _row(each: "RaterReport") -> tuple[str, ...]:
    drift, influence = each.drift, each.influence
    return (
        each.rater,
        f"{each.ratings:,}",
        f"{each.picks:,}",
        f"{each.leaning.offset:+.2f}" if each.leaning.n else NOTHING,
        f"{each.leaning.scale:.2f}" if each.leaning.n else NOTHING,
        f"{each.likeness.r:.2f}" if each.likeness else NOTHING,
        f"{drift.change:+.2f}{' *' if drift.sure else ''}" if drift else NOTHING,
        f"{each.places.shares[0]:.0%}" if each.places else NOTHING,
        _repeated(each.repeated),
        f"{influence.spearman:.3f}" if influence and influence.spearman is not None else NOTHING,
    )


def _repeated(repeated: "Reliability | None") -> str:
    if repeated is None:
        return NOTHING
    return f"{repeated.repeats}" if repeated.agreement is None else f"{repeated.agreement.alpha:.2f}"


def _agreements(told: "RatersReport") -> Iterator[str]:
    rows = [
        (name, _alpha(levels["interval"]), _alpha(levels["ordinal"]), f"{levels['interval'].items:,}")
        for name, levels in told.agreement.items()
    ]
    if told.calibrated:
        rows.insert(1, ("calibrated", _alpha(told.calibrated), NOTHING, f"{told.calibrated.items:,}"))
    yield from table(("agreement", "alpha, interval", "alpha, ordinal", "texts"), rows)


def _alpha(of: "Agreement") -> str:
    ends = f" ({of.low:.2f} to {of.high:.2f})" if of.low is not None else ""
    return f"{of.alpha:.2f}{ends}"


def _criteria(listed: Sequence["RaterReport"]) -> Iterator[str]:
    names = list(dict.fromkeys(name for each in listed for name in each.criteria))
    rows = [
        (each.rater, *(f"{each.criteria[name].offset:+.2f}" if name in each.criteria else NOTHING for name in names))
        for each in listed
        if each.criteria
    ]
    yield from table(("leans on", *names), rows)


def _notes(told: "RatersReport", strength: float) -> Iterator[str]:
    if told.strength is not None:
        found = f"the mean of all texts is worth {told.strength:.1f} ratings of one"
        yield from wrapped(f"{found}; rewards.prior_strength is {strength:g}", indent=0)
    if told.places and len(told.places.shares) > 1:
        places = ", ".join(f"{share:.0%}" for share in told.places.shares)
        yield from wrapped(f"share of picks by place, whatever stands there: {places}", indent=0)
    if told.repeated:
        moved = f"{told.repeated.moved:.2f} apart on average"
        yield f"{told.repeated.repeats:,} texts were rated again after a while, {moved}"
