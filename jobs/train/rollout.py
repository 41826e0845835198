"""Texts that a model writes while it learns, and how likely it finds them: the same draws for the same seed.

Texts are drawn at temperature 1 from all of the model's words: only of those are the likelihoods that the methods
learn from the right ones.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from torch import Tensor


class Rollout(msgspec.Struct, frozen=True):
    """Prompts, padded on the left, and what was written for each, padded on the right."""

    ids: Any
    """(texts, prompt + answer) tokens."""
    seen: Any
    """(texts, prompt + answer): 1 where there is one."""
    mask: Any
    """(texts, answer): 1 where a token was written, the end marker included."""
    texts: list[str]

    def part(self, rows: "Tensor") -> "Rollout":
        """Some of the texts, for their likelihoods."""
        return Rollout(self.ids[rows], self.seen[rows], self.mask[rows], [])


def write(
    model: Any, tokenizer: Any, prompts: Sequence[list[int]], most: int, ends: Sequence[int], seed: int
) -> Rollout:
    """One text of at most so many tokens for each prompt; torch's generator is left as it was."""
    import torch

    longest, pad = max(map(len, prompts)), tokenizer.pad_token_id
    device = model.device
    ids = torch.tensor([[pad] * (longest - len(row)) + row for row in prompts], device=device)
    seen = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in prompts], device=device)
    devices = [device] if device.type == "cuda" else []
    with torch.no_grad(), torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        whole = model.generate(
            input_ids=ids, attention_mask=seen, do_sample=True, temperature=1.0, top_k=0, top_p=1.0,
            repetition_penalty=1.0, max_new_tokens=most, eos_token_id=list(ends) or None, pad_token_id=pad,
        )  # fmt: skip
    answers = whole[:, longest:]
    mask = _written(answers, ends)
    texts = [
        tokenizer.decode(row[kept.bool()], skip_special_tokens=True, clean_up_tokenization_spaces=False).strip()
        for row, kept in zip(answers, mask, strict=True)
    ]
    return Rollout(whole, torch.cat([seen, mask], dim=1), mask, texts)


def _written(answers: "Tensor", ends: Sequence[int]) -> "Tensor":
    """1 up to the first end marker and at it, 0 after it."""
    import torch

    ended = torch.isin(answers, torch.tensor(list(ends), device=answers.device, dtype=answers.dtype))
    return (ended.long().cumsum(dim=1) - ended.long() == 0).long()


def likelihoods(model: Any, rollout: Rollout) -> tuple["Tensor", "Tensor"]:
    """Natural logarithms (texts, answer) of how likely each token was, 0 after the end, and the states before them.

    States are the last layer's, (texts, answer, width).
    """
    keep = rollout.mask.shape[1]
    places = (rollout.seen.cumsum(dim=-1) - 1).clamp(min=0)
    out = model(
        input_ids=rollout.ids, attention_mask=rollout.seen, position_ids=places, use_cache=False,
        output_hidden_states=True,
    )  # fmt: skip
    logprobs = out.logits[:, -keep - 1 : -1].float().log_softmax(dim=-1)
    told = logprobs.gather(2, rollout.ids[:, -keep:].unsqueeze(2)).squeeze(2)
    return told * rollout.mask, out.hidden_states[-1][:, -keep - 1 : -1]
