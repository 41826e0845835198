"""Where an item stands: its reward, from everything that was said of it.

The reward is a pure function of the item's feedback rows, the raters' scales and the task's mean, which are all
facts of the ledger: a replay gives the same number to the last bit.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from loop import schema
from loop.database import chunks
from rewards.calibration import RaterScale, calibrated
from rewards.reward import Observation, shrunk
from rewards.settings import RewardSettings

Scales = Mapping[str, RaterScale]


def recompute(db: sa.Connection, touched: Mapping[str, int], settings: RewardSettings) -> None:
    """Give each of these items the reward that its feedback now makes; `touched` maps ids to the event's place."""
    standings = _standings(db, touched, settings)
    _update(db, [{**standing, "b_touched": touched[standing["b_id"]]} for standing in standings])


def recompute_all(db: sa.Connection, seq: int, settings: RewardSettings) -> None:
    """Give every rated item its reward anew; only those whose reward moved are touched by the event at `seq`."""
    c = schema.items.c
    before = {id_: reward for id_, reward in db.execute(sa.select(c.item_id, c.reward).where(c.reward.is_not(None)))}
    standings = _standings(db, before, settings)
    moved = [standing for standing in standings if standing["b_reward"] != before[standing["b_id"]]]
    _update(db, [{**standing, "b_touched": seq} for standing in moved])


def _standings(db: sa.Connection, ids: Iterable[str], settings: RewardSettings) -> list[dict[str, Any]]:
    scales, means = _scales(db), _means(db)
    found = []
    for chunk in chunks(ids):
        said = _observations(db, chunk, scales)
        for item_id, task in _tasks(db, chunk):
            observations = said.get(item_id, [])
            mean = means.get(task, settings.prior_mean)
            reward = shrunk(observations, mean, settings.prior_strength) if observations else None
            weight = sum(observation.weight for observation in observations)
            found.append({"b_id": item_id, "b_reward": reward, "b_ratings": weight})
    return found


def _observations(db: sa.Connection, ids: list[str], scales: Scales) -> dict[str, list[Observation]]:
    f = schema.feedback.c
    found: dict[str, list[Observation]] = defaultdict(list)
    rows = db.execute(
        sa.select(f.item_id, f.rater, f.kind, f.value, f.weight).where(f.item_id.in_(ids)).order_by(f.seq, f.kind)
    )
    for item_id, rater, kind, value, weight in rows:
        scale = scales.get(rater) if leans(kind) else None
        found[item_id].append(Observation(calibrated(value, scale) if scale else value, weight))
    return found


def leans(kind: str) -> bool:
    """Whether this kind of feedback has a rater's leaning in it: scores do; picks and edits are comparisons."""
    return kind == "rating" or kind.startswith("import:")


def _scales(db: sa.Connection) -> dict[str, RaterScale]:
    r = schema.raters.c
    rows = db.execute(sa.select(r.rater, r.offset, r.scale))
    return {rater: RaterScale(offset=offset, scale=scale) for rater, offset, scale in rows}


def _means(db: sa.Connection) -> dict[str, float]:
    m = schema.means.c
    return {task: mean for task, mean in db.execute(sa.select(m.task, m.mean))}


def _tasks(db: sa.Connection, ids: list[str]) -> Iterable[tuple[str, str]]:
    c = schema.items.c
    return ((id_, task) for id_, task in db.execute(sa.select(c.item_id, c.task).where(c.item_id.in_(ids))))


def _update(db: sa.Connection, updates: list[dict[str, Any]]) -> None:
    if updates:
        items, new = schema.items, sa.bindparam
        statement = sa.update(items).where(items.c.item_id == new("b_id"))
        db.execute(
            statement.values(reward=new("b_reward"), ratings=new("b_ratings"), touched=new("b_touched")), updates
        )
