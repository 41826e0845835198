"""One request: an address asked, its answer read within limits of size and time."""

import time
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx
import msgspec

from loop.collecting.addresses import parsed
from loop.collecting.refused import NotCollected
from loop.collecting.transport import CheckedTransport
from loop.errors import BadInput
from loop.version import own_version

AGENT = f"Reprise/{own_version()} (reprise collect; asks one page at a time and follows robots.txt)"
PRODUCT = "Reprise"
"""The name that robots.txt may address us by."""
MOST_REDIRECTS = 5
ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, text/plain;q=0.8, */*;q=0.1"
_HEADERS = {"User-Agent": AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip"}
_REDIRECTS = (301, 302, 303, 307, 308)
_GZIP = 32 + zlib.MAX_WBITS  # gzip or zlib, whichever the header says


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long one request may take, in seconds."""

    silence: float = 15.0
    """Until a connection stands, and between two pieces of an answer."""
    whole: float = 60.0
    """For an answer that keeps coming."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, unpacked."""

    url: str
    status: int
    kind: str
    """The Content-Type header as it came."""
    body: bytes
    location: str = ""
    """Where a redirect points."""


class Web:
    """Asks for addresses, one after the other."""

    def __init__(self, allow_private: bool = False, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._client = httpx.Client(
            transport=CheckedTransport(allow_private),
            headers=_HEADERS,
            timeout=self._patience.silence,
            trust_env=False,
        )

    def ask(self, url: str, most: int, cut: bool = False) -> Answer:
        """One answer of at most so many bytes, redirects not followed; raises NotCollected.

        What is longer is refused, or cut off there with `cut`; either way no more of it is read.
        """
        until = time.monotonic() + self._patience.whole
        try:
            with self._client.stream("GET", url) as response:
                location = response.headers.get("location", "")
                wanted = response.status_code == httpx.codes.OK
                body = _body(response, most, cut, until) if wanted else b""
                kind = response.headers.get("content-type", "")
                return Answer(url=url, status=response.status_code, kind=kind, body=body, location=location)
        except httpx.TimeoutException as error:
            raise NotCollected(f"it did not answer within {self._patience.silence:g} s; try again later") from error
        except httpx.HTTPError as error:
            raise NotCollected(f"it cannot be reached ({_said(error)}); check the address and the network") from error

    def close(self) -> None:
        """Let go of every connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def follow(url: str, ask: Callable[[str], Answer]) -> Answer:
    """The answer at the end of the redirects, each of which is an address to be asked like any other."""
    for _ in range(MOST_REDIRECTS + 1):
        answer = ask(url)
        if answer.status not in _REDIRECTS or not answer.location:
            return answer
        url = _next(answer)
    raise NotCollected(f"it redirects more than {MOST_REDIRECTS} times; give the address where it ends")


def _next(answer: Answer) -> str:
    try:
        return str(parsed(str(httpx.URL(answer.url).join(answer.location))))
    except (BadInput, httpx.InvalidURL) as error:
        raise NotCollected(f"it redirects to what cannot be asked: {error}") from error


def _body(response: httpx.Response, most: int, cut: bool, until: float) -> bytes:
    """The unpacked body. Never is more than `most` bytes unpacked, however well they are packed."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip"):
        raise NotCollected(f"it answers in the packing '{coding:.40}', which was not asked for")
    unpacker = None if coding == "identity" else zlib.decompressobj(_GZIP)
    found = bytearray()
    for piece in response.iter_raw():  # as they come: pieces of a given size would be waited for
        if time.monotonic() > until:
            raise NotCollected("it takes too long to send its page; try again later")
        found += piece if unpacker is None else _unpacked(unpacker, piece, most + 1 - len(found))
        if len(found) > most:
            if not cut:
                raise NotCollected(f"it is larger than {most / 1e6:g} MB; allow more with --max-size")
            return bytes(found[:most])
    return bytes(found)


def _unpacked(unpacker: "zlib._Decompress", piece: bytes, room: int) -> bytes:
    try:
        return unpacker.decompress(piece, room)
    except zlib.error as error:
        raise NotCollected("it is packed in a way that cannot be read; try again later") from error


def _said(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
