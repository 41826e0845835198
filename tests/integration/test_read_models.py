"""The read models: hand-computed rewards, and a replay that equals what was lived."""

import random
from collections.abc import Callable
from contextlib import closing

import pytest
import sqlalchemy as sa

from loop import feedback, schema
from loop.brief import Brief
from loop.errors import BadInput, NotFound
from loop.events import ItemHidden, TextImported
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.projector import Projector
from loop.remember import Memory
from loop.settings import TASKS, GeneratorSettings
from loop.turn import Turn, take_turn
from rewards.errors import RatingRefused
from rewards.settings import RewardSettings
from tests.fakes import QueueWriter

STRENGTH, MEAN = RewardSettings().prior_strength, RewardSettings().prior_mean


@pytest.fixture
def turn(ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter) -> Callable[..., Turn]:
    memory = remember(ledger)

    def take(prompt: str = "uses for a brick", **wanted: object) -> Turn:
        brief = Brief(task="brainstorm", prompt=prompt, **{"n": 3, **wanted})  # type: ignore[arg-type]
        settings = GeneratorSettings()
        return take_turn(brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=settings)

    return take


def reward(ledger: Ledger, item_id: str) -> float | None:
    return feedback.item_row(ledger, item_id).reward


def shrunk(total: float, weight: float) -> float:
    return (total + STRENGTH * MEAN) / (weight + STRENGTH)


def test_a_rating_makes_the_reward_by_hand(ledger: Ledger, turn: Callable[..., Turn]) -> None:
    one = turn().candidates[0].candidate_id
    assert reward(ledger, one) is None
    standing = feedback.rate(ledger, TASKS, one, {"relevance": 5, "clarity": 4})
    assert standing.reward == pytest.approx(shrunk((1.0 + 0.75) / 2, 1))
    feedback.rate(ledger, TASKS, one, {"relevance": 1})
    assert reward(ledger, one) == pytest.approx(shrunk(0.0, 1)), "the rater's newest scores count"
    feedback.rate(ledger, TASKS, one, {"relevance": 5}, rater="bob")
    assert reward(ledger, one) == pytest.approx(shrunk(1.0, 2)), "another rater's add up"


def test_a_pick_is_a_win_and_the_newest_pick_counts(ledger: Ledger, turn: Callable[..., Turn]) -> None:
    one, two, three = (c.candidate_id for c in turn().candidates)
    feedback.pick(ledger, one)
    assert reward(ledger, one) == pytest.approx(shrunk(1, 1))
    assert reward(ledger, two) == pytest.approx(shrunk(0, 0.5))
    feedback.pick(ledger, three)
    assert reward(ledger, three) == pytest.approx(shrunk(1, 1))
    assert reward(ledger, one) == pytest.approx(shrunk(0, 0.5)), "the first pick is withdrawn"
    p = schema.preferences.c
    with ledger.reading() as db:
        pairs = {tuple(row) for row in db.execute(sa.select(p.chosen, p.rejected))}
    assert pairs == {(three, one), (three, two)}


def test_an_edit_is_an_item_preferred_over_what_it_rewrites(ledger: Ledger, turn: Callable[..., Turn]) -> None:
    one = turn().candidates[0].candidate_id
    standing = feedback.edit(ledger, one, "a better thought")
    assert standing.item_id
    row = feedback.item_row(ledger, standing.item_id)
    assert (row.kind, row.parent_id, row.reward) == ("edit", one, pytest.approx(shrunk(1, 1)))
    assert ledger.texts([standing.item_id]) == {standing.item_id: "a better thought"}
    assert reward(ledger, one) is None


def test_a_raters_leaning_is_taken_out_once_it_was_measured(ledger: Ledger, turn: Callable[..., Turn]) -> None:
    items = [c.candidate_id for _ in range(10) for c in turn(n=4).candidates]
    draw = random.Random(1)
    for item in items:
        good = draw.randint(2, 4)
        feedback.rate(ledger, TASKS, item, {"clarity": good + 1}, rater="mild")
        feedback.rate(ledger, TASKS, item, {"clarity": good - 1}, rater="harsh")
    alone = [c.candidate_id for c in turn().candidates]
    feedback.rate(ledger, TASKS, alone[0], {"clarity": 3}, rater="mild")
    feedback.rate(ledger, TASKS, alone[1], {"clarity": 3}, rater="harsh")
    assert reward(ledger, alone[0]) == reward(ledger, alone[1])
    assert feedback.calibrate(ledger) is not None
    assert reward(ledger, alone[1]) > reward(ledger, alone[0]) + 0.1  # type: ignore[operator]
    assert feedback.calibrate(ledger) is None, "nothing moved since"


