"""What a cell says: a text, a number, a count, a rating, a score. What it cannot say raises Refused."""

import math

from loop.imports.row import Refused
from loop.imports.source import LONGEST_CELL


def words(value: object, column: str) -> str:
    """The cell as text, stripped, with line feeds as line breaks; empty for none."""
    if not isinstance(value, str):
        value = _spelled(value, column)
    if not value.isascii() or "\0" in value:
        _check_letters(value, column)
    if len(value) > LONGEST_CELL:
        raise Refused(f"'{column}' has more than {LONGEST_CELL} characters")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return value.strip()


def text(value: object, column: str) -> str:
    """A text that is not empty."""
    found = words(value, column)
    if not found:
        raise Refused("the text is empty")
    return found


def number(value: object, column: str) -> float | None:
    """A finite number; None for an empty cell."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    try:
        found = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise Refused(f"'{column}' is {value!r:.40}, which is no number")
    return found


def count(value: object, column: str) -> float | None:
    """A number that is not negative; None for an empty cell."""
    found = number(value, column)
    if found is not None and found < 0:
        raise Refused(f"'{column}' is {value!r:.40}; a count is not negative")
    return found


def rating(value: object, column: str, scale: tuple[float, float]) -> float | None:
    """A rating on this scale as a value in [0, 1]; None for an empty cell."""
    found, (low, high) = number(value, column), scale
    if found is None:
        return None
    if not low <= found <= high:
        raise Refused(f"'{column}' is {value!r:.40}, outside of the scale {low:g} to {high:g}; set it with --scale")
    return (found - low) / (high - low)


def score(value: object, column: str) -> int | None:
    """A whole score from 1 to 5; None for an empty cell."""
    found = number(value, column)
    if found is not None and found not in (1, 2, 3, 4, 5):
        raise Refused(f"'{column}' is {value!r:.40}; a score is a whole number from 1 to 5")
    return None if found is None else int(found)


def _spelled(value: object, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    raise Refused(f"'{column}' holds a {type(value).__name__}; it must be a text")


def _check_letters(value: str, column: str) -> None:
    if "\0" in value:
        raise Refused(f"'{column}' has a NUL byte in it")
    try:
        value.encode()
    except UnicodeEncodeError as cause:
        raise Refused(f"'{column}' is not UTF-8") from cause
