"""The command line's frame: quick to start, errors as sentences, plain text in a plain terminal."""

import errno
import subprocess
import sys
import time

import pytest

from loop.errors import BadInput, ModelUnusable, NotFound
from memory.errors import EmbedderUnusable, IndexUnusable, UnknownStrategy
from rewards.errors import RatingRefused
from studio.cli import main, terminal
from studio.cli.arguments import pairs
from studio.cli.errors import judge
from tests.e2e.cli import environment

HEAVY = (
    "torch",
    "transformers",
    "chromadb",
    "langchain",
    "langchain_core",
    "sentence_transformers",
    "sqlalchemy",
    "numpy",
)
LOADED = """
import sys
from studio.cli import main
main({arguments})
print(*sorted({{name.partition('.')[0] for name in sys.modules}}), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["write", "--help"], ["models", "--help"], ["nonsense"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = LOADED.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert not set(HEAVY) & set(done.stderr.splitlines()[-1].split())


def test_help_is_quick() -> None:
    """0.3 s on a machine that is at rest; the best of a few tries on one that is not, and twice that at most."""
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "studio.cli", "--help"], env=environment(), capture_output=True, check=True
        )
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.6, took


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("b"), 2),
        (NotFound("item", "x"), 2),
        (UnknownStrategy("u"), 2),
        (EmbedderUnusable("e"), 2),
        (RatingRefused("r"), 2),
        (ModelUnusable("m"), 1),
        (IndexUnusable("i"), 1),
        (OSError(errno.ENOSPC, "No space left on device", "/x/y"), 1),
        (OSError(errno.EROFS, "Read-only file system", "/x/y"), 1),
        (MemoryError(), 1),
        (ZeroDivisionError("two\nlines"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_error_is_a_status_and_a_sentence(error: BaseException, status: int) -> None:
    verdict = judge(error)
    assert verdict.status == status
    assert verdict.sentence
    assert "\n" not in verdict.sentence


def test_what_was_not_foreseen_names_debug() -> None:
    assert "--debug" in judge(ZeroDivisionError("two\nlines")).sentence


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["write"], ["write", "x"], ["write", "x", "--task"], ["recall", "x", "-k", "no"], ["models", "sing"],
     ["rate", "c_1"], ["write", "x", "--task", "tweet", "--bogus"], ["recall", "x", "-k", "0"]],
)  # fmt: skip
def test_wrong_use_is_one_line_and_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "--help" in said.err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().out


def test_pairs_are_read_once_each() -> None:
    assert pairs(["Bio=a=b", " Age =3"], "field") == {"Bio": "a=b", "Age": "3"}
    for wrong in (["x"], ["=x"], ["a=1", "a=2"]):
        with pytest.raises(BadInput):
            pairs(wrong, "field")


def test_texts_cannot_steer_the_terminal() -> None:
    assert terminal.safe("a\x1b[2Jb\x07\u202ec\td\ne") == "a[2Jbc\td\ne"
    assert terminal.clipped("one\ntwo  three", 8) == "one two…"


def test_lines_fit_and_long_texts_are_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = terminal.wrapped("word " * 30, indent=5)
    assert len(lines) > 3
    assert all(len(line) <= 40 for line in lines)
    rows = list(terminal.table(("a", "b"), [("x" * 10, "y" * 90), ("x", "")]))
    assert all(len(line) <= 40 for line in rows)


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert terminal.bold("x") == "x"
    monkeypatch.setattr(terminal, "is_terminal", lambda _: True)
    assert terminal.bold("x") == "\x1b[1mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal.bold("x") == "x"
