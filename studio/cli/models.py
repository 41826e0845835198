"""`models`: which model writes, and which could; to the Hub and from it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command, default
from studio.cli.arguments import Key
from studio.cli.terminal import bad, bold, faint, safe, table

if TYPE_CHECKING:
    from jobs.publish.pull import Pulled
    from jobs.publish.push import Pushed
    from jobs.watch import Live
    from loop.registry import Champion, KnownModel
    from studio.compose import House

models = typer.Typer(
    help="Which model writes, and which could: list, promote, rollback, live, push, pull.", rich_markup_mode=None
)
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


@command(models)
def live(call: Call) -> None:
    """How people score the champion's texts, beside those of the model before it."""
    from jobs.watch import live as standing

    with call.house() as house:
        found = standing(house.ledger, house.settings.watch)
        call.answer({"live": found}, _told_live(found, house.settings.watch.after_turns))


@command(models)
def push(
    call: Call,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A trained model's id, or a model's folder.")],
    to: Annotated[str, typer.Option(metavar="OWNER/NAME", help="The repository on the Hugging Face Hub.")],
    public: Annotated[bool, typer.Option("--public", help="Everybody may see it; else you alone.")] = False,
    dry_run: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the very folder that would be sent; send nothing.")
    ] = None,
    license: Annotated[  # noqa: A002
        str | None, typer.Option(metavar="ID", help="As the Hub spells it: apache-2.0, ...; else the base's.")
    ] = None,
    base: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="Where others find its base, if that is a folder here.")
    ] = None,
    merged: Annotated[bool, typer.Option("--merged", help="The adapter and its base as one model.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Even if it was trained on a forgotten text.")] = False,
) -> None:
    """Publish a model with its card; private unless --public."""
    from jobs.publish.push import Wish, rehearse
    from jobs.publish.push import push as send

    wish = Wish(model=model, to=to, public=public, licence=license, base=base, merged=merged, force=force)
    with call.house("reprise models push") as house:
        if dry_run is None:
            done = send(house.ledger, house.registry, wish)
        else:
            done = rehearse(house.ledger, house.registry, wish, dry_run)
    call.answer(done, _told_push(done))


@command(models)
def pull(
    call: Call,
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="A repository on the Hugging Face Hub.")],
    revision: Annotated[
        str | None, typer.Option(metavar="R", help="A branch, a tag or a commit; else the newest.")
    ] = None,
) -> None:
    """Fetch a model that was published, so that it can be evaluated and promoted."""
    from jobs.publish.pull import pull as fetch

    with call.house("reprise models pull") as house:
        done = fetch(house.ledger, house.registry, repository, revision)
    call.answer(done, _told_pull(done))


def _told_live(found: "Live | None", first: int) -> Iterator[str]:
    if found is None:
        yield "the base writes, or the last promotion was rolled back: there is nothing to hold live scores against"
    elif found.difference is None or found.interval is None:
        yield f"{bold(found.model_id)} was not yet scored by anybody who scored {found.previous} in the same task"
    else:
        low, high = found.interval
        moved = f"{found.difference:+.3f} a turn ({low:+.3f} to {high:+.3f})"
        yield f"{bold(found.model_id)} against {found.previous}: {moved}"
        yield faint(
            f"scores in [0, 1] over {found.turns} turns and {found.before} before; looked at from {first} turns on"
        )


def _told_push(done: "Pushed") -> Iterator[str]:
    seen = "private" if done.private else "public"
    if done.folder:
        yield f"{bold(done.model_id)} would go to {done.repository} ({seen}, {done.licence}); nothing was sent"
        yield faint(f"  {done.folder}: {', '.join(done.files)}")
        return
    yield f"{bold(done.model_id)} is at {done.url} ({seen}, {done.licence})"
    yield faint(f"  commit {done.commit}: {', '.join(done.files)}")


def _told_pull(done: "Pulled") -> Iterator[str]:
    yield safe(f"{bold(done.model_id)} {'is here now' if done.fresh else 'was here already'}, from {done.repository}")
    yield faint(safe(f"  commit {done.revision}; {done.path}"))
    if done.problem:
        yield bad(safe(done.problem))
    elif done.kind == "adapter":
        yield faint(
            f"`reprise evaluate {done.model_id}` compares it, `reprise models promote {done.model_id}` lets it write"
        )
    else:
        yield faint(f"it is whole: write with --model {done.model_id}, or set generator.model to its folder")


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