def history(ledger: Ledger, take: Callable[..., Turn], seed: int) -> None:
    """A random life: turns, ratings, picks, edits, comments, hiding, calibrations."""
    draw = random.Random(seed)
    items: list[str] = []
    for _ in range(60):
        what = draw.choice(("turn", "rate", "rate", "pick", "edit", "hide", "comment", "calibrate"))
        item = draw.choice(items) if items else ""
        rater = draw.choice(("ann", "bob", "me"))
        if what == "turn" or not items:
            items += [c.candidate_id for c in take(f"prompt {draw.randint(0, 3)}", seed=draw.randint(0, 99)).candidates]
        elif what == "rate":
            feedback.rate(
                ledger, TASKS, item, {"clarity": draw.randint(1, 5)}, rater=rater, comment=draw.choice(("", "hm"))
            )
        elif what == "pick" and item.startswith("c_"):
            feedback.pick(ledger, item, rater=rater)
        elif what == "edit":
            items.append(str(feedback.edit(ledger, item, f"edit {len(items)}", rater=rater).item_id))
        elif what == "hide":
            feedback.hide(ledger, item, hidden=draw.random() < 0.7)
        elif what == "comment":
            feedback.comment(ledger, item, "why not", rater=rater)
        elif what == "calibrate":
            feedback.calibrate(ledger)


def tables(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.reading() as db:
        return {
            table.name: sorted(map(tuple, db.execute(sa.select(table))), key=repr)
            for table in schema.PROJECTIONS
            if table is not schema.cursors
        }


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_equals_what_was_lived(ledger: Ledger, turn: Callable[..., Turn], seed: int) -> None:
    history(ledger, turn, seed)
    lived = tables(ledger)
    assert len(lived["items"]) > 5
    assert lived["feedback"]
    Projector(ledger, HANDLERS, RewardSettings()).rebuild()
    assert tables(ledger) == lived


def test_words_are_safe_when_a_read_model_fails_and_the_next_append_makes_good(ledger_url: str) -> None:
    with closing(Ledger(ledger_url)) as ledger:
        ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
        ledger.append(_text("e_one"), texts={"e_one": "one"})
    with closing(Ledger(ledger_url)) as ledger:
        ledger.project(Projector(ledger, HANDLERS | {ItemHidden: _fails}, RewardSettings()))
        with pytest.raises(ZeroDivisionError):
            ledger.append(_text("e_two"), ItemHidden(item_id="e_one", hidden=True), texts={"e_two": "two"})
        assert ledger.texts(["e_one", "e_two"]) == {"e_one": "one", "e_two": "two"}
        assert items(ledger) == ["e_one"], "its read models are as they were before"
    with closing(Ledger(ledger_url)) as ledger:
        ledger.append(_text("e_three"), texts={"e_three": "three"})  # by a process without read models
        assert items(ledger) == ["e_one"]
        ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
        ledger.append(_text("e_four"), texts={"e_four": "four"})
        assert items(ledger) == ["e_four", "e_one", "e_three", "e_two"]
        lived = tables(ledger)
        Projector(ledger, HANDLERS, RewardSettings()).rebuild()
        assert tables(ledger) == lived


def _text(item_id: str) -> TextImported:
    return TextImported(item_id=item_id, task="tweet", source="test", row=1)


def _fails(*_: object) -> None:
    raise ZeroDivisionError


def items(ledger: Ledger) -> list[str]:
    with ledger.reading() as db:
        return sorted(db.execute(sa.select(schema.items.c.item_id)).scalars())


@pytest.mark.parametrize("scores", [{}, {"clarity": 0}, {"clarity": 6}, {"clarity": float("nan")}, {"charm": 3}])
def test_a_rating_that_nobody_can_mean_changes_nothing(
    ledger: Ledger, turn: Callable[..., Turn], scores: dict[str, object]
) -> None:
    one = turn().candidates[0].candidate_id
    before = ledger.head()
    with pytest.raises(RatingRefused):
        feedback.rate(ledger, TASKS, one, scores)
    assert ledger.head() == before


def test_what_cannot_be_spoken_of(ledger: Ledger, turn: Callable[..., Turn]) -> None:
    only = turn(n=1).candidates[0]
    before = ledger.head()
    with pytest.raises(NotFound, match="c_nothing"):
        feedback.pick(ledger, "c_nothing")
    with pytest.raises(BadInput, match="no siblings"):
        feedback.pick(ledger, only.candidate_id)
    with pytest.raises(BadInput, match="changes nothing"):
        feedback.edit(ledger, only.candidate_id, only.text)
    with pytest.raises(BadInput, match="empty"):
        feedback.edit(ledger, only.candidate_id, "  ")
    assert ledger.head() == before
