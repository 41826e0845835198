"""Drawing the next tokens. Each candidate has random numbers of its own, so that it does not depend on its siblings."""

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

NUCLEUS = 1024  # tokens looked at first: a full sort of a large vocabulary takes longer than a small model's step


def draws(seed: int | None, n: int, steps: int) -> "Tensor":
    """Uniform numbers in [0, 1), float64 (n, steps): one row per candidate, the same for the same seed and index.

    The global generators of torch are neither used nor changed.
    """
    import torch

    first = secrets.randbits(62) if seed is None else seed
    rows = []
    for index in range(n):
        generator = torch.Generator().manual_seed((first * 1_000_003 + index) % 2**63)
        rows.append(torch.rand(steps, generator=generator, dtype=torch.float64))
    return torch.stack(rows)


def choose(logits: "Tensor", temperature: float, top_p: float, uniform: "Tensor") -> list[int]:
    """One token for each row of logits (rows, vocabulary): greedy at temperature 0, else by inverting the nucleus' CDF.

    The nucleus is the smallest set of most likely tokens whose probability reaches `top_p` (Holtzman et al. 2020).
    """
    if temperature <= 0:
        return _ints(logits.argmax(dim=-1))
    logits = logits.float() if logits.device.type != "mps" else logits.float().cpu()  # MPS has no float64
    logits = (logits - logits.amax(dim=-1, keepdim=True)) / temperature
    weights, tokens = (logits.exp(), None) if top_p >= 1 else nucleus(logits, top_p)
    mass = weights.double().cumsum(dim=-1)
    aim = uniform.to(mass.device).unsqueeze(1) * mass[:, -1:]
    picked = (mass <= aim).sum(dim=-1, keepdim=True).clamp(max=mass.shape[1] - 1)
    return _ints((picked if tokens is None else tokens.gather(1, picked)).squeeze(1))


def nucleus(logits: "Tensor", top_p: float) -> tuple["Tensor", "Tensor"]:
    """Weights (rows, k), zero outside of the nucleus, and the tokens that they belong to, most likely first."""
    total = logits.exp().sum(dim=-1, keepdim=True)
    values, tokens = logits.topk(min(NUCLEUS, logits.shape[1]), dim=-1)
    if values.shape[1] < logits.shape[1] and bool((values.exp().sum(dim=-1, keepdim=True) < top_p * total).any()):
        values, tokens = logits.sort(dim=-1, descending=True)
    share = values.exp() / total
    before = share.cumsum(dim=-1) - share
    return share.masked_fill(before >= top_p, 0.0), tokens


def _ints(tokens: "Tensor") -> list[int]:
    return [int(token) for token in tokens.tolist()]
