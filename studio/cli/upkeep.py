"""`verify`, `doctor`, `rebuild`, `backup`, `forget`: upkeep."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.terminal import bad, bar, clipped, faint, good, wrapped

if TYPE_CHECKING:
    from jobs.forgetting import Forgotten
    from studio.compose import House
    from studio.upkeep.report import Report


@command(app)
def verify(call: Call) -> None:
    """Check that all is as the ledger says."""
    from studio.upkeep.verify import verify as look

    with call.house("reprise verify") as house, bar("verify", "row") as progress:
        report = look(house, progress)
    _answer(call, report)


@command(app)
def doctor(call: Call) -> None:
    """Check the machine, the home and the settings."""
    from studio.upkeep.doctor import doctor as look

    _answer(call, look(call.folder, call.config))


@command(app)
def rebuild(call: Call) -> None:
    """Make read models and index anew from the ledger."""
    from studio.upkeep.rebuild import rebuild as anew

    with call.house("reprise rebuild") as house, bar("rebuild", "item") as progress:
        report = anew(house, progress)
    _answer(call, report)


@command(app)
def backup(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write, such as home.tar.gz.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> None:
    """Copy the home into an archive while it is in use.

    Ledger, models, datasets and settings go in; the index does not, the next start makes it from the ledger.
    To restore it, unpack it into a new home: mkdir HOME && tar -xzf FILE -C HOME, then use --home HOME.
    A ledger on a PostgreSQL server is copied with pg_dump.
    """
    from studio.upkeep.backup import backup as copy

    with call.house("reprise backup") as house, bar("backup", "page") as progress:
        made = copy(house, file, force=force, progress=progress)
    size = f"{made.bytes / (1 << 20):.1f} MiB"
    call.answer(made, [f"wrote {made.file}: {made.events:,} events, {made.files} files, {size}"])


@command(app)
def forget(
    call: Call,
    item: Annotated[str, typer.Argument(metavar="ID", help="A candidate, an item, or a whole turn.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete words everywhere, for good.

    They go from the ledger, the index and every dataset; models that were trained on them are marked, and copies
    that you exported are yours to delete. To take a text out of recall alone, hide it.
    """
    from jobs.forgetting import forget as delete

    with call.house("reprise forget") as house:
        if not (yes or call.json):
            _ask(house, item)
        done = delete(house.ledger, house.home, item)
        house.memory.write_back()
    call.answer(done, _told_forgotten(done))


def _ask(house: "House", item: str) -> None:
    """Show what would go, and go on only when a person says so; where nobody can be asked, it is meant."""
    from loop.errors import BadInput

    if not sys.stdin.isatty():
        return
    words = house.ledger.texts([item]).get(item, "the whole turn")
    sys.stderr.write(f"{clipped(words, 70)}\nDelete these words for good? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise BadInput("nothing was forgotten; answer y, or give --yes")


def _told_forgotten(done: "Forgotten") -> Iterator[str]:
    yield f"forgot {', '.join(done.items)}"
    if done.deleted:
        yield f"  datasets deleted, to be distilled again: {', '.join(done.deleted)}"
    if done.struck:
        yield f"  datasets whose rows were struck: {', '.join(done.struck)}"
    if done.models:
        yield f"  models that had learned from it, and are marked: {', '.join(done.models)}"
    if done.rewards:
        yield f"  reward models that had learned from it, and choose no more: {', '.join(done.rewards)}"


def _answer(call: Call, report: "Report") -> None:
    """Say what was found; what is not right is exit status 1."""
    call.answer(report, _told(report))
    if not report.ok:
        wrong = [check.name for check in report.checks if not check.ok]
        sys.stderr.write(f"reprise: not all is well: see {', '.join(wrong)}\n")
        raise typer.Exit(1)


def _told(report: "Report") -> Iterator[str]:
    size = max(len(check.name) for check in report.checks)
    for check in report.checks:
        mark = good("ok ") if check.ok else bad("NOT")
        first, *more = wrapped(check.why, indent=size + 6)
        yield f"{mark} {check.name.ljust(size)}  {first}"
        yield from more
    yield faint("all is well") if report.ok else bad("not all is well")
