"""Durable appends against raw sqlite3 with the same pragmas, interleaved: one by one, and in batches of 100."""

import shutil
import sqlite3
from pathlib import Path

from benchmarks.measure import at_least, interleaved, median
from loop.events import CandidateRated
from loop.ledger import Ledger
from loop.recorded import encode

EVENT = CandidateRated(candidate_id="c_4k9m2x7qa1bz", rater="me", scores={"relevance": 5, "clarity": 4}, value=0.875)
INSERT = "INSERT INTO events (at, type, version, payload) VALUES (?, ?, ?, ?)"
ROUNDS = 400


def run(out: Path) -> dict[str, object]:
    """Medians over interleaved rounds; the ledger has no projections, as raw sqlite3 has none."""
    shutil.rmtree(out)
    out.mkdir()
    ledger = Ledger(f"sqlite:///{out / 'ledger.db'}")
    raw = raw_table(out / "raw.db")
    try:
        seconds = interleaved(
            {
                "ours": lambda: ledger.append(EVENT),
                "raw": lambda: append_raw(raw, 1),
                "ours_100": lambda: ledger.append(*[EVENT] * 100),
                "raw_100": lambda: append_raw(raw, 100),
            },
            ROUNDS,
            warm_up=20,
        )
    finally:
        ledger.close()
        raw.close()
    ms = {name: 1000 * median(values) for name, values in seconds.items()}
    return {
        "median_ms": {name: round(value, 4) for name, value in ms.items()},
        "bars": [
            at_least("single appends, share of raw speed", ms["raw"] / ms["ours"], 0.5),
            at_least("batches of 100, share of raw speed", ms["raw_100"] / ms["ours_100"], 0.7),
        ],
    }


def raw_table(path: Path) -> sqlite3.Connection:
    """The same columns and the same durability, and nothing else."""
    raw = sqlite3.connect(path, isolation_level=None)
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")
    raw.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT, type TEXT, version INTEGER, payload TEXT)")
    return raw


def append_raw(raw: sqlite3.Connection, count: int) -> None:
    """One durable transaction; the event is encoded here as well."""
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(INSERT, [("2026-01-01", "CandidateRated", 1, encode(EVENT)) for _ in range(count)])
    raw.execute("COMMIT")
