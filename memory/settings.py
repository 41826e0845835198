"""Settings of memory. `config.toml` documents every key."""

from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]


class MemorySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [memory] of config.toml."""

    embedder: str = "minilm"
    """`minilm` (shipped, no network), or a sentence-transformers name or path."""
    url: str = ""
    """A Chroma server, `http://host:port`; empty keeps the index in the home."""
    strategy: str = "best"
    """none, recent, random, similar, best, diverse or contrast."""
    k: Positive = 3
    """How many items a turn recalls."""
    oversample: Positive = 40
    """How many neighbours are looked at before filtering and ranking."""
    explore: Fraction = 0.1
    """Share of turns in which one candidate is written without recall, to measure what memory is worth."""
    duplicate: Fraction = 0.95
    """Texts with a cosine above this are one text told twice."""
    echo: Fraction = 0.92
    """A candidate with a cosine above this to a recalled item copies it."""
    pattern: Fraction = 0.75
    """A candidate that has more than this share of its words in common with one for other fields repeats it; words
    that come from the fields do not count."""
    meaning: Fraction = 0.9
    """So does one with a cosine above this. At 1, as for `pattern`, only the same words are a repeat."""
    diversity: Fraction = 0.5
    """MMR's trade in `diverse`: 0 ranks by reward and similarity alone, 1 by novelty alone."""
    cooldown: Positive = 20
    """How many of the last turns `diverse` looks back at."""
    exposure_cap: Positive = 5
    """An item recalled this often in those turns rests in `diverse`."""
    low: Fraction = 0.4
    """Items with a reward below this are what `contrast` warns of."""
