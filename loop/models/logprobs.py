"""How likely a model finds given answers: for held-out perplexity and preference loss, with an adapter or without."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from loop.brief import Message
from loop.errors import BadInput
from loop.models import render
from loop.models.engine import Engine

if TYPE_CHECKING:
    from torch import Tensor


def completion_logprobs(
    engine: Engine, messages_list: Sequence[list[Message]], completions: Sequence[str], batch_size: int = 8
) -> list[tuple[float, int]]:
    """For each completion the sum of its tokens' log-probabilities (natural) and their number, in the order given.

    The end-of-turn token counts as one of them. The adapter in use is on. A prompt that is too long is shortened as
    for writing; of a completion that fills more than half of the context the beginning counts. Batches are padded on
    the left and made of similar lengths. Raises BadInput when the lists differ in length.
    """
    if len(messages_list) != len(completions):
        raise BadInput(f"{len(messages_list)} prompts for {len(completions)} completions; give one completion for each")
    rows = [_tokens(engine, messages, text) for messages, text in zip(messages_list, completions, strict=True)]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]) + len(rows[i][1]))
    found: dict[int, tuple[float, int]] = {}
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        found.update(zip(chosen, _batch(engine, [rows[i] for i in chosen]), strict=True))
    return [found[i] for i in range(len(rows))]


def _tokens(engine: Engine, messages: list[Message], text: str) -> tuple[list[int], list[int]]:
    answer = render.encode_answer(engine.tokenizer, messages, text)
    answer = [*answer, *([] if engine.end is None else [engine.end])][: max(1, engine.context // 2)]
    return render.fit(engine.tokenizer, messages, engine.context - len(answer)), answer


def _batch(engine: Engine, rows: list[tuple[list[int], list[int]]]) -> list[tuple[float, int]]:
    keep = 1 + max(len(answer) for _, answer in rows)
    with engine.at_work(engine.adapter) as model:
        logits = _logits(engine, model, [prompt + answer for prompt, answer in rows], keep)
        logprobs = logits[:, -keep:].float().log_softmax(dim=-1)
        return [(_sum(logprobs[row], answer), len(answer)) for row, (_, answer) in enumerate(rows)]


def _sum(logprobs: "Tensor", answer: list[int]) -> float:
    """Of the log-probabilities (keep, vocabulary) those of the answer, each token foretold one position before."""
    import torch

    if not answer:
        return 0.0
    tokens = torch.tensor(answer, device=logprobs.device).unsqueeze(1)
    return float(logprobs[-len(answer) - 1 : -1].gather(1, tokens).double().sum())


def _logits(engine: Engine, model: Any, rows: list[list[int]], keep: int) -> "Tensor":
    """Logits (rows, at least `keep` last positions, vocabulary) of rows padded on the left."""
    import torch

    longest = max(map(len, rows))
    ids = torch.tensor([[0] * (longest - len(row)) + row for row in rows], device=model.device)
    mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows], device=model.device)
    places = (mask.cumsum(dim=-1) - 1).clamp(min=0)
    last = {"logits_to_keep": keep} if engine.keeps_last_logits else {}
    logits: Tensor = model(input_ids=ids, attention_mask=mask, position_ids=places, use_cache=False, **last).logits
    return logits
