"""What a reward model can be asked, whichever kind it is."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Scorer(Protocol):
    """Expects what people would say of a text."""

    name: str
    """Its id in the registry."""

    def score(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """The expected reward of each text for its prompt (its words and fields), (n,), in [0, 1]."""

    def lower(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """A reward that each text surely reaches (a lower confidence bound), (n,), at most `score`."""
