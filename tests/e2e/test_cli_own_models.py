"""`finetune` and `generate` on what is no model and no data: one sentence, and nothing is there afterwards."""

import json
import shutil
from pathlib import Path

import pytest

from tests.clean_rows import make_clean
from tests.e2e.cli import Cli
from tests.integration.models_tiny import save_llama

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llama(tmp_path_factory.mktemp("models") / "llama")


@pytest.fixture
def model(llama: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llama, tmp_path / "model"))


def split_weights(model: Path) -> None:
    (model / "model.safetensors").rename(model / "model-00001-of-00002.safetensors")
    places = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": places}))


def pickled(model: Path) -> None:
    (model / "model.safetensors").rename(model / "pytorch_model.bin")


def no_model(model: Path) -> None:
    (model / "config.json").unlink()


@pytest.mark.parametrize(
    ("break_it", "status", "said"),
    [(split_weights, 1, "misses the part"), (pickled, 2, "pickle"), (no_model, 2, "is no model")],
)
def test_a_model_that_cannot_be_used(cli: Cli, model: Path, tmp_path: Path, break_it, status: int, said: str) -> None:  # type: ignore[no-untyped-def]
    break_it(model)
    clean, out = make_clean(tmp_path / "clean"), tmp_path / "out"
    for call in (
        ["finetune", str(model), str(clean), "--out", str(out)],
        ["generate", "--model", str(model), "--prompt", "x"],
    ):
        done = cli(*call)
        assert (done.status, done.out) == (status, "")
        assert said in done.sentence
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize(("rows", "held", "said"), [(0, 0, "0 rows"), (1, 0, "1 row ")])
def test_data_that_nothing_can_be_learned_from(cli: Cli, tmp_path: Path, rows: int, held: int, said: str) -> None:
    clean = make_clean(tmp_path / "clean", rows, held)
    done = cli("finetune", "starter", str(clean), "--out", str(tmp_path / "out"))
    assert (done.status, done.out) == (2, "")
    assert said in done.sentence
    assert not list(tmp_path.glob("out*"))


def test_what_is_asked_wrongly(cli: Cli, tmp_path: Path) -> None:
    clean = str(make_clean(tmp_path / "clean"))
    (tmp_path / "there").mkdir()
    for call, said in (
        (["finetune", "starter", clean, "--out", str(tmp_path / "there")], "is there already"),
        (["finetune", "starter", clean, "--out", str(tmp_path / "o"), "--epochs", "0"], "epochs"),
        (["finetune", "starter", clean, "--out", str(tmp_path / "o"), "--device", "abacus"], "no device"),
        (["finetune", "starter", str(tmp_path), "--out", str(tmp_path / "o")], "preprocess"),
        (["generate", "--prompt", "x", "--task", "sonnet"], "no task 'sonnet'"),
        (["generate", "--prompt", " "], "prompt is empty"),
        (["generate", "--prompt", "x", "--field", "Bio"], "name=value"),
        (["generate", "--prompt", "x", "--model", "starter", "--device", "abacus"], "no device"),
    ):
        done = cli(*call)
        assert (done.status, done.out) == (2, ""), call
        assert said in done.sentence
    assert not cli.home.exists()
    assert not list(tmp_path.glob("o*"))


def test_corpora_that_nothing_can_be_learned_from(cli: Cli, tmp_path: Path) -> None:
    for name, words in (("empty.txt", ""), ("one.csv", "text\nhello\n"), ("other.csv", "a,b\n1,2\n")):
        (tmp_path / name).write_text(words)
    plenty = tmp_path / "plenty.csv"
    plenty.write_text("text\n" + "".join(f"a text about thing {n}\n" for n in range(900)))
    out = ("--out", str(tmp_path / "out"))
    for call, said in (
        ([str(tmp_path / "empty.txt"), *out], "empty"),
        ([str(tmp_path / "one.csv"), *out], "1 text,"),
        ([str(tmp_path / "other.csv"), *out], "--map text=COLUMN"),
        ([str(tmp_path / "none.csv"), *out], "neither a file"),
        ([str(plenty), *out, "--size", "huge"], "size"),
        ([str(plenty), *out, "--vocabulary", "70000"], "vocabulary"),
        ([str(plenty), *out, "--minutes", "1", "--epochs", "2"], "name one"),
        ([str(plenty), *out, "--recipe", "starter"], "one of both"),
        ([*out], "one of both"),
        (["--recipe", "starter", *out], "--data"),
        (["--recipe", "sonnet", *out], "no recipe"),
        (["--recipe", "starter", "--data", str(tmp_path), "--epochs", "2", *out], "--epochs"),
        (["--recipe", "starter", "--data", str(tmp_path / "none"), *out], "no data folder"),
    ):
        done = cli("pretrain", *call)
        assert (done.status, done.out) == (2, ""), call
        assert said in done.sentence, call
        assert not list(tmp_path.glob("out*")), call


def test_the_starter_writes_without_a_home(cli: Cli) -> None:
    call = ("generate", "--model", "starter", "--prompt", "rain", "--task", "tweet", "-n", "3", "--seed", "5")
    found = cli.json(*call)
    assert len(found["candidates"]) == 3
    assert (found["task"], found["seed"], found["model"]) == ("tweet", 5, "starter")
    assert found == cli.json(*call)
    other = cli.json(*call[:-1], "6", "--max-tokens", "4", "--temperature", "0")
    assert len({each["text"] for each in other["candidates"]}) == 1
    assert all(each["tokens"] <= 4 for each in other["candidates"])
    assert not cli.home.exists()
