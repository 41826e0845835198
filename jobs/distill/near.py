"""Which texts are near-duplicates: of a held-out text, or of one another.

Every text that may be held out, and every one that may be trained on, is compared once, when it is first seen; what
was found is remembered. Whether two texts are near depends on these two alone, so that what is remembered is the
same whatever the order in which they came.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.distill.text import words_mark

Matrix = NDArray[np.float32]
NEW, OLD = 1_024, 8_192  # rows that are compared at once: 32 MB of cosines
UNSURE = 1e-4  # float32 products of other shapes differ by less than this; so near to the limit, float64 decides
FILES = ("held.f32", "seen.f32")


class Known(msgspec.Struct, kw_only=True):
    """What is remembered of compared texts; the rows of the vectors' file are in the order of `ids`."""

    ids: list[str] = []
    marks: list[int] = []


class Remembered(msgspec.Struct, kw_only=True):
    """Held-out texts, texts that may be trained on, and who is near whom."""

    held: Known = msgspec.field(default_factory=Known)
    seen: Known = msgspec.field(default_factory=Known)
    blocked: dict[str, list[str]] = {}
    """Text that may be trained on -> the held-out texts that it is near."""
    twins: dict[str, list[str]] = {}


class Near:
    """Compares new texts with all that were compared before; `folder` keeps the vectors between runs."""

    def __init__(self, folder: Path, remembered: Remembered, dimension: int, duplicate: float) -> None:
        self.remembered = remembered
        self._duplicate = duplicate
        self._held = _Side(folder / FILES[0], remembered.held, dimension)
        self._seen = _Side(folder / FILES[1], remembered.seen, dimension)

    def is_held(self, item_id: str) -> bool:
        """Whether the text is known as held out."""
        return item_id in self._held.places

    def is_seen(self, item_id: str) -> bool:
        """Whether the text was compared as one that may be trained on."""
        return item_id in self._seen.places

    def blocked(self, item_id: str) -> bool:
        """Whether the text is near a held-out one."""
        return item_id in self.remembered.blocked

    def twins(self, item_id: str) -> Sequence[str]:
        """The other texts that may be trained on and are near this one."""
        return self.remembered.twins.get(item_id, ())

    def vectors(self, ids: Sequence[str]) -> Matrix:
        """(n, d): the vectors of these texts, each of which was compared or held out."""
        return np.stack([(self._held if self.is_held(id_) else self._seen).row(id_) for id_ in ids])

    def knows(self, item_id: str) -> bool:
        """Whether the text was compared or held out."""
        return self.is_held(item_id) or self.is_seen(item_id)

    def hold(self, texts: Mapping[str, str], vectors: Matrix) -> set[str]:
        """Take in held-out texts, vectors of shape (n, d) in their order; which texts are blocked by them."""
        new = self._held.take(texts, vectors)
        pairs = list(self._seen.near(new, self._duplicate))
        for held, seen in pairs:
            _note(self.remembered.blocked, seen, held)
        return {seen for _, seen in pairs}

    def see(self, texts: Mapping[str, str], vectors: Matrix, progress: Callable[[int], None] | None = None) -> None:
        """Take in texts that may be trained on, vectors of shape (n, d) in their order."""
        for start in range(0, len(texts), NEW):
            ids = list(texts)[start : start + NEW]
            new = self._seen.take({id_: texts[id_] for id_ in ids}, vectors[start : start + NEW])
            for seen, held in self._held.near(new, self._duplicate):
                _note(self.remembered.blocked, seen, held)
            for one, other in self._seen.near(new, self._duplicate):
                _note(self.remembered.twins, one, other)
                _note(self.remembered.twins, other, one)
            if progress:
                progress(len(ids))

    def close(self) -> None:
        """Write what is still in memory."""
        self._held.close()
        self._seen.close()


class _New(msgspec.Struct, frozen=True):
    ids: list[str]
    marks: list[int]
    vectors: Matrix


