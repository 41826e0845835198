"""A home with read models and a memory for the benchmarks."""

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from loop.brief import prompt_id
from loop.events import TextImported, Votes
from loop.handlers import HANDLERS
from loop.ledger import Command, Ledger
from loop.open_index import open_index
from loop.projector import Projector
from loop.prompts import pack
from loop.remember import Memory
from memory.embedder import Embedder
from memory.item import Matrix
from memory.settings import MemorySettings
from memory.vectors import unit
from rewards.settings import RewardSettings


def open_parts(home: Path, embedder: Embedder, **settings: object) -> tuple[Ledger, Memory]:
    """A ledger with its read models, and a memory over an embedded Chroma index."""
    home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.in_home(home)
    chosen = MemorySettings(**{"explore": 0.0, **settings})  # type: ignore[arg-type]
    memory = Memory(
        ledger,
        chosen,
        open_embedder=lambda: embedder,
        open_index=lambda e: open_index(home, ledger, chosen, e, "bench"),
    )
    ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
    ledger.subscribe(memory.follow)
    return ledger, memory


class FreeEmbedder:
    """Random unit vectors that cost next to nothing: what remains is the loop's own work."""

    fingerprint = "free:384"
    dimension = 384

    def __init__(self) -> None:
        self._rows = np.random.default_rng(0).standard_normal((4_096, self.dimension)).astype(np.float32)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, 384) unit rows, the same for the same text: the sum of two rows of a table that its hash names."""
        places = np.array([zlib.crc32(text.encode()) for text in texts], dtype=np.int64)
        if progress:
            progress(len(texts))
        return unit(self._rows[places % 4_096] + self._rows[places // 4_096 % 4_096])


def fill(ledger: Ledger, items: int, task: str) -> None:
    """Imported texts `i0`, `i1`, ... with one vote each."""
    for start in range(0, items, 1_000):
        ledger.append_all([imported(number, task) for number in range(start, min(start + 1_000, items))])


def imported(number: int, task: str) -> Command:
    """One imported text."""
    vote = Votes(value=number % 5 / 4)
    asked = prompt_id(task, f"prompt {number % 500}")
    event = TextImported(item_id=f"i{number}", task=task, prompt_id=asked, source="bench", row=number, votes=(vote,))
    texts = {f"i{number}": f"a short text about thing {number}", asked: pack(f"prompt {number % 500}")}
    return Command(events=(event,), texts=texts, key=f"i{number}")
