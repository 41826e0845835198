"""An opener for one person is not what another was given: it is written again, and marked where that does not help."""

from collections.abc import Callable

import pytest

from loop import feedback
from loop.brief import Brief
from loop.drafts import SPARE
from loop.events import CandidateWritten, ItemForgotten
from loop.ledger import Ledger
from loop.remember import Memory
from loop.settings import TASKS, GeneratorSettings
from loop.turn import Candidate, Turn, take_turn
from tests.fakes import QueueWriter

Take = Callable[..., Turn]
BAKER, KEEPER = {"Bio": "I love to bake cookies"}, {"Bio": "I keep bees"}
ASK_BAKER = "Hi! I see that you like baking. What got you into it?"
ASK_KEEPER = "Hi! I see that you like bees. What got you into it?"
NEW = "Do queens ever take a day off?"


@pytest.fixture
def memory(ledger: Ledger, remember: Callable[..., Memory]) -> Memory:
    return remember(ledger, strategy="none")


@pytest.fixture
def take(ledger: Ledger, memory: Memory, writer: QueueWriter) -> Take:
    def take(fields: dict[str, str], *texts: str, n: int = 1, key: str | None = None, **wanted: object) -> Turn:
        brief = Brief(**{"task": "opener", "prompt": "somebody new", "fields": fields, "n": n, "seed": 1, **wanted})  # type: ignore[arg-type]
        writer.texts = list(texts)
        settings = GeneratorSettings(tries=3)
        return take_turn(brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=settings, key=key)

    return take


def only(turn: Turn) -> Candidate:
    (candidate,) = turn.candidates
    return candidate


@pytest.mark.parametrize(
    "repeated",
    [
        pytest.param(ASK_BAKER.upper(), id="the same words"),
        pytest.param(ASK_KEEPER, id="the same pattern"),
        pytest.param("What got you into baking? Hi! I see you like it, that.", id="nearly the same"),
    ],
)
def test_what_another_person_was_given_is_written_again(take: Take, writer: QueueWriter, repeated: str) -> None:
    assert only(take(BAKER, ASK_BAKER)).repeats is None
    before = writer.written
    candidate = only(take(KEEPER, repeated, NEW))
    assert (candidate.text, candidate.repeats, candidate.shared) == (NEW, None, None)
    assert writer.written == before + 1 + SPARE


def test_what_cannot_be_avoided_is_marked_with_what_it_repeats(ledger: Ledger, take: Take, writer: QueueWriter) -> None:
    first = only(take(BAKER, ASK_BAKER))
    before = writer.written
    candidate = only(take(KEEPER, ASK_BAKER, ASK_KEEPER, *[ASK_BAKER.lower()] * 9))
    assert writer.written == before + 1 + 2 * SPARE, "no more than the tries"
    assert (candidate.text, candidate.repeats, candidate.shared) == (ASK_KEEPER, first.candidate_id, "pattern")
    event = ledger.read()[-1].event
    assert isinstance(event, CandidateWritten)
    assert (event.repeats, event.shared) == (first.candidate_id, "pattern")


def test_of_several_candidates_only_those_that_repeat_are_written_again(take: Take, writer: QueueWriter) -> None:
    take(BAKER, ASK_BAKER, "Cookies or cake, if the oven is yours?", n=2)
    before = writer.written
    turn = take(KEEPER, ASK_KEEPER, NEW, "Honey first?", n=2)
    assert [candidate.text for candidate in turn.candidates] == [NEW, "Honey first?"]
    assert writer.written == before + 2 + SPARE
    turn = take({"Bio": "I sail"}, ASK_BAKER, "Which way is the wind?", *[ASK_BAKER, ASK_BAKER.title()] * 4, n=2)
    assert [(c.text, c.shared) for c in turn.candidates] == [("Which way is the wind?", None), (ASK_BAKER, "words")]


def test_whoever_listens_hears_the_candidates_and_no_spare_ones(memory: Memory, ledger: Ledger, take: Take) -> None:
    take(BAKER, ASK_BAKER)
    heard: list[tuple[int, str]] = []
    writer = QueueWriter(["Honey first?", ASK_BAKER, NEW, "spare"])
    brief = Brief(task="opener", prompt="somebody new", fields=KEEPER, n=2)
    take_turn(
        brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=GeneratorSettings(),
        listen=lambda piece: heard.append((piece.index, piece.text)),
    )  # fmt: skip
    assert heard == [(0, "Honey first?"), (1, ASK_BAKER), (1, NEW)]


