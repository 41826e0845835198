"""Whether the embedded index survived the last process that wrote to it.

Chroma killed in the middle of a write may fail to open, lose vectors, or take down the process that opens it. The
ledger has everything that it holds, so the rule is: mark before the first write, take the mark away on a clean close,
and where a mark was left, probe in a child process and rebuild when the probe fails.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from memory.index import ChromaIndex

PROBE_SECONDS = 60.0
_ROWS = 10


class WriteMark:
    """A file beside the index folder that says: a process writes, or did so and never said that it was done."""

    def __init__(self, path: Path) -> None:
        self._path = _mark(path)
        self._set = False

    def set(self) -> None:
        """Make the mark durable; only the first call in a process costs anything."""
        if self._set:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("w", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(self._path.parent)
        self._set = True

    def clear(self) -> None:
        """Take the mark away, after the index has been closed."""
        self._path.unlink(missing_ok=True)
        self._set = False


def needs_probe(path: Path) -> bool:
    """Whether a process that wrote to the index in folder `path` ended without saying that it was done."""
    return _mark(path).exists()


def probe(path: Path, *, fingerprint: str, dimension: int, at_least: int = 0, timeout: float = PROBE_SECONDS) -> bool:
    """Open, count and query the index in a child process; False when anything fails, crashes or hangs.

    `at_least` is how many rows must be there. Nobody else may have the folder open.
    """
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "memory.health", str(path), fingerprint, str(dimension), str(at_least)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def discard(path: Path) -> None:
    """Remove the index folder so that a fresh one can be made; it is moved first, so that no half of it stays."""
    if path.exists():
        aside = path.with_name(f"{path.name}.discarded-{time.time_ns()}")
        path.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
    _mark(path).unlink(missing_ok=True)


def sound(index: ChromaIndex, dimension: int, at_least: int) -> bool:
    """Whether the index holds enough rows and finds as many as it counts."""
    count = index.count()
    vector = np.full(dimension, dimension**-0.5, dtype=np.float32)
    return count >= at_least and len(index.query(vector, _ROWS)) == min(_ROWS, count)


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.dirty")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: list[str]) -> int:
    """The child's side of `probe`: PATH FINGERPRINT DIMENSION AT_LEAST."""
    path, fingerprint, dimension, at_least = arguments
    index = ChromaIndex.open(Path(path), "", fingerprint, int(dimension))
    try:
        return 0 if sound(index, int(dimension), int(at_least)) else 1
    finally:
        index.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
