"""`write --batch`: something for every person in a file, and how much of it says the same to two of them."""

import csv
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.app import Call
from studio.cli.candidates import about
from studio.cli.terminal import bad, bar, bold, faint, wrapped

if TYPE_CHECKING:
    from loop.brief import Brief
    from loop.imports.row import RowError
    from loop.people import People, Person
    from loop.turn import Turn
    from memory.repetition import Repetition
    from studio.compose import House

SHOWN = 5  # rows that nothing was written for
IN_A_ROW = 3
"""People for whom the model fails one after the other before it is given up."""
OURS = ("text", "candidate_id", "novelty", "repeats", "shared")
"""Columns that the answer adds."""
Row = dict[str, Any]


def alone(out: Path | None, force: bool) -> None:
    """A turn without a file of people takes none of the options that belong to one. Raises BadInput."""
    from loop.errors import BadInput

    if out is not None or force:
        raise BadInput("--out and --force belong to --batch; leave them out, or name a file of people with --batch")


def write_batch(
    call: Call, base: "Brief", file: Path, out: Path | None, *, model: str | None, key: str | None, force: bool
) -> None:
    """A turn for each row of the file; the rows that were written for before are read back."""
    from loop import checks
    from loop.people import read_people

    settings = call.settings()
    profile = checks.task_profile(settings.tasks, base.task)
    read = read_people(file, base, profile, settings.generator, f"{key or ''} {model or ''}")
    _check(out, read, force)
    with call.house() as house:
        with bar(file.name, "person") as progress:
            done, failed = _turns(house, read.people, model, progress)
        if house.serving.problem:
            call.note(house.serving.problem)
        ids = [candidate.candidate_id for _, turn in done for candidate in turn.candidates]
        told = house.memory.given.repetition(base.task, ids)
    if out is not None:
        _write(out, done)
    errors = sorted([*read.errors, *failed], key=lambda error: error.row)
    rows = [{"row": person.row, **_document(person, turn)} for person, turn in done]
    document = {"rows": rows, "errors": errors, "repetition": told, "path": None if out is None else str(out)}
    call.answer(document, _told(done, errors, told, out))


def _turns(
    house: "House", people: "list[Person]", model: str | None, progress: Any
) -> "tuple[list[tuple[Person, Turn]], list[RowError]]":
    """What was written for each, and for whom the model failed; it is given up when it fails for several in a row."""
    from loop.errors import ModelUnusable
    from loop.imports.row import RowError
    from studio.writers import writer_for

    writer = cache(partial(writer_for, house, model))
    done: list[tuple[Person, Turn]] = []
    failed: list[RowError] = []
    in_a_row = 0
    for number, person in enumerate(people, 1):
        try:
            done.append((person, _turn(house, person, writer)))
            in_a_row = 0
        except ModelUnusable as error:
            in_a_row += 1
            failed.append(RowError(person.row, str(error)))
            if in_a_row == min(IN_A_ROW, len(people)):
                raise
        progress(number, len(people))
    return done, failed


def _turn(house: "House", person: "Person", writer: Any) -> "Turn":
    from loop.turn import read_back, take_turn

    if earlier := house.ledger.find(person.key):
        return read_back(earlier, house.ledger, house.memory)
    return take_turn(
        person.brief, memory=house.memory, model=writer(), ledger=house.ledger, tasks=house.settings.tasks,
        settings=house.settings.generator, scorer=house.scorer(person.brief.task), key=person.key,
    )  # fmt: skip


def _check(out: Path | None, read: "People", force: bool) -> None:
    """A file that cannot be written is refused before the first turn."""
    from loop.errors import BadInput

    if out is None:
        return
    if out.suffix.lower() not in (".csv", ".jsonl"):
        raise BadInput(f"{out} is neither .csv nor .jsonl; name the file so")
    if out.exists() and not force:
        raise BadInput(f"{out} is there already; choose another name, or write over it with --force")
    if not out.parent.is_dir():
        raise BadInput(f"{out.parent} is no folder; make it first")
    taken = [name for name in OURS if name in read.columns]
    if taken:
        raise BadInput(f"the column '{taken[0]}' is one that --out adds; rename it")


def _write(out: Path, done: "list[tuple[Person, Turn]]") -> None:
    from jobs.export import whole, write_jsonl

    write = _write_csv if out.suffix.lower() == ".csv" else write_jsonl
    whole(out, lambda path: write(_rows(done), path))


def _rows(done: "list[tuple[Person, Turn]]") -> Iterator[Row]:
    """A row for each candidate: the cells as they were read, then what was written."""
    for person, turn in done:
        for candidate in turn.candidates:
            yield {**person.cells, **{name: getattr(candidate, name) for name in OURS}}


def _write_csv(rows: Iterable[Row], path: Path) -> None:
    listed = list(rows)
    columns = dict.fromkeys(name for row in listed for name in row)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(listed)


def _document(person: "Person", turn: "Turn") -> Row:
    return {
        "prompt": turn.prompt,
        "fields": person.brief.fields,
        "turn_id": turn.turn_id,
        "candidates": turn.candidates,
    }


def _told(
    done: "list[tuple[Person, Turn]]", errors: "list[RowError]", told: "Repetition", out: Path | None
) -> Iterator[str]:
    if out is None:
        for person, turn in done:
            yield from _texts(person, turn)
    else:
        yield f"wrote {out} with {sum(len(turn.candidates) for _, turn in done):,} texts for {len(done):,} people"
    for error in errors[:SHOWN]:
        yield bad(f"  row {error.row:,}: {error.reason}")
    if len(errors) > SHOWN:
        yield faint(f"  and {len(errors) - SHOWN:,} more; --json lists them")
    yield from told_repetition(told)


def _texts(person: "Person", turn: "Turn") -> Iterator[str]:
    for candidate in turn.candidates:
        first, *more = wrapped(candidate.text, indent=7)
        yield f"{bold(f'{person.row:>5}')}  {first}"
        yield from more
        yield f"       {about(candidate)}"


def told_repetition(told: "Repetition") -> Iterator[str]:
    """How much is the same, and what comes back most."""
    kinds = ", ".join(f"{count:,} by {kind}" for kind, count in told.by.items() if count)
    shared = f"{told.shared:,} of {told.texts:,} texts ({told.share:.1%}) say the same as one for somebody else"
    yield faint(f"{shared}: {kinds}" if kinds else shared)
    for group in told.groups:
        first, *more = wrapped(group.pattern, indent=14)
        yield f"  {group.people:>4} people  {first}"
        yield from more
