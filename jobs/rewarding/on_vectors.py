"""The reward model for few data: a head on embeddings, kept as one file of tensors."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from jobs.rewarding.sight import Sight
from loop.errors import ModelUnusable
from memory.embedder import Embedder
from rewards.head import Head
from rewards.scorer import Floats

WEIGHTS = "head.safetensors"


class HeadScorer:
    """`rewards.scorer.Scorer` by a head on embeddings."""

    def __init__(self, name: str, head: Head, embedder: Embedder) -> None:
        self.name = name
        self._head = head
        self._sight = Sight(embedder)

    def score(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """The expected reward of each text, (n,), in [0, 1]."""
        return self._head.expected(self._sight.see(prompts, texts))[0]

    def lower(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """A reward that each text surely reaches, (n,)."""
        return self._head.lower(self._sight.see(prompts, texts))


def save_head(head: Head, folder: Path) -> None:
    """Write a head into a folder."""
    from safetensors.numpy import save_file

    fields = msgspec.structs.asdict(head)
    save_file({name: np.ascontiguousarray(value, dtype=np.float64) for name, value in fields.items()}, folder / WEIGHTS)


def load_head(folder: Path) -> Head:
    """The head of a folder. Raises ModelUnusable when it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found: dict[str, Any] = load_file(folder / WEIGHTS)
        fields: dict[str, Any] = {name: value if value.ndim else float(value) for name, value in found.items()}
        return Head(**fields)
    except (SafetensorError, OSError, TypeError) as error:
        raise ModelUnusable(f"the head of '{folder.name}' is damaged ({error}); fit it again") from error
