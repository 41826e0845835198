"""Loading a local model onto the best device there is."""

import logging
from pathlib import Path
from typing import Any

from loop.errors import BadInput, ModelUnusable
from loop.models.engine import Engine
from loop.models.files import find_model
from loop.models.quiet import quiet

LARGE = 500_000_000  # bytes of weights from which on a progress bar is worth its place


def load_local(name: str, device: str = "auto") -> Engine:
    """A model by `starter`, path or Hugging Face name, ready to write. Blocks until the weights are loaded.

    Raises BadInput for what is no model or no device, ModelUnusable for a model that is damaged or unknown.
    """
    folder = find_model(name)
    where = choose_device(device)
    with quiet(logging.CRITICAL, bars=_is_large(folder)):
        try:
            model, tokenizer = _load(folder, where)
        except ModelUnusable:
            raise
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ModelUnusable(f"the model '{name}' cannot be loaded ({reason}); choose another") from error
    return Engine(model, tokenizer, name)


def choose_device(wanted: str) -> str:
    """`cuda`, `mps` or `cpu`: the first that is there for `auto`, else the wanted one or BadInput."""
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name, is_there in there.items() if is_there)
    if not there.get(wanted.partition(":")[0], False):
        raise BadInput(f"there is no device '{wanted}' here; set generator.device to auto, cpu, cuda or mps")
    return wanted


def _load(folder: Path, device: str) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    safe = {"trust_remote_code": False, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(folder, **safe)
    model, report = AutoModelForCausalLM.from_pretrained(
        folder, dtype=_dtype(device), use_safetensors=True, output_loading_info=True, **safe
    )
    if report["missing_keys"]:
        first = min(report["missing_keys"])
        raise ModelUnusable(f"'{folder}' misses {len(report['missing_keys'])} of its weights ({first}); fetch it again")
    return model.to(device).eval().requires_grad_(False), tokenizer


def _dtype(device: str) -> Any:
    """bfloat16 on CUDA, what the weights are stored in on MPS, float32 on the CPU."""
    import torch

    if device == "mps":
        return "auto"
    return torch.bfloat16 if device.startswith("cuda") and torch.cuda.is_bf16_supported() else torch.float32


def _is_large(folder: Path) -> bool:
    return sum(file.stat().st_size for file in folder.glob("*.safetensors")) >= LARGE
