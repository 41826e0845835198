"""all-MiniLM-L6-v2 (Wang et al. 2020, trained by the sentence-transformers project) from its files alone.

Loading it through sentence-transformers takes nine seconds of imports. Read by two small engines it needs a quarter of
a second for a question in a new process, and gives the same vectors.
"""

import hashlib
import sys
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from memory.bert import BertShape, NumpyBert, TokenIds
from memory.bert_torch import TorchBert
from memory.item import Matrix

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LIGHT_TOKENS = 512
"""Up to so many tokens in one call NumPy is done before torch is even imported (1.5 s)."""
LIGHT_TEXTS = 16
SAMPLES = 64
SAMPLE_BYTES = 4096


class _Limit(msgspec.Struct, frozen=True):
    max_seq_length: int


class MiniLM:
    """The embedder that ships: 384 numbers a text, at most 256 tokens of it, on the processor.

    A few texts go through NumPy while torch is not there yet; many, or any once torch is there, go through torch.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shape = msgspec.json.decode((folder / "config.json").read_bytes(), type=BertShape)
        self._lock = threading.Lock()
        self.dimension = self._shape.hidden_size
        self.fingerprint = f"all-MiniLM-L6-v2:{weights_mark(folder / 'model.safetensors')}"

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, 384) unit rows; `progress` hears how many more are done."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        tokens = self._tokens(texts)
        with self._lock:  # two threads must not both load the weights
            engine = self._light if self._is_light(tokens) else self._heavy
        return engine.encode(tokens, progress)

    def _tokens(self, texts: Sequence[str]) -> TokenIds:
        with self._lock:
            tokenizer = self._tokenizer
        return [each.ids for each in tokenizer.encode_batch(list(texts))]

    def _is_light(self, tokens: TokenIds) -> bool:
        small = len(tokens) <= LIGHT_TEXTS and sum(len(each) for each in tokens) <= LIGHT_TOKENS
        return small and "torch" not in sys.modules

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        limit = msgspec.json.decode((self._folder / "sentence_bert_config.json").read_bytes(), type=_Limit)
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(limit.max_seq_length)
        return tokenizer

    @cached_property
    def _weights(self) -> dict[str, Matrix]:
        from safetensors.numpy import load_file

        return load_file(self._folder / "model.safetensors")

    @cached_property
    def _light(self) -> NumpyBert:
        return NumpyBert(self._weights, self._shape)

    @cached_property
    def _heavy(self) -> TorchBert:
        import torch

        return TorchBert({name: torch.from_numpy(values) for name, values in self._weights.items()}, self._shape)


def weights_mark(path: Path) -> str:
    """A short hash of a weights file: its size, its header and blocks spread evenly over it (not all of 90 MB)."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for block in range(SAMPLES):
            file.seek(block * max(size - SAMPLE_BYTES, 0) // (SAMPLES - 1))
            digest.update(file.read(SAMPLE_BYTES))
    return digest.hexdigest()[:16]
