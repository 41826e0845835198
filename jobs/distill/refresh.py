"""Bringing what distillation remembers up to the ledger: only what something happened to is looked at again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from jobs.distill import state as states
from jobs.distill.bounds import comes_in
from jobs.distill.group import GroupRows, Sources, group_rows
from jobs.distill.hold_out import GroupKey
from jobs.distill.library import Library, Touched
from jobs.distill.near import NEW, Matrix, Near
from jobs.distill.progress import Progress
from jobs.distill.state import State
from jobs.settings import DistillSettings
from loop.ledger import Ledger, Vectors
from loop.settings import TaskProfile
from memory.embedder import Embedder

GROUPS = 256
"""Groups that are looked at together: enough to share queries, few enough for memory."""


class Refresher:
    """One pass over what is new, in one consistent view of the read models."""

    def __init__(
        self,
        ledger: Ledger,
        library: Library,
        folder: Path,
        tasks: Mapping[str, TaskProfile],
        settings: DistillSettings,
        embedder: Embedder,
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._library = library
        self._folder = folder
        self._tasks = tasks
        self._settings = settings
        self._embedder = embedder
        self._progress = progress

    def bring_up(self, state: State) -> tuple[State, Near, bool]:
        """The state at the head of the read models, and whether rows had to be made.

        What was forgotten makes everything be looked at anew.
        """
        near = self._near(state)
        touched = self._library.touched(state.upto)
        if any(t.forgotten and (near.is_held(t.item_id) or near.is_seen(t.item_id)) for t in touched):
            state = states.fresh(self._folder, state.key)
            near, touched = self._near(state), self._library.touched(0)
        means = self._library.means()
        stale = self._stale(state, touched, self._hold(near, touched), means)
        self._remake(state, near, stale, means)
        state.upto, state.means = self._library.upto(), means
        return state, near, bool(stale)

    def _near(self, state: State) -> Near:
        return Near(self._folder, state.near, self._embedder.dimension, self._settings.duplicate)

    def _stale(
        self, state: State, touched: Sequence[Touched], blocked: set[str], means: Mapping[str, float]
    ) -> list[GroupKey]:
        """Groups with a new preference, a changed mean, or a text that matters to them and was touched or blocked."""
        changed = {t.item_id for t in touched} | blocked
        moved = {task for task in means.keys() | state.means.keys() if means.get(task) != state.means.get(task)}
        stale = self._library.newly_preferred(state.upto)
        known = {group.key: group.bounds for group in state.groups}
        stale |= {t.group for t in touched if t.group not in known or comes_in(t, known[t.group])}
        for group in state.groups:
            if group.key.task in moved or not changed.isdisjoint(group.watched):
                stale.add(group.key)
        return sorted(stale)

    def _hold(self, near: Near, touched: Iterable[Touched]) -> set[str]:
        """Take in new held-out texts; which texts may not be trained on any more."""
        ids = [t.item_id for t in touched if t.group.held and not t.forgotten and not near.is_held(t.item_id)]
        blocked: set[str] = set()
        for start in range(0, len(ids), NEW):
            texts = self._ledger.texts(ids[start : start + NEW])
            blocked |= near.hold(texts, self._vectors(texts))
            self._progress("reading held-out texts", min(start + NEW, len(ids)), len(ids))
        return blocked

    def _remake(self, state: State, near: Near, stale: Sequence[GroupKey], means: Mapping[str, float]) -> None:
        sources = Sources(self._library, near, self._tasks, means, self._settings)
        groups = {group.key: group for group in state.groups}
        for start in range(0, len(stale), GROUPS):
            batch = stale[start : start + GROUPS]
            groups.update((made.key, made) for made in group_rows(batch, sources, self._see(near)))
            self._progress("choosing rows by prompt", start + len(batch), len(stale))
        state.groups = [groups[key] for key in sorted(groups)]

    def _see(self, near: Near) -> Callable[[Mapping[str, str]], None]:
        def see(texts: Mapping[str, str]) -> None:
            new = {id_: text for id_, text in texts.items() if not near.is_seen(id_)}
            ids = list(new)
            for start in range(0, len(ids), NEW):
                part = {id_: new[id_] for id_ in ids[start : start + NEW]}
                near.see(part, self._vectors(part))
                self._progress(f"comparing {len(ids):,} texts", min(start + NEW, len(ids)), len(ids))

        return see

    def _vectors(self, texts: Mapping[str, str]) -> Matrix:
        """Vectors of these texts, shape (len(texts), d); what was never embedded is embedded and kept."""
        fingerprint = self._embedder.fingerprint
        kept = self._ledger.vectors(fingerprint, texts)
        new = [id_ for id_ in texts if id_ not in kept]
        if new:
            matrix = self._embedder.embed([texts[id_] for id_ in new])
            self._ledger.keep(Vectors(fingerprint, new, matrix))
            kept.update(zip(new, matrix, strict=True))
        return np.stack([kept[id_] for id_ in texts]) if kept else np.zeros((0, self._embedder.dimension), np.float32)


def of_task(groups: Iterable[GroupRows], task: str | None) -> list[GroupRows]:
    """The groups of a task; all of them for None."""
    return [group for group in groups if task is None or group.key.task == task]
