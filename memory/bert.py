"""A BERT encoder in NumPy, for a few short texts in a process that has not paid for torch.

The forward pass of Devlin et al. 2018 in inference, with mean pooling as in Sentence-BERT (Reimers and Gurevych 2019).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from memory.item import Matrix
from memory.vectors import unit

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

TokenIds = Sequence[Sequence[int]]


class BertShape(msgspec.Struct, frozen=True, kw_only=True):
    """What config.json of a BERT model says of its form; other keys are passed over."""

    hidden_size: int
    num_attention_heads: int
    num_hidden_layers: int
    layer_norm_eps: float


def erf(x: Matrix) -> Matrix:
    """The error function, elementwise, within 1e-7, and the rounding of a few last digits where `x` is float32.

    The rational approximation that Eigen and XLA use: x P(x^2) / Q(x^2) on [-4, 4], constant outside.
    """
    x = np.clip(x, -4.0, 4.0)
    square = x * x
    return x * _polynomial(square, _ERF_P) / _polynomial(square, _ERF_Q)


class NumpyBert:
    """Token ids to unit vectors. Texts are packed end to end, so that nothing is spent on padding."""

    def __init__(self, weights: Mapping[str, Matrix], shape: BertShape) -> None:
        self._weights = weights
        self._shape = shape

    def encode(self, tokens: TokenIds, progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, d) unit rows, the mean over the tokens of each text; `progress` hears how many are done.

        On one thread: two save a few milliseconds on an idle machine, and where others compute too, waiting for each
        other makes them fifty times slower (measured: 18 ms against 1.2 s for four tokens).
        """
        with _blas().limit(limits=1, user_api="blas"):
            vectors = self._encoded(tokens)
        if progress is not None:
            progress(len(tokens))
        return vectors

    def _encoded(self, tokens: TokenIds) -> Matrix:
        lengths = [len(each) for each in tokens]
        ends = np.cumsum(lengths)
        spans = [slice(int(end) - length, int(end)) for end, length in zip(ends, lengths, strict=True)]
        hidden = self._embedded(tokens)
        for layer in range(self._shape.num_hidden_layers):
            hidden = self._layer(hidden, spans, f"encoder.layer.{layer}")
        return unit(np.stack([hidden[span].mean(axis=0) for span in spans]))

    def _embedded(self, tokens: TokenIds) -> Matrix:
        ids = np.concatenate([np.asarray(each, dtype=np.int64) for each in tokens])
        places = np.concatenate([np.arange(len(each)) for each in tokens])
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + self._weights["embeddings.position_embeddings.weight"][places] + kind, "embeddings")

    def _layer(self, hidden: Matrix, spans: Sequence[slice], name: str) -> Matrix:
        parts = [self._linear(hidden, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        mixed = np.concatenate([self._attention(*(part[span] for part in parts)) for span in spans])
        hidden = self._norm(hidden + self._linear(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output")
        wide = self._linear(hidden, f"{name}.intermediate.dense")
        wide = np.float32(0.5) * wide * (1 + erf(wide * np.float32(0.5**0.5)))
        return self._norm(hidden + self._linear(wide, f"{name}.output.dense"), f"{name}.output")

    def _attention(self, query: Matrix, key: Matrix, value: Matrix) -> Matrix:
        heads = self._shape.num_attention_heads
        query, key, value = (part.reshape(len(part), heads, -1).transpose(1, 0, 2) for part in (query, key, value))
        scores = query @ key.transpose(0, 2, 1) * np.float32(query.shape[-1] ** -0.5)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed: Matrix = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return mixed.transpose(1, 0, 2).reshape(mixed.shape[1], -1)

    def _linear(self, hidden: Matrix, name: str) -> Matrix:
        return hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, hidden: Matrix, name: str) -> Matrix:
        centred = hidden - hidden.mean(axis=1, keepdims=True)
        variance = (centred * centred).mean(axis=1, keepdims=True)
        scaled: Matrix = centred / np.sqrt(variance + np.float32(self._shape.layer_norm_eps))
        return scaled * self._weights[f"{name}.LayerNorm.weight"] + self._weights[f"{name}.LayerNorm.bias"]


@cache
def _blas() -> "ThreadpoolController":
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _polynomial(x: Matrix, coefficients: Sequence[float]) -> Matrix:
    total = np.full_like(x, coefficients[0])
    for each in coefficients[1:]:
        total = total * x + each
    return total


_ERF_P = (
    -2.72614225801306e-10,
    2.77068142495902e-08,
    -2.10102402082508e-06,
    -5.69250639462346e-05,
    -7.34990630326855e-04,
    -2.95459980854025e-03,
    -1.60960333262415e-02,
)
_ERF_Q = (
    -1.45660718464996e-05,
    -2.13374055278905e-04,
    -1.68282697438203e-03,
    -7.37332916720468e-03,
    -1.42647390514189e-02,
)
