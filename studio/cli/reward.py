"""`reward`: a model of what people like, how good it is, and what it would ask them next."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeTask
from studio.cli.terminal import bold, faint, wrapped

if TYPE_CHECKING:
    from jobs.rewarding.ask import Question
    from jobs.rewarding.fit import Fitted
    from jobs.rewarding.report import Calibration, Figure, Pairs
    from rewards.settings import RewardModelSettings
    from studio.compose import House


@command(app)
def reward(
    call: Call,
    dataset: Annotated[
        str | None, typer.Argument(metavar="ID", help="A dataset; without one the newest.", show_default=False)
    ] = None,
    task: MaybeTask = None,
    kind: Annotated[str | None, typer.Option(metavar="K", help="head or trained; else as set in [reward].")] = None,
    ask: Annotated[int, typer.Option(metavar="N", help="Also name N unrated texts to rate next.", min=0)] = 0,
) -> None:
    """Fit a model of what people like, and show how good it is on prompts that it never saw."""
    from jobs.distill.progress import bars
    from jobs.rewarding.ask import questions
    from jobs.rewarding.fit import fit_reward
    from jobs.rewarding.open import open_scorer
    from jobs.rewarding.serving import serves
    from loop import checks
    from studio.workshop import workshop

    settings = call.settings()
    if task is not None:
        checks.task_profile(settings.tasks, task)
    chosen = _chosen(settings.reward, kind)
    with call.house("reprise reward") as house, bars() as progress:
        newest = dataset or _newest(house, task)
        done = fit_reward(workshop(house), newest, chosen, embedder=settings.memory.embedder, progress=progress)
        asked: list[Question] = []
        if ask:
            embedder = house.memory.embedder
            asked = questions(house.ledger, open_scorer(done.path, embedder), embedder, ask, task)
    report = done.report
    document = {
        "reward_id": report.reward_id, "path": done.path, "fresh": done.fresh, "serves": serves(report.metrics),
        "report": report, "ask": asked,
    }  # fmt: skip
    call.answer(document, [*_told(done), *_told_questions(asked)])


def _chosen(settings: "RewardModelSettings", kind: str | None) -> "RewardModelSettings":
    """The settings, of another kind if one was named. Raises BadInput for a kind that there is not."""
    import msgspec

    from loop.errors import BadInput

    if kind is None:
        return settings
    try:
        return msgspec.convert({**msgspec.to_builtins(settings), "kind": kind}, type(settings))
    except msgspec.ValidationError as error:
        raise BadInput(f"there is no kind of reward model '{kind}'; choose head or trained") from error


def _newest(house: "House", task: str | None) -> str:
    """The newest dataset, of a task if one is named. Raises BadInput where there is none."""
    from jobs.distill.dataset import list_datasets
    from loop.errors import BadInput

    found = [each.dataset_id for each in list_datasets(house.ledger) if task is None or each.task == task]
    if not found:
        of = f" of {task}" if task else ""
        raise BadInput(f"there is no dataset{of} to learn from; make one with `reprise distill`")
    return found[0]


def _told(done: "Fitted") -> Iterator[str]:
    from jobs.rewarding.serving import serves

    report = done.report
    yield f"{bold(report.reward_id)}{'' if done.fresh else ' was there already: nothing has changed'}"
    learned = f"{report.texts:,} texts and {report.pairs:,} pairs on {report.prompts:,} prompts"
    yield f"  a {report.kind} for {', '.join(report.tasks)}, of {learned}"
    yield from _told_pairs(report.held_out)
    yield from _told_calibration(report.calibration)
    if not serves(report.metrics):
        yield "  it chooses nothing yet: that it orders unseen pairs better than chance is not sure"
    yield faint(f"  {done.path}")


def _told_pairs(found: "Pairs | None") -> Iterator[str]:
    if found is None:
        yield "  too few pairs were held out to say how good it is"
        return
    yield f"  of {found.pairs:,} held-out pairs it orders right       {_share(found.accuracy)}"
    yield f"    embedding similarity alone {_share(found.by_similarity)}, so it gains {_points(found.over_similarity)}"
    yield f"    length alone               {_share(found.by_length)}, so it gains {_points(found.over_length)}"


def _told_calibration(found: "Calibration | None") -> Iterator[str]:
    if found is None:
        return
    yield f"  rewards lie {found.error:.3f} from what it expects of them, in the mean over ten parts"
    yield f"  {_share(found.coverage)} of rewards reach its lower bound; {found.stated:.0%} should"


def _told_questions(asked: list["Question"]) -> Iterator[str]:
    if asked:
        yield "to be rated next"
    for each in asked:
        yield f"  {each.item_id}  {each.expected:.2f}, at least {each.lower:.2f}"
        yield from (f"    {line}" for line in wrapped(each.text, indent=4))


def _share(figure: "Figure") -> str:
    low, high = figure.interval
    return f"{figure.value:.1%} ({low:.1%} to {high:.1%})"


def _points(figure: "Figure") -> str:
    low, high = figure.interval
    return f"{100 * figure.value:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
