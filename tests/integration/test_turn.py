"""The turn: what was recalled is in the prompt, what was said of it changes the next one."""

from collections.abc import Callable

import pytest

from loop import feedback
from loop.brief import Brief
from loop.cleaning import clean
from loop.errors import BadInput, ModelUnusable
from loop.events import CandidateWritten, TurnTaken
from loop.ledger import Ledger
from loop.remember import Memory
from loop.settings import TASKS, GeneratorSettings
from loop.turn import Turn, take_turn
from tests.fakes import QueueWriter

Take = Callable[..., Turn]


def taker(ledger: Ledger, memory: Memory, writer: QueueWriter) -> Take:
    def take(prompt: str, *, key: str | None = None, **wanted: object) -> Turn:
        brief = Brief(**{"task": "brainstorm", "prompt": prompt, "n": 2, "seed": 1, **wanted})  # type: ignore[arg-type]
        return take_turn(
            brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=GeneratorSettings(), key=key
        )

    return take


@pytest.fixture
def take(ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter) -> Take:
    return taker(ledger, remember(ledger), writer)


def asked(writer: QueueWriter) -> str:
    return writer.asked[-1][-1]["content"]


def test_what_was_recalled_is_in_the_prompt_and_a_rating_changes_the_next_recall(
    ledger: Ledger, take: Take, writer: QueueWriter
) -> None:
    writer.texts = ["stack it high", "paint it red"]
    first = take("uses for a brick")
    assert first.recalled == ()
    assert "Liked before" not in asked(writer)
    one, two = (c.candidate_id for c in first.candidates)
    feedback.rate(ledger, TASKS, one, {"clarity": 2})
    second = take("uses for a brick", strategy="best")
    assert [r.item.item_id for r in second.recalled] == [one]
    assert "Liked before:\n- stack it high\n" in asked(writer)
    assert "paint it red" not in asked(writer), "nobody said anything of it"
    feedback.rate(ledger, TASKS, two, {"clarity": 5})
    third = take("uses for a brick", strategy="best")
    assert [r.item.item_id for r in third.recalled] == [two, one]
    feedback.rate(ledger, TASKS, two, {"clarity": 1})
    assert next(r.item.item_id for r in take("uses for a brick", strategy="best").recalled) == one


def test_what_to_avoid_comes_with_the_reason(ledger: Ledger, take: Take, writer: QueueWriter) -> None:
    writer.texts = ["good one", "dull one"]
    good, dull = (c.candidate_id for c in take("uses for a brick").candidates)
    feedback.rate(ledger, TASKS, good, {"clarity": 5})
    feedback.rate(ledger, TASKS, dull, {"clarity": 1}, comment="heard it before")
    turn = take("uses for a brick", strategy="contrast")
    assert [r.item.item_id for r in turn.avoided] == [dull]
    assert "Avoid:\n- dull one (heard it before)" in asked(writer)
    hidden = take("uses for a brick", strategy="none")
    assert (hidden.recalled, hidden.avoided) == ((), ())


def test_sent_twice_with_one_key_it_is_written_once(ledger: Ledger, take: Take, writer: QueueWriter) -> None:
    first = take("uses for a brick", key="k")
    head, written = ledger.head(), writer.written
    again = take("uses for a brick", key="k")
    assert again.candidates == first.candidates
    assert (again.turn_id, again.prompt, again.seed) == (first.turn_id, "uses for a brick", first.seed)
    assert (ledger.head(), writer.written) == (head, written)


def test_a_key_belongs_to_one_command(ledger: Ledger, take: Take) -> None:
    one, two = take("uses for a brick", key="turn").candidates
    feedback.rate(ledger, TASKS, one.candidate_id, {"clarity": 5}, key="rating")
    head = ledger.head()
    with pytest.raises(BadInput, match="used for something else"):
        feedback.rate(ledger, TASKS, two.candidate_id, {"clarity": 5}, key="turn")
    with pytest.raises(BadInput, match="used for something else"):
        take("uses for a brick", key="rating")
    assert ledger.head() == head


def test_empty_and_repeated_candidates_are_written_again(take: Take, writer: QueueWriter) -> None:
    writer.texts = ["same", "same", "", "other"]
    assert [c.text for c in take("x", n=3).candidates][:2] == ["same", "other"]
    writer.texts = [""] * 50
    with pytest.raises(ModelUnusable):
        take("x", n=3)


def test_the_explore_slot_is_written_without_recall(
    ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter
) -> None:
    memory = remember(ledger, explore=1.0)
    take = taker(ledger, memory, writer)
    one = take("uses for a brick").candidates[0]
    feedback.rate(ledger, TASKS, one.candidate_id, {"clarity": 5})
    turn = take("uses for a brick", n=3)
    assert [c.strategy for c in turn.candidates] == ["best", "best", "none"]
    assert "Liked before" in writer.asked[-2][-1]["content"]
    assert "Liked before" not in asked(writer)
    taken = [r.event for r in ledger.read() if isinstance(r.event, TurnTaken)][-1]
    assert taken.propensity == pytest.approx(1 - 1 / 3)


