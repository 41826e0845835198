"""Texts to learn from: rows of tables, pieces of plain text, or the rows of a cleaned dataset."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from jobs.preprocess.rows import read_split, split_file
from jobs.pretrain.tokens import END, SPECIAL
from loop import checks
from loop.brief import build_messages
from loop.errors import BadInput
from loop.imports.formats import detect
from loop.imports.plan import ImportPlan
from loop.imports.row import RowError
from loop.imports.rows import read_rows
from loop.imports.source import LineTooLong, Source
from loop.manifest import sha256
from loop.settings import TaskProfile

PIECE = 4_000
"""Characters after which a plain text is cut at the next empty line, so that some of it can be held out."""
LONGEST_PIECE = 4 * PIECE
"""Without an empty line it is cut at the next line from here on."""
HELD_OUT = 0.02
"""Share of texts, chosen by their hash, that is never trained on."""
Documents = Callable[[], Iterator[str]]


class Corpora:
    """The texts of files and folders, read anew each time, in bounded memory.

    Raises BadInput for what is neither a file that can be read nor a cleaned dataset.
    """

    def __init__(self, paths: Sequence[Path], maps: Sequence[str], tasks: Mapping[str, TaskProfile]) -> None:
        self._paths = paths
        self._plan = ImportPlan.of(maps=maps)
        self._tasks = tasks
        for path in paths:
            if not path.is_file() and not split_file(path, "train").is_file():
                raise BadInput(f"'{path}' is neither a file nor a folder that `reprise preprocess` made; name another")

    def train(self) -> Iterator[str]:
        """The texts to train on."""
        for path in self._paths:
            yield from self._clean(path, "train") if path.is_dir() else self._part(path, held=False)

    def held(self) -> Iterator[str]:
        """The texts to measure on: a cleaned dataset's validation rows, else a share by hash."""
        for path in self._paths:
            yield from self._clean(path, "validation") if path.is_dir() else self._part(path, held=True)

    def sha256(self) -> str:
        """Of every file that is read."""
        digest = hashlib.sha256()
        for path in self._paths:
            files = [path] if path.is_file() else [split_file(path, "train"), split_file(path, "validation")]
            digest.update("".join(sha256(file) for file in files if file.is_file()).encode())
        return digest.hexdigest()

    def tasks(self) -> list[str]:
        """The tasks that rows of cleaned datasets were written for."""
        return sorted({row.task for path in self._paths if path.is_dir() for row in read_split(path, "train")} - {""})

    def _part(self, path: Path, held: bool) -> Iterator[str]:
        return (text for text in self._file(path) if is_held_out(text) == held)

    def _file(self, path: Path) -> Iterator[str]:
        with Source(path) as source:
            if detect(source) == "text":
                yield from (text for piece in pieces(_lines(source)) if (text := harmless(piece)))
                return
        with read_rows(path, self._plan) as rows:
            for row in rows:
                if not isinstance(row, RowError) and row.text:
                    yield harmless(row.text)

    def _clean(self, path: Path, split: str) -> Iterator[str]:
        for row in read_split(path, "train" if split == "train" else "validation"):
            text = harmless(row.text)
            if not row.task:
                yield text
                continue
            profile = checks.task_profile(self._tasks, row.task)
            messages = build_messages(profile, harmless(row.prompt), {k: harmless(v) for k, v in row.fields.items()})
            asked = "".join(f"<|{message['role']}|>{message['content']}{END}" for message in messages)
            yield f"{asked}<|assistant|>{text}"


def is_held_out(text: str) -> bool:
    """Whether a text is kept from training, by its hash: copies fall on the same side."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest()) < HELD_OUT * 2**32


def pieces(lines: Iterable[str]) -> Iterator[str]:
    """A plain text in pieces of whole paragraphs where that is possible; each line is in one of them."""
    kept: list[str] = []
    size = 0
    for line in lines:
        kept.append(line)
        size += len(line)
        if size >= LONGEST_PIECE or (size >= PIECE and not line.strip()):
            yield "".join(kept)
            kept, size = [], 0
    yield "".join(kept)


def harmless(text: str) -> str:
    """Without the model's own markers, which would end a text or begin another."""
    while any(marker in text for marker in SPECIAL):  # again, since what remains may close up to a marker
        for marker in SPECIAL:
            text = text.replace(marker, "")
    return text.strip("\n")


def _lines(source: Source) -> Iterator[str]:
    """Lines with their ends; bytes that are not UTF-8 become marks, lines that are too long are left out."""
    lines = source.lines()
    while True:
        try:
            yield next(lines).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        except StopIteration:
            return
        except LineTooLong:
            continue
