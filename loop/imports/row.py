"""What a row of a file says, whatever its format."""

import msgspec

from loop.errors import RepriseError


class RowRating(msgspec.Struct, frozen=True):
    """What one rater, or a crowd, said of the row's text."""

    rater: str
    value: float
    """In [0, 1]."""
    votes: float = 1.0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A text with what was said of it, or a pair of texts of which one was preferred, or both."""

    number: int
    """The data row, from 1; the header and blank lines do not count."""
    text: str | None = None
    prompt: str = ""
    fields: dict[str, str] = {}
    ratings: tuple[RowRating, ...] = ()
    scores: dict[str, int] = {}
    """Scores from 1 to 5 by criterion, all by `rater`."""
    rater: str = ""
    comment: str = ""
    chosen: str | None = None
    rejected: str | None = None
    weight_chosen: float = 1.0
    weight_rejected: float = 0.0
    """Votes for each side of the pair; never more for `rejected`."""
    source: str = ""
    """Where this row in particular comes from, such as a web address; else the file's name counts."""

    @property
    def is_tie(self) -> bool:
        """Whether the row holds a pair of which neither side was preferred: two texts, and no preference."""
        return self.chosen is not None and self.weight_chosen == self.weight_rejected


class RowError(msgspec.Struct, frozen=True):
    """A row that could not be read, and why; the rows after it are read all the same."""

    row: int
    reason: str


class Refused(ValueError):
    """A cell that cannot be used; it becomes a RowError."""


class ImportFailed(RepriseError):
    """The file ended before its end; the rows that came before stand."""
