"""How a head sees texts: their vectors and those of what they answer, each embedded once."""

from collections.abc import Callable, Sequence

import numpy as np

from memory.embedder import Embedder
from memory.item import Matrix
from rewards.judge import Texts

MOST = 20_000
"""Texts whose vectors are remembered: 30 MB of MiniLM's."""


class Sight:
    """An embedder with a memory: methods that practise ask about the same prompts again and again."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Matrix] = {}

    def see(
        self, requests: Sequence[str], texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Texts:
        """n texts that answer n requests; zeros stand for a request that is empty."""
        if len(requests) != len(texts):
            raise ValueError(f"{len(texts)} texts need as many prompts, not {len(requests)}")
        self._learn([*texts, *(request for request in requests if request)], progress)
        none = np.zeros(self._embedder.dimension, dtype=np.float32)
        prompts = [self._known[request] if request else none for request in requests]
        vectors = [self._known[text] for text in texts]
        shape = (len(texts), self._embedder.dimension)
        return Texts(
            np.array(vectors, dtype=np.float64).reshape(shape),
            np.array(prompts, dtype=np.float64).reshape(shape),
            np.array([len(text) for text in texts], dtype=np.float64),
        )

    def _learn(self, words: Sequence[str], progress: Callable[[int], None] | None) -> None:
        new = [each for each in dict.fromkeys(words) if each not in self._known]
        if len(self._known) + len(new) > MOST:
            self._known.clear()
            new = list(dict.fromkeys(words))
        self._known.update(zip(new, self._embedder.embed(new, progress), strict=True))
