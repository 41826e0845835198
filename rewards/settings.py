"""Settings of the rewards. `config.toml` documents every key."""

from typing import Annotated, Literal

import msgspec

NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]


class RewardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [rewards] of config.toml."""

    prior_strength: NotNegative = 1.0
    """How many votes the task's mean is worth: an item with as many votes lies half-way to it."""
    prior_mean: Fraction = 0.5
    """The task's mean before there is anything to compute it from."""
    pick_weight: NotNegative = 1.0
    """How many votes a pick or an edit is worth."""
    again_share: Fraction = 0.05
    """Share of ratings before which a rater is shown once more what that rater rated before, unsaid; 0 for never."""
    again_after: Annotated[int, msgspec.Meta(ge=1)] = 20
    """How many others a rater must have rated since; what is rated again sooner is a correction."""


class PairSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [rewards.pairs] of config.toml: which rated texts of one prompt become pairs."""

    cap: Annotated[int, msgspec.Meta(ge=1)] = 8
    """Most pairs per prompt."""
    min_margin: Fraction = 0.1
    """Least difference of reward."""
    max_length_ratio: Annotated[float, msgspec.Meta(ge=1)] = 1.5
    """How many times longer, in characters, one text may be than the other."""
    per_text: Annotated[int, msgspec.Meta(ge=1)] = 2
    """In how many pairs one text may stand."""


class RewardModelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [reward] of config.toml: the model that expects what people would say of a text."""

    kind: Literal["auto", "head", "trained"] = "auto"
    """`head` on embeddings, `trained` for the writing model itself with TRL's RewardTrainer, or `auto` by the pairs."""
    trained_from: Annotated[int, msgspec.Meta(ge=1)] = 20_000
    """So many training pairs make `auto` train the model itself; with fewer it is a head."""
    draws: Annotated[int, msgspec.Meta(ge=2)] = 16
    """Heads of the ensemble, each fitted to its own draw of prompts: where they differ, the reward is not sure."""
    coverage: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.9
    """Share of texts whose reward is to lie above the lower bound."""
    seed: int = 0
    """Of the draws."""
