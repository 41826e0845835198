"""`models`: which model writes, and which could."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command, default
from studio.cli.arguments import Key
from studio.cli.terminal import bad, bold, faint, table

if TYPE_CHECKING:
    from loop.registry import Champion, KnownModel
    from studio.compose import House

models = typer.Typer(help="Which model writes, and which could: list, promote, rollback.", rich_markup_mode=None)
app.add_typer(models, name="models")

Model = Annotated[str, typer.Argument(metavar="MODEL", help="A trained model's id, or the base's name.")]


@default(models)
def listed(call: Call) -> None:
    """Which model writes, and which could; without a command it lists them."""
    _list(call)


@command(models, "list")
def list_(call: Call) -> None:
    """Every trained model, newest first, and the champion."""
    _list(call)


@command(models)
def promote(
    call: Call,
    model: Model,
    force: Annotated[bool, typer.Option("--force", help="Even if the gate refused it, or never saw it.")] = False,
    key: Key = None,
) -> None:
    """Let a model write from now on."""
    with call.house() as house:
        house.registry.promote(model, force=force, key=key)
        _answer(call, house)


@command(models)
def rollback(call: Call, key: Key = None) -> None:
    """Give the writing back to the model before."""
    with call.house() as house:
        house.registry.rollback(key=key)
        _answer(call, house)


def _list(call: Call) -> None:
    with call.house() as house:
        _answer(call, house)


def _answer(call: Call, house: "House") -> None:
    champion, known = house.registry.champion(), house.registry.models()
    document = {
        "champion": champion.model_id, "base": house.registry.base, "warning": champion.warning, "models": known
    }  # fmt: skip
    call.answer(document, _told(champion, known))


def _told(champion: "Champion", known: list["KnownModel"]) -> Iterator[str]:
    yield f"{bold(champion.model_id)} writes"
    if champion.warning:
        yield bad(champion.warning)
    if not known:
        yield faint("no model was trained yet; `reprise refine` does it")
        return
    yield ""
    rows = [(m.model_id, m.method, m.at[:16].replace("T", " "), m.dataset_id, _state(m)) for m in known]
    yield from table(("model", "method", "trained (UTC)", "dataset", "verdict"), rows)


def _state(model: "KnownModel") -> str:
    if model.problem:
        return model.problem
    tainted = f", trained on the forgotten {model.tainted}" if model.tainted else ""
    return (model.verdict or "not evaluated") + tainted
