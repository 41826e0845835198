"""What a tuning learns from: rows with a task as the loop asks for them, and texts alone."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from jobs.curves import picture
from jobs.finetune.data import read_data
from jobs.finetune.plan import FinetunePlan
from jobs.finetune.topics import Topics
from jobs.unfinished import begin, is_full
from loop.alone import learned_task
from loop.brief import build_messages
from loop.errors import BadInput
from loop.settings import TASKS
from tests.clean_rows import make_clean


def test_rows_with_a_task_become_the_loops_messages(tmp_path: Path) -> None:
    rows = read_data(make_clean(tmp_path / "clean", task="opener"), TASKS)
    assert (len(rows.train), len(rows.validation), len(rows.test)) == (64, 16, 16)
    first = rows.train[0]
    thing = first["completion"].split()[1]
    assert first["prompt"] == build_messages(TASKS["opener"], thing, {})
    assert rows.tasks == ["opener"]


def test_texts_without_a_task_are_learned_alone(tmp_path: Path) -> None:
    rows = read_data(make_clean(tmp_path / "clean", task=""), TASKS)
    assert all(row["prompt"] == [] for row in rows.train)
    assert rows.tasks == []


def test_the_hash_is_that_of_the_rows(tmp_path: Path) -> None:
    same, other = (read_data(make_clean(tmp_path / f"{seed}{k}", seed=seed), TASKS) for seed, k in ((1, 0), (2, 0)))
    assert same.sha256 == read_data(make_clean(tmp_path / "again", seed=1), TASKS).sha256 != other.sha256


@pytest.mark.parametrize(("train", "held", "said"), [(0, 0, "0 rows"), (1, 0, "1 row "), (64, 0, "0 to measure on")])
def test_too_little_is_refused(tmp_path: Path, train: int, held: int, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_data(make_clean(tmp_path / "clean", train, held), TASKS)


def test_what_preprocess_did_not_make_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="reprise preprocess"):
        read_data(tmp_path, TASKS)
    clean = make_clean(tmp_path / "clean")
    (clean / "train.jsonl").write_text('{"text": "fine"}\n{"text": 3}\n')
    with pytest.raises(BadInput, match="line 2 of"):
        read_data(clean, TASKS)
    with pytest.raises(BadInput, match="no task 'sonnet'"):
        read_data(make_clean(tmp_path / "sonnets", task="sonnet"), TASKS)


def test_a_text_without_a_prompt_gets_telling_words_of_its_own() -> None:
    rare = [f"break{a}{b}" for a in "abcdefghijklmnopqrst" for b in "abcdefghijklmno"]
    texts = [f"everybody thinks about {word} together with @Somebody #tagged" for word in rare * 2]
    topics = Topics(texts)
    found = [topics.of(text) for text in texts]
    assert found == [Topics(texts).of(text) for text in texts]
    assert all(topic == "" or topic in text for topic, text in zip(found, texts, strict=True))
    assert not any(word in topic for topic in found for word in ("everybody", "thinks", "Somebody", "tagged"))
    assert 0.5 < sum(bool(topic) for topic in found) / len(found) < 1


def test_a_folder_is_not_trained_into_twice(tmp_path: Path) -> None:
    plan = FinetunePlan(data="clean")
    work = begin(tmp_path / "out", plan, "again")
    assert begin(tmp_path / "out", plan, "again") == work
    with pytest.raises(BadInput, match="other settings"):
        begin(tmp_path / "out", FinetunePlan(data="clean", epochs=1.0), "again")
    (tmp_path / "out").mkdir()
    with pytest.raises(BadInput, match="is there already"):
        begin(tmp_path / "out", plan, "again")


def test_a_full_disk_is_known_by_whoever_tells_of_it() -> None:
    assert is_full(OSError(28, "No space left on device"))
    assert is_full(RuntimeError("Error while serializing: I/O error: File too large (os error 27)"))
    wrapped = RuntimeError("saving failed")
    wrapped.__cause__ = OSError(28, "No space left on device")
    assert is_full(wrapped)
    assert not is_full(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))


def test_a_curve_is_a_picture_of_its_own() -> None:
    root = ElementTree.fromstring(picture("Loss", [(1, 3.0), (2, 2.0)], [(2, 2.5)]))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall("{*}polyline")) == 2


def test_a_model_that_nobody_tuned_names_no_task(tmp_path: Path) -> None:
    assert learned_task(tmp_path) is None
