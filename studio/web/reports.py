"""Where the reports of runs lie."""

import re
from pathlib import Path

NAMES = ("report.md", "report.txt", "report.json")
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
LONGEST = 400_000  # characters of a report that a page shows


def find(home: Path, run_id: str) -> Path | None:
    """The report of a run; None where there is none, or where the id could lead out of the home."""
    if not _ID.fullmatch(run_id):
        return None
    folders = (home / "runs" / run_id, home / "reports" / run_id)
    return next((folder / name for folder in folders for name in NAMES if (folder / name).is_file()), None)


def read(path: Path) -> str:
    """The report's words."""
    return path.read_text(encoding="utf-8", errors="replace")[:LONGEST]
