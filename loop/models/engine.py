"""A local model: a tokenizer, weights, and at most one adapter that is switched in place.

The work is done step by step, one token for every candidate, each step under the engine's lock: several generations
may run at once from several threads and take turns, one that is given up leaves nothing behind, and one that began
with an adapter ends with it.
"""

import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loop.brief import Message
from loop.errors import ModelUnusable
from loop.models import render, threads
from loop.models.adapters import Adapters
from loop.models.base import Completion, OnPiece, Sampling
from loop.models.generation import Generation

UNBOUNDED = 1_000_000  # tokenizers without a length say 10^30


class Engine:
    """A model that is loaded; a `Writer`."""

    def __init__(self, model: Any, tokenizer: Any, name: str) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.name = name
        """The base model, as it was asked for."""
        self.model_id = name
        """What writes now: the base's name, or that of the adapter's folder."""
        self.lock = threading.Lock()
        self.adapter: Path | None = None
        self.end = render.end_token(tokenizer)
        self.ends = frozenset(_end_tokens(model, tokenizer, self.end))
        self.context = _context(model, tokenizer)
        self.keeps_last_logits = "logits_to_keep" in inspect.signature(model.forward).parameters
        self._adapters = Adapters(model)
        self._threads = threads.worth(model)

    @property
    def device(self) -> Any:
        """Where the weights are."""
        return self.model.device

    def use_adapter(self, path: Path | None, model_id: str | None = None) -> None:
        """Write with this LoRA adapter from now on, or with the bare base (None); the base is not loaded again.

        `path` is a folder that PEFT saved with safetensors. Raises BadInput when it is none, ModelUnusable when it is
        damaged or was trained on another base; then the adapter in use stays.
        """
        with self.lock:
            self._adapters.load(path)
            self.adapter = path
            self.model_id = model_id or (self.name if path is None else path.name)

    def write(
        self, messages: list[Message], n: int, sampling: Sampling, on_piece: OnPiece | None = None
    ) -> list[Completion]:
        """n candidates from one reading of the prompt; see `Writer`."""
        generation = self.start(messages, n, sampling)
        for piece in generation:
            if on_piece is not None:
                on_piece(piece)
        return generation.completions()

    def start(self, messages: list[Message], n: int, sampling: Sampling) -> Generation:
        """A generation to iterate over; nothing is computed before. To give it up, stop iterating."""
        most = min(sampling.max_tokens, max(1, self.context // 2))
        return self.continue_tokens(render.fit(self.tokenizer, messages, self.context - most), n, sampling)

    def continue_tokens(self, prompt: list[int], n: int, sampling: Sampling) -> Generation:
        """As `start`, from tokens that fit the context."""
        return Generation(self, prompt, n, sampling)

    @contextmanager
    def at_work(self, adapter: Path | None) -> Iterator[Any]:
        """The model with this adapter, for this thread alone, without gradients. Raises ModelUnusable when it fails."""
        import torch

        with self.lock, torch.inference_mode(), threads.at_most(self._threads):
            try:
                self._adapters.activate(adapter)
                yield self.model
            except (RuntimeError, IndexError) as error:
                reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
                raise ModelUnusable(f"the model '{self.model_id}' failed while writing ({reason})") from error

    def decode(self, tokens: list[int]) -> str:
        """Text of tokens, special ones left out."""
        text: str = self.tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text


def _end_tokens(model: Any, tokenizer: Any, end: int | None) -> Iterator[int]:
    for found in (model.generation_config.eos_token_id, model.config.eos_token_id, tokenizer.eos_token_id, end):
        if isinstance(found, int):
            yield found
        elif found is not None:
            yield from found


def _context(model: Any, tokenizer: Any) -> int:
    config = model.config.get_text_config(decoder=True)
    sizes = [getattr(config, "max_position_embeddings", None), tokenizer.model_max_length]
    return min(int(size) for size in [*sizes, UNBOUNDED] if size)
