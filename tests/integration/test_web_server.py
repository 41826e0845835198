"""The studio as a process: it answers before the model is there, streams, and ends cleanly."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loop.open_index import chroma_folder
from memory.health import needs_probe
from memory.owner import OwnerLock
from tests.web_home import events_of
from tests.web_server import Served, serving

BRIEF = {"task": "story", "prompt": "a dog in the park", "n": 2}


@pytest.fixture
def served(tmp_path: Path, stories: Path) -> Iterator[Served]:
    with serving(tmp_path / "home", stories) as served:
        yield served


def clean(served: Served) -> bool:
    """Whether the index was closed: no mark of writing, and nobody owns it."""
    lock = OwnerLock(served.home / "memory" / "owner.lock")
    free = lock.acquire()
    lock.release()
    return free and not needs_probe(chroma_folder(served.home))


@pytest.mark.slow
def test_it_serves_streams_and_ends_without_a_trace(served: Served) -> None:
    with served.client() as client:
        assert "<h1" in client.get("/").text
        told = events_of(client.post("/api/turns/stream", json=BRIEF).text)  # waits for the model by itself
        assert [name for name, _ in told][0 :: len(told) - 1] == ["waiting", "turn"]
        turn = told[-1][1]
        assert len([name for name, _ in told if name == "piece"]) > 10
        item = turn["candidates"][0]["candidate_id"]
        assert client.post(f"/api/items/{item}/rate", json={"scores": {"clarity": 5}}).json()["reward"] > 0.5
        found = client.get("/api/recall", params={"query": turn["candidates"][0]["text"]}).json()["items"]
        assert found[0]["item_id"] == item
        written = time.monotonic() + 10
        while not needs_probe(chroma_folder(served.home)) and time.monotonic() < written:
            time.sleep(0.05)  # Chroma follows a moment later
        assert needs_probe(chroma_folder(served.home))  # it has written, and has not yet said that it is done
    status, seconds = served.stop()
    assert (status, (served.home / "serve.log").read_text()) == (0, "")
    assert seconds < 10
    assert clean(served)


@pytest.mark.slow
def test_it_ends_in_the_middle_of_news_and_of_a_stream(served: Served) -> None:
    served.wait_for_model()
    heard: list[str] = []
    begun = threading.Event()

    def listen() -> None:
        with served.client() as client, client.stream("GET", "/api/events") as news:
            for line in news.iter_lines():
                heard.append(line)
                begun.set()

    def write() -> None:
        long = {"task": "email", "prompt": "everything there is", "n": 8}
        with served.client() as client, client.stream("POST", "/api/turns/stream", json=long) as told:
            for line in told.iter_lines():
                heard.append(line)
                if "piece" in line:
                    writing.set()

    writing = threading.Event()
    threads = [threading.Thread(target=target) for target in (listen, write)]
    for thread in threads:
        thread.start()
    assert begun.wait(20)
    assert writing.wait(30)
    status, seconds = served.stop(signal.SIGINT)
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert status == 0
    assert seconds < 12
    assert clean(served)
    assert "event: status" in heard
