"""Which reward model serves: it chooses what a turn shows, where more is written than is shown.

It is the newest that learned from texts of the task, orders held-out pairs surely better than chance, and was fitted to
nothing forgotten since.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

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


class Fit(NamedTuple):
    """A reward model that may choose, as the ledger tells of it."""

    seq: int
    reward_id: str
    sha256: str
    tasks: list[str]


class Serving:
    """The reward model that serves for a task, opened when it is first asked for."""

    def __init__(self, ledger: Ledger, home: Path, open_embedder: Callable[[], Embedder]) -> None:
        self.problem = ""
        """Why none serves that was asked for last, or not the newest, in one sentence; empty when all is well."""
        self._ledger = ledger
        self._folder = rewards_folder(home)
        self._open_embedder = open_embedder
        self._lock = threading.Lock()
        self._opened: dict[int, Scorer | str] = {}

    def scorer(self, task: str) -> Scorer | None:
        """The one that serves for this task now; None where there is none."""
        fits = self._able()
        mine = [fit for fit in fits if task in fit.tasks]
        none = f"no reward model serves {task}, so all that is written is shown; see `reprise reward`"
        with self._lock:
            self.problem = "" if mine else none
            for fit in mine:
                opened = self._kept(fit, fits)
                if not isinstance(opened, str):
                    return opened
                self.problem = self.problem or opened
        return None

    def _able(self) -> list[Fit]:
        """Those that may serve, the newest first."""
        query = sa.select(_w.seq, _w.reward_id, _w.sha256, _w.tasks, _w.metrics).where(_w.tainted.is_(None))
        with self._ledger.reading() as db:
            rows = db.execute(query.order_by(_w.seq.desc())).all()
        return [
            Fit(row.seq, row.reward_id, row.sha256, msgspec.json.decode(row.tasks, type=list[str]))
            for row in rows
            if serves(msgspec.json.decode(row.metrics, type=dict[str, float]))
        ]

    def _kept(self, fit: Fit, fits: list[Fit]) -> Scorer | str:
        """The model, or why it cannot be opened; what a newer one took the place of is let go."""
        if fit.seq not in self._opened:
            newest = {task: each.seq for each in reversed(fits) for task in each.tasks}
            self._opened = {seq: made for seq, made in self._opened.items() if seq in newest.values()}
            try:
                self._opened[fit.seq] = self._open(fit)
            except (BadInput, ModelUnusable) as error:
                self._opened[fit.seq] = str(error)
        return self._opened[fit.seq]

    def _open(self, fit: Fit) -> Scorer:
        folder = self._folder / fit.reward_id
        scorer = open_scorer(folder, self._open_embedder())
        if sha256(folder / MANIFEST) != fit.sha256:
            raise ModelUnusable(f"the reward model '{fit.reward_id}' was changed; fit it again with `reprise reward`")
        return scorer
