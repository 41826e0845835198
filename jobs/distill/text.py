"""A text as distillation looks at it, and what it may be used for."""

import hashlib

import msgspec

from jobs.distill.hold_out import GroupKey
from memory.folding import normal


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A visible item with its words."""

    item_id: str
    group: GroupKey
    kind: str
    """candidate, edit or import."""
    text: str
    reward: float | None
    turn_id: str | None
    strategy: str | None
    seq: int
    """The event that wrote it."""
    echo: bool

    @property
    def human(self) -> bool:
        """A person wrote or rewrote it."""
        return self.kind != "candidate"


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody preferred one text over another."""

    seq: int
    chosen: str
    rejected: str
    source: str
    """pick, edit or import."""
    weight: float


def words_mark(text: str) -> int:
    """The same for texts that read the same but for case and punctuation; 63 bits."""
    return int.from_bytes(hashlib.blake2b(normal(text).encode(), digest_size=8).digest(), "big") >> 1
