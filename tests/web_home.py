"""A house for the studio's tests: everything real but the embedder and the model."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from fastapi.testclient import TestClient

from loop.brief import Message
from loop.models.base import Completion, Piece, Sampling
from memory.settings import MemorySettings
from studio.compose import House
from studio.settings import ServerSettings, Settings
from studio.web.app import create_app
from tests.fakes import QueueWriter, WordEmbedder

JSON = {"Content-Type": "application/json"}
LOCAL = "http://127.0.0.1:8765"


class SlowWriter(QueueWriter):
    """Writes word by word, and waits before each until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def write(
        self,
        messages: list[Message],
        n: int,
        sampling: Sampling,
        on_piece: Callable[[Piece], None] | None = None,
    ) -> list[Completion]:
        """n completions, when it may."""
        for word in range(1_000):
            self.begun.set()
            if on_piece is not None:
                on_piece(Piece(0, f"word {word} "))
            if self.go_on.wait(0.01):
                return super().write(messages, n, sampling, on_piece)
        raise AssertionError("nobody let the writer go on")


@contextmanager
def open_house(home: Path, writer: Any = None, **server: Any) -> Iterator[House]:
    """An open house that writes with a fake."""
    settings = Settings(memory=MemorySettings(explore=0.0), server=ServerSettings(**server))
    house = House(home, settings, "test")
    embedder = WordEmbedder()
    house.memory._open_embedder = lambda: embedder
    house.__dict__["writer"] = writer or QueueWriter()
    try:
        yield house
    finally:
        house.close()


@contextmanager
def open_studio(house: House, *, base_url: str = LOCAL, **options: Any) -> Iterator[TestClient]:
    """A client of the studio, as a browser on this machine."""
    app = create_app(house, **options)
    with TestClient(app, base_url=base_url, headers=JSON, raise_server_exceptions=False) as client:
        yield client


def events_of(text: str) -> list[tuple[str, Any]]:
    """The server-sent events of a finished stream."""
    parts = [part.split("\n") for part in text.split("\n\n") if part.startswith("event: ")]
    return [(name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))) for name, data in parts]
