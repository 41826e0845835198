"""Named points at which a test may kill the process, to prove that nothing acknowledged is lost.

`REPRISE_KILL_AT=name:k` ends the process with SIGKILL the k-th time that it reaches the point. Outside of tests
the variable is not set and a point costs one look into a dictionary.
"""

import os
import signal

POINTS = ("mid-write", "mid-rating", "mid-projection", "mid-train", "mid-promote")
_reached: dict[str, int] = {}


def point(name: str) -> None:
    """The process may end here."""
    wanted = os.environ.get("REPRISE_KILL_AT")
    if wanted is None:
        return
    where, _, times = wanted.partition(":")
    _reached[name] = _reached.get(name, 0) + 1
    if where == name and _reached[name] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
