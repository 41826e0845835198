"""The import of all captions, killed half-way through the rows and half-way through the vectors, against a whole one.

Takes twice as long as `captions`, whose home it uses when that is there.
"""

import shutil
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from benchmarks.captions import ROWS, import_into
from benchmarks.measure import Bar, at_least
from loop import schema
from loop.ledger import Ledger
from studio.compose import open_house


def run(out: Path) -> dict[str, object]:
    """Whether everything is equal, row for row."""
    shutil.rmtree(out)
    whole, killed = Path(tempfile.gettempdir()) / "reprise-bench-captions" / "home", out / "killed"
    if not whole.exists():
        import_into(whole).communicate()
    import_and_kill(killed)
    import_into(killed).communicate()
    same = equal(contents(whole), contents(killed))
    bars: list[Bar] = [at_least("killed half-way and started again equals uninterrupted", float(same), 1.0)]
    return {"bars": bars}


def import_and_kill(home: Path) -> None:
    """SIGKILL twice: half-way through the rows, and half-way through the vectors."""
    for table, half in ((schema.events, ROWS // 2), (schema.vectors, ROWS // 2)):
        child = import_into(home)
        while count(home, table) < half:
            assert child.poll() is None, "the import ended before it could be killed"
            time.sleep(0.2)
        child.send_signal(signal.SIGKILL)
        child.communicate()


def count(home: Path, table: sa.Table) -> int:
    """Rows of a table of a home that another process is writing to."""
    if not (home / "ledger.db").exists():
        return 0
    ledger = Ledger.in_home(home)
    try:
        with ledger.reading() as db:
            return db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    finally:
        ledger.close()


def contents(home: Path) -> dict[str, object]:
    """Everything but the times: events, texts, items, feedback, vectors, and the rows of Chroma."""
    with open_house(home) as house:
        house.memory.catch_up()
        stored = house.memory.index.get(house.memory.index.ids())
        ids = sorted(stored)
        found: dict[str, object] = {
            "ids": ids,
            "metadata": [dict(stored[item].metadata) for item in ids],
            "vectors": np.stack([stored[item].vector for item in ids]),
        }
        columns = {
            "events": [schema.events.c.seq, schema.events.c.type, schema.events.c.payload],
            **{t.name: list(t.c) for t in (schema.texts, schema.items, schema.feedback, schema.means)},
        }
        with house.ledger.reading() as db:
            for name, chosen in columns.items():
                found[name] = sorted(tuple(row) for row in db.execute(sa.select(*chosen).order_by(chosen[0])))
    return found


def equal(one: dict[str, object], other: dict[str, object]) -> bool:
    """Row for row; vectors but for the rounding that other batches bring."""
    vectors = np.abs(one.pop("vectors") - other.pop("vectors")).max()  # type: ignore[operator]
    return bool(vectors < 1e-5) and one == other
