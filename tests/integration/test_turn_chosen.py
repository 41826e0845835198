"""A turn that writes more than it shows: the reward model chooses, and the ledger says so."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from loop import feedback
from loop.brief import Brief
from loop.checks import MOST_CANDIDATES
from loop.events import CandidateWritten, Choice, TurnTaken
from loop.ledger import Ledger
from loop.models.base import Piece
from loop.remember import Memory
from loop.settings import TASKS, GeneratorSettings
from loop.turn import Turn, take_turn
from rewards.scorer import Floats
from tests.fakes import QueueWriter

TEXTS = [
    "a dull brick",
    "a lamp of brick",
    "the dullest brick",
    "a lamp of brick indeed",
    "an organ for the wind",
    "no",
]
REWARDS = dict(zip(TEXTS, (0.2, 0.8, 0.1, 0.79, 0.6, 0.0), strict=True))
ASKED = "uses for a brick\nI mend things"


class KnownRewards:
    """A reward model that knows these texts; of others it expects little."""

    name = "w_1"

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def score(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """By text."""
        self.asked |= set(prompts)
        return np.array([REWARDS.get(text, 0.05) for text in texts])

    def lower(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        raise AssertionError("what is expected decides")


@pytest.fixture
def take(ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter) -> Callable[..., Turn]:
    memory = remember(ledger, explore=1.0)

    def take(n: int = 2, best_of: int = 3, scorer: KnownRewards | None = None, **more: object) -> Turn:
        brief = Brief(task="brainstorm", prompt="uses for a brick", fields={"Bio": "I mend things"}, n=n, seed=1)
        settings = GeneratorSettings(best_of=best_of)
        return take_turn(
            brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=settings, scorer=scorer,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    return take


def texts(turn: Turn) -> list[str]:
    return [candidate.text for candidate in turn.candidates]


def test_shown_is_what_is_likely_good_and_unlike_the_rest(take: Callable[..., Turn], writer: QueueWriter) -> None:
    writer.texts, scorer = list(TEXTS), KnownRewards()
    turn = take(scorer=scorer)
    assert texts(turn) == [TEXTS[1], TEXTS[4]], "the second lamp is better, and says the same"
    assert scorer.asked == {ASKED}
    assert writer.written == 6


def test_the_places_are_those_of_chance(take: Callable[..., Turn], writer: QueueWriter) -> None:
    writer.texts = TEXTS[::-1]
    assert texts(take(scorer=KnownRewards())) == [TEXTS[4], TEXTS[1]], "as they were written, not best first"


def test_the_ledger_says_who_chose_from_how_many(
    take: Callable[..., Turn], writer: QueueWriter, ledger: Ledger
) -> None:
    writer.texts = list(TEXTS)
    turn = take(scorer=KnownRewards(), key="k")
    taken, *written = [recorded.event for recorded in ledger.read()]
    assert isinstance(taken, TurnTaken)
    assert (taken.n, taken.propensity, len(written)) == (2, 0.5, 2)
    told = [event.chosen for event in written if isinstance(event, CandidateWritten)]
    assert told == [Choice(by="w_1", of=6, expected=0.8), Choice(by="w_1", of=6, expected=0.6)]
    assert take(scorer=KnownRewards(), key="k").candidates == turn.candidates, "read back"
    with ledger.reading() as db:
        kept = set(db.exec_driver_sql("SELECT text FROM texts").scalars())
    assert not kept & {TEXTS[0], TEXTS[2], TEXTS[3], TEXTS[5]}, "what was not shown is not kept"


def test_without_a_reward_model_or_with_one_for_one_all_is_shown(
    take: Callable[..., Turn], writer: QueueWriter, ledger: Ledger
) -> None:
    for choices in ({"best_of": 3}, {"best_of": 1, "scorer": KnownRewards()}):
        before = writer.written
        turn = take(**choices)
        assert writer.written - before == 2
        assert [candidate.chosen for candidate in turn.candidates] == [None, None]


def test_a_model_that_says_little_is_asked_again_only_for_what_is_missing(
    take: Callable[..., Turn], writer: QueueWriter
) -> None:
    writer.texts = [TEXTS[0], TEXTS[1], TEXTS[1], "", TEXTS[1], TEXTS[0]]
    turn = take(scorer=KnownRewards())
    assert (texts(turn), writer.written) == ([TEXTS[0], TEXTS[1]], 6)
    assert [candidate.chosen for candidate in turn.candidates] == [None, None], "nothing was left out"


def test_the_text_that_is_written_without_memory_is_chosen_alike(
    take: Callable[..., Turn], writer: QueueWriter, ledger: Ledger
) -> None:
    first = take(best_of=1).candidates[0].candidate_id
    feedback.rate(ledger, TASKS, first, {"clarity": 5})
    writer.texts = ["an echo of moss", *TEXTS[:2], "a slow kite", TEXTS[2], TEXTS[4]]
    turn = take(scorer=KnownRewards())
    assert [(c.text, c.strategy, c.chosen and c.chosen.of) for c in turn.candidates] == [
        (TEXTS[1], "best", 3),
        (TEXTS[4], "none", 3),
    ]


def test_never_more_than_the_most_is_written_at_once_and_as_many_are_heard_as_shown(
    take: Callable[..., Turn], writer: QueueWriter
) -> None:
    heard: list[Piece] = []
    turn = take(n=40, best_of=16, scorer=KnownRewards(), listen=heard.append)
    assert (len(turn.candidates), writer.written) == (40, MOST_CANDIDATES), "nothing was recalled, so none explores"
    assert [piece.index for piece in heard] == list(range(40))
