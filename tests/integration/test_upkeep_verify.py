"""`verify` finds each kind of damage and names it; `rebuild` mends what is derived; `doctor` looks without touching."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loop import feedback
from loop.brief import Brief
from loop.errors import RepriseError
from loop.turn import take_turn
from memory.owner import OwnerLock
from studio.compose import House, open_house
from studio.upkeep.doctor import doctor
from studio.upkeep.rebuild import rebuild
from studio.upkeep.report import Report
from studio.upkeep.verify import verify
from tests.fakes import QueueWriter


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A home with two turns, a rating, a pick, an edit and something forgotten."""
    with open_house(tmp_path / "home") as opened:
        for prompt in ("a brick", "a spoon"):
            turn = _turn(opened, prompt)
            first, second, *_ = [candidate.candidate_id for candidate in turn.candidates]
            feedback.rate(opened.ledger, opened.settings.tasks, first, {"relevance": 5}, comment="good")
            feedback.pick(opened.ledger, second)
            feedback.edit(opened.ledger, first, f"A better {prompt}.")
        opened.memory.write_back()
        yield opened


def _turn(house: House, prompt: str) -> Any:
    return take_turn(
        Brief(task="brainstorm", prompt=prompt, n=3), memory=house.memory, model=QueueWriter(), ledger=house.ledger,
        tasks=house.settings.tasks, settings=house.settings.generator,
    )  # fmt: skip


def wrong(report: Report) -> dict[str, str]:
    assert report.ok == all(check.ok for check in report.checks)
    return {check.name: check.why for check in report.checks if not check.ok}


def an_item(house: House) -> str:
    return house.memory.index.ids()[0]


def test_a_home_in_order(house: House) -> None:
    assert wrong(verify(house)) == {}


def test_words_are_in_the_ledger_alone_so_that_forgetting_needs_no_other_file(house: House) -> None:
    words = b"A better a brick."
    assert house.memory.search("a brick", task=None, k=1).liked[0].item.text == words.decode()
    house.memory.close()
    holding = {path.name for path in house.home.rglob("*") if path.is_file() and words in path.read_bytes()}
    assert holding
    assert all(name.startswith("ledger.db") for name in holding), holding


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE items SET reward = 0.123 WHERE item_id = (SELECT item_id FROM feedback LIMIT 1)",
        "DELETE FROM preferences",
        "INSERT INTO turns SELECT 't_x', seq, at, task, prompt_id, model_id, strategy, recalled FROM turns LIMIT 1",
    ],
)
def test_a_read_model_that_differs_from_a_replay(house: House, damage: str) -> None:
    with house.ledger.writing() as db:
        db.exec_driver_sql(damage)
    assert "read models" in wrong(verify(house))
    rebuild(house)
    assert wrong(verify(house)) == {}


def test_an_index_that_lost_a_row(house: House) -> None:
    item = an_item(house)
    house.memory.index.delete([item])
    assert item in wrong(verify(house))["index"]
    rebuild(house)
    assert wrong(verify(house)) == {}


def test_an_index_that_tells_another_reward(house: House) -> None:
    item = an_item(house)
    house.memory.index.update([item], [{"reward": 0.123}])
    assert "reward" in wrong(verify(house))["index"]


def test_an_index_with_another_vector_or_a_stranger(house: House) -> None:
    one, other, *_ = house.memory.index.ids()
    stored = house.memory.index.get([one, other])
    house.memory.index.upsert([one], stored[other].vector.reshape(1, -1), [stored[one].metadata])
    assert "vector" in wrong(verify(house))["index"]
    house.memory.index.upsert(["c_stranger"], stored[other].vector.reshape(1, -1), [stored[one].metadata])
    assert "c_stranger" in wrong(verify(house))["index"]


def test_words_that_are_missing_or_were_to_be_forgotten(house: House) -> None:
    item = an_item(house)
    with house.ledger.writing() as db:
        db.exec_driver_sql(f"DELETE FROM texts WHERE id = '{item}'")
    assert item in wrong(verify(house))["texts"]
    with house.ledger.writing() as db:
        db.exec_driver_sql(f"INSERT INTO texts VALUES ('{item}', 'words')")
        db.exec_driver_sql(f"UPDATE items SET forgotten = 1 WHERE item_id = '{item}'")
    assert item in wrong(verify(house))["texts"]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM events WHERE seq = 2",
        "UPDATE events SET payload = 'torn' WHERE seq = 2",
        "UPDATE events SET type = 'PoemSung' WHERE seq = 2",
    ],
)
def test_events_that_are_gone_or_cannot_be_read(house: House, damage: str) -> None:
    with house.ledger.writing() as db:
        db.exec_driver_sql("DROP TRIGGER events_no_delete")
        db.exec_driver_sql("DROP TRIGGER events_no_update")
        db.exec_driver_sql(damage)
    assert "2" in wrong(verify(house))["events"]


def test_a_dataset_that_was_changed(house: House) -> None:
    from jobs.distill.run import distill

    s = house.settings
    made = distill(house.ledger, house.home, s.tasks, s.distill, embedder=house.memory.embedder)
    assert wrong(verify(house)) == {}
    file = next(made.path.glob("*.jsonl"))
    file.write_text(file.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    assert made.dataset_id in wrong(verify(house))["datasets"]


def test_rebuild_gives_the_same_answers_and_embeds_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = house.memory.search("brick", task=None, k=5, strategy="best")
    said: list[int] = []
    real = house.memory.embedder.embed
    monkeypatch.setattr(
        house.memory.embedder, "embed", lambda texts, *more: said.append(len(texts)) or real(texts, *more)
    )
    rebuild(house)
    assert said == []
    after = house.memory.search("brick", task=None, k=5, strategy="best")
    assert [found.item for found in after.liked] == [found.item for found in before.liked]
    # Chroma rounds in another order than what is held in memory; how often one asked decides which of them answers
    similarities = [found.similarity for found in before.liked]
    assert [found.similarity for found in after.liked] == pytest.approx(similarities, abs=1e-6)


def test_rebuild_refuses_while_another_owns_the_index(house: House) -> None:
    house.memory.close()
    with OwnerLock(house.home / "memory" / "owner.lock", "reprise serve"), pytest.raises(RepriseError, match="serve"):
        rebuild(house)
    assert wrong(verify(house)) == {}


def test_doctor_looks_at_a_home_that_is_not_there_and_at_one_that_cannot_be(tmp_path: Path) -> None:
    report = doctor(tmp_path / "home", None)
    assert {"python", "packages", "device", "disk", "home", "model", "embedder", "database", "index", "clock"} <= {
        check.name for check in report.checks
    }
    (tmp_path / "file").write_text("x")
    assert {"home", "database"} <= wrong(doctor(tmp_path / "file", None)).keys()
