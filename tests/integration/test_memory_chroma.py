"""Chroma against the exact index: embedded, and as a server on loopback."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from memory.errors import IndexUnusable
from memory.exact import ExactIndex
from memory.index import ChromaIndex, metadata
from memory.item import Item
from memory.vectors import unit

ROWS, DIMENSION, K = 2_000, 64, 10
FILTERS = [
    None,
    {"task": "tweet"},
    {"$and": [{"task": "tweet"}, {"example": True}]},
    {"reward": {"$gte": 0.95}},
    {"$and": [{"reward": {"$gte": 0.0}}, {"reward": {"$lt": 0.4}}]},
]


def random_rows(count, seed):
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(100, DIMENSION))
    return unit((centres[random.integers(100, size=count)] + random.normal(size=(count, DIMENSION))).astype(np.float32))


@pytest.fixture(scope="module")
def rows():
    random = np.random.default_rng(5)
    rewards = [None if random.random() < 0.3 else float(random.random()) for _ in range(ROWS)]
    items = [
        Item(item_id=f"i{n}", text=f"text {n}", task="tweet" if n % 5 < 3 else "story", reward=reward, seq=n)
        for n, reward in enumerate(rewards)
    ]
    ids, facts = [item.item_id for item in items], [metadata(item) for item in items]
    return ids, random_rows(ROWS, 1), facts


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """`chroma run` on a free loopback port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the Chroma server did not start within a minute")


@pytest.fixture(scope="module", params=["embedded", "server"])
def chroma(request, rows, tmp_path_factory):
    url = request.getfixturevalue("server") if request.param == "server" else ""
    index = ChromaIndex.open(tmp_path_factory.mktemp("index") / "chroma", url, "embedder-a", DIMENSION)
    index.upsert(*rows)
    yield index
    index.close()


@pytest.mark.parametrize("where", FILTERS)
def test_chroma_finds_what_an_exact_search_finds(chroma, rows, where):
    exact = ExactIndex(*rows)
    questions = random_rows(50, 2)
    found = chroma.query_many(questions, K, where)
    hits = 0
    for question, answer in zip(questions, found, strict=True):
        true = dict(exact.query(question, K, where))
        hits += len(true.keys() & dict(answer).keys())
        assert [similarity for _, similarity in answer] == sorted((s for _, s in answer), reverse=True)
        for item_id, similarity in answer:
            assert similarity == pytest.approx(true.get(item_id, similarity), abs=1e-4)
            assert similarity == pytest.approx(float(rows[1][int(item_id[1:])] @ question), abs=1e-4)
    assert hits >= 0.95 * K * len(questions)
    assert chroma.query(questions[0], K, where) == found[0]


def test_counting_listing_and_getting(chroma, rows):
    ids, vectors, facts = rows
    assert chroma.count() == ROWS
    assert sorted(chroma.ids()) == sorted(ids)
    some = chroma.get([*ids[:600], "missing"])
    assert list(some.keys() - set(ids[:600])) == []
    assert len(some) == 600
    assert some["i7"].metadata == facts[7]
    assert some["i7"].vector == pytest.approx(vectors[7], abs=1e-6)


def test_writing_again_changes_nothing_and_strangers_are_passed_over(chroma, rows):
    ids, vectors, facts = rows
    chroma.upsert(ids[:300], vectors[:300], facts[:300])
    chroma.update(["missing"], [{"reward": 1.0}])
    chroma.delete(["missing"])
    chroma.upsert([], vectors[:0], [])
    chroma.update([], [])
    chroma.delete([])
    assert chroma.get([]) == {}
    assert chroma.count() == ROWS


def test_rows_are_written_changed_found_and_removed(chroma):
    vectors = unit(np.ones((2, DIMENSION), np.float32))
    chroma.upsert(["new", "new"], vectors, [{"task": "old"}, {"task": "x", "reward": 0.1}])
    try:
        assert chroma.query(vectors[0], 1) == [("new", pytest.approx(1, abs=1e-6))]
        chroma.update(["new"], [{"reward": 0.9}])
        assert chroma.get(["new"])["new"].metadata == {"task": "x", "reward": 0.9}
        assert chroma.query(vectors[0], 5, {"$and": [{"task": "x"}, {"reward": {"$gt": 0.8}}]})[0][0] == "new"
    finally:
        chroma.delete(["new"])
    assert "new" not in dict(chroma.query(vectors[0], 5))


def test_more_than_there_are_and_none_at_all(chroma, rows):
    question = random_rows(1, 3)[0]
    assert len(chroma.query(question, ROWS + 50)) == ROWS
    assert chroma.query(question, 0) == []
    assert chroma.query(question, 3, {"task": "no such task"}) == []
    assert chroma.query_many(np.zeros((0, DIMENSION), np.float32), 3) == []


def test_another_embedder_sees_none_of_it_and_rows_survive_a_close(tmp_path, rows):
    ids, vectors, facts = (part[:20] for part in rows)
    for name, before in (("embedder-a", 0), ("embedder-b", 0), ("embedder-a", 20)):
        index = ChromaIndex.open(tmp_path, "", name, DIMENSION)
        assert index.count() == before
        assert len(index.query(vectors[0], 5)) == min(5, before)
        index.upsert(ids, vectors, facts)
        index.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "127.0.0.1:8000", "ftp://x", "http://"])
def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path, url):
    with pytest.raises(IndexUnusable, match=r"no Chroma server answers at .*; start it or empty memory\.url"):
        ChromaIndex.open(tmp_path, url, "x", DIMENSION)


def test_a_folder_that_cannot_be_opened_is_said_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="does not open"):
        ChromaIndex.open(tmp_path / "file", "", "x", DIMENSION)
