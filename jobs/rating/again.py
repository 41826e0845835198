"""Hidden repeats: a text that a rater rated long ago is to be rated once more, and nobody says so.

Whether one is due, and which, follows from the rater's name and ratings alone, so that the same question has the same
answer until something is rated. The answer is a rating like any other: it takes the earlier one's place in the reward,
and the ledger keeps both, from which the rater's reliability is computed.

A page that showed nothing but repeats would give them away. So `one_more` asks for as many texts that are new to the
rater, and nothing tells which is which.
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
RECENT, OLDER = 60, 400
"""The newest texts are on the page already; a text that is new to a rater is one of so many before them."""


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
    given = _settled(history(ledger, rater)).get(rater, [])
    if _draw(rater, str(len(given))) >= settings.again_share:
        return None
    return _repeat(ledger, rater, given, settings)


def one_more(ledger: Ledger, rater: str, settings: RewardSettings) -> str | None:
    """The item that a page is to ask this rater about now, beside what was written; mostly None.

    As often as it is what is `due`, it is one that the rater never judged. It is the same until something is rated.
    """
    given = _settled(history(ledger, rater)).get(rater, [])
    drawn = _draw(rater, str(len(given)))
    if drawn < settings.again_share:
        return _repeat(ledger, rater, given, settings)
    return _unknown(ledger, rater) if drawn < 2 * settings.again_share else None


def _repeat(ledger: Ledger, rater: str, given: Sequence[Rated], settings: RewardSettings) -> str | None:
    once = _rated_once(given, settings.again_after)
    seen = _visible(ledger, once)
    return min((id_ for id_ in once if id_ in seen), key=lambda id_: _draw(rater, id_), default=None)


def repeats(given: Sequence[Rated], after: int) -> dict[str, list[tuple[float, float]]]:
    """By rater, the values of each text that was rated again after at least so many other ratings.

    What is rated again sooner is a correction: the rater remembers what was said.
    """
    found: dict[str, list[tuple[float, float]]] = {}
    for rater, mine in _settled(given).items():
        last: dict[str, tuple[int, float]] = {}
        for place, each in enumerate(mine):
            before = last.get(each.item_id)
            if before and place - before[0] > after:
                found.setdefault(rater, []).append((before[1], each.value))
            last[each.item_id] = (place, each.value)
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


def _settled(given: Sequence[Rated]) -> dict[str, list[Rated]]:
    """By rater, of each row of ratings of one text the last: criterion after criterion, it is one rating."""
    found: dict[str, list[Rated]] = {}
    for each in given:
        mine = found.setdefault(each.rater, [])
        if mine and mine[-1].item_id == each.item_id:
            mine.pop()
        mine.append(each)
    return found


def _rated_once(given: Sequence[Rated], after: int) -> list[str]:
    """What was rated before at least `after` others, and not again; a correction is no second time."""
    last: dict[str, int] = {}
    again: set[str] = set()
    for place, each in enumerate(given):
        if place - last.get(each.item_id, place) > after:
            again.add(each.item_id)
        last[each.item_id] = place
    return [id_ for id_, place in last.items() if place < len(given) - after and id_ not in again]


def _unknown(ledger: Ledger, rater: str) -> str | None:
    """A candidate that the rater never judged, drawn from those that are not the newest."""
    c, f = schema.items.c, schema.feedback.c
    judged = sa.select(f.item_id).where(f.rater == rater)
    wanted = sa.and_(VISIBLE, c.kind == "candidate", c.echo_of.is_(None))
    older = sa.select(c.item_id).where(wanted).order_by(c.seq.desc(), c.item_id).offset(RECENT).limit(OLDER).subquery()
    with ledger.reading() as db:
        ids = db.execute(sa.select(older.c.item_id).where(older.c.item_id.not_in(judged))).scalars()
        return min(ids, key=lambda id_: _draw(rater, id_), default=None)


def _visible(ledger: Ledger, ids: Sequence[str]) -> set[str]:
    c = schema.items.c
    with ledger.reading() as db:
        queries = (sa.select(c.item_id).where(VISIBLE, c.item_id.in_(chunk)) for chunk in chunks(ids))
        return {id_ for query in queries for id_ in db.execute(query).scalars()}


def _draw(*of: str) -> float:
    """A number in [0, 1) that looks drawn and is always the same."""
    return int.from_bytes(hashlib.blake2b("\n".join(of).encode(), digest_size=8).digest(), "big") / 2**64
