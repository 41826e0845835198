"""`train`, `evaluate`, `refine`: how a model learns from a dataset, and what must be true before it writes."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeTask, pairs
from studio.cli.terminal import bad, bold, faint, good, wrapped

if TYPE_CHECKING:
    from jobs.gate import Bar
    from jobs.run_state import Refinement
    from jobs.settings import TrainSettings


@command(app)
def train(
    call: Call,
    dataset: Annotated[str, typer.Argument(metavar="ID", help="A dataset; `reprise datasets` lists them.")],
    method: Annotated[str, typer.Option(metavar="M", help="sft, dpo, or both in order: sft+dpo.")],
    set: Annotated[  # noqa: A002
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A setting of [train]; repeatable.")
    ] = None,
) -> None:
    """Train a model on a dataset."""
    from jobs.steps import train_model
    from loop.ids import new_id
    from studio.workshop import workshop

    settings = _changed(call.settings().train, pairs(set or [], "setting"))
    with call.house("reprise train") as house:
        run_id = new_id("r")
        made = train_model(workshop(house), run_id, new_id("m"), dataset, method, settings)
    document = {"run_id": run_id, "model_id": made.model_id, "method": made.method, "metrics": made.metrics}
    call.answer(document, _told_model(made.model_id, made.metrics))


@command(app)
def evaluate(
    call: Call,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A trained model; `reprise models` lists them.")],
    against: Annotated[str | None, typer.Option(metavar="MODEL", help="Instead of the champion.")] = None,
) -> None:
    """Compare a model with the champion on held-out prompts."""
    from jobs.steps import dataset_for, evaluate_model
    from loop.ids import new_id
    from studio.workshop import workshop

    with call.house("reprise evaluate") as house:
        shop = workshop(house)
        evaluation, decision = evaluate_model(shop, new_id("r"), model, dataset_for(shop, model), against)
    verdict = evaluation.verdict
    document = {
        "model_id": model, "against": evaluation.champion, "win_rate": verdict.win_rate,
        "interval": verdict.interval, "ok": decision.ok, "bars": decision.bars, "evaluation": evaluation,
    }  # fmt: skip
    said = "may be promoted" if decision.ok else "is refused"
    call.answer(document, [*_told_bars(decision.bars), f"{bold(model)} {said}"])


@command(app)
def refine(
    call: Call,
    task: MaybeTask = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Distill, and say what would be trained.")] = False,
    method: Annotated[str | None, typer.Option(metavar="M", help="sft, dpo, sft+dpo; else as set.")] = None,
) -> None:
    """Do the whole night's work now: distill, train, evaluate, promote."""
    refine_now(call, task, dry_run, method)


def refine_now(call: Call, task: str | None, dry_run: bool, method: str | None) -> None:
    """What `refine` and `schedule run refine` do."""
    from jobs.refine import refine as work
    from loop import checks
    from studio.workshop import workshop

    if task is not None:
        checks.task_profile(call.settings().tasks, task)
    with call.house("reprise refine") as house:
        done = work(workshop(house), task, dry_run=dry_run, method=method)
    call.answer(done, _told_refinement(done))


def _changed(settings: "TrainSettings", changes: dict[str, str]) -> "TrainSettings":
    """The settings with some of them given anew. Raises BadInput for one that is unknown or out of range."""
    import msgspec

    from loop.errors import BadInput

    try:
        given: dict[str, Any] = {**msgspec.to_builtins(settings), **changes}
        return msgspec.convert(given, type(settings), strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"a setting of [train] cannot be used: {error}") from error


def _told_model(model_id: str, metrics: dict[str, float]) -> Iterator[str]:
    yield f"{bold(model_id)} is trained; `reprise evaluate {model_id}` compares it with the champion"
    for name, value in metrics.items():
        yield faint(f"  {name} {value:.4g}")


def _told_bars(bars: Sequence["Bar"]) -> Iterator[str]:
    size = max((len(each.name) for each in bars), default=0)
    for each in bars:
        mark = good("ok ") if each.ok else faint("-- ") if each.ignored else bad("NOT")
        first, *more = wrapped(each.why, indent=size + 6)
        yield f"{mark} {each.name.ljust(size)}  {first}"
        yield from more


def _told_refinement(done: "Refinement") -> Iterator[str]:
    yield from _told_bars(done.bars)
    yield from wrapped(done.outcome, indent=0)
    if done.report:
        yield faint(f"report: {done.report}")
