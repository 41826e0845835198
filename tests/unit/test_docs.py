"""Documentation that cannot drift: what it names exists, and what exists is named."""

import re
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer

from jobs import export
from jobs.gate import BARS
from jobs.settings import GateSettings
from jobs.train.methods import METHODS
from loop import schema
from loop.handlers import HANDLERS
from loop.imports.formats import FORMATS
from loop.imports.plan import OURS, is_ours
from loop.recorded import EVENTS
from loop.settings import TASKS
from memory.strategies import STRATEGIES
from rewards.metrics import METRICS
from studio.cli.commands import app
from studio.settings import Settings
from tests.unit.test_house import ROOMS, flat

ROOT = Path(__file__).parents[2]
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PLACES = ("studio/", "jobs/", "loop/", "memory/", "rewards/", "tests/", "benchmarks/", "docs/", ".ci/")
MADE = {"benchmarks/results"}
"""What is there once it was made."""
each_document = pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
Rows = list[list[str]]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """The text without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def spans(text: str) -> list[str]:
    """What stands in `backticks` outside of fenced blocks, on one line each."""
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", prose(text))]


def blocks(text: str) -> Iterator[str]:
    """The lines of fenced blocks, continued ones joined."""
    for block in re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.M | re.S):
        yield from block.replace("\\\n", " ").splitlines()


def table(document: str, head: str) -> Rows:
    """The rows of the table whose first column is called so; cells without their white space."""
    lines = read(document).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    rows: Rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def names(rows: Rows, column: int = 0) -> list[str]:
    """Every name in backticks in a column."""
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[column])]


# --- the command line ------------------------------------------------------------------------------------------------


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


CLI: dict[tuple[str, ...], Any] = dict(commands(typer.main.get_command(app)))


def found(words: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """The longest command that the words begin with."""
    for length in (2, 1):
        path = tuple(words[:length])
        if path in CLI:
            return path, CLI[path]
    raise AssertionError(f"there is no command `reprise {' '.join(words[:2])}`")


def wrong(call: str) -> str | None:
    """What is not true of a call as a document shows it; None when all is."""
    words = shlex.split(call.replace("...", "").partition(" # ")[0])[1:]
    if not words or words[0].startswith("-"):
        return None
    path, command = found(words)
    if hasattr(command, "commands") and len(words) > len(path) and not words[len(path)].startswith("-"):
        return f"{' '.join(path)} has no command {words[len(path)]}"
    known = {option for parameter in command.params for option in parameter.opts}
    given = {word.partition("=")[0] for word in words[len(path) :] if re.match(r"--?[a-z]", word)}
    return f"{' '.join(path)} has no {given - known}" if given - known else None


def calls(text: str) -> Iterator[str]:
    """Every call of `reprise`, in blocks and in the text."""
    starts = ("reprise ", "$ reprise ")
    yield from (line.removeprefix("$ ") for line in blocks(text) if line.startswith(starts))
    yield from (re.sub(r"[\[\]]", "", span) for span in spans(text) if span.startswith("reprise "))


@each_document
def test_every_call_is_one_that_the_command_line_takes(document: Path) -> None:
    problems = [f"{call}: {problem}" for call in calls(document.read_text()) if (problem := wrong(call))]
    assert not problems


def test_every_command_is_documented() -> None:
    named = [call.split()[1:] for document in DOCS for call in calls(document.read_text())]
    told = {found(words)[0] for words in named if not words[0].startswith("-")}
    told |= {path[:1] for path in told}
    missing = {path for path, command in CLI.items() if path[-1] != "list"} - told
    assert not missing


def test_every_command_that_a_message_names_exists() -> None:
    said = re.compile(r"(?:`|<code>)(reprise [a-z][^`<]*)(?:`|</code>)")
    files = [p for room in ROOMS for p in (ROOT / room).rglob("*") if p.suffix in {".py", ".jinja", ".html", ".js"}]
    problems = []
    for file in files:
        for call in said.findall(file.read_text(encoding="utf-8")):
            problem = wrong(re.sub(r"\{\{?[^}]*\}\}?", "X", call).replace("'", ""))
            problems += [f"{file.relative_to(ROOT)}: {problem}"] if problem else []
    assert not problems


def test_the_checks_above_can_fail() -> None:
    assert wrong("reprise write 'x' --task tweet --loud") == "write has no {'--loud'}"
    assert wrong("reprise models crown m_1") == "models has no command crown"
    with pytest.raises(AssertionError, match="no command"):
        wrong("reprise juggle")


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "head", "code"),
    [
        ("docs/architecture.md", "task", TASKS),
        ("docs/architecture.md", "strategy", STRATEGIES),
        ("docs/architecture.md", "metric", METRICS),
        ("docs/architecture.md", "method", METHODS),
        ("docs/architecture.md", "format", FORMATS),
        ("docs/importing.md", "format", FORMATS),
        ("docs/refinement.md", "format", export.FORMATS),
        ("docs/refinement.md", "bar", BARS),
    ],
)
def test_a_table_lists_what_the_code_has(document: str, head: str, code: dict[str, object]) -> None:
    assert names(table(document, head)) == list(code)


def test_the_rooms_are_those_of_the_import_test() -> None:
    rooms = table("docs/architecture.md", "room")
    told = {name: set(re.findall(r"`(\w+)`", row[1])) for row in rooms for name in re.findall(r"`(\w+)/`", row[0])}
    assert told == ROOMS


def test_methods_learn_from_the_rows_that_the_table_says() -> None:
    told = {names([row])[0]: names([row], 1)[0] for row in table("docs/architecture.md", "method")}
    assert told == {name: method.rows for name, method in METHODS.items()}


def test_every_event_is_listed_with_what_it_changes() -> None:
    rows = table("docs/architecture.md", "event")
    assert names(rows) == [name for name in EVENTS if name in names(rows)]
    assert set(names(rows)) == set(EVENTS)
    read_models = {each.name for each in schema.PROJECTIONS} - {"cursors"}
    for row in rows:
        changes = set(names([row], 2))
        assert changes <= read_models, row
        assert bool(changes) == (EVENTS[names([row])[0]] in HANDLERS), row
    assert {name for row in rows for name in names([row], 2)} == read_models


def test_the_ledger_tables_are_those_of_the_schema() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", read("docs/architecture.md").partition("## The ledger")[2], flags=re.M)
    truth, projections = ([each.name for each in tables] for tables in (schema.TRUTH, schema.PROJECTIONS))
    assert listed[: len(truth)] == truth
    assert set(listed[len(truth) : len(truth) + len(projections)]) == set(projections)


def test_the_bars_have_the_limits_of_the_defaults() -> None:
    limits = {names([row])[0]: float(row[3]) for row in table("docs/refinement.md", "bar")}
    assert limits.pop("judge") == 0.5
    assert limits == {name: getattr(GateSettings(), name) for name in limits}


def test_every_column_of_an_import_is_documented() -> None:
    told = names(table("docs/importing.md", "ours"))
    assert {name for name in told if name in OURS} == set(OURS)
    assert all(is_ours(name) for name in told)
    assert {name.partition(".")[0].partition("@")[0] for name in told} >= {"field", "score", "rating"}


# --- paths, links, settings, make ------------------------------------------------------------------------------------


@each_document
def test_every_path_exists(document: Path) -> None:
    paths = {span for span in spans(document.read_text()) if span.startswith(PLACES) and " " not in span}
    assert not {path for path in paths - MADE if not list(ROOT.glob(path.rstrip("/")))}


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", prose(path.read_text()), flags=re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@each_document
def test_every_link_resolves(document: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", prose(document.read_text())):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@each_document
def test_every_setting_exists(document: Path) -> None:
    known = flat(msgspec.to_builtins(Settings()))
    tables = {name.rpartition(".")[0] for name in known}
    named = {span.partition(" = ")[0] for span in spans(document.read_text())}
    told = {name for name in named if re.fullmatch(r"[a-z]+\.[a-z_]+", name) and name.partition(".")[0] in tables}
    assert not {name for name in told if name not in known and not name.endswith((".toml", ".db", ".py"))}


@each_document
def test_settings_shown_in_blocks_can_be_used(document: Path, tmp_path: Path) -> None:
    from studio.settings import parse

    for block in re.findall(r"^```toml\n(.*?)^```$", document.read_text(), flags=re.M | re.S):
        assert tomllib.loads(block)
        shown = tmp_path / "config.toml"
        shown.write_text(block)
        parse(shown)


def test_every_way_in_is_documented_and_there() -> None:
    targets = set(re.search(r"^\.PHONY: (.*)$", read("Makefile"), flags=re.M)[1].split())  # type: ignore[index]
    said = [word for document in DOCS for word in (*spans(document.read_text()), *blocks(document.read_text()))]
    told = {word.split()[1] for word in said if word.startswith("make ") and "=" not in word.split()[1]}
    assert targets - {"clean"} <= told <= targets
