"""What memory holds and what it gives back."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A text in memory: a candidate, an edit or an imported text."""

    item_id: str
    text: str
    task: str
    prompt: str = ""
    """What it was written for; empty where that is not known."""
    reward: float | None = None
    """In [0, 1]; None while nobody has said anything of it."""
    ratings: float = 0.0
    """How many ratings or votes stand behind the reward."""
    human: bool = False
    """A person wrote or rewrote it: kept by that act, with no rating needed."""
    echo: bool = False
    """It copies an item that it was shown; it never becomes an example itself."""
    reason: str = ""
    """What the last rater said of it."""
    seq: int = 0
    """Its place in the ledger: higher is newer."""


class Recalled(msgspec.Struct, frozen=True, kw_only=True):
    """An item that recall returned."""

    item: Item
    similarity: float
    """Cosine of the query to the item, in [-1, 1]; higher is closer. NaN never."""


class Catalog(Protocol):
    """What memory must be able to ask about items; the ledger's read models answer.

    Hidden and forgotten items are never answered with.
    """

    def items(self, ids: Sequence[str]) -> dict[str, Item]:
        """The items with these ids; unknown, hidden and forgotten ones are absent."""

    def newest(self, task: str | None, k: int) -> list[Item]:
        """The k newest items that may be examples, newest first."""

    def sample(self, task: str | None, k: int, seed: int) -> list[Item]:
        """k items that may be examples, drawn uniformly without replacement, the same for the same seed."""

    def vectors(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Vectors of the items' texts alone, unit length."""

    def exposure(self, ids: Sequence[str]) -> Mapping[str, int]:
        """How many of the last turns (as many as the cooldown looks back) recalled each of these items."""
