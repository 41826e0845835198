"""The ledger on both databases: order, durability, idempotency, leases."""

import threading
import time

import numpy as np
import pytest

from loop.errors import RepriseError
from loop.events import CandidateRated, ItemHidden, TurnTaken
from loop.leases import give_back, take
from loop.ledger import Command, Ledger, Vectors
from loop.recorded import EVENTS, decode, encode

pytestmark = pytest.mark.timeout(120)


def hidden(n: int) -> ItemHidden:
    return ItemHidden(item_id=f"c{n}")


def test_events_come_back_as_they_were_appended_and_in_order(ledger: Ledger) -> None:
    rated = CandidateRated(candidate_id="c1", rater="ann", scores={"clarity": 4}, value=0.75, comment_id="c1.n")
    taken = TurnTaken(
        turn_id="t", task="tweet", prompt_id="p", n=2, strategy="best", propensity=0.95, model_id="m", seed=7
    )
    ledger.append(rated, taken)
    ledger.append(hidden(1))
    assert [(r.seq, r.event) for r in ledger.read()] == [(1, rated), (2, taken), (3, hidden(1))]
    assert [r.seq for r in ledger.read(after=2)] == [3]
    assert ledger.head() == 3


def test_every_event_type_survives_the_ledger() -> None:
    assert len(EVENTS) > 18
    for name, cls in EVENTS.items():
        hints = {"int": 3, "float": 0.5, "str": "x", "bool": True}
        values = {f: hints.get(t.__name__) for f, t in cls.__annotations__.items() if isinstance(t, type)}
        required = {f: values[f] for f in cls.__struct_fields__ if values.get(f) is not None}
        missing = {"scores": {"a": 1}, "interval": (0.1, 0.2), "bars": (), "over": ("a",), "metrics": {"loss": 1.0}}
        missing |= {"prompt_id": "p", "turn_id": "t", "task": "x", "parent": None}
        missing |= {"offsets": {}, "scales": {}, "means": {}, "tasks": ("x",)}
        event = cls(**{k: v for k, v in {**missing, **required}.items() if k in cls.__struct_fields__})
        assert decode(name, encode(event)) == event


def test_a_key_makes_a_command_happen_once(ledger: Ledger) -> None:
    first = ledger.append(hidden(1), hidden(2), texts={"a": "words"}, key="k")
    again = ledger.append(hidden(3), texts={"b": "more"}, key="k")
    assert [r.seq for r in again] == [r.seq for r in first]
    assert [r.event for r in again] == [hidden(1), hidden(2)]
    assert ledger.head() == 2
    assert ledger.texts(["a", "b"]) == {"a": "words"}
    assert ledger.find("k") == again
    assert ledger.find("other") is None


def test_a_key_used_by_many_at_once_still_happens_once(ledger: Ledger) -> None:
    answers = []
    threads = [threading.Thread(target=lambda n=n: answers.append(ledger.append(hidden(n), key="k"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.head() == 1
    assert len({recorded[0].event for recorded in answers}) == 1


def test_many_commands_leave_out_what_was_there_and_what_comes_twice(ledger: Ledger) -> None:
    ledger.append(hidden(1), key="a")
    commands = [Command(events=(hidden(n),), key=key) for n, key in ((2, "a"), (3, "b"), (4, "b"), (5, "c"))]
    assert ledger.append_all(commands) == {"b", "c"}
    assert [r.event for r in ledger.read()] == [hidden(1), hidden(3), hidden(5)]
    assert ledger.append_all(commands) == set()


def test_a_reader_with_a_cursor_never_skips_an_event(ledger: Ledger) -> None:
    """Sequence order is commit order: whoever polls while many write sees every number without a gap."""
    writers, each = 4, 25

    def write(name: int) -> None:
        for n in range(each):
            ledger.append(hidden(name * 1000 + n))

    threads = [threading.Thread(target=write, args=(k,)) for k in range(writers)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    deadline = time.monotonic() + 60
    while len(seen) < writers * each and time.monotonic() < deadline:
        seen += [r.seq for r in ledger.read(after=seen[-1] if seen else 0, limit=7)]
    for thread in threads:
        thread.join()
    assert seen == list(range(1, writers * each + 1))


@pytest.mark.parametrize("verb", ["UPDATE events SET at = ''", "DELETE FROM events"])
def test_events_cannot_be_changed(ledger: Ledger, verb: str) -> None:
    ledger.append(hidden(1))
    with pytest.raises(RepriseError, match="never changed"), ledger.writing() as db:
        db.exec_driver_sql(verb)
    assert [r.event for r in ledger.read()] == [hidden(1)]


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    def write_and_fail() -> None:
        with ledger.writing() as db:
            db.exec_driver_sql("INSERT INTO texts (id, text) VALUES ('a', 'b')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert ledger.texts(["a"]) == {}


def test_forgetting_deletes_the_words_what_was_said_of_them_and_the_vectors(ledger: Ledger) -> None:
    ledger.append(hidden(1), texts={"c1": "words", "c1.n1": "a comment", "c11": "others", "c1_": "x"})
    ledger.keep(Vectors("f", ["c1", "c11"], np.eye(2, dtype=np.float32)))
    ledger.forget(["c1"], hidden(9))
    assert ledger.texts(["c1", "c1.n1", "c11", "c1_"]) == {"c11": "others", "c1_": "x"}
    assert list(ledger.vectors("f", ["c1", "c11"])) == ["c11"]
    assert ledger.read()[-1].event == hidden(9)


def test_vectors_come_back_bit_for_bit(ledger: Ledger) -> None:
    matrix = np.random.default_rng(0).standard_normal((1_200, 8)).astype(np.float32)
    ids = [f"i{n}" for n in range(len(matrix))]
    ledger.keep(Vectors("one", ids, matrix))
    ledger.keep(Vectors("two", ids[:1], matrix[1:2]))
    found = ledger.vectors("one", [*reversed(ids), "unknown"])
    assert np.array_equal(np.stack([found[i] for i in ids]), matrix)
    assert np.array_equal(ledger.vectors("two", ids)["i0"], matrix[1])


def test_a_lease_is_held_by_one_until_it_expires_and_never_after_it_is_finished(ledger: Ledger) -> None:
    assert take(ledger, "night", "a", 60)
    assert take(ledger, "night", "a", 60), "the holder may prolong it"
    assert not take(ledger, "night", "b", 60)
    assert take(ledger, "other", "b", -1), "an expired lease"
    assert take(ledger, "other", "a", 60), "is free"
    give_back(ledger, "night", "b", finished=True)
    assert not take(ledger, "night", "b", 60), "only its holder can finish it"
    give_back(ledger, "night", "a", finished=True)
    assert not take(ledger, "night", "a", 60)
    assert not take(ledger, "night", "b", 60)
    give_back(ledger, "other", "a", finished=False)
    assert take(ledger, "other", "c", 60)


def test_one_lease_among_many_who_ask_at_once(ledger: Ledger) -> None:
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: got.append(f"h{n}") if take(ledger, "night", f"h{n}", 60) else None)
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1
