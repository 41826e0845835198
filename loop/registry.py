"""Which models there are, and which of them writes.

Models live in `<home>/models/<model_id>/`: a LoRA adapter in safetensors and a manifest. Who is champion is a fold of
the ledger's promotions and rollbacks: a promotion lays a model on a pile, a rollback takes the topmost off, and at the
bottom lies the base model itself, which needs no folder. What serves is the topmost one that is whole.
"""

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from loop import schema
from loop.errors import BadInput, ModelUnusable, NotFound
from loop.events import ModelPromoted, ModelRolledBack
from loop.faults import point
from loop.ledger import Ledger
from loop.manifest import MANIFEST, WEIGHTS, Manifest, verify

MODEL_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}")
"""A model's name that may be the name of its folder too."""


class Champion(msgspec.Struct, frozen=True, kw_only=True):
    """The model that writes; `adapter` is None for the bare base."""

    model_id: str
    adapter: Path | None
    warning: str = ""
    """Why it is not the one that was promoted last, in one sentence; empty when it is."""


class KnownModel(msgspec.Struct, frozen=True, kw_only=True):
    """A trained model as the ledger tells of it."""

    model_id: str
    at: str
    run_id: str
    dataset_id: str
    method: str
    base: str
    parent: str | None
    sha256: str
    metrics: dict[str, float]
    verdict: str | None
    """None until it was evaluated, then promotable or refused."""
    tainted: str | None
    """An item that it was trained on and that was forgotten since."""
    problem: str = ""
    """Why it cannot serve, in one sentence; empty when it can."""


class Registry:
    """The models of a home, for one base model."""

    def __init__(self, ledger: Ledger, home: Path, base: str) -> None:
        self._ledger = ledger
        self.folder = home / "models"
        self.base = base

    def champion(self) -> Champion:
        """What writes now: the topmost model of the pile that is whole and was trained on this base."""
        problems: list[str] = []
        for model_id in reversed(self._pile()):
            try:
                adapter = self.adapter_path(model_id)
            except (ModelUnusable, NotFound) as error:
                problems.append(str(error))
                continue
            return Champion(model_id=model_id, adapter=adapter, warning=_fallen_back(problems, model_id))
        return Champion(model_id=self.base, adapter=None, warning=_fallen_back(problems, self.base))

    def models(self) -> list[KnownModel]:
        """Every trained model, newest first."""
        with self._ledger.reading() as db:
            rows = db.execute(sa.select(schema.models).order_by(schema.models.c.seq.desc())).mappings().all()
        return [self._known(row) for row in rows]

    def model(self, model_id: str) -> KnownModel:
        """One trained model. Raises NotFound."""
        with self._ledger.reading() as db:
            query = sa.select(schema.models).where(schema.models.c.model_id == model_id)
            row = db.execute(query).mappings().first()
        if row is None:
            raise NotFound("model", model_id)
        return self._known(row)

    def adapter_path(self, model_id: str) -> Path | None:
        """The adapter's folder, its hashes checked; None for the base itself.

        Raises NotFound for an unknown model, ModelUnusable for one that is incomplete, changed or of another base.
        """
        if model_id == self.base:
            return None
        row = self.model(model_id)
        if row.problem:
            raise ModelUnusable(row.problem)
        return self.folder / model_id

    def promote(
        self, model_id: str, *, run_id: str | None = None, key: str | None = None, force: bool = False
    ) -> Champion:
        """Let a model write from now on: one event, durable when this returns; sent twice with a key, it happens once.

        A model that was not evaluated, that the gate refused, or that was trained on a forgotten text needs `force`;
        one that is unknown, incomplete or changed is always refused. The base's own name takes the adapters off.
        """
        if key and self._ledger.find(key):
            return self.champion()
        serving = self.champion()
        self._may_serve(model_id, force)
        if model_id == serving.model_id and not serving.warning:
            raise BadInput(f"'{model_id}' is the champion already")
        point("mid-promote")
        self._ledger.append(ModelPromoted(model_id=model_id, previous=serving.model_id, run_id=run_id), key=key)
        point("mid-promote")
        return self.champion()

    def rollback(self, *, key: str | None = None, why: str = "") -> Champion:
        """Give the writing back to the model before; again and again, down to the base. One event.

        `why` is what was seen, when nobody asked for it. Models that cannot serve are passed over. Raises BadInput when
        the base writes already.
        """
        if key and self._ledger.find(key):
            return self.champion()
        pile = self._pile()
        if not pile:
            raise BadInput("there is nothing to roll back: the base model writes")
        below = next((m for m in reversed(pile[:-1]) if self._usable(m)), self.base)
        point("mid-promote")
        self._ledger.append(ModelRolledBack(model_id=below, previous=pile[-1], why=why), key=key)
        point("mid-promote")
        return self.champion()

    def _pile(self) -> list[str]:
        """The promoted models, oldest first; what was rolled back is off it."""
        c = schema.champions.c
        with self._ledger.reading() as db:
            rows = db.execute(sa.select(c.model_id, c.rollback).order_by(c.seq)).all()
        pile: list[str] = []
        for model_id, rollback in rows:
            if not rollback:
                pile.append(model_id)
                continue
            pile.pop()
            while pile and pile[-1] != model_id:
                pile.pop()
        return pile

    def _may_serve(self, model_id: str, force: bool) -> None:
        if model_id == self.base:
            return
        row = self.model(model_id)
        if row.problem:
            raise ModelUnusable(row.problem)
        if force:
            return
        if row.verdict is None:
            raise BadInput(f"'{model_id}' was not evaluated; run `reprise evaluate {model_id}` first, or force it")
        if row.verdict != "promotable":
            raise BadInput(f"the gate refused '{model_id}'; see its report, or force it")
        if row.tainted is not None:
            raise BadInput(f"'{model_id}' was trained on the forgotten text '{row.tainted}'; train anew, or force it")

    def _usable(self, model_id: str) -> bool:
        try:
            self.adapter_path(model_id)
        except (ModelUnusable, NotFound):
            return False
        return True

    def _known(self, row: Any) -> KnownModel:
        fields = {name: row[name] for name in KnownModel.__struct_fields__ if name not in ("metrics", "problem")}
        metrics = msgspec.json.decode(row["metrics"], type=dict[str, float])
        return KnownModel(**fields, metrics=metrics, problem=self._problem(row))

    def _problem(self, row: Any) -> str:
        if row["base"] != self.base:
            return f"'{row['model_id']}' was trained on the base '{row['base']}', and '{self.base}' is in use"
        folder = self.folder / row["model_id"]
        try:
            manifest = _verified(folder, _stamp(folder))
        except ModelUnusable as error:
            return str(error)
        if manifest.files[WEIGHTS] != row["sha256"]:
            return (
                f"the weights of '{row['model_id']}' are not those that the ledger recorded; restore or train it again"
            )
        return ""


@lru_cache(maxsize=64)
def _verified(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Manifest:
    """`verify`, once for as long as no file of the folder changes."""
    return verify(folder)


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    if not (folder / MANIFEST).is_file():
        return ()
    with os.scandir(folder) as entries:
        return tuple(sorted((e.name, e.stat().st_size, e.stat().st_mtime_ns) for e in entries))


def _fallen_back(problems: list[str], model_id: str) -> str:
    return f"{'; '.join(problems)}; '{model_id}' writes instead" if problems else ""
