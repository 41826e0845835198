"""Live ratings after a promotion: when people like the new model's texts less, the model before writes again.

Compared are scores alone, with the raters' leanings taken out: a pick says which text of a turn is better and nothing
of whether the turn was any good. Turns are compared within one rater and one task, since either may have changed with
the model. There are few looks, each after twice as many turns as the one before, and each with a strict interval: a
model that is as good as the last one is taken back about once in two hundred looks.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from jobs.settings import WatchSettings
from loop import schema
from loop.ledger import Ledger
from loop.registry import Registry
from rewards.calibration import RaterScale, calibrated

Floats = NDArray[np.float64]
Stratum = tuple[str, str]
"""A rater and a task."""
Values = Mapping[Stratum, Sequence[float]]
"""For each turn that was scored, the mean of its candidates' scores, in [0, 1]."""
BEFORE = 400
"""So many scored turns of the model before are looked back at, the newest."""
DRAWS = 4_000


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """How the champion does with people, beside the model before it."""

    model_id: str
    previous: str
    turns: int
    """Scored turns since the promotion, of raters and tasks that scored the model before, too."""
    before: int
    difference: float | None
    """Mean score of a turn, new minus old, in [-1, 1]; None until both were scored."""
    interval: tuple[float, float] | None
    fallen: bool
    """Whether the whole interval is below zero at a look that counts."""


def live(ledger: Ledger, settings: WatchSettings, seed: int = 0) -> Live | None:
    """The champion's standing; None while the base writes, or after a rollback."""
    with ledger.reading() as db:
        promoted = _promotion(db)
        if promoted is None:
            return None
        place, model_id, previous = promoted
        scales = _scales(db)
        new = _scored(db, scales, schema.turns.c.model_id == model_id, schema.turns.c.seq > place)
        old = _scored(db, scales, schema.turns.c.model_id == previous, schema.turns.c.seq < place)
    shared = [stratum for stratum in new if stratum in old]
    turns, before = (sum(len(side[stratum]) for stratum in shared) for side in (new, old))
    difference, interval = _compared(new, old, shared, settings.level, seed) if shared else (None, None)
    looked = interval is not None and counts(turns, settings.after_turns)
    return Live(
        model_id=model_id,
        previous=previous,
        turns=turns,
        before=before,
        difference=difference,
        interval=interval,
        fallen=looked and interval is not None and interval[1] < 0,
    )


def watch(ledger: Ledger, registry: Registry, settings: WatchSettings) -> Live | None:
    """Take a champion back whose live ratings fell; its standing if that was done.

    Safe to be asked for again and by several processes: a promotion is taken back once.
    """
    if not settings.after_turns:
        return None
    found = live(ledger, settings)
    if found is None or not found.fallen or found.difference is None or found.interval is None:
        return None
    low, high = found.interval
    why = f"live scores fell by {-found.difference:.2f} ({low:.2f} to {high:.2f}) over {found.turns} scored turns"
    registry.rollback(key=f"watch:{found.model_id}", why=why)
    return found


def counts(turns: int, first: int) -> bool:
    """Whether there is a look at so many turns: from `first` on, until a tenth more than each doubling of it."""
    if not first or turns < first:
        return False
    look = first
    while 2 * look <= turns:
        look *= 2
    return turns <= look + max(1, look // 10)


def _promotion(db: sa.Connection) -> tuple[int, str, str] | None:
    """The place of the last change of champions, and who took over from whom, if it was a promotion."""
    c = schema.champions.c
    row = db.execute(sa.select(c.seq, c.model_id, c.previous, c.rollback).order_by(c.seq.desc()).limit(1)).first()
    return None if row is None or row.rollback else (row.seq, row.model_id, row.previous)


def _scales(db: sa.Connection) -> dict[str, RaterScale]:
    r = schema.raters.c
    rows = db.execute(sa.select(r.rater, r.offset, r.scale))
    return {rater: RaterScale(offset=offset, scale=scale) for rater, offset, scale in rows}


def _scored(db: sa.Connection, scales: Mapping[str, RaterScale], *where: sa.ColumnElement[bool]) -> Values:
    """The newest scored turns, by rater and task."""
    f, i, t = schema.feedback.c, schema.items.c, schema.turns.c
    rows = db.execute(
        sa.select(f.rater, t.task, t.turn_id, f.value)
        .join_from(schema.turns, schema.items, i.turn_id == t.turn_id)
        .join(schema.feedback, f.item_id == i.item_id)
        .where(f.kind == "rating", i.kind == "candidate", *where)
        .order_by(t.seq.desc())
    )
    turns: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for rater, task, turn_id, value in rows:
        if (rater, task, turn_id) not in turns and len(turns) == BEFORE:
            break
        turns[rater, task, turn_id].append(calibrated(value, scales.get(rater)))
    found: dict[Stratum, list[float]] = defaultdict(list)
    for (rater, task, _), values in turns.items():
        found[rater, task].append(float(np.mean(values)))
    return found


def _compared(
    new: Values, old: Values, shared: Sequence[Stratum], level: float, seed: int
) -> tuple[float, tuple[float, float]]:
    """The mean difference over strata, each counting by its new turns, with its bootstrap interval over turns."""
    rng = np.random.default_rng(seed)
    weights = np.array([len(new[stratum]) for stratum in shared], dtype=np.float64)
    weights /= weights.sum()
    difference, drawn = 0.0, np.zeros(DRAWS)
    for weight, stratum in zip(weights, shared, strict=True):
        ours, theirs = (np.asarray(side[stratum], dtype=np.float64) for side in (new, old))
        difference += float(weight * (ours.mean() - theirs.mean()))
        drawn += weight * (_means(ours, rng) - _means(theirs, rng))
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return difference, (float(low), float(high))


def _means(values: Floats, rng: np.random.Generator) -> Floats:
    """Means of bootstrap draws, (DRAWS,)."""
    return np.asarray(values[rng.integers(len(values), size=(DRAWS, len(values)))].mean(axis=1), dtype=np.float64)
