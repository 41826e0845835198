"""The command line's frame: what every command takes, and how a command answers.

A command is a function that takes a `Call` first and its own arguments after it:

    @command(app)
    def pick(call: Call, candidate: Id) -> None:
        "Choose a candidate over its siblings."
        with call.house() as house:
            call.answer(feedback.pick(house.ledger, candidate), lines)

Nothing heavy is imported here or at the top of a module of commands: `reprise --help` answers in under 0.3 s.
"""

import inspect
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from studio.compose import House
    from studio.settings import Settings

app = typer.Typer(
    name="reprise",
    help="A writing room with a memory: write, rate, recall, and a model that refines itself by night.",
    epilog="Where things are kept: --home DIR, or REPRISE_HOME, or ~/.reprise. Settings: config.toml in there.",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)


@dataclass(frozen=True)
class Call:
    """What every command takes."""

    home: Path | None
    config: Path | None
    json: bool
    debug: bool

    @property
    def folder(self) -> Path:
        """The home: --home, else REPRISE_HOME, else `.reprise` in the user's home folder."""
        from studio.settings import default_home

        return self.home or default_home()

    def settings(self) -> "Settings":
        """The configuration alone, without opening the home. Raises BadInput."""
        from studio.settings import load

        return load(self.config, self.folder)

    def house(self, role: str = "reprise") -> AbstractContextManager["House"]:
        """The home, opened; it is made if it is not there."""
        from studio.cli.log import listen
        from studio.compose import open_house

        listen(self.debug)
        return open_house(self.folder, self.config, role)

    def answer(self, document: object, human: Iterable[str]) -> None:
        """Print the JSON document, or the lines that a person reads."""
        if self.json:
            import msgspec

            text = msgspec.json.format(msgspec.json.encode(document, enc_hook=str), indent=2).decode()
        else:
            text = "\n".join(human)
        if text:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """A line beside the answer, on stderr."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


Command = Callable[..., None]

COMMON: dict[str, tuple[Any, object]] = {
    "home": (
        Annotated[Path | None, typer.Option(metavar="DIR", help="Where things are kept (REPRISE_HOME).")],
        None,
    ),
    "config": (Annotated[Path | None, typer.Option(metavar="FILE", help="Settings, instead of the home's.")], None),
    "json": (Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")], False),
    "debug": (Annotated[bool, typer.Option("--debug", help="Say more on stderr, tracebacks too.")], False),
}


def command(group: typer.Typer, name: str | None = None) -> Callable[[Command], Command]:
    """Make a function a command of this group."""

    def register(body: Command) -> Command:
        group.command(name)(_with_common(body))
        return body

    return register


def default(group: typer.Typer) -> Callable[[Command], Command]:
    """What a group of commands does when none of them is named."""

    def register(body: Command) -> Command:
        run = _with_common(body, unless_subcommand=True)
        group.callback(invoke_without_command=True)(run)
        return body

    return register


def _with_common(body: Command, unless_subcommand: bool = False) -> Command:
    """The function with the options that every command has, and the `Call` made of them."""

    @wraps(body)
    def run(**given: Any) -> None:
        context: Any = given.pop("context", None)
        call = Call(**{name: given.pop(name) for name in COMMON})
        if not (unless_subcommand and context.invoked_subcommand):
            body(call, **given)

    own = list(inspect.signature(body).parameters.values())[1:]
    common = [_parameter(name, annotation, value) for name, (annotation, value) in COMMON.items()]
    context = [_parameter("context", typer.Context, inspect.Parameter.empty)] if unless_subcommand else []
    parameters = [*context, *(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own), *common]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _parameter(name: str, annotation: Any, value: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=value)
