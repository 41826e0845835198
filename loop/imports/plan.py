"""What the user says of a file: its format, which column is what, the scale of its ratings, files to join."""

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import msgspec

from loop.errors import BadInput
from loop.imports.formats import FORMATS

OURS = (
    "text", "prompt", "rating", "votes", "rater", "comment", "chosen", "rejected", "votes_chosen", "votes_rejected",
    "votes_1", "votes_2", "votes_3", "votes_4", "votes_5", "impressions", "clicks", "engagement",
)  # fmt: skip
FAMILIES = re.compile(r"(field\.|score\.|rating@).+")
"""Names of ours that go on with a name of the user's."""


class Join(msgspec.Struct, frozen=True):
    """`column` of the file holds keys of another file; its columns become `column.name`."""

    column: str
    path: Path
    key: str


class ImportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How to read one file."""

    format: str = "auto"
    mapping: dict[str, str] = {}
    """Ours to theirs; an empty theirs leaves out a column that bears one of our names."""
    scale: tuple[float, float] = (1.0, 5.0)
    """The lowest and the highest rating, which become 0 and 1."""
    joins: tuple[Join, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        format: str = "auto",  # noqa: A002
        maps: Iterable[str] = (),
        scale: str = "1:5",
        joins: Iterable[str] = (),
    ) -> Self:
        """The plan from the options of `reprise import`: `ours=theirs`, `1:5`, `COLUMN=FILE:KEY`; or BadInput."""
        if format not in ("auto", *FORMATS):
            raise BadInput(f"'{format}' is no format; use one of {', '.join(['auto', *FORMATS])}")
        mapping = dict(_mapped(option) for option in maps)
        return cls(format=format, mapping=mapping, scale=_scale(scale), joins=tuple(map(_join, joins)))

    def columns(self, theirs: Sequence[str], file: str) -> dict[str, str]:
        """Ours to theirs for a file with these columns, those of joins included; a missing one raises BadInput."""
        found = {name: name for name in theirs if is_ours(name)} | self.mapping
        found = {ours: column for ours, column in found.items() if column}
        missing = [column for column in found.values() if column not in theirs]
        if missing:
            raise BadInput(f"{file} has no column '{missing[0]}'; it has {listed(theirs)}")
        _complete(found, theirs, file)
        return found


def is_ours(name: str) -> bool:
    """Whether this is a name that a column can be mapped to."""
    return name in OURS or FAMILIES.fullmatch(name) is not None


def _complete(found: dict[str, str], theirs: Sequence[str], file: str) -> None:
    if "text" not in found and not {"chosen", "rejected"} <= found.keys():
        raise BadInput(
            f"{file} has {listed(theirs)}: say which is the text with `--map text=COLUMN`, "
            "or give `chosen` and `rejected`"
        )
    for one, other in (("chosen", "rejected"), ("rejected", "chosen"), ("clicks", "impressions")):
        if one in found and other not in found:
            raise BadInput(f"{file}: `{one}` is of no use without `{other}`; map both")


def _mapped(option: str) -> tuple[str, str]:
    ours, mark, theirs = option.partition("=")
    if not mark or not is_ours(ours):
        raise BadInput(
            f"'{option}' is no mapping; write OURS=COLUMN with one of {', '.join(OURS)}, "
            "field.NAME, score.CRITERION, rating@RATER"
        )
    return ours, theirs


def _scale(option: str) -> tuple[float, float]:
    try:
        low, high = map(float, option.split(":"))
    except ValueError:
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise BadInput(f"'{option}' is no scale; write LOWEST:HIGHEST, as in 1:5")
    return low, high


def _join(option: str) -> Join:
    column, mark, rest = option.partition("=")
    file, colon, key = rest.rpartition(":")
    if not (mark and colon and column and file and key):
        raise BadInput(f"'{option}' is no join; write COLUMN=FILE:KEY")
    return Join(column, Path(file), key)


def listed(columns: Sequence[str]) -> str:
    """The columns in words, the first twenty by name."""
    more = f" and {len(columns) - 20} more" if len(columns) > 20 else ""
    return "the columns " + ", ".join(f"'{name}'" for name in columns[:20]) + more
