"""A copy of a ledger while it is in use."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loop.errors import BadInput
from loop.ledger import Ledger

PAGES = 2_000  # copied between two looks at the progress


def copy_ledger(ledger: Ledger, target: Path, progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """SQLite's own online copy, consistent while others write; the place of its last event.

    Raises BadInput for a ledger on a PostgreSQL server.
    """
    with ledger.reading() as db:
        if db.dialect.name != "sqlite":
            raise BadInput(
                "the ledger is on a PostgreSQL server; copy it with pg_dump, and models and datasets as files"
            )
        source: Any = db.connection.driver_connection
        copy = sqlite3.connect(target)
        try:
            source.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
            (head,) = copy.execute("SELECT COALESCE(MAX(seq), 0) FROM events").fetchone()
        finally:
            copy.close()
    return int(head)
