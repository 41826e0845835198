"""The arithmetic of proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347), and nothing else.

Every table is (texts, tokens), padded on the right; `mask` is 1 where a token was written, the end marker included.
Each text begins at the first place, and its mask has no holes.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

CLIP = 0.2
"""How far the likelihood of a token, and its value, may move from where they were when it was written."""
DISCOUNT, SMOOTH = 1.0, 0.95
"""Gamma and lambda of the advantages: texts are short, so that nothing is discounted."""


def distance(logprobs: "Tensor", reference: "Tensor", mask: "Tensor") -> "Tensor":
    """For each text its log-likelihood minus the reference's, (texts,): of own texts an unbiased KL in nats."""
    return ((logprobs - reference) * mask).sum(dim=1)


def token_rewards(scores: "Tensor", logprobs: "Tensor", reference: "Tensor", mask: "Tensor", price: float) -> "Tensor":
    """What each token earns: its distance from the reference at its price, and at the last one the text's score.

    `scores` is (texts,). Summed over a text it is the score minus `price` times the text's distance (Ziegler et al.
    2019, arXiv 1909.08593).
    """
    rewards = -price * (logprobs - reference) * mask
    last = (mask.sum(dim=1).long() - 1).clamp(min=0).unsqueeze(1)
    return rewards.scatter_add(1, last, scores.to(rewards.dtype).unsqueeze(1))


def advantages(rewards: "Tensor", values: "Tensor", mask: "Tensor") -> tuple["Tensor", "Tensor"]:
    """Generalised advantage estimates (Schulman et al. 2016, arXiv 1506.02438), and the returns to learn values from.

    After the last token of a text nothing is expected any more.
    """
    import torch

    found = torch.zeros_like(rewards)
    after = torch.zeros_like(rewards[:, 0])
    value_after = torch.zeros_like(after)
    for place in reversed(range(rewards.shape[1])):
        here = mask[:, place]
        surprise = rewards[:, place] + DISCOUNT * value_after - values[:, place]
        after = (surprise + DISCOUNT * SMOOTH * after) * here
        value_after = values[:, place] * here
        found[:, place] = after
    return found, (found + values) * mask


def whitened(values: "Tensor", mask: "Tensor") -> "Tensor":
    """The values with mean 0 and standard deviation 1 over the tokens that were written, and 0 elsewhere."""
    mean = masked_mean(values, mask)
    spread = masked_mean((values - mean) ** 2, mask).sqrt()
    return (values - mean) / (spread + 1e-8) * mask


def policy_loss(logprobs: "Tensor", before: "Tensor", gains: "Tensor", mask: "Tensor") -> "Tensor":
    """The clipped objective, to be lowered: a token gains nothing by moving further than CLIP from `before`."""
    import torch

    ratio = (logprobs - before).exp()
    free, clipped = ratio * gains, ratio.clamp(1 - CLIP, 1 + CLIP) * gains
    return -masked_mean(torch.minimum(free, clipped), mask)


def value_loss(values: "Tensor", before: "Tensor", returns: "Tensor", mask: "Tensor") -> "Tensor":
    """Half the squared error, the larger of that of the values and of the values held within CLIP of `before`."""
    import torch

    held = before + (values - before).clamp(-CLIP, CLIP)
    return 0.5 * masked_mean(torch.maximum((values - returns) ** 2, (held - returns) ** 2), mask)


def masked_mean(values: "Tensor", mask: "Tensor") -> "Tensor":
    """The mean over the tokens that were written."""
    return (values * mask).sum() / mask.sum().clamp(min=1)
