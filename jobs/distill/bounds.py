"""Where a group's looked-at texts end, so that a text in the middle of a long list changes nothing."""

from collections.abc import Sequence
from typing import Any

import msgspec

from jobs.distill.hold_out import GroupKey
from jobs.distill.library import Touched, reach
from jobs.settings import DistillSettings

Place = tuple[float, str]


class Bounds(msgspec.Struct, frozen=True, array_like=True):
    """The last places in the lists of a group, in their orders; None where a list has room."""

    best: Place | None
    worst: Place | None
    newest: Place | None


def bounds(ends: Sequence[Sequence[Any]], key: GroupKey, settings: DistillSettings) -> Bounds:
    """The bounds of a group whose ends were read with `Library.ends`."""
    most = reach(settings) * (1 if key.prompt_id else settings.unprompted)
    best, worst, newest = (listed[-1] if len(listed) == most else None for listed in ends)
    return Bounds(
        best and (-best.reward, best.item_id),
        worst and (worst.reward, worst.item_id),
        newest and (-newest.seq, newest.item_id),
    )


def comes_in(touched: Touched, bounds: Bounds) -> bool:
    """Whether a text that was not looked at is to be looked at now."""
    if not touched.usable:
        return False
    id_, reward = touched.item_id, touched.reward
    if reward is not None:
        return _before((-reward, id_), bounds.best) or _before((reward, id_), bounds.worst)
    return touched.human and _before((-touched.seq, id_), bounds.newest)


def _before(place: Place, last: Place | None) -> bool:
    return last is None or place < last
