"""Settings of the rewards. `config.toml` documents every key."""

from typing import Annotated

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
