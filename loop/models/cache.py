"""The prompt's key-value cache, computed once and given to n candidates with room for what they will write."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def spread(kept: Any, n: int, room: int) -> None:
    """Repeat the cache of one prompt for n candidates, in place, with room for so many more tokens.

    transformers' DynamicLayer copies itself whole at every token. Layers of exactly that kind are replaced by ones
    that have the room already; sliding windows and recurrent states are repeated as they are.
    """
    from transformers.cache_utils import DynamicLayer

    for at, layer in enumerate(kept.layers):
        if type(layer) is DynamicLayer and layer.get_seq_length():
            kept.layers[at] = _roomy(layer, n, room)
        else:
            layer.batch_repeat_interleave(n)


def select(kept: Any, rows: list[int]) -> None:
    """Keep these rows of the batch only."""
    import torch

    for layer in kept.layers:
        layer.batch_select_indices(torch.tensor(rows, device=getattr(layer, "device", None)))


@cache
def _roomy_class() -> Any:
    from transformers.cache_utils import DynamicLayer

    class Roomy(DynamicLayer):  # type: ignore[misc]
        """Keys and values are views on buffers (n, heads, tokens + room, width) that are written in place."""

        buffers: "list[Tensor]"
        keys: "Tensor"
        values: "Tensor"

        def update(self, keys: "Tensor", values: "Tensor", *_: Any, **__: Any) -> tuple["Tensor", "Tensor"]:
            start, end = self.keys.shape[-2], self.keys.shape[-2] + keys.shape[-2]
            self.buffers[0][:, :, start:end] = keys
            self.buffers[1][:, :, start:end] = values
            self.keys, self.values = (buffer[:, :, :end] for buffer in self.buffers)
            return self.keys, self.values

        def batch_select_indices(self, indices: "Tensor") -> None:
            end = self.keys.shape[-2]
            self.buffers = [buffer[indices] for buffer in self.buffers]
            self.keys, self.values = (buffer[:, :, :end] for buffer in self.buffers)

    return Roomy


def _roomy(layer: Any, n: int, room: int) -> Any:
    made = _roomy_class()()
    made.dtype, made.device, made.is_initialized = layer.dtype, layer.device, True
    made.buffers = [_buffer(part, n, room) for part in (layer.keys, layer.values)]
    made.keys, made.values = (buffer[:, :, : layer.keys.shape[-2]] for buffer in made.buffers)
    return made


def _buffer(part: "Tensor", n: int, room: int) -> "Tensor":
    _, heads, tokens, width = part.shape
    buffer = part.new_empty((n, heads, tokens + room, width))
    buffer[:, :, :tokens] = part
    return buffer
