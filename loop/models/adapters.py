"""LoRA adapters on a base model that is in memory: loaded once, switched in place, taken off without a trace.

Only safetensors are read, by ourselves, so that PEFT never gets to see a pickle.
"""

import json
import warnings
from pathlib import Path
from typing import Any

from loop.errors import BadInput, ModelUnusable
from loop.models.files import check_adapter, read_tensors

KEPT = 3  # adapters in memory: champion, challenger and one more


class Adapters:
    """Which adapters a model has, and which is on."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._peft: Any = None
        self._names: dict[Path, str] = {}
        self._active: Path | None = None
        self._made = 0

    def load(self, path: Path | None) -> None:
        """Have this adapter ready; the oldest ones go when there are too many."""
        if path is None or path in self._names:
            return
        config, tensors = _read(path)
        name = f"adapter{self._made}"
        self._made += 1
        self._add(path, name, config, tensors)
        self._names[path] = name
        self._activate_now(path)
        for old in [p for p in self._names if p != path][: max(0, len(self._names) - KEPT)]:
            self._peft.delete_adapter(self._names.pop(old))

    def activate(self, path: Path | None) -> None:
        """Switch to an adapter, or to none; costs next to nothing when it is on already."""
        if path != self._active:
            self.load(path)
            self._activate_now(path)

    def _activate_now(self, path: Path | None) -> None:
        if path is None:
            self._peft.base_model.disable_adapter_layers()
        else:
            self._peft.base_model.enable_adapter_layers()
            self._peft.set_adapter(self._names[path], inference_mode=True)
        self._active = path

    def _add(self, path: Path, name: str, config: Any, tensors: dict[str, Any]) -> None:
        """Put the layers in place, then the weights; on failure the model is as it was."""
        import torch

        try:
            with torch.random.fork_rng(devices=[]):  # PEFT draws first weights, which are then overwritten
                self._put(name, config)
        except ValueError as error:
            raise _no_fit(path) from error
        self._fill(path, name, tensors)
        self._peft.eval().requires_grad_(False)

    def _put(self, name: str, config: Any) -> None:
        from peft import PeftModel

        with warnings.catch_warnings():  # PEFT 0.21 asks transformers 5.23 for a property that is deprecated there
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
            if self._peft is None:
                self._peft = PeftModel(self._model, config, adapter_name=name)
            else:
                self._peft.add_adapter(name, config)

    def _fill(self, path: Path, name: str, tensors: dict[str, Any]) -> None:
        from peft import set_peft_model_state_dict

        try:
            found = set_peft_model_state_dict(self._peft, tensors, adapter_name=name)
            wrong = found.unexpected_keys + [key for key in found.missing_keys if f".{name}." in key]
        except (RuntimeError, KeyError) as error:
            wrong = [str(error)]
        if wrong:
            self._peft.delete_adapter(name)
            self._activate_now(self._active)
            raise _no_fit(path)


def _no_fit(path: Path) -> ModelUnusable:
    return ModelUnusable(f"the adapter '{path}' does not fit this base model; choose the base that it was trained on")


def _read(path: Path) -> tuple[Any, dict[str, Any]]:
    """The configuration and the weights of a folder that PEFT saved."""
    check_adapter(path)
    fields = json.loads((path / "adapter_config.json").read_text("utf-8"))
    from peft import LoraConfig

    known = {k: v for k, v in fields.items() if k in LoraConfig.__dataclass_fields__}
    try:
        config = LoraConfig(**(known | {"inference_mode": True}))
    except (TypeError, ValueError) as error:
        raise BadInput(f"'{path / 'adapter_config.json'}' is not a LoRA configuration ({error})") from error
    return config, read_tensors(path / "adapter_model.safetensors")
