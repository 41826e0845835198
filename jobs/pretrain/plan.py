"""The settings of a pretraining run."""

from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
Rate = Annotated[float, msgspec.Meta(gt=0)]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Size of the model, size of a batch and the learning rates; `STARTER` is the recipe of the shipped model."""

    vocabulary: Positive = 4096
    width: Positive = 256
    layers: Positive = 4
    inner: Positive = 704
    heads: Positive = 8
    key_heads: Positive = 4
    context: Positive = 1024
    longest: Positive = 640
    """Longest row in tokens; longer ones are left out."""
    batch_tokens: Positive = 2560
    """Tokens in a batch, padding included."""
    chunk_rows: Positive = 768
    """Rows that are encoded and sorted by length together."""
    matrix_rate: Rate = 0.02
    """Learning rate of the matrices (Muon)."""
    other_rate: Rate = 0.003
    """Learning rate of embeddings and norms (AdamW)."""
    warm_up: float = 0.02
    decay_from: float = 0.7
    """Share of the time after which the rate falls in a straight line to a fiftieth."""
    tokenizer_rows: Positive = 30_000
    seed: int = 0
    examples: bool = True
    """Whether prompts carry recalled examples and texts to avoid."""
    minutes: Rate = 65.0
    threads: Positive = 2


STARTER = Plan()
BARE = Plan(examples=False)
"""The same rows without examples in their prompts: what the starter is held against."""
RECIPES = {"starter": STARTER, "starter-bare": BARE}


def rate_at(plan: Plan, progress: float) -> float:
    """The learning rate's factor at `progress` in [0, 1] of the time: up, level, down."""
    if progress < plan.warm_up:
        return max(progress / plan.warm_up, 0.01)
    if progress < plan.decay_from:
        return 1.0
    left = max(0.0, 1.0 - progress) / (1.0 - plan.decay_from)
    return max(left, 0.02)
