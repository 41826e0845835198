"""Making the wait short: what is slow to import is fetched in threads while something else is being done.

Imports let other threads run while they read files, and much of torch, transformers and Chroma is reading.
"""

import importlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from loop.brief import Message
    from loop.models.base import Completion, OnPiece, Sampling, Writer
    from loop.settings import GeneratorSettings


def fetch(*modules: str) -> threading.Thread:
    """Import modules, one after the other, in a thread; what fails will fail again where it is needed."""
    thread = threading.Thread(target=_fetch, args=(modules,), daemon=True)
    thread.start()
    return thread


def _fetch(modules: tuple[str, ...]) -> None:
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError:
            return


@contextmanager
def ahead(settings: "GeneratorSettings") -> Iterator[None]:
    """Fetch what writing needs."""
    from loop.models.load import is_remote

    thread = fetch("langchain_openai" if is_remote(settings) else "transformers")
    yield
    thread.join()


def awaited(open_writer: Callable[[], "Writer"]) -> "Writer":
    """A writer that is opened in a thread while memory recalls; whoever needs it waits for it."""
    return cast("Writer", _Awaited(open_writer))


class _Awaited:
    def __init__(self, open_writer: Callable[[], "Writer"]) -> None:
        self._future: Future[Writer] = Future()
        threading.Thread(target=self._open, args=(open_writer,), daemon=True).start()

    def _open(self, open_writer: Callable[[], "Writer"]) -> None:
        try:
            self._future.set_result(open_writer())
        except BaseException as error:  # noqa: BLE001 - it is raised again where the writer is needed
            self._future.set_exception(error)

    @cached_property
    def _writer(self) -> "Writer":
        return self._future.result()

    @property
    def model_id(self) -> str:
        """The name of what writes."""
        return self._writer.model_id

    def write(
        self, messages: list["Message"], n: int, sampling: "Sampling", on_piece: "OnPiece | None" = None
    ) -> list["Completion"]:
        """See `Writer`."""
        return self._writer.write(messages, n, sampling, on_piece)
