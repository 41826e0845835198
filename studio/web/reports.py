"""The reports of runs: pages of their own that need nothing but themselves."""

import re
from pathlib import Path

PAGE = "report.html"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
"""A report styles itself; it runs nothing, loads nothing, and has no part in the studio's origin."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


def find(home: Path, run_id: str) -> Path | None:
    """The report of a run; None where there is none, or where the id could lead out of the home."""
    page = home / "runs" / run_id / PAGE
    return page if _ID.fullmatch(run_id) and page.is_file() else None
