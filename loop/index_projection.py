"""The Chroma index as a projection: it follows the items that events touched.

Vectors are kept in the ledger first, then upserted by item id, and the cursor moves last: whatever is killed
when, the next pass does the same again, and the index can be deleted and made again without embedding a word.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from loop import schema
from loop.catalog import SqlCatalog
from loop.database import driver_rows
from loop.faults import point
from loop.ledger import Ledger, Vectors, select_texts
from loop.projector import cursor, move_cursor
from loop.prompts import unpack
from memory.embedder import Embedder
from memory.index import Index, metadata
from memory.item import Item, Matrix
from memory.vectors import blend

BATCH = 2_048
Progress = Callable[[int, int], None]
"""Called with how many touched items were indexed and how many there are."""


class IndexProjection:
    """Brings an index up to the read models.

    `name` tells one index's cursor from another's; None is an index that ends with this process, and its cursor too.
    """

    def __init__(
        self, name: str | None, *, ledger: Ledger, catalog: SqlCatalog, embedder: Embedder, index: Index
    ) -> None:
        self._name = f"index:{name}" if name else None
        self._place = 0
        self._ledger = ledger
        self._catalog = catalog
        self._embedder = embedder
        self._index = index
        if index.count() == 0:
            self._begin_again()

    def _begin_again(self) -> None:
        """An index that was deleted or discarded is filled from the start."""
        with self._ledger.reading() as db:
            stale = self._at(db) > 0
        if stale:
            self._move(0)

    @property
    def kept(self) -> bool:
        """Whether the index outlives this process."""
        return self._name is not None

    def catch_up(self, progress: Progress | None = None) -> None:
        """Index every item touched since the last time."""
        start, total = self._behind()
        if not total:
            return
        done, after = 0, (start, "~")
        while batch := self._touched(after):
            self._sync([item_id for item_id, _ in batch], start)
            after = (batch[-1][1], batch[-1][0])
            done += len(batch)
            if len(batch) == BATCH:
                self._move(after[0] - 1)  # others touched by the same event may still follow
            if progress:
                progress(min(done, total), total)
        self._move(after[0])

    def _behind(self) -> tuple[int, int]:
        """Where the cursor stands, and how many items were touched since."""
        with self._ledger.reading() as db:
            start = self._at(db)
            return start, int(driver_rows(db, "SELECT COUNT(*) FROM items WHERE touched > ?", [start])[0][0])

    def _at(self, db: sa.Connection) -> int:
        return self._place if self._name is None else cursor(db, self._name)

    def _touched(self, after: tuple[int, str]) -> list[tuple[str, int]]:
        c = schema.items.c
        later = sa.or_(c.touched > after[0], sa.and_(c.touched == after[0], c.item_id > after[1]))
        query = sa.select(c.item_id, c.touched).where(later).order_by(c.touched, c.item_id).limit(BATCH)
        with self._ledger.reading() as db:
            return [(item_id, touched) for item_id, touched in db.execute(query)]

    def _sync(self, ids: Sequence[str], start: int) -> None:
        """Make the index say what the read models say of these items; `start` is where the cursor stood."""
        visible = self._catalog.items(ids)
        gone = [id_ for id_ in ids if id_ not in visible]
        if gone:
            self._index.delete(gone)
        items = [visible[id_] for id_ in ids if id_ in visible]
        point("mid-projection")
        # What was indexed before has new facts and the old vector, unless the words of its prompt are gone.
        known = self._index.holds([item.item_id for item in items if item.seq <= start and item.prompt])
        rated = [item for item in items if item.item_id in known]
        if rated:
            self._index.update([item.item_id for item in rated], [metadata(item) for item in rated])
        new = [item for item in items if item.item_id not in known]
        if new:
            self._index.upsert([item.item_id for item in new], self.vectors(new), [metadata(item) for item in new])
        point("mid-projection")

    def vectors(self, items: Sequence[Item]) -> Matrix:
        """The vectors under which items are recalled, shape (len(items), d): prompt and text blended."""
        texts = self._kept({item.item_id: item.text for item in items})
        prompt_ids = self._prompt_ids([item.item_id for item in items])
        prompts = self._kept(self._prompts(set(prompt_ids.values())))
        zero = np.zeros(self._embedder.dimension, np.float32)
        asked = np.stack([prompts.get(prompt_ids.get(item.item_id, ""), zero) for item in items])
        return blend(asked, np.stack([texts[item.item_id] for item in items]))

    def _kept(self, texts: dict[str, str]) -> dict[str, Any]:
        """The vectors of these texts by id, embedding and keeping those that are new."""
        kept = dict(self._catalog.vectors(list(texts)))
        new = [id_ for id_ in texts if id_ not in kept]
        if new:
            matrix = self._embedder.embed([texts[id_] for id_ in new])
            self._ledger.keep(Vectors(self._embedder.fingerprint, new, matrix))
            kept.update(zip(new, matrix, strict=True))
        return kept

    def _prompt_ids(self, ids: Sequence[str]) -> dict[str, str]:
        c = schema.items.c
        with self._ledger.reading() as db:
            rows = db.execute(sa.select(c.item_id, c.prompt_id).where(c.item_id.in_(ids), c.prompt_id.is_not(None)))
            return {item_id: prompt_id for item_id, prompt_id in rows}

    def _prompts(self, ids: set[str]) -> dict[str, str]:
        with self._ledger.reading() as db:
            asked = {id_: unpack(text).words for id_, text in select_texts(db, ids).items()}
        return {id_: words for id_, words in asked.items() if words.strip()}

    def _move(self, seq: int) -> None:
        if self._name is None:
            self._place = seq
        else:
            with self._ledger.writing() as db:
                move_cursor(db, self._name, seq)
