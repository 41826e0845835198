"""The model that is trained: the base with one LoRA adapter, named `default`, on every linear layer."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobs.train.plan import Plan
from loop.models.files import check_adapter, read_tensors
from loop.models.weights import load_local

SMALL = 2e6  # parameters up to which threads cost more than they bring
NAME, REFERENCE = "default", "ref"  # the adapter that is trained, and its copy that TRL makes as the reference


def with_adapter(plan: Plan) -> tuple[Any, Any]:
    """The engine (for its tokenizer and context) and the PEFT model, at the parent's weights if there is a parent."""
    import torch
    from transformers import set_seed

    engine = load_local(plan.base, plan.device)
    if sum(p.numel() for p in engine.model.parameters()) < SMALL and engine.model.device.type == "cpu":
        torch.set_num_threads(1)
    set_seed(plan.settings.seed)
    model = lora(engine.model, plan.settings.rank, plan.settings.alpha, plan.base)
    if engine.tokenizer.pad_token is None:
        engine.tokenizer.pad_token = engine.tokenizer.eos_token or engine.tokenizer.convert_ids_to_tokens(0)
    if plan.parent_adapter is not None:
        load_weights(model, Path(plan.parent_adapter))
    return engine, model


def lora(model: Any, rank: int, alpha: int, base: str) -> Any:
    """The PEFT model with new LoRA matrices on every linear layer."""
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=rank,
        lora_alpha=alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
        base_model_name_or_path=base,
    )
    return get_peft_model(model, config)


def keep_reference(model: Any) -> None:
    """Keep the adapter as it is now, frozen, as what a later one is measured against."""
    model.add_adapter(REFERENCE, model.peft_config[NAME])
    for name, kept in model.named_parameters():
        if f".{REFERENCE}." in name:
            kept.data.copy_(model.get_parameter(name.replace(f".{REFERENCE}.", f".{NAME}.")).data)
            kept.requires_grad_(False)


def drop_reference(model: Any) -> None:
    """Forget the reference of a stage, which TRL's trainers or `keep_reference` made."""
    if REFERENCE in model.peft_config:
        model.delete_adapter(REFERENCE)


@contextmanager
def as_reference(model: Any) -> Iterator[None]:
    """The model as the stage found it."""
    model.set_adapter(REFERENCE, inference_mode=True)
    try:
        yield
    finally:
        model.set_adapter(NAME)


def load_weights(model: Any, folder: Path) -> None:
    """Give the adapter the weights of a folder. Raises BadInput or ModelUnusable for what does not fit."""
    from peft import set_peft_model_state_dict

    from loop.errors import ModelUnusable

    check_adapter(folder)
    try:
        found = set_peft_model_state_dict(model, read_tensors(folder / "adapter_model.safetensors"), adapter_name=NAME)
    except RuntimeError as error:
        raise ModelUnusable(f"the adapter '{folder.name}' does not fit; keep train.rank as it was for it") from error
    if found.unexpected_keys:
        raise ModelUnusable(f"the adapter '{folder.name}' was trained on another base; train from the base instead")


def save_adapter(model: Any, folder: Path) -> None:
    """Write the adapter alone, as PEFT names its files."""
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, selected_adapters=[NAME], safe_serialization=True, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)
