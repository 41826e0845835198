"""`import`, `distill`, `datasets`, `export`: from past writing to what a model learns from."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeTask, Task
from studio.cli.terminal import bad, bar, faint, table

if TYPE_CHECKING:
    from jobs.distill.dataset import Dataset, Listed
    from loop.importing import Imported

SHOWN = 5  # rows that could not be read


@command(app, "import")
def import_(
    call: Call,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSONL, Parquet, text; gzip or not.")],
    task: Task,
    format: Annotated[str, typer.Option(metavar="F", help="csv, tsv, jsonl, ...; else by the file.")] = "auto",  # noqa: A002
    map: Annotated[  # noqa: A002
        list[str] | None, typer.Option(metavar="OURS=THEIRS", help="Which column is what; repeatable.")
    ] = None,
    scale: Annotated[str, typer.Option(metavar="LOW:HIGH", help="The scale of the ratings.")] = "1:5",
    join: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=FILE:KEY", help="Columns of another file; repeatable.")
    ] = None,
) -> None:
    """Take in past writing, ratings, votes and pairs.

    Ours: text prompt rating votes rater comment chosen rejected votes_chosen votes_rejected votes_1..votes_5
    impressions clicks engagement field.NAME score.CRITERION rating@RATER. A column that bears one of these names
    needs no --map. What was imported before is passed over, so that an import that was stopped just runs again.
    """
    from loop import checks
    from loop.feedback import calibrate
    from loop.importing import import_file
    from loop.imports.plan import ImportPlan

    checks.task_profile(call.settings().tasks, task)
    plan = ImportPlan.of(format=format, maps=map or [], scale=scale, joins=join or [])
    with call.house("reprise import") as house:
        with bar(file.name, "B") as progress:
            done = import_file(house.ledger, file, plan, task, house.settings.tasks, progress)
        if done.imported:
            calibrate(house.ledger)
            with bar("memory", "text") as progress:
                house.memory.write_back(progress)
    call.answer(done, _told_import(done))
    _end_import(call, done)


@command(app)
def distill(call: Call, task: MaybeTask = None) -> None:
    """Build a dataset of what you liked."""
    from jobs.distill.progress import bars
    from jobs.distill.run import distill as build
    from loop import checks

    settings = call.settings()
    if task is not None:
        checks.task_profile(settings.tasks, task)
    with call.house("reprise distill") as house, bars() as progress:
        dataset = build(
            house.ledger, house.home, settings.tasks, settings.distill,
            embedder=house.memory.embedder, task=task, progress=progress,
        )  # fmt: skip
    call.answer(dataset, _told_dataset(dataset))


@command(app)
def datasets(call: Call) -> None:
    """List the datasets that were distilled."""
    from jobs.distill.dataset import list_datasets

    with call.house() as house:
        found = list_datasets(house.ledger)
    call.answer({"datasets": found}, _told_datasets(found))


@command(app)
def export(
    call: Call,
    dataset: Annotated[str, typer.Argument(metavar="ID", help="A dataset; `reprise datasets` lists them.")],
    format: Annotated[str, typer.Option(metavar="F", help="jsonl, openai, trl, hh, parquet; also F-preference.")],  # noqa: A002
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
) -> None:
    """Write a dataset as another trainer reads it."""
    from jobs.export import export as write

    done = write(call.folder, dataset, format, out, force=force)
    call.answer(done, [f"wrote {done.rows:,} rows to {done.path}"])


def _end_import(call: Call, done: "Imported") -> None:
    """A file that broke off, or of which no row could be read, is a failure; rows left out among others are not."""
    if done.broken:
        call.note(f"reprise: {done.broken}")
        raise typer.Exit(1)
    if done.failed and not done.imported + done.skipped:
        call.note(f"reprise: no row could be imported; row {done.errors[0].row:,}: {done.errors[0].reason}")
        raise typer.Exit(1)
    if done.failed:
        call.note(f"reprise: {done.failed:,} rows were left out; correct them and import the file again")


def _told_import(done: "Imported") -> Iterator[str]:
    yield f"imported {done.imported:,}, skipped {done.skipped:,}, failed {done.failed:,}"
    for error in done.errors[:SHOWN]:
        yield bad(f"  row {error.row:,}: {error.reason}")
    if done.failed > SHOWN:
        yield faint(f"  and {done.failed - SHOWN:,} more; --json lists them")


def _told_dataset(dataset: "Dataset") -> Iterator[str]:
    yield f"{dataset.dataset_id}{'' if dataset.fresh else ' was there already: nothing has changed'}"
    kinds = {"texts": dataset.sft, "pairs": dataset.pairs, "unpaired": dataset.unpaired, "held out": dataset.held_out}
    yield "  " + ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    yield faint(f"  {dataset.path}")


def _told_datasets(found: list["Listed"]) -> Iterator[str]:
    if not found:
        yield "no dataset yet; `reprise distill` builds one"
        return
    head = ("dataset", "made (UTC)", "texts", "pairs", "unpaired", "held out", "task")
    counts = [[f"{each.sft:,}", f"{each.pairs:,}", f"{each.unpaired:,}", f"{each.held_out:,}"] for each in found]
    rows = [
        (each.dataset_id, each.at[:16].replace("T", " "), *count, each.task or "all")
        for each, count in zip(found, counts, strict=True)
    ]
    yield from table(head, rows)
