"""The finished model as a folder that transformers loads, with its card."""

import json
from pathlib import Path
from typing import Any

FILES = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
         "README.md", "model.safetensors")  # fmt: skip


def export(model: Any, tokenizer: Any, out: Path, card: str) -> None:
    """Writes the folder: half-precision weights last, each file replaced atomically.

    The configuration says float32, so that the weights are loaded in full precision on a CPU.
    """
    part = out.with_name(out.name + ".part")
    _save_tokenizer(tokenizer, part)
    _save_model(model, part)
    (part / "README.md").write_text(card, encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (part / name).replace(out / name)
    for left in part.iterdir():
        left.unlink()
    part.rmdir()


def _save_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Without the settings that only say where this copy was read from."""
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in settings.items() if key not in ("is_local", "local_files_only")}
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _save_model(model: Any, folder: Path) -> None:
    import torch
    from safetensors.torch import save_file

    weights = {name: tensor.to(torch.float16).contiguous() for name, tensor in model.state_dict().items()}
    del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    model.config.architectures = [type(model).__name__]
    config = model.config.to_dict() | {"dtype": "float32"}
    for name, content in (("config.json", config), ("generation_config.json", _generation(model))):
        (folder / name).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _generation(model: Any) -> dict[str, Any]:
    return {"eos_token_id": model.config.eos_token_id, "pad_token_id": model.config.pad_token_id}


def size(model: Any) -> int:
    """How many parameters, tied embeddings counted once."""
    return sum(parameter.numel() for parameter in model.parameters())
