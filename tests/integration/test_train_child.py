"""The child process: killed, it leaves no model and goes on when started again; hung or interrupted, it is ended."""

import os
import shutil
import time
from pathlib import Path

import pytest

from jobs.settings import TrainSettings
from jobs.train import parent
from jobs.train.methods import choose, stages
from jobs.train.parent import Killed, train_in_child
from jobs.train.plan import LOG, TrainingError
from jobs.train.trainer import DONE, last_checkpoint
from loop.errors import BadInput
from loop.manifest import WEIGHTS, verify
from tests.integration.models_tiny import stories
from tests.integration.train_rows import make_run

pytestmark = pytest.mark.slow


def test_a_killed_training_leaves_no_model_and_ends_in_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = make_run(tmp_path / "quiet", stories(), "sft+dpo")
    expected = train_in_child(quiet, progress=False)

    run = make_run(tmp_path / "killed", stories(), "sft+dpo")
    models = tmp_path / "killed" / "models"
    monkeypatch.setenv("REPRISE_KILL_AT", "mid-train:9")  # 6 steps of SFT, then into DPO
    with pytest.raises(Killed, match="SIGKILL"):
        train_in_child(run, progress=False)
    assert not models.exists()
    assert (run / "sft" / "stage.json").is_file()
    assert last_checkpoint(run / "dpo") is not None
    monkeypatch.delenv("REPRISE_KILL_AT")

    found = train_in_child(run, progress=False)
    assert [folder.name for folder in models.iterdir()] == ["m_1"]
    assert verify(models / "m_1") == found
    assert found.files[WEIGHTS] == expected.files[WEIGHTS]
    assert train_in_child(run, progress=False) == found


def test_half_of_a_checkpoint_is_passed_over(tmp_path: Path) -> None:
    for step, whole in ((4, True), (8, False), (12, True), (16, False)):
        (tmp_path / f"checkpoint-{step}").mkdir()
        if whole:
            (tmp_path / f"checkpoint-{step}" / DONE).write_text("{}")
    assert last_checkpoint(tmp_path) == str(tmp_path / "checkpoint-12")
    assert last_checkpoint(tmp_path / "nowhere") is None


def test_a_heart_that_stands_still_is_a_failure(tmp_path: Path) -> None:
    run = make_run(tmp_path, stories(), "sft", stale_s=0.5)
    with pytest.raises(TrainingError, match="shown no step"):
        train_in_child(run, progress=False)
    assert not (tmp_path / "models").exists()


def test_an_interruption_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def interrupted(child, *_: object) -> None:  # type: ignore[no-untyped-def]
        seen.append(child)
        time.sleep(0.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(parent, "_watch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_in_child(make_run(tmp_path, stories(), "sft"), progress=False)
    assert seen[0].poll() is not None
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0].pid, 0)


def test_a_failure_is_told_in_one_sentence_with_its_log(tmp_path: Path) -> None:
    run = make_run(tmp_path, tmp_path / "no-model", "sft")
    with pytest.raises(TrainingError, match="is no model") as caught:
        train_in_child(run, progress=False)
    assert str(run / LOG) in str(caught.value)
    assert "Traceback" not in (run / LOG).read_text()


def test_a_dataset_without_rows_is_told(tmp_path: Path) -> None:
    run = make_run(tmp_path, stories(), "dpo")
    shutil.rmtree(tmp_path / "dataset")
    with pytest.raises(TrainingError, match="no rows for dpo"):
        train_in_child(run, progress=False)


@pytest.mark.parametrize(
    ("rows", "human", "pairs", "method"),
    [
        (0, 0, 0, None),
        (7, 7, 99, None),
        (8, 8, 99, "sft"),
        (8, 0, 99, "sft"),
        (8, 4, 100, "sft+dpo"),
        (8, 3, 100, "dpo"),
        (0, 0, 100, "dpo"),
    ],
)
def test_auto_leaves_out_what_has_too_few_rows_and_imitates_people_alone(
    rows: int, human: int, pairs: int, method: str | None
) -> None:
    assert choose(rows, human, pairs, TrainSettings()) == method


def test_unknown_methods_are_refused() -> None:
    assert stages("sft+dpo") == ["sft", "dpo"]
    for wrong in ("sftt", "", "sft+sft", "sft+"):
        with pytest.raises(BadInput):
            stages(wrong)
