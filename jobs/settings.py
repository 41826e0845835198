"""Settings of the jobs. `config.toml` documents every key."""

from typing import Annotated

import msgspec


class ScheduleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [schedule] of config.toml: when the refinement runs by itself."""

    nightly: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^$")] = "03:30"
    """Local time of the nightly refinement, HH:MM; empty never runs it by the clock."""
    after_ratings: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Run after so many new ratings, picks and edits; 0 never runs it by count."""
    grace_hours: Annotated[float, msgspec.Meta(gt=0)] = 12.0
    """A machine that slept through the hour runs once when it wakes, if no more than this late."""
