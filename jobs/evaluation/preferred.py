"""Held-out preferences: does the challenger, measured from where preference training began, lean to what people chose?

The implicit reward of DPO is  beta * (log p_challenger - log p_reference); the loss of a pair is the negative log
sigmoid of chosen minus rejected (Rafailov et al. 2023, arXiv 2305.18290). Having learned nothing, the loss is ln 2.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.evaluation.held_out import clusters
from jobs.train.rows import messages_of, texts_of
from jobs.train.run import Row
from loop.models.logprobs import completion_logprobs
from rewards.compare import bootstrap_interval, wins
from rewards.errors import TooFew

Floats = NDArray[np.float64]
Interval = tuple[float, float]


class Preferred(msgspec.Struct, frozen=True, kw_only=True):
    """Over the held-out pairs, with 95 % intervals by cluster."""

    pairs: int
    loss: float
    loss_interval: Interval
    accuracy: float
    accuracy_interval: Interval
    chosen_reward: float
    rejected_reward: float


class Scored(msgspec.Struct, frozen=True):
    """Log-probabilities, in nats, of the pairs' texts by one model, each of shape (pairs,)."""

    chosen: Floats
    rejected: Floats


def score_pairs(engine: Any, pairs: Sequence[Row], batch_size: int) -> Scored:
    """What the adapter in use thinks of the pairs."""
    prompts = [messages_of(row["prompt"]) for row in pairs]
    chosen, rejected = (
        completion_logprobs(engine, prompts, [texts_of(row[side]) for row in pairs], batch_size)
        for side in ("chosen", "rejected")
    )
    return Scored(*(np.array([logprob for logprob, _ in side], dtype=np.float64) for side in (chosen, rejected)))


def preferred(pairs: Sequence[Row], challenger: Scored, reference: Scored, beta: float, seed: int) -> Preferred | None:
    """The figures; None where there are fewer than two clusters of pairs."""
    chosen, rejected = (
        beta * (challenger.chosen - reference.chosen),
        beta * (challenger.rejected - reference.rejected),
    )
    loss = np.logaddexp(0.0, rejected - chosen)
    right = wins(chosen, rejected)
    groups = clusters(pairs)
    try:
        intervals = [bootstrap_interval(values, groups, seed) for values in (loss, right)]
    except TooFew:
        return None
    return Preferred(
        pairs=len(pairs),
        loss=float(loss.mean()),
        loss_interval=intervals[0],
        accuracy=float(right.mean()),
        accuracy_interval=intervals[1],
        chosen_reward=float(chosen.mean()),
        rejected_reward=float(rejected.mean()),
    )


def perplexity(engine: Any, rows: Sequence[Row], batch_size: int) -> float | None:
    """Per token, of texts that people wrote; None without any."""
    if not rows:
        return None
    prompts = [messages_of(row["prompt"]) for row in rows]
    found = completion_logprobs(engine, prompts, [texts_of(row["completion"]) for row in rows], batch_size)
    return float(np.exp(-sum(logprob for logprob, _ in found) / max(1, sum(tokens for _, tokens in found))))
