"""What a killed or spoilt index does to the process that comes after: nothing, for a child looks first."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from memory.health import WriteMark, discard, needs_probe, probe
from memory.index import ChromaIndex
from memory.vectors import unit

NAME, DIMENSION, ROWS = "crash", 32, 1_500

WRITER = f"""
import sys
from pathlib import Path
import numpy as np
from memory.health import WriteMark
from memory.index import ChromaIndex
from memory.vectors import unit
path = Path(sys.argv[1])
index = ChromaIndex.open(path, "", "{NAME}", {DIMENSION})
WriteMark(path).set()
random = np.random.default_rng(0)
for start in range(0, 10**6, 250):
    ids = [f"i{{n}}" for n in range(start, start + 250)]
    index.upsert(ids, unit(random.normal(size=(250, {DIMENSION})).astype("f4")), [{{"n": 1}}] * 250)
    print(start + 250, flush=True)
"""


def rows(count):
    vectors = unit(np.random.default_rng(0).normal(size=(count, DIMENSION)).astype(np.float32))
    ids = [f"i{n}" for n in range(count)]
    return ids, vectors, [{"n": n} for n in range(count)]


def fill(path, count=ROWS):
    index = ChromaIndex.open(path, "", NAME, DIMENSION)
    index.upsert(*rows(count))
    index.close()


def healthy(path, at_least=0, timeout=60.0):
    return probe(path, fingerprint=NAME, dimension=DIMENSION, at_least=at_least, timeout=timeout)


def begin_again(path):
    discard(path)
    assert not needs_probe(path)
    fill(path)
    index = ChromaIndex.open(path, "", NAME, DIMENSION)
    vector = rows(1)[1][0]
    assert index.query(vector, 1)[0] == ("i0", pytest.approx(1, abs=1e-5))
    assert index.count() == ROWS
    index.close()


@pytest.mark.parametrize("batches", [1, 5, 9])
def test_killed_in_the_middle_of_an_upsert_the_next_start_needs_no_human(tmp_path, batches):
    path = tmp_path / "chroma"
    child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    with child.stdout:
        for _ in range(batches):
            written = int(child.stdout.readline())
        time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert needs_probe(path)
    if healthy(path, written):
        index = ChromaIndex.open(path, "", NAME, DIMENSION)
        assert index.count() >= written
        assert len(index.query(rows(1)[1][0], 10)) == 10
        index.close()
    begin_again(path)


def spoil(path, damage):
    segments = [file for file in path.rglob("*") if file.is_file() and file.parent != path]
    assert segments, "the vectors must have been written to a segment"
    spoilt = [path / "chroma.sqlite3"] if damage == "database" else segments
    for file in spoilt:
        content = file.read_bytes()
        if damage == "truncated":
            file.write_bytes(content[: len(content) // 3])
        else:
            file.write_bytes(b"\xde\xad\xbe\xef" * (len(content) // 4))


@pytest.mark.parametrize("damage", ["truncated", "garbage", "database"])
def test_a_spoilt_index_is_found_out_by_the_child_and_made_again(tmp_path, damage):
    path = tmp_path / "chroma"
    fill(path)
    assert healthy(path, ROWS)
    spoil(path, damage)
    assert not healthy(path, ROWS)
    begin_again(path)


def test_missing_rows_and_a_child_that_hangs_are_unsound(tmp_path):
    path = tmp_path / "chroma"
    fill(path, 20)
    assert healthy(path, 20)
    assert not healthy(path, 21)
    assert not healthy(path, 20, timeout=0.01)


def test_an_index_that_was_never_made_is_sound_when_nothing_is_expected(tmp_path):
    assert healthy(tmp_path / "new" / "chroma")
    assert not healthy(tmp_path / "newer" / "chroma", at_least=1)


def test_the_mark_outlives_its_process(tmp_path):
    path = tmp_path / "chroma"
    mark = WriteMark(path)
    mark.set()
    assert needs_probe(path)
    assert WriteMark(path).clear() is None
    assert not needs_probe(path)
