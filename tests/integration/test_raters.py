"""Raters in the ledger: what is read of them, repeats that nobody notices, and picks weighed by their place."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from jobs.rating.again import RECENT, due, one_more, reliability, repeats
from jobs.rating.report import ALL, report
from jobs.rating.said import Rated, history
from loop import feedback, schema
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.projector import Projector
from loop.settings import TASKS
from rewards.settings import RewardSettings
from tests.distill_home import TASK, Home

SETTINGS = RewardSettings()
ALWAYS = RewardSettings(again_share=1.0, again_after=3)
CRITERIA = list(TASKS[TASK].criteria)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def rate(home: Home, item: str, score: int, rater: str = "me") -> None:
    feedback.rate(home.ledger, TASKS, item, {CRITERIA[0]: score, CRITERIA[1]: score}, rater=rater)


def turns(home: Home, n: int, texts: int = 4) -> list[list[str]]:
    return [home.turn(f"prompt {k}", [f"text {k} number {i}" for i in range(texts)]) for k in range(n)]


def weights(ledger: Ledger) -> dict[tuple[str, str], float]:
    p = schema.preferences.c
    with ledger.reading() as db:
        return {(row.chosen, row.rejected): row.weight for row in db.execute(sa.select(p.chosen, p.rejected, p.weight))}


def always_first(home: Home, listed: Sequence[Sequence[str]], rater: str = "hasty") -> None:
    for ids in listed:
        feedback.pick(home.ledger, ids[0], rater=rater)


# --- picks and places ------------------------------------------------------------------------------------------------


def test_who_always_picks_the_first_says_little_by_it(home: Home) -> None:
    listed = turns(home, 40)
    always_first(home, listed[:39])
    assert set(weights(home.ledger).values()) == {1.0}, "nothing is known yet"
    feedback.calibrate(home.ledger)
    known = weights(home.ledger)
    assert max(known.values()) < 0.65, "what was said before is weighed anew"
    feedback.pick(home.ledger, listed[39][0], rater="hasty")
    assert weights(home.ledger)[listed[39][0], listed[39][3]] == known[listed[0][0], listed[0][3]]
    feedback.pick(home.ledger, listed[39][2], rater="hasty")
    assert weights(home.ledger)[listed[39][2], listed[39][0]] == 1.0, "against the habit it counts in full"


def test_picks_are_weighed_alike_in_every_database(ledger: Ledger, home: Home) -> None:
    home.ledger.close()
    home.ledger = ledger
    listed = turns(home, 20)
    always_first(home, listed)
    feedback.calibrate(ledger)
    assert max(weights(ledger).values()) < 0.75
    (told,) = report(ledger, SETTINGS).raters
    assert told.places is not None
    assert told.places.shares[0] > 0.6


def test_picks_in_all_places_count_in_full(home: Home) -> None:
    for k, ids in enumerate(turns(home, 40)):
        feedback.pick(home.ledger, ids[k % 4], rater="fair")
    feedback.calibrate(home.ledger)
    assert min(weights(home.ledger).values()) > 0.95


def test_a_replay_weighs_picks_alike_and_what_was_weighed_is_looked_at_again(home: Home) -> None:
    listed = turns(home, 30)
    always_first(home, listed)
    before = home.ledger.head()
    feedback.calibrate(home.ledger)
    lived = weights(home.ledger)
    c = schema.items.c
    with home.ledger.reading() as db:
        touched = set(db.execute(sa.select(c.item_id).where(c.touched > before)).scalars())
    assert {ids[0] for ids in listed} <= touched
    Projector(home.ledger, HANDLERS, SETTINGS).rebuild()
    assert weights(home.ledger) == lived


def test_a_home_from_before_gets_its_table(home: Home) -> None:
    always_first(home, turns(home, 2))
    with home.ledger.writing() as db:
        db.execute(sa.text("DROP TABLE places"))
        db.execute(sa.delete(schema.migrations).where(schema.migrations.c.number >= 2))
    home.ledger.close()
    again = Home(home.folder)
    feedback.calibrate(again.ledger)
    assert weights(again.ledger)


# --- repeats ---------------------------------------------------------------------------------------------------------


def test_what_is_shown_again_was_rated_once_and_long_ago(home: Home) -> None:
    (ids,) = turns(home, 1, 8)
    assert due(home.ledger, "me", ALWAYS) is None
    for item in ids[:3]:
        rate(home, item, 3)
    assert due(home.ledger, "me", ALWAYS) is None, "nothing is three ratings old"
    for item in ids[3:6]:
        rate(home, item, 3)
    shown = due(home.ledger, "me", ALWAYS)
    assert shown in ids[:3]
    assert due(home.ledger, "me", ALWAYS) == shown, "the same until something is rated"
    assert due(home.ledger, "you", ALWAYS) is None
    rate(home, str(shown), 4)
    assert due(home.ledger, "me", ALWAYS) not in (None, shown), "each only once"
    for item in ids[:6]:
        feedback.hide(home.ledger, item)
    assert due(home.ledger, "me", ALWAYS) is None, "what is hidden stays so"


def test_now_and_then_means_the_share(home: Home) -> None:
    (ids,) = turns(home, 1, 120)
    times = 0
    for item in ids:
        rate(home, item, 3)
        times += due(home.ledger, "me", RewardSettings(again_share=0.25, again_after=1)) is not None
    assert 0.15 < times / len(ids) < 0.35
    assert due(home.ledger, "me", RewardSettings(again_share=0.0)) is None


def test_criterion_after_criterion_is_one_rating(home: Home) -> None:
    (ids,) = turns(home, 1, 8)
    for item in ids[:6]:
        for score in (1, 2, 3):  # as a page sends what is scored slowly
            rate(home, item, score)
    assert due(home.ledger, "me", ALWAYS) in ids[:3], "scored thrice in a row is rated once"
    slow = [Rated("me", "a", 0.2), Rated("me", "a", 0.4), Rated("me", "b", 0.5), Rated("me", "c", 0.5)]
    assert repeats([*slow, Rated("me", "a", 0.1), Rated("me", "a", 0.6)], after=2) == {"me": [(0.4, 0.6)]}


def test_a_page_asks_as_often_about_what_is_new_to_the_rater(home: Home) -> None:
    listed = [id_ for ids in turns(home, 30) for id_ in ids]
    old, rated = set(listed[:-RECENT]), listed[:40:2]
    settings, asked = RewardSettings(again_share=0.5, again_after=1), []
    for item in rated:
        rate(home, item, 3)
        more = one_more(home.ledger, "me", settings)
        assert more == one_more(home.ledger, "me", settings), "the same until something is rated"
        repeat = due(home.ledger, "me", settings)
        assert more in ({repeat} if repeat else old - set(rated[: rated.index(item) + 1]) | {None})
        asked.append(more in rated[: rated.index(item) + 1])
    assert 5 <= sum(asked) <= 15, "half of the time it is a repeat"
    assert one_more(home.ledger, "me", RewardSettings(again_share=0.0)) is None


def test_the_earlier_rating_is_kept_for_the_reliability_alone(home: Home) -> None:
    (ids,) = turns(home, 1, 30)
    for k, item in enumerate([*ids, *ids[:6]]):
        rate(home, item, 1 + k % 5)
    one = feedback.item_row(home.ledger, ids[0])
    assert one.ratings == 1
    assert one.reward == pytest.approx((0.0 + 0.5) / 2)  # 30 % 5 = 0: a 1 again
    found = report(home.ledger, SETTINGS).raters[0].repeated
    assert found is not None
    assert (found.repeats, found.moved) == (6, 0.0)
    assert found.agreement is not None
    assert found.agreement.alpha == pytest.approx(1.0)


def test_a_correction_is_no_repeat() -> None:
    given = [Rated("me", "a", 0.2), Rated("me", "b", 0.5), Rated("me", "a", 0.9)]
    assert repeats(given, after=1) == {"me": [(0.2, 0.9)]}
    assert repeats(given, after=2) == {}
    others = [Rated("me", "a", 0.2), *(Rated("you", str(k), 0.5) for k in range(9)), Rated("me", "a", 0.9)]
    assert repeats(others, after=2) == {}, "what others rated in between is no time passed"
    assert reliability([(0.2, 0.4), (0.6, 0.6)]).moved == pytest.approx(0.1)
    assert reliability([(0.5, 0.5)]).agreement is None


# --- the report ------------------------------------------------------------------------------------------------------


def test_everything_about_known_raters(home: Home) -> None:
    """Four people rate sixty texts: one is mild, one rates at random, two agree."""
    ids = [id_ for listed in turns(home, 15) for id_ in listed]
    draw = np.random.default_rng(0)
    worth = draw.integers(1, 5, len(ids))
    for item, score in zip(ids, worth, strict=True):
        for rater in ("ann", "bob"):
            rate(home, item, int(score), rater)
        rate(home, item, min(5, int(score) + 1), "mild")
        rate(home, item, int(draw.integers(1, 6)), "dice")
    always_first(home, [ids[:4]], "ann")
    told = report(home.ledger, SETTINGS, progress=lambda *_: None)
    by_name = {each.rater: each for each in told.raters}
    assert set(by_name) == {"ann", "bob", "mild", "dice"}
    assert by_name["mild"].leaning.offset > by_name["ann"].leaning.offset + 0.15
    assert by_name["mild"].criteria[CRITERIA[0]].offset > by_name["ann"].criteria[CRITERIA[0]].offset + 0.15
    likeness = {name: each.likeness.r for name, each in by_name.items() if each.likeness}
    assert likeness["dice"] < 0.3 < 0.6 < min(likeness[name] for name in ("ann", "bob", "mild"))
    orders = {name: each.influence.spearman or 0.0 for name, each in by_name.items() if each.influence}
    assert min(orders, key=orders.__getitem__) == "dice"
    assert set(told.agreement) == {ALL, *CRITERIA[:2]}
    assert told.calibrated is not None
    assert told.calibrated.alpha > told.agreement[ALL]["interval"].alpha
    assert by_name["ann"].picks == 1
    assert by_name["ann"].ratings == 60
    assert not any(each.drift.sure for each in told.raters if each.drift)
    assert report(home.ledger, SETTINGS, task="tweet").raters == []


def test_an_empty_home_and_a_lone_rater(home: Home) -> None:
    assert report(home.ledger, SETTINGS).raters == []
    (ids,) = turns(home, 1)
    rate(home, ids[0], 5)
    (only,) = report(home.ledger, SETTINGS).raters
    assert (only.rater, only.ratings, only.likeness, only.drift, only.repeated) == ("me", 1, None, None, None)
    assert history(home.ledger) == [Rated("me", ids[0], 1.0)]
