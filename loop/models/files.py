"""Model folders: found by name, checked before anything is loaded. Safetensors only, no code, no escape."""

import json
import os
import re
from pathlib import Path
from typing import Any

from loop.errors import BadInput, ModelUnusable

STARTER = Path(__file__).parent.parent / "starter"
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model", "tekken.json")
WANTED = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt"]


def find_model(name: str) -> Path:
    """The folder of a local model: `starter`, a folder, or a name on the Hugging Face Hub.

    A model of the Hub is fetched when it is not there or not the newest, without its pickles.
    Raises BadInput for what is no model, ModelUnusable for one that is damaged or cannot be fetched.
    """
    if name == "starter":
        folder = STARTER
    elif "\0" not in name and os.path.isdir(os.path.expanduser(name)):  # noqa: PTH111, PTH112 - a str may be no path
        folder = Path(name).expanduser().resolve()
    elif HUB_NAME.fullmatch(name) and ".." not in name:
        folder = _from_hub(name)
    else:
        raise BadInput(f"'{name}' is no model: neither a folder nor a Hugging Face name; see generator.model")
    check_model(folder)
    return folder


def check_model(folder: Path) -> None:
    """Refuse a folder that is no whole model in safetensors."""
    if not (folder / "config.json").is_file():
        hint = "it is an adapter; give its base as the model" if _is_adapter(folder) else "it has no config.json"
        raise BadInput(f"'{folder}' is no model: {hint}")
    config = read_json(folder / "config.json")
    if not isinstance(config.get("model_type"), str):
        raise BadInput(f"'{folder}' is no model: its config.json names no model_type")
    if not any((folder / name).is_file() for name in TOKENIZERS):
        raise BadInput(f"'{folder}' is no model: it has no tokenizer, which transformers would make up")
    for file in _weight_files(folder):
        read_header(file)


def check_adapter(folder: Path) -> None:
    """Refuse a folder that is no LoRA adapter in safetensors."""
    if not _is_adapter(folder):
        raise BadInput(f"'{folder}' is no adapter: it has no adapter_config.json")
    if read_json(folder / "adapter_config.json").get("peft_type") != "LORA":
        raise BadInput(f"'{folder}' is no LoRA adapter; only LoRA can be switched in place")
    if not (folder / "adapter_model.safetensors").is_file():
        raise _without_weights(folder)
    read_header(folder / "adapter_model.safetensors")


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises ModelUnusable when it is none."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"'{file}' cannot be read ({error}); fetch or train the model again") from error
    if not isinstance(found, dict):
        raise ModelUnusable(f"'{file}' holds no JSON object; fetch or train the model again")
    return found


def read_header(file: Path) -> None:
    """Check that a safetensors file is whole, without reading its tensors."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="np"):
            pass
    except (SafetensorError, OSError) as error:
        raise ModelUnusable(f"'{file}' is damaged or incomplete ({error}); fetch or train the model again") from error


def read_tensors(file: Path) -> dict[str, Any]:
    """All tensors of a safetensors file, on the CPU. Raises ModelUnusable when it is damaged."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except (SafetensorError, OSError) as error:
        raise ModelUnusable(f"'{file}' is damaged ({error}); fetch or train the model again") from error


def _weight_files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        if not (folder / "model.safetensors").is_file():
            raise _without_weights(folder)
        return [folder / "model.safetensors"]
    names = sorted({str(name) for name in read_json(index).get("weight_map", {}).values()})
    for name in names:
        if Path(name).name != name or not (folder / name).is_file():
            raise ModelUnusable(f"'{folder}' misses the part '{name}' of its weights; fetch or train the model again")
    return [folder / name for name in names]


def _without_weights(folder: Path) -> BadInput:
    pickles = [file.name for pattern in PICKLES for file in sorted(folder.glob(pattern))]
    if pickles:
        return BadInput(
            f"'{folder}' holds its weights as a pickle ({pickles[0]}), which can run code; save as safetensors"
        )
    return BadInput(f"'{folder}' is no model: it has no weights in safetensors")


def _is_adapter(folder: Path) -> bool:
    return (folder / "adapter_config.json").is_file()


def _from_hub(name: str) -> Path:
    """The snapshot in the local cache, brought up to date when the Hub can be reached. Never fetches pickles."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=WANTED, ignore_patterns=["*/*"]))
    except RepositoryNotFoundError as error:
        raise BadInput(f"'{name}' is no model: no such folder and no such name on the Hugging Face Hub") from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise ModelUnusable(f"the model '{name}' is not on this machine and the Hub cannot be reached") from error
