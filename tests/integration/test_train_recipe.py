"""The recipe `dpo-hh`: from a file of HH-RLHF pairs to an adapter, with the table that people know."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from jobs.train.recipes import RECIPES, RecipePlan, read_pairs, train_by_recipe
from jobs.unfinished import work_folder
from loop.errors import BadInput
from loop.manifest import verify
from tests.e2e.cli import Cli
from tests.integration.models_tiny import one_thread, stories
from tests.integration.train_rows import in_process

__all__ = ["one_thread"]
COLUMNS = {
    "step", "loss", "validation_loss",
    "rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins",
}  # fmt: skip


def few(data: Path, file: Path, n: int) -> Path:
    """The first rows of the real set, and one that is none."""
    with gzip.open(data / "pref_hh_rlhf_harmless_test_mild" / "pairs.jsonl.gz", "rt", encoding="utf-8") as rows:
        lines = [next(rows) for _ in range(n)]
    file.write_text("".join([*lines, json.dumps({"chosen": "no transcript", "rejected": "none"}) + "\n"]), "utf-8")
    return file


def test_the_settings_are_those_of_the_recipe() -> None:
    recipe = RECIPES["dpo-hh"]
    settings = recipe.settings
    assert (settings.learning_rate, settings.batch_size, settings.beta) == (5e-5, 1, 0.1)
    assert (recipe.method, recipe.max_tokens) == ("dpo", 512)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
def test_it_trains_on_real_pairs_and_tells_the_table(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.train.recipes.train_in_child", in_process)
    file, out = few(data, tmp_path / "pairs.jsonl", 40), tmp_path / "made"
    cli = Cli(tmp_path / "home", capsys)
    cli.config("[generator]\ndevice = 'cpu'\n")
    command = ("train", "--recipe", "dpo-hh", "--data", str(file), "--out", str(out), "--model", str(stories()))
    told = cli(*command)
    assert told.status == 0, told.err
    done: dict[str, Any] = json.loads((out / "training.json").read_text())
    assert done["pairs"] == {"train": 36, "validation": 4, "left_out": 1}
    assert verify(out).method == "dpo"
    assert not work_folder(out).exists()
    assert len(done["table"]) >= 3
    assert all(row.keys() == COLUMNS for row in done["table"])
    for row in done["table"]:
        assert row["rewards/margins"] == pytest.approx(row["rewards/chosen"] - row["rewards/rejected"], abs=1e-4)
        assert f"{row['validation_loss']:.4f}" in told.out
    assert "rewards chosen  rewards rejected  accuracies  margins" in told.out
    assert done["table"][-1]["loss"] < 0.72
    again = cli(*command)
    assert again.status == 2
    assert "is there already" in again.sentence


def test_what_is_no_such_file_is_refused_before_anything_begins(data: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.jsonl"
    plain.write_text('{"chosen": "a", "rejected": "b"}\n')
    for file, said in ((plain, "no jsonl of HH-RLHF"), (few(data, tmp_path / "few.jsonl", 3), "has 3 pairs")):
        with pytest.raises(BadInput, match=said):
            train_by_recipe(tmp_path / "out", RecipePlan(recipe="dpo-hh", model=str(stories()), data=str(file)))
    with pytest.raises(BadInput, match="choose dpo-hh"):
        train_by_recipe(tmp_path / "out", RecipePlan(recipe="dpo", model=str(stories()), data=str(plain)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["few.jsonl", "plain.jsonl"]


def test_every_pair_of_the_real_set_is_read(data: Path) -> None:
    rows, wrong = read_pairs(data / "pref_hh_rlhf_harmless_test_mild" / "pairs.jsonl.gz")
    assert len(rows) + wrong == 609
    assert wrong < 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["d_1", "--recipe", "dpo-hh"], "an ID is not for a recipe"),
        (["d_1", "--method", "sft", "--data", "x"], "--data is not for a dataset"),
        (["d_1"], "name a dataset and its --method"),
        (["--recipe", "dpo-hh", "--data", "x"], "needs a file and a folder"),
    ],
)
def test_wrong_use_of_train_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    done = Cli(tmp_path / "home", capsys)("train", *arguments)
    assert done.status == 2
    assert said in done.sentence
