"""Fakes that are quick and honest: an embedder whose cosines grow with shared words, a writer fed from a queue."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from loop.brief import Message
from loop.models.base import Completion, Piece, Sampling
from memory.item import Matrix


class WordEmbedder:
    """Bag-of-words vectors: each word is a fixed random direction, so that shared words make cosines."""

    fingerprint = "words:1"
    dimension = 64

    def __init__(self) -> None:
        self.embedded = 0

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, 64) unit rows."""
        self.embedded += len(texts)
        if progress:
            progress(len(texts))
        rows = [sum((_direction(word) for word in text.lower().split()), _direction("")) for text in texts]
        matrix = np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def _direction(word: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
    scale = 0.05 if not word else 1.0
    return scale * np.random.default_rng(seed).standard_normal(WordEmbedder.dimension).astype(np.float32)


class QueueWriter:
    """A model that writes what it is fed, and numbers on when the queue is empty; it remembers what it was asked."""

    model_id = "fake"

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = list(texts)
        self.asked: list[list[Message]] = []
        self.written = 0

    def write(
        self,
        messages: list[Message],
        n: int,
        sampling: Sampling,
        on_piece: Callable[[Piece], None] | None = None,
    ) -> list[Completion]:
        """n completions."""
        self.asked.append(messages)
        texts = [self._next() for _ in range(n)]
        if on_piece:
            for index, text in enumerate(texts):
                on_piece(Piece(index, text))
        return [Completion(text=text, tokens=len(text.split()), finish="stop") for text in texts]

    def _next(self) -> str:
        self.written += 1
        return self.texts.pop(0) if self.texts else f"thought number {self.written} about {self.written * 7919}"
