"""`train`, `evaluate`, `refine`: how a model learns from a dataset, and what must be true before it writes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeTask, pairs
from studio.cli.terminal import bad, bold, faint, good, table, wrapped

if TYPE_CHECKING:
    from jobs.gate import Bar
    from jobs.run_state import Refinement
    from jobs.settings import TrainSettings
    from jobs.train.recipes import Trained

TOLD = {
    "loss": "loss", "validation_loss": "val. loss", "rewards/chosen": "rewards chosen",
    "rewards/rejected": "rewards rejected", "rewards/accuracies": "accuracies", "rewards/margins": "margins",
}  # fmt: skip
"""Columns of a recipe's table, as they are headed."""


@command(app)
def train(
    call: Call,
    dataset: Annotated[
        str | None, typer.Argument(metavar="ID", help="A dataset; `reprise datasets` lists them.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(metavar="M", help="sft, dpo, weighted, kto, ppo, rloo, grpo; joined in order: sft+dpo."),
    ] = None,
    set: Annotated[  # noqa: A002
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="A setting of [train]; repeatable.")
    ] = None,
    onto: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Go on from a trained model; else from the base.")
    ] = None,
    reward: Annotated[
        str | None, typer.Option(metavar="ID", help="The reward model that ppo, rloo and grpo ask; else the newest.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(metavar="R", help="dpo-hh: a file of HH-RLHF pairs, without a home.")
    ] = None,
    data: Annotated[Path | None, typer.Option(metavar="FILE", help="What a recipe learns from.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder that a recipe's model appears as.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="What a recipe trains: starter, a folder, or a Hugging Face name."),
    ] = None,
) -> None:
    """Train a model on a dataset, or by a recipe on a file.

    A recipe keeps its checkpoints in DIR.training; stopped at any moment, the same command goes on from the last one.
    """
    from loop.errors import BadInput

    own = {"an ID": dataset, "--method": method, "--set": set, "--onto": onto, "--reward": reward}
    alone = {"--data": data, "--out": out, "--model": model}
    wrong = [name for name, given in (own if recipe else alone).items() if given]
    if wrong:
        raise BadInput(f"{wrong[0]} is not for {'a recipe' if recipe else 'a dataset'}; leave it out")
    if recipe:
        _by_recipe(call, recipe, data, out, model or "starter")
    elif dataset is None or method is None:
        raise BadInput("name a dataset and its --method, or a --recipe with --data and --out")
    else:
        settings = _changed(call.settings().train, pairs(set or [], "setting"))
        _on_dataset(call, dataset, method, settings, onto, reward)


def _on_dataset(
    call: Call, dataset: str, method: str, settings: "TrainSettings", onto: str | None, reward: str | None
) -> None:
    from jobs.steps import train_model
    from loop.ids import new_id
    from studio.workshop import workshop

    with call.house("reprise train") as house:
        run_id = new_id("r")
        made = train_model(workshop(house), run_id, new_id("m"), dataset, method, settings, onto=onto, reward=reward)
    document = {"run_id": run_id, "model_id": made.model_id, "method": made.method, "metrics": made.metrics}
    call.answer(document, _told_model(made.model_id, made.metrics))


def _by_recipe(call: Call, recipe: str, data: Path | None, out: Path | None, model: str) -> None:
    from jobs.train.recipes import RecipePlan, train_by_recipe
    from loop.errors import BadInput

    if data is None or out is None:
        raise BadInput(
            f"the recipe '{recipe}' needs a file and a folder for its model; name them with --data and --out"
        )
    plan = RecipePlan(recipe=recipe, model=model, data=str(data), device=call.settings().generator.device)
    done = train_by_recipe(out, plan)
    call.answer(done, _told_recipe(done))


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


def _told_recipe(done: "Trained") -> Iterator[str]:
    """The table that a training on preferences is mostly told by, a row for each evaluation."""
    yield f"{bold(done.model)} is trained on {done.base}: a LoRA adapter, {done.pairs['train']:,} pairs"
    if done.pairs["left_out"]:
        yield faint(f"  {done.pairs['left_out']:,} rows were left out: no pair, or both the same")
    yield from table(
        ["step", *TOLD.values()],
        [[f"{row['step']:.0f}", *(f"{row[name]:.4f}" if name in row else "" for name in TOLD)] for row in done.table],
    )


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