def test_the_same_person_other_tasks_and_briefs_without_fields_are_left_alone(take: Take, writer: QueueWriter) -> None:
    take(BAKER, ASK_BAKER)
    for fields, wanted in ((BAKER, {}), (KEEPER, {"task": "email"}), ({}, {})):
        before = writer.written
        candidate = only(take(fields, ASK_BAKER, **wanted))
        assert (candidate.text, candidate.repeats, writer.written) == (ASK_BAKER, None, before + 1)
    assert only(take(KEEPER, ASK_BAKER, NEW)).text == NEW, "what was written without fields counts no more"


def test_what_was_hidden_or_forgotten_may_be_said_again(ledger: Ledger, memory: Memory, take: Take) -> None:
    first = only(take(BAKER, ASK_BAKER)).candidate_id
    feedback.hide(ledger, first)
    second = only(take(KEEPER, ASK_BAKER))
    assert second.repeats is None
    feedback.hide(ledger, first, hidden=False)
    feedback.hide(ledger, second.candidate_id)
    assert only(take({"Bio": "I sail"}, ASK_BAKER, NEW)).text == NEW, "it is back"
    ledger.forget([first], ItemForgotten(item_id=first))
    assert only(take({"Bio": "I rhyme"}, ASK_BAKER)).repeats is None


def test_an_edit_counts_as_given(ledger: Ledger, take: Take) -> None:
    first = only(take(BAKER, "Anything at all?"))
    edited = feedback.edit(ledger, first.candidate_id, ASK_BAKER)
    candidate = only(take(KEEPER, *[ASK_BAKER] * 9))
    assert (candidate.repeats, candidate.shared) == (edited.item_id, "words")


def test_sent_twice_with_one_key_the_mark_comes_back(take: Take, writer: QueueWriter) -> None:
    take(BAKER, ASK_BAKER)
    first = take(KEEPER, *[ASK_BAKER] * 9, key="k")
    before = writer.written
    again = take(KEEPER, NEW, key="k")
    assert again.candidates == first.candidates
    assert only(again).shared == "words"
    assert writer.written == before


def test_a_memory_that_is_opened_anew_knows_what_was_written(
    ledger: Ledger, remember: Callable[..., Memory], take: Take, writer: QueueWriter
) -> None:
    first = only(take(BAKER, ASK_BAKER))
    fresh = remember(ledger)
    brief = Brief(task="opener", prompt="somebody new", fields=KEEPER, n=1)
    (repeat,) = fresh.given.repeats(brief, [ASK_KEEPER], fresh.embedder.embed([ASK_KEEPER]))
    assert repeat is not None
    assert repeat.item_id == first.candidate_id


def test_the_repetition_of_a_task(memory: Memory, take: Take) -> None:
    first = only(take(BAKER, ASK_BAKER)).candidate_id
    take({"Bio": "I sail"}, "Which way is the wind?")
    second = only(take(KEEPER, *[ASK_KEEPER] * 9)).candidate_id
    told = memory.given.repetition("opener")
    assert (told.people, told.texts, told.shared) == (3, 3, 2)
    assert [group.pattern for group in told.groups] == ["Hi! I see that you like …. What got you into it?"]
    assert told.groups[0].item_ids == (first, second)
    assert memory.given.repetition("opener", [first]).shared == 0
    assert memory.given.repetition("tweet").texts == 0


def test_what_explores_without_recall_is_compared_as_well(
    ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter
) -> None:
    memory = remember(ledger, explore=1.0)

    def take(fields: dict[str, str], *texts: str) -> Turn:
        writer.texts = list(texts)
        brief = Brief(task="opener", prompt="somebody new", fields=fields, n=2, seed=1, strategy="recent")
        return take_turn(
            brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=GeneratorSettings(tries=2)
        )

    first = take(BAKER, ASK_BAKER, "Cookies or cake, if the oven is yours?").candidates[0].candidate_id
    feedback.rate(ledger, TASKS, first, {"clarity": 5})
    turn = take(KEEPER, "Honey first?", ASK_KEEPER, NEW)
    assert [(c.text, c.strategy) for c in turn.candidates] == [("Honey first?", "recent"), (NEW, "none")]
