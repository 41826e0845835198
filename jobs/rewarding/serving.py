"""Which reward model serves: it chooses what a turn shows, where more is written than is shown.

It is the newest that orders held-out pairs surely better than chance, and that was fitted to nothing forgotten since.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from jobs.rewarding.model import rewards_folder
from jobs.rewarding.open import open_scorer
from loop import schema
from loop.errors import BadInput, ModelUnusable
from loop.ledger import Ledger
from loop.manifest import MANIFEST, sha256
from memory.embedder import Embedder
from rewards.scorer import Scorer

CHANCE = 0.5
_w = schema.reward_models.c


def serves(metrics: dict[str, float]) -> bool:
    """Whether a reward model with these figures may choose: more than half of unseen pairs are ordered right."""
    return metrics.get("accuracy_low", 0.0) > CHANCE


def marked(ledger: Ledger) -> dict[str, str]:
    """Reward models that were fitted to what was forgotten since, each with one such item."""
    with ledger.reading() as db:
        rows = db.execute(sa.select(_w.reward_id, _w.tainted).where(_w.tainted.is_not(None)))
        return {reward_id: tainted for reward_id, tainted in rows}


class Serving:
    """The reward model that serves, opened when it is first asked for, and another once there is a newer one."""

    def __init__(self, ledger: Ledger, home: Path, open_embedder: Callable[[], Embedder]) -> None:
        self.problem = ""
        """Why none serves, or not the newest, in one sentence; empty when the newest does."""
        self._ledger = ledger
        self._folder = rewards_folder(home)
        self._open_embedder = open_embedder
        self._lock = threading.Lock()
        self._opened: tuple[list[int], Scorer | None] | None = None

    def scorer(self) -> Scorer | None:
        """The one that serves now; None where there is none."""
        rows = self._able()
        fits = [row.seq for row in rows]
        with self._lock:
            if self._opened is None or self._opened[0] != fits:
                self._opened = fits, self._first(rows)
            return self._opened[1]

    def _able(self) -> list[Any]:
        """Those that may serve, the newest first."""
        with self._ledger.reading() as db:
            rows = db.execute(sa.select(schema.reward_models).where(_w.tainted.is_(None)).order_by(_w.seq.desc())).all()
        return [row for row in rows if serves(msgspec.json.decode(row.metrics, type=dict[str, float]))]

    def _first(self, rows: list[Any]) -> Scorer | None:
        """The first that can be opened."""
        self.problem = "" if rows else "no reward model serves, so all that is written is shown; see `reprise reward`"
        for row in rows:
            try:
                return self._open(row)
            except (BadInput, ModelUnusable) as error:
                self.problem = self.problem or str(error)
        return None

    def _open(self, row: Any) -> Scorer:
        folder = self._folder / row.reward_id
        scorer = open_scorer(folder, self._open_embedder())
        if sha256(folder / MANIFEST) != row.sha256:
            raise ModelUnusable(f"the reward model '{row.reward_id}' was changed; fit it again with `reprise reward`")
        return scorer
