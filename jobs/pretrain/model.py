"""The model from scratch, its two optimizers, and the checkpoint that a killed run goes on from."""

import os
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from jobs.pretrain.plan import Plan
from jobs.train.run import Curve


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is: `chunk` and `batch` name the next batch, `seconds` is training time alone."""

    chunk: int = 0
    batch: int = 0
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    bf16: bool = False


class Learner(NamedTuple):
    """A model in training with its optimizers: Muon for matrices, AdamW for the rest."""

    model: Any
    optimizers: tuple[Any, Any]


def new_model(plan: Plan, tokenizer: Any) -> Any:
    """A Llama with random weights and tied embeddings."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(plan.seed)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=plan.width,
            intermediate_size=plan.inner,
            num_hidden_layers=plan.layers,
            num_attention_heads=plan.heads,
            num_key_value_heads=plan.key_heads,
            max_position_embeddings=plan.context,
            tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def learner(model: Any, plan: Plan) -> Learner:
    """The model with Muon (Jordan et al. 2024) on its hidden matrices and AdamW on embeddings and norms."""
    import torch

    from jobs.pretrain.muon import muon

    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.ndim != 2 or "embed" in name]
    adam = torch.optim.AdamW(others, lr=plan.other_rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    return Learner(model, (muon(matrices, plan.matrix_rate, momentum=0.95, weight_decay=0.01), adam))


def set_rate(learner: Learner, plan: Plan, factor: float) -> None:
    """Both learning rates, times `factor`."""
    for optimizer, rate in zip(learner.optimizers, (plan.matrix_rate, plan.other_rate), strict=True):
        for found in optimizer.param_groups:
            found["lr"] = rate * factor


def save_checkpoint(path: Path, learner: Learner, progress: Progress, curve: Curve | None = None) -> None:
    """Weights, optimizer states, progress and losses in one safetensors file, replaced atomically."""
    from safetensors.torch import save_file

    tensors = {f"model.{name}": p.detach() for name, p in learner.model.named_parameters()}
    for number, optimizer in enumerate(learner.optimizers):
        for index, state in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{index}.{key}": value for key, value in state.items()}
    told = {"progress": progress, "curve": curve or Curve()}
    part = path.with_suffix(".part")
    try:
        save_file(tensors, part, metadata={name: msgspec.json.encode(value).decode() for name, value in told.items()})
        _sync(part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.replace(path)


def read_curve(path: Path) -> Curve:
    """The losses up to a checkpoint."""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        return msgspec.json.decode(file.metadata().get("curve", "{}"), type=Curve)


def load_checkpoint(path: Path, learner: Learner) -> Progress:
    """Puts weights and optimizer states back; returns where the run stood."""
    import torch
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        progress = msgspec.json.decode(file.metadata()["progress"], type=Progress)
    with torch.no_grad():
        for name, parameter in learner.model.named_parameters():
            parameter.copy_(tensors[f"model.{name}"])
    for number, optimizer in enumerate(learner.optimizers):
        optimizer.load_state_dict(optimizer.state_dict() | {"state": _states(tensors, f"optimizer.{number}.")})
    return progress


def _states(tensors: dict[str, Any], prefix: str) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for key, value in tensors.items():
        if key.startswith(prefix):
            index, name = key.removeprefix(prefix).split(".", 1)
            found.setdefault(int(index), {})[name] = value
    return found


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
