"""n candidates from one reading of the prompt, one token for each at a step."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from loop.models import cache
from loop.models.base import Completion, Piece, Sampling
from loop.models.choose import choose, draws
from loop.models.text import TextOut

if TYPE_CHECKING:
    from loop.models.engine import Engine


class _Candidate:
    def __init__(self, index: int, out: TextOut) -> None:
        self.index = index
        self.out = out
        self.tokens: list[int] = []
        self.ended = False

    def take(self, token: int, ends: frozenset[int], most: int) -> str:
        """The text that this token makes certain."""
        self.tokens.append(token)
        if token in ends:
            self.ended = True
            return self.out.flush()
        text = self.out.push(token)
        self.ended = self.out.stopped
        return text + self.out.flush() if len(self.tokens) >= most else text

    def completion(self) -> Completion:
        finish = "stop" if self.ended or self.out.stopped else "length"
        return Completion(text=self.out.text, tokens=len(self.tokens), finish=finish)  # type: ignore[arg-type]


class Generation:
    """An iterator over pieces; `completions()` when it is through.

    The prompt goes through the model once, alone; its cache is then repeated for the n candidates. A candidate that
    ends leaves the batch as soon as half of the batch has.
    """

    def __init__(self, engine: "Engine", prompt: list[int], n: int, sampling: Sampling) -> None:
        self._engine = engine
        self._adapter = engine.adapter
        self.model_id = engine.model_id
        """Who writes, whatever the engine is switched to meanwhile."""
        self._prompt = prompt
        self._sampling = sampling
        self._most = max(0, min(sampling.max_tokens, engine.context - len(prompt)))
        self._draws = draws(sampling.seed, n, self._most) if sampling.temperature > 0 else None
        self._all = [_Candidate(i, TextOut(engine.decode, sampling.stop)) for i in range(n)]
        self._rows = list(self._all)  # who writes in which row of the batch
        self._cache: Any = None
        self._step = 0

    def __iter__(self) -> Iterator[Piece]:
        while not self.done:
            yield from self.step()

    @property
    def done(self) -> bool:
        """Whether every candidate has ended."""
        return self._step >= self._most or all(candidate.ended for candidate in self._all)

    @property
    def prompt_tokens(self) -> int:
        """How many tokens were read."""
        return len(self._prompt)

    def step(self) -> list[Piece]:
        """One more token for each candidate that has not ended."""
        with self._engine.at_work(self._adapter) as model:
            logits = self._next(model) if self._cache is not None else self._first(model)
            tokens = choose(logits, self._sampling.temperature, self._sampling.top_p, self._uniform())
        self._step += 1
        writing = [(c, t) for c, t in zip(self._rows, tokens, strict=True) if not c.ended]
        texts = [(c.index, c.take(token, self._engine.ends, self._most)) for c, token in writing]
        return [Piece(index, text) for index, text in texts if text]

    def completions(self) -> list[Completion]:
        """The candidates in order."""
        return [candidate.completion() for candidate in self._all]

    def tokens(self) -> list[list[int]]:
        """The tokens of each candidate, the end marker included."""
        return [candidate.tokens for candidate in self._all]

    def _first(self, model: Any) -> Any:
        import torch
        from transformers import DynamicCache

        self._cache = DynamicCache(config=model.config)
        ids = torch.tensor([self._prompt], device=model.device)
        keep = {"logits_to_keep": 1} if self._engine.keeps_last_logits else {}
        logits = model(input_ids=ids, past_key_values=self._cache, use_cache=True, **keep).logits[:, -1]
        cache.spread(self._cache, len(self._rows), self._most)
        return logits.expand(len(self._rows), -1)

    def _next(self, model: Any) -> Any:
        import torch

        self._drop_ended()
        ids = torch.tensor([[c.tokens[-1]] for c in self._rows], device=model.device)
        return model(input_ids=ids, past_key_values=self._cache, use_cache=True).logits[:, -1]

    def _drop_ended(self) -> None:
        writing = [row for row, candidate in enumerate(self._rows) if not candidate.ended]
        if len(writing) * 2 <= len(self._rows):
            cache.select(self._cache, writing)
            self._rows = [self._rows[row] for row in writing]

    def _uniform(self) -> Any:
        if self._draws is None:
            return None
        return self._draws[[c.index for c in self._rows], self._step]
