"""Hidden repeats: a text that a rater rated long ago is to be rated once more, and nobody says so.

Whether one is due, and which, follows from the rater's name and ratings alone, so that the same question has the same
answer until something is rated. The answer is a rating like any other: it takes the earlier one's place in the reward,
and the ledger keeps both, from which the rater's reliability is computed.
"""

import hashlib
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from jobs.rating.said import Rated, history
from loop import schema
from loop.catalog import VISIBLE
from loop.database import chunks
from loop.ledger import Ledger
from rewards.agreement import Agreement, alpha
from rewards.errors import TooFew
from rewards.settings import RewardSettings

BEFORE, AFTER = "before", "after"


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """How much a rater agrees with the same rater, later."""

    repeats: int
    moved: float
    """Mean distance between the two values of a text, in [0, 1]."""
    agreement: Agreement | None
    """Krippendorff's alpha between first and second ratings; None where nothing differs."""


def due(ledger: Ledger, rater: str, settings: RewardSettings) -> str | None:
    """The item that this rater is to be shown again now; mostly None.

    It is one that the rater rated before at least `again_after` others, only once, and that is still to be seen. Of
    those, and of the times at which one is shown, a hash draws.
    """
    given = history(ledger, rater)
    if _draw(rater, str(len(given))) >= settings.again_share:
        return None
    once = _rated_once(given, settings.again_after)
    seen = _visible(ledger, once)
    return min((id_ for id_ in once if id_ in seen), key=lambda id_: _draw(rater, id_), default=None)


def repeats(given: Sequence[Rated], after: int) -> dict[str, list[tuple[float, float]]]:
    """By rater, the values of each text that was rated again after at least so many other ratings.

    What is rated again sooner is a correction: the rater remembers what was said.
    """
    last: dict[tuple[str, str], tuple[int, float]] = {}
    count: dict[str, int] = {}
    found: dict[str, list[tuple[float, float]]] = {}
    for each in given:
        place = count[each.rater] = count.get(each.rater, 0) + 1
        before = last.get((each.rater, each.item_id))
        if before and place - before[0] > after:
            found.setdefault(each.rater, []).append((before[1], each.value))
        last[each.rater, each.item_id] = (place, each.value)
    return found


def reliability(pairs: Sequence[tuple[float, float]]) -> Reliability:
    """From first and second values."""
    rows = [
        (when, str(k), value) for k, pair in enumerate(pairs) for when, value in zip((BEFORE, AFTER), pair, strict=True)
    ]
    try:
        agreement = alpha(rows)
    except TooFew:
        agreement = None
    moved = sum(abs(first - second) for first, second in pairs) / len(pairs)
    return Reliability(repeats=len(pairs), moved=moved, agreement=agreement)


def _rated_once(given: Sequence[Rated], after: int) -> list[str]:
    times: dict[str, int] = {}
    for each in given:
        times[each.item_id] = times.get(each.item_id, 0) + 1
    early = given[: max(0, len(given) - after)]
    return [each.item_id for each in early if times[each.item_id] == 1]


def _visible(ledger: Ledger, ids: Sequence[str]) -> set[str]:
    c = schema.items.c
    with ledger.reading() as db:
        queries = (sa.select(c.item_id).where(VISIBLE, c.item_id.in_(chunk)) for chunk in chunks(ids))
        return {id_ for query in queries for id_ in db.execute(query).scalars()}


def _draw(*of: str) -> float:
    """A number in [0, 1) that looks drawn and is always the same."""
    return int.from_bytes(hashlib.blake2b("\n".join(of).encode(), digest_size=8).digest(), "big") / 2**64
