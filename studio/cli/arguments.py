"""Arguments that several commands share, and how `name=value` options are read."""

from collections.abc import Iterable
from typing import Annotated

import typer

Candidate = Annotated[str, typer.Argument(metavar="ID", help="A candidate or item, such as c_4k9m2x7qa1bz.")]
Rater = Annotated[str, typer.Option(metavar="NAME", help="Who says so.")]
Key = Annotated[str | None, typer.Option(metavar="KEY", help="Sent twice with one key, it happens once.")]
Strategy = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="none, recent, random, similar, best, diverse or contrast."),
]
Task = Annotated[str, typer.Option(metavar="NAME", help="A kind of writing: tweet, brainstorm, caption, ...")]
MaybeTask = Annotated[str | None, typer.Option(metavar="NAME", help="Only this kind of writing.")]
MaybeModel = Annotated[
    str | None, typer.Option(metavar="MODEL", help="A trained model's id, a folder or a name; not the champion.")
]


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """`name=value` options as a mapping. Raises BadInput for what is none, and for a name given twice."""
    from loop.errors import BadInput

    found: dict[str, str] = {}
    for each in given:
        name, mark, value = each.partition("=")
        if not mark or not name.strip():
            raise BadInput(f"'{each}' is no {option}; write it as name=value")
        if name.strip() in found:
            raise BadInput(f"the {option} '{name.strip()}' is given twice; give it once")
        found[name.strip()] = value
    return found