def test_a_copy_is_marked_and_lifts_nothing(ledger: Ledger, take: Take, writer: QueueWriter) -> None:
    writer.texts = ["a very long and quite unusual way of using a brick at home", "short"]
    original = take("uses for a brick").candidates[0].candidate_id
    feedback.rate(ledger, TASKS, original, {"clarity": 4})
    before = feedback.item_row(ledger, original).reward
    writer.texts = ["A very long and quite unusual way of using a brick at home!", "something else"]
    copy = take("uses for a brick", strategy="best").candidates[0]
    assert copy.echo_of == original
    assert copy.novelty < 0.1
    feedback.rate(ledger, TASKS, copy.candidate_id, {"clarity": 5})
    assert feedback.item_row(ledger, original).reward == before
    recalled = take("uses for a brick", strategy="best").recalled
    assert [r.item.item_id for r in recalled] == [original], "an echo never becomes an example"


def test_nothing_is_embedded_twice(ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter) -> None:
    memory = remember(ledger)
    take = taker(ledger, memory, writer)
    for n in range(5):
        take(f"uses for thing {n}")
    embedder = memory.embedder
    before = embedder.embedded  # type: ignore[attr-defined]
    assert before == 5 * (1 + 2), "each prompt and each candidate once"
    memory.catch_up()
    fresh = remember(ledger)
    fresh._open_embedder = lambda: embedder  # the same counter
    with ledger.writing() as db:
        db.exec_driver_sql("DELETE FROM cursors WHERE name = 'index:test'")
    fresh.catch_up()
    assert fresh.index.count() == 10
    assert embedder.embedded == before, "a rebuild embeds nothing"  # type: ignore[attr-defined]


def test_memory_is_a_langchain_retriever_and_example_selector(
    ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter
) -> None:
    memory = remember(ledger)
    writer.texts = ["stack it high", "paint it red"]
    liked, unrated = (c.candidate_id for c in taker(ledger, memory, writer)("uses for a brick").candidates)
    feedback.rate(ledger, TASKS, liked, {"clarity": 5})
    found = memory.as_retriever("brainstorm", k=2).invoke("uses for a brick")
    assert liked in [document.metadata["item_id"] for document in found]
    examples = memory.as_example_selector("brainstorm").select_examples({"prompt": "uses for a brick"})
    assert "stack it high" in str(examples)
    assert "paint it red" not in str(examples)
    assert unrated not in str(examples)


def test_hidden_items_leave_the_index_and_come_back(
    ledger: Ledger, remember: Callable[..., Memory], writer: QueueWriter
) -> None:
    memory = remember(ledger)
    one, two = (c.candidate_id for c in taker(ledger, memory, writer)("x").candidates)
    feedback.hide(ledger, one)
    memory.catch_up()
    assert memory.index.ids() == [two]
    feedback.hide(ledger, one, hidden=False)
    memory.catch_up()
    assert sorted(memory.index.ids()) == sorted([one, two])


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"task": "haiku"}, "no task 'haiku'"),
        ({"prompt": "   "}, "empty"),
        ({"prompt": "x" * 100_000}, "100,000 characters"),
        ({"prompt": "a\x00b"}, "not text"),
        ({"prompt": "a\udce9b"}, "not text"),
        ({"n": 0}, "n is 0"),
        ({"n": 1_000}, "n is 1000"),
        ({"fields": {"Bio": "y" * 30_000}}, "Bio"),
        ({"strategy": "luck"}, "luck"),
    ],
)
def test_a_brief_that_cannot_be_meant_changes_nothing(
    ledger: Ledger, take: Take, writer: QueueWriter, wanted: dict[str, object], words: str
) -> None:
    with pytest.raises((BadInput, ValueError), match=words):
        take(**{"prompt": "uses for a brick", **wanted})
    assert ledger.head() == 0
    assert writer.written == 0


def test_candidates_keep_their_place_and_their_model(ledger: Ledger, take: Take) -> None:
    turn = take("x", n=4)
    written = [r.event for r in ledger.read() if isinstance(r.event, CandidateWritten)]
    assert [(w.candidate_id, w.position, w.model_id) for w in written] == [
        (c.candidate_id, place, "fake") for place, c in enumerate(turn.candidates)
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('  "A thought."  ', "A thought."),
        ("- a listed thought\n- another", "a listed thought"),
        ("1. first\n2. second", "first"),
        ("one\n\n\ntwo", "one"),
        ('"He said" and "she said"', '"He said" and "she said"'),
        ("word " * 100, ("word " * 40).strip()),
        ("x" * 300, "x" * 200),
        ("bell\x07", "bell"),
        ("\n\n", ""),
    ],
)
def test_cleaning(written: str, read: str) -> None:
    assert clean(written, TASKS["brainstorm"]) == read
