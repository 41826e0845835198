"""The command line: `reprise`, a thin shell over what the rooms below do."""

import gc
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from studio.cli.errors import FAILED, REFUSED, judge

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""What the libraries below read from the environment when they are imported; whoever set one keeps it."""
SELDOM = (100_000, 20, 50)
"""Garbage is looked for so seldom: importing torch and transformers makes none, and is a fifth quicker for it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 done, 1 failed, 2 wrong use or bad input, 130 stopped by Ctrl-C."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    gc.set_threshold(*SELDOM)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(given)
    except BrokenPipeError:
        return _unread()
    except BaseException as error:  # noqa: BLE001 - the one place where every error becomes a sentence
        if "--debug" in given:
            traceback.print_exception(error)
        status, sentence = judge(error)
        _say(f"reprise: {sentence}")
        return status


def run() -> NoReturn:
    """The console script: what was opened is closed by now, and to take torch apart would cost half a second."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def _run(given: list[str]) -> int:
    import typer

    from studio.cli.commands import app

    command: Any = typer.main.get_command(app)
    try:
        with command.make_context("reprise", given) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except Exception as error:
        if hasattr(error, "format_message"):  # what typer raises for wrong use has no public name
            return _misused(error)
        raise
    return 0


def _misused(error: Any) -> int:
    """Wrong use, in one sentence with where to look; a command group without a command shows its help."""
    said = error.format_message().strip()
    if said.startswith("Usage:"):
        sys.stdout.write(said + "\n")
        return REFUSED
    path = error.ctx.command_path if getattr(error, "ctx", None) else "reprise"
    _say(f"{path}: {said[0].lower()}{said[1:].rstrip('.')}; see `{path} --help`")
    return REFUSED


def _say(sentence: str) -> None:
    """One line on stderr, whatever bytes a name in it holds."""
    from studio.cli.terminal import safe

    line = " ".join(safe(sentence).split())
    sys.stderr.write(line.encode("utf-8", "backslashreplace").decode() + "\n")


def _unread() -> int:
    """Whoever read our output went away, as `head` does: nothing to say, and nobody to say it to."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FAILED
