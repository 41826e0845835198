"""A record with its columns known becomes a row."""

from collections.abc import Callable

import msgspec

from loop.imports import cells
from loop.imports.counts import Survey, clicks_of
from loop.imports.row import Refused, Row, RowError, RowRating
from loop.imports.table import Record

CROWD = "crowd"
STARS = {f"votes_{star}": star for star in range(1, 6)}


class Columns(msgspec.Struct, frozen=True):
    """Ours to theirs, and the families of names sorted out once for all rows."""

    ours: dict[str, str]
    scale: tuple[float, float]
    stars: dict[float, str]
    """Value in [0, 1] to the column that counts its votes."""
    fields: dict[str, str]
    scores: dict[str, str]
    raters: dict[str, str]


def sort_out(ours: dict[str, str], scale: tuple[float, float]) -> Columns:
    """The columns by what they hold."""
    stars = {(star - 1) / 4: ours[name] for name, star in STARS.items() if name in ours}
    families = (_family(ours, start) for start in ("field.", "score.", "rating@"))
    return Columns(ours, scale, stars, *families)


def build(number: int, record: Record | RowError, columns: Columns, survey: Survey) -> Row | RowError:
    """The row, or why it is none."""
    if isinstance(record, RowError):
        return record
    try:
        return _row(number, record, columns, survey)
    except Refused as problem:
        return RowError(number, str(problem))


def _family(ours: dict[str, str], start: str) -> dict[str, str]:
    return {name.removeprefix(start): column for name, column in ours.items() if name.startswith(start)}


def _row(number: int, record: Record, columns: Columns, survey: Survey) -> Row:
    ours = columns.ours
    chosen, rejected, weight_chosen, weight_rejected = _pair(record, ours) if "chosen" in ours else _NO_PAIR
    rater = _words(record, ours, "rater")
    return Row(
        number=number,
        text=cells.text(record.get(ours["text"]), ours["text"]) if "text" in ours else None,
        prompt=_words(record, ours, "prompt"),
        fields={name: cells.words(record.get(column), column) for name, column in columns.fields.items()},
        ratings=tuple(_ratings(record, columns, survey, rater or CROWD)),
        scores=_scores(record, columns),
        rater=rater,
        comment=_words(record, ours, "comment"),
        chosen=chosen,
        rejected=rejected,
        weight_chosen=weight_chosen,
        weight_rejected=weight_rejected,
    )


_NO_PAIR = (None, None, 1.0, 0.0)


def _words(record: Record, ours: dict[str, str], name: str) -> str:
    column = ours.get(name)
    return "" if column is None else cells.words(record.get(column), column)


def _scores(record: Record, columns: Columns) -> dict[str, int]:
    found = {name: cells.score(record.get(column), column) for name, column in columns.scores.items()}
    return {name: score for name, score in found.items() if score is not None}


def _pair(record: Record, ours: dict[str, str]) -> tuple[str, str, float, float]:
    """(chosen, rejected, votes, votes), the sides changed where more votes are for the rejected one."""
    chosen, rejected = (cells.text(record.get(ours[side]), ours[side]) for side in ("chosen", "rejected"))
    if chosen == rejected:
        raise Refused("both sides of the pair are the same text")
    votes = _count(record, ours, "votes_chosen", 1.0), _count(record, ours, "votes_rejected", 0.0)
    return (chosen, rejected, *votes) if votes[0] >= votes[1] else (rejected, chosen, votes[1], votes[0])


def _count(record: Record, ours: dict[str, str], name: str, otherwise: float) -> float:
    column = ours.get(name)
    found = None if column is None else cells.count(record.get(column), column)
    return otherwise if found is None else found


Kind = Callable[[Record, Columns, Survey, str], list[RowRating]]


def _ratings(record: Record, columns: Columns, survey: Survey, rater: str) -> list[RowRating]:
    return [rating for kind in RATINGS for rating in kind(record, columns, survey, rater) if rating.votes > 0]


def _from_stars(record: Record, columns: Columns, survey: Survey, rater: str) -> list[RowRating]:
    if not columns.stars:
        return []
    counts = {value: cells.count(record.get(column), column) or 0.0 for value, column in columns.stars.items()}
    total = sum(counts.values())
    return [RowRating(rater, sum(v * n for v, n in counts.items()) / total, total)] if total else []


def _from_rating(record: Record, columns: Columns, survey: Survey, rater: str) -> list[RowRating]:
    column = columns.ours.get("rating")
    value = None if column is None else cells.rating(record.get(column), column, columns.scale)
    return [] if value is None else [RowRating(rater, value, _count(record, columns.ours, "votes", 1.0))]


def _from_raters(record: Record, columns: Columns, survey: Survey, rater: str) -> list[RowRating]:
    found = ((name, cells.rating(record.get(column), column, columns.scale)) for name, column in columns.raters.items())
    return [RowRating(name, value) for name, value in found if value is not None]


def _from_clicks(record: Record, columns: Columns, survey: Survey, rater: str) -> list[RowRating]:
    if "clicks" not in columns.ours:
        return []
    rating = survey.click_rating(*clicks_of(record, columns.ours))
    return [rating] if rating else []


def _from_engagement(record: Record, columns: Columns, survey: Survey, rater: str) -> list[RowRating]:
    column = columns.ours.get("engagement")
    count = None if column is None else cells.count(record.get(column), column)
    return [] if count is None else [survey.engagement_rating(count)]


RATINGS: tuple[Kind, ...] = (_from_stars, _from_rating, _from_raters, _from_clicks, _from_engagement)
"""Each kind of column that says how good a text is."""
