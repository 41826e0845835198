"""A promoted model whose live scores fall is taken back by itself; one that is as good is left alone."""

import random

import pytest

from jobs.settings import WatchSettings
from jobs.watch import Live, counts, live, watch
from loop import feedback
from loop.events import CandidateWritten, ModelPromoted, ModelRolledBack, TurnTaken
from loop.ids import new_id
from loop.ledger import Ledger
from loop.registry import Registry
from loop.settings import TASKS

FIRST = WatchSettings(after_turns=30)


class Life:
    """Turns by models, with scores."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.rng = random.Random(1)

    def turns(self, model: str, n: int, mean: float, rater: str = "ana", task: str = "tweet") -> None:
        for _ in range(n):
            turn, names = new_id("t"), [new_id("c") for _ in range(2)]
            common = {"turn_id": turn, "task": task, "prompt_id": "p", "model_id": model, "strategy": "none"}
            taken = TurnTaken(**common, n=2, propensity=1.0, seed=0, recalled=())  # type: ignore[arg-type]
            written = [
                CandidateWritten(**common, candidate_id=name, position=k, novelty=1.0)  # type: ignore[arg-type]
                for k, name in enumerate(names)
            ]
            self.ledger.append(taken, *written, texts={"p": "{}", **{name: f"text {name}" for name in names}})
            for name in names:
                stars = min(5, max(1, round(self.rng.gauss(mean, 0.8))))
                criteria = dict.fromkeys(TASKS[task].criteria, stars)
                feedback.rate(self.ledger, TASKS, name, criteria, rater=rater)

    def promote(self, model: str, previous: str) -> None:
        self.ledger.append(ModelPromoted(model_id=model, previous=previous))

    def standing(self, settings: WatchSettings = FIRST) -> Live:
        found = live(self.ledger, settings)
        assert found is not None
        return found


@pytest.fixture
def life(ledger: Ledger) -> Life:
    made = Life(ledger)
    made.turns("base", 40, 3.6)
    made.promote("m_1", "base")
    return made


def test_a_model_that_people_like_less_is_taken_back_once(life: Life, tmp_path: object) -> None:
    registry = Registry(life.ledger, tmp_path, "base")  # type: ignore[arg-type]
    life.turns("m_1", 30, 2.4)
    found = watch(life.ledger, registry, FIRST)
    assert found is not None
    assert (found.model_id, found.previous, found.turns, found.before) == ("m_1", "base", 30, 40)
    assert found.difference == pytest.approx(-0.3, abs=0.08)
    assert watch(life.ledger, registry, FIRST) is None
    backs = [r.event for r in life.ledger.read(limit=10_000) if isinstance(r.event, ModelRolledBack)]
    assert [(event.model_id, event.previous) for event in backs] == [("base", "m_1")]
    assert "over 30 scored turns" in backs[0].why
    assert live(life.ledger, FIRST) is None


def test_a_model_that_is_as_good_stays(life: Life) -> None:
    life.turns("m_1", 32, 3.6)
    found = life.standing()
    assert not found.fallen
    assert found.interval is not None
    assert found.interval[0] < 0 < found.interval[1]


def test_few_turns_decide_nothing(life: Life) -> None:
    life.turns("m_1", 12, 1.5)
    found = life.standing()
    assert found.interval is not None
    assert found.interval[1] < 0
    assert not found.fallen
    assert life.standing(WatchSettings(after_turns=12)).fallen
    assert not life.standing(WatchSettings(after_turns=0)).fallen


def test_a_stern_rater_who_comes_later_does_not_make_the_model_worse(life: Life) -> None:
    life.turns("m_1", 30, 1.5, rater="ben")
    assert life.standing().difference is None, "ben never scored the model before"
    life.turns("m_1", 30, 3.6)
    found = life.standing()
    assert found.turns == 30
    assert not found.fallen


def test_another_task_does_not_make_the_model_worse(life: Life) -> None:
    life.turns("m_1", 30, 1.5, task="story")
    assert life.standing().difference is None


def test_there_are_few_looks() -> None:
    looked = [turns for turns in range(1, 300) if counts(turns, 30)]
    assert looked == [*range(30, 34), *range(60, 67), *range(120, 133), *range(240, 265)]
    assert not counts(50, 0)