class _Side:
    """Texts with their vectors in a file that only grows; what a killed run added is cut off again."""

    def __init__(self, file: Path, known: Known, dimension: int) -> None:
        self._known = known
        self._dimension = dimension
        self.places = {id_: place for place, id_ in enumerate(known.ids)}
        self._by_mark: dict[int, list[str]] = defaultdict(list)
        for id_, mark in zip(known.ids, known.marks, strict=True):
            self._by_mark[mark].append(id_)
        self._file = file
        self._blocks = [_read(file, len(known.ids), dimension)]
        self._written = len(known.ids)

    def take(self, texts: Mapping[str, str], vectors: Matrix) -> _New:
        """Add those that are new."""
        fresh = [(n, id_) for n, id_ in enumerate(texts) if id_ not in self.places]
        new = _New(
            [id_ for _, id_ in fresh],
            [words_mark(texts[id_]) for _, id_ in fresh],
            np.ascontiguousarray(vectors[[n for n, _ in fresh]], dtype=np.float32),
        )
        for id_, mark in zip(new.ids, new.marks, strict=True):
            self.places[id_] = len(self._known.ids)
            self._known.ids.append(id_)
            self._known.marks.append(mark)
            self._by_mark[mark].append(id_)
        if new.ids:
            self._blocks.append(new.vectors)
        return new

    def row(self, id_: str) -> Matrix:
        """(d,): the vector of a text of this side."""
        place = self.places[id_]
        for block in self._blocks:
            if place < len(block):
                return np.asarray(block[place])
            place -= len(block)
        raise IndexError(id_)

    def near(self, new: _New, duplicate: float) -> set[tuple[str, str]]:
        """(new id, id of this side) for every two different texts that are near."""
        found = {
            (id_, other)
            for id_, mark in zip(new.ids, new.marks, strict=True)
            for other in self._by_mark.get(mark, ())
            if other != id_
        }
        first = 0
        for block in self._blocks:
            for start in range(0, len(block), OLD):
                rows = block[start : start + OLD]
                for i, j in _close(new.vectors, rows, duplicate):
                    other = self._known.ids[first + start + j]
                    if other != new.ids[i]:
                        found.add((new.ids[i], other))
            first += len(block)
        return found

    def close(self) -> None:
        """Append the new vectors to the file."""
        if len(self._blocks) == 1 and self._file.exists():
            return
        with self._file.open("r+b" if self._file.exists() else "w+b") as stream:
            stream.truncate(self._written * self._dimension * 4)
            stream.seek(0, 2)
            for block in self._blocks[1:]:
                stream.write(block.astype("<f4").tobytes())


def complete(folder: Path, remembered: Remembered, dimension: int) -> bool:
    """Whether the files hold the vectors of everything that is remembered."""
    sides = zip(FILES, (remembered.held, remembered.seen), strict=True)
    return all(_size(folder / name) >= len(known.ids) * dimension * 4 for name, known in sides)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _read(file: Path, n: int, dimension: int) -> Matrix:
    if n == 0:
        return np.zeros((0, dimension), np.float32)
    return np.memmap(file, dtype="<f4", mode="r", shape=(n, dimension))


def _close(new: Matrix, old: Matrix, duplicate: float) -> list[tuple[int, int]]:
    """Places (i, j) with a cosine above the limit."""
    cosines = new @ old.T
    rows, columns = np.nonzero(cosines > duplicate - UNSURE)
    found = []
    for i, j in zip(rows.tolist(), columns.tolist(), strict=True):
        sure = cosines[i, j] > duplicate + UNSURE
        if sure or float(np.dot(new[i].astype(np.float64), old[j].astype(np.float64))) > duplicate:
            found.append((i, j))
    return found


def _note(table: dict[str, list[str]], one: str, other: str) -> None:
    listed = table.setdefault(one, [])
    if other not in listed:
        listed.append(other)
