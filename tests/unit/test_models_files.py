"""Model folders that must be refused, each with one sentence that names what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from loop.errors import BadInput, ModelUnusable, RepriseError
from loop.models.files import check_adapter, check_model, find_model


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no-cache"))


def model_folder(path: Path) -> Path:
    path.mkdir()
    (path / "config.json").write_text('{"model_type": "llama"}')
    (path / "tokenizer.json").write_text("{}")
    save_file({"a": np.zeros((64, 64), np.float32)}, path / "model.safetensors")
    return path


def test_a_whole_model_is_accepted(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "m")
    check_model(folder)
    assert find_model(str(folder)) == folder.resolve()


def only_a_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def truncated(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def garbage(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\xff" * 500)


def empty_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def no_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def broken_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def strange_config(folder: Path) -> None:
    (folder / "config.json").write_text("[1]")


def no_type(folder: Path) -> None:
    (folder / "config.json").write_text("{}")


def index(folder: Path, part: str) -> None:
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": part}}))


def no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def missing_part(folder: Path) -> None:
    index(folder, "model-00002-of-00002.safetensors")


def part_outside(folder: Path) -> None:
    model_folder(folder.parent / "other")
    index(folder, "../other/model.safetensors")


REFUSED: list[tuple[Callable[[Path], None], type[RepriseError], str]] = [
    (only_a_pickle, BadInput, "pickle"),
    (truncated, ModelUnusable, "damaged"),
    (garbage, ModelUnusable, "damaged"),
    (empty_weights, ModelUnusable, "damaged"),
    (no_weights, BadInput, "no weights"),
    (no_config, BadInput, "no config.json"),
    (broken_config, ModelUnusable, "cannot be read"),
    (strange_config, ModelUnusable, "no JSON object"),
    (no_type, BadInput, "model_type"),
    (no_tokenizer, BadInput, "no tokenizer"),
    (missing_part, ModelUnusable, "misses the part"),
    (part_outside, ModelUnusable, "misses the part"),
]


@pytest.mark.parametrize(("spoil", "error", "words"), REFUSED, ids=[case[0].__name__ for case in REFUSED])
def test_a_spoilt_model_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None], error: type[RepriseError], words: str
) -> None:
    folder = model_folder(tmp_path / "m")
    spoil(folder)
    with pytest.raises(error, match=words) as caught:
        find_model(str(folder))
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc",
        "no/such/place/at/all",
        "..",
        "a/../b",
        "nul\0byte",
        "http://x/y",
        "-x/y",
        "a" * 300,
        "~nobody-x",
    ],
)
def test_a_name_that_can_be_no_model_is_bad_input(name: str) -> None:
    with pytest.raises(BadInput, match="is no model"):
        find_model(name)


def test_a_hub_name_that_is_not_here_says_so_when_offline() -> None:
    with pytest.raises(ModelUnusable, match="not on this machine"):
        find_model("nobody/nothing-like-this")


def adapter_folder(path: Path) -> Path:
    path.mkdir()
    (path / "adapter_config.json").write_text('{"peft_type": "LORA"}')
    save_file({"a": np.zeros((8, 8), np.float32)}, path / "adapter_model.safetensors")
    return path


def test_an_adapter_is_no_model_and_says_what_to_do(tmp_path: Path) -> None:
    folder = adapter_folder(tmp_path / "a")
    check_adapter(folder)
    with pytest.raises(BadInput, match="give its base"):
        find_model(str(folder))


def test_spoilt_adapters_are_refused(tmp_path: Path) -> None:
    folder = adapter_folder(tmp_path / "a")
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])
    with pytest.raises(ModelUnusable, match="damaged"):
        check_adapter(folder)
    weights.rename(folder / "adapter_model.bin")
    with pytest.raises(BadInput, match="pickle"):
        check_adapter(folder)
    (folder / "adapter_config.json").write_text('{"peft_type": "PROMPT_TUNING"}')
    with pytest.raises(BadInput, match="LoRA"):
        check_adapter(folder)
    with pytest.raises(BadInput, match="adapter_config"):
        check_adapter(tmp_path)
