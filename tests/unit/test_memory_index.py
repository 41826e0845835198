import pytest

from memory.health import WriteMark, discard, needs_probe
from memory.index import collection_name, may_be_example, metadata
from memory.item import Item


def item(**facts):
    return Item(**({"item_id": "i", "text": "x", "task": "t"} | facts))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, False),
        ({"reward": 0.0}, True),
        ({"human": True}, True),
        ({"reward": 0.9, "echo": True}, False),
        ({"human": True, "echo": True}, False),
    ],
)
def test_only_what_people_judged_or_wrote_becomes_an_example(facts, expected):
    assert may_be_example(item(**facts)) is expected
    assert metadata(item(**facts))["example"] is expected


def test_metadata_is_flat_and_says_minus_one_for_no_reward():
    facts = metadata(item(ratings=2, seq=7))
    assert facts == {"task": "t", "example": False, "reward": -1.0, "ratings": 2.0, "human": False, "seq": 7}
    assert {type(value) for value in facts.values()} <= {str, bool, float, int}
    assert metadata(item(reward=0.25))["reward"] == 0.25


def test_each_fingerprint_has_a_collection_of_its_own():
    assert collection_name("a") != collection_name("b")
    assert collection_name("a") == collection_name("a")
    assert len(collection_name("a" * 1000)) < 60


def test_a_mark_is_there_from_the_first_write_until_a_clean_close(tmp_path):
    path = tmp_path / "memory" / "chroma"
    mark = WriteMark(path)
    assert not needs_probe(path)
    mark.set()
    mark.set()
    assert needs_probe(path)
    mark.clear()
    assert not needs_probe(path)
    mark.set()
    assert needs_probe(path), "a process that goes on writing marks again"


def test_discard_removes_folder_and_mark(tmp_path):
    path = tmp_path / "chroma"
    path.mkdir()
    (path / "chroma.sqlite3").write_bytes(b"garbage")
    WriteMark(path).set()
    discard(path)
    assert list(tmp_path.iterdir()) == []
    discard(path)
