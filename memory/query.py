"""What is asked of memory, what it answers, and where it looks."""

import msgspec

from memory.index import Nearest
from memory.item import Catalog, Recalled, Vector
from memory.settings import MemorySettings


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of memory."""

    text: str
    vector: Vector
    """The text's vector, (d,), unit length."""
    task: str | None
    """Only items of this task; None asks for any."""
    k: int
    strategy: str
    examples: bool = True
    """True in a turn: only what `may_be_example` admits. False in a search: everything that is not hidden."""
    seed: int = 0
    """Of the strategy `random`; the same seed draws the same items."""
    exclude: frozenset[str] = frozenset()
    """Ids that are not wanted."""


class Recall(msgspec.Struct, frozen=True):
    """What memory answers: at most k of each, best first."""

    liked: tuple[Recalled, ...]
    avoid: tuple[Recalled, ...]
    strategy: str


class Sources(msgspec.Struct, frozen=True):
    """Where a strategy looks."""

    index: Nearest
    catalog: Catalog
    settings: MemorySettings
