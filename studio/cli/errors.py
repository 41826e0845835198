"""What an exception means to whoever typed the command: an exit status and one sentence."""

import errno
import os
from collections.abc import Callable
from typing import NamedTuple

FAILED, REFUSED, STOPPED = 1, 2, 130

SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
LOCKED = (errno.EROFS, errno.EACCES, errno.EPERM)


class Verdict(NamedTuple):
    """The exit status, and what stderr says; an empty sentence says nothing."""

    status: int
    sentence: str


def judge(error: BaseException) -> Verdict:
    """Status 2 for what was asked wrongly, 1 for what failed, 130 for Ctrl-C; the sentence says what to do."""
    if isinstance(error, KeyboardInterrupt):
        return Verdict(STOPPED, "stopped; nothing was lost")
    for known in (_ours, _of_the_system):
        verdict = known(error)
        if verdict is not None:
            return verdict
    reason = _first_line(error)
    return Verdict(FAILED, f"something unforeseen failed ({reason}); run it again with --debug to see where")


def _ours(error: BaseException) -> Verdict | None:
    from loop.errors import BadInput, RepriseError
    from memory.errors import EmbedderUnusable, IndexUnusable, UnknownStrategy
    from rewards.errors import RatingRefused, TooFew

    if isinstance(error, BadInput | UnknownStrategy | EmbedderUnusable | RatingRefused):
        return Verdict(REFUSED, str(error))
    if isinstance(error, RepriseError | IndexUnusable | TooFew):
        return Verdict(FAILED, str(error))
    return None


def _of_the_system(error: BaseException) -> Verdict | None:
    if isinstance(error, MemoryError):
        return Verdict(FAILED, "the machine has no memory left; ask for less, or end other programs")
    if not isinstance(error, OSError):
        return None
    where = f" '{error.filename}'" if error.filename else ""
    reason = os.strerror(error.errno) if error.errno else _first_line(error)
    return Verdict(FAILED, _advice(error.errno)(where, reason))


def _advice(number: int | None) -> Callable[[str, str], str]:
    if number in SPACE:
        return lambda where, _: f"there is no space left to write{where}; free some and run it again"
    if number in LOCKED:
        return lambda where, _: f"writing{where} is not allowed; make it writable or choose another with --home"
    return lambda where, reason: f"the system refused{where} ({reason}); run it again with --debug to see where"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
