"""What a look over the house found: checks by name, each right or wrong with the reason why."""

from collections.abc import Callable, Iterable

import msgspec

Found = tuple[bool, str]
Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    ok: bool
    why: str
    """What was found, in one sentence."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that was looked at."""

    ok: bool
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, checks: Iterable[Check]) -> "Report":
        """Right when every check is."""
        found = tuple(checks)
        return cls(ok=all(check.ok for check in found), checks=found)


def look(name: str, check: Callable[[], Found]) -> Check:
    """Run a check; one that cannot be run is wrong, and says why."""
    try:
        ok, why = check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the house is what we came to find
        lines = str(error).strip().splitlines()
        ok, why = False, lines[0] if lines else type(error).__name__
    return Check(name=name, ok=ok, why=why)


def listed(names: Iterable[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
