"""The same BERT encoder in torch, for many texts: batches of near-equal length, so that little is spent on padding."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from memory.bert import BertShape, TokenIds
from memory.item import Matrix
from memory.vectors import unit

if TYPE_CHECKING:
    import torch

BATCH_TOKENS = 1024
"""Tokens in a batch, padding included; more does not fit the caches of a processor."""

TRY_EVERY = 50
"""Batches after which both ways are timed again: some ten seconds."""


class TorchBert:
    """Token ids to unit vectors, on the processor: the same vectors on every machine."""

    def __init__(self, weights: "Mapping[str, torch.Tensor]", shape: BertShape) -> None:
        self._weights = weights
        self._shape = shape
        self._pace = _Pace()
        self._layers = [_Layer(weights, shape, f"encoder.layer.{each}") for each in range(shape.num_hidden_layers)]

    def encode(self, tokens: TokenIds, progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, d) unit rows, the mean over the tokens of each text; `progress` hears how many more are done."""
        import torch

        vectors = np.zeros((len(tokens), self._shape.hidden_size), dtype=np.float32)
        with torch.inference_mode(), self._pace.kept():
            for rows in _batches([len(each) for each in tokens]):
                with self._pace.of(sum(len(tokens[row]) for row in rows)):
                    vectors[rows] = self._pooled([tokens[row] for row in rows]).numpy()
                if progress is not None:
                    progress(len(rows))
        return unit(vectors)

    def _pooled(self, tokens: TokenIds) -> "torch.Tensor":
        import torch

        width = max(len(each) for each in tokens)
        ids = torch.tensor([[*each, *([0] * (width - len(each)))] for each in tokens])
        lengths = torch.tensor([len(each) for each in tokens])
        real = torch.arange(width)[None, :] < lengths[:, None]
        mask = None if bool(real.all()) else real[:, None, None, :]
        hidden = self._embedded(ids)
        for layer in self._layers:
            hidden = layer(hidden, mask)
        return (hidden * real[:, :, None]).sum(dim=1) / lengths[:, None]

    def _embedded(self, ids: "torch.Tensor") -> "torch.Tensor":
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        places = self._weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        hidden = self._weights["embeddings.word_embeddings.weight"][ids] + (places + kind)
        return _norm(self._weights, self._shape, hidden, "embeddings")


class _Layer:
    def __init__(self, weights: "Mapping[str, torch.Tensor]", shape: BertShape, name: str) -> None:
        import torch

        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self._weights = weights
        self._shape = shape
        self._name = name
        self._joint = torch.cat([weights[f"{part}.weight"] for part in parts])
        self._joint_bias = torch.cat([weights[f"{part}.bias"] for part in parts])

    def __call__(self, hidden: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        from torch.nn.functional import gelu

        mixed = self._linear(self._attention(hidden, mask), "attention.output.dense")
        hidden = self._norm(hidden + mixed, "attention.output")
        wide = gelu(self._linear(hidden, "intermediate.dense"))
        return self._norm(hidden + self._linear(wide, "output.dense"), "output")

    def _attention(self, hidden: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        from torch.nn.functional import linear, scaled_dot_product_attention

        texts, width, size = hidden.shape
        joint = linear(hidden, self._joint, self._joint_bias)
        split = joint.view(texts, width, 3, self._shape.num_attention_heads, -1).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(split[0], split[1], split[2], attn_mask=mask)
        return mixed.transpose(1, 2).reshape(texts, width, size)

    def _linear(self, hidden: "torch.Tensor", name: str) -> "torch.Tensor":
        from torch.nn.functional import linear

        return linear(hidden, self._weights[f"{self._name}.{name}.weight"], self._weights[f"{self._name}.{name}.bias"])

    def _norm(self, hidden: "torch.Tensor", name: str) -> "torch.Tensor":
        return _norm(self._weights, self._shape, hidden, f"{self._name}.{name}")


def _norm(weights: "Mapping[str, torch.Tensor]", shape: BertShape, hidden: "torch.Tensor", name: str) -> "torch.Tensor":
    from torch.nn.functional import layer_norm

    weight, bias = weights[f"{name}.LayerNorm.weight"], weights[f"{name}.LayerNorm.bias"]
    return layer_norm(hidden, (shape.hidden_size,), weight, bias, shape.layer_norm_eps)


class _Pace:
    """All threads or one, whichever does more tokens in a second just now.

    Threads wait for each other at every product. Where other work has a core, two were five times slower than one;
    where none has, they are 1.7 times faster. So both are tried now and then.
    """

    def __init__(self) -> None:
        import torch

        self._all = torch.get_num_threads()
        self._batch = 0
        self._speed = {self._all: 0.0, 1: 0.0}

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Afterwards torch has as many threads as before."""
        import torch

        try:
            yield
        finally:
            torch.set_num_threads(self._all)

    @contextmanager
    def of(self, tokens: int) -> Iterator[None]:
        """Time a batch of so many tokens, with as many threads as are faster or were not tried for a while."""
        import torch

        turn = self._batch % TRY_EVERY
        threads = (self._all, 1)[turn] if turn < 2 else max(self._speed, key=lambda each: self._speed[each])
        torch.set_num_threads(threads)
        began = time.perf_counter()
        yield
        if turn < 2:
            speed = tokens / (time.perf_counter() - began)
            self._speed[threads] = (self._speed[threads] + speed) / 2 if self._speed[threads] else speed
        self._batch += 1


def _batches(lengths: list[int]) -> list[list[int]]:
    """Rows by falling length, as many in a batch as BATCH_TOKENS holds at the length of its first."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda each: -lengths[each]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= BATCH_TOKENS:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches
