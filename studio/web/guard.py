"""What a request must pass before it reaches the studio, and the headers that every answer bears.

Loopback alone is no protection from a web page: a name can be pointed at 127.0.0.1 (so Host is checked), and any
page can send a form (so Origin is checked, and changes must come as JSON, which no foreign form can send).
"""

import hashlib
import hmac
import ipaddress
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.web.errors import Refused, answer

COOKIE = "reprise_session"
OPEN_PATHS = ("/enter", "/static/")
SAFE = ("GET", "HEAD", "OPTIONS")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
TURNS_AT_ONCE, TURNS_PER_SECOND = 30, 1.0


def is_loopback(host: str) -> bool:
    """Whether an address or name means this machine alone."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def session(token: str) -> str:
    """What a browser keeps instead of the token."""
    return hmac.new(token.encode(), b"reprise studio session", hashlib.sha256).hexdigest()


class Bucket:
    """So many at once, and then so many per second, for each client."""

    def __init__(self, size: float, per_second: float) -> None:
        self._size, self._rate = size, per_second
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, client: str) -> bool:
        """Take one; False when there is none left."""
        now = time.monotonic()
        with self._lock:
            if len(self._left) > 10_000:
                self._left.clear()
            left, since = self._left.get(client, (self._size, now))
            left = min(self._size, left + (now - since) * self._rate)
            self._left[client] = (max(0.0, left - 1), now)
            return left >= 1


class Guard:
    """ASGI middleware; without a token only loopback names may be asked for."""

    def __init__(self, app: ASGIApp, *, token: str, max_body: int) -> None:
        self._app = app
        self._token = token
        self._max_body = max_body
        self._turns = Bucket(TURNS_AT_ONCE, TURNS_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, pass on, and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        dressed = _dressed(send, scope["path"])
        try:
            self._check(scope, Headers(scope=scope))
            await self._app(scope, self._limited(receive), dressed)
        except Refused as error:
            await answer(error.status, str(error), error.headers)(scope, receive, dressed)

    def _check(self, scope: Scope, headers: Headers) -> None:
        path, method = scope["path"], scope["method"]
        self._check_host(headers)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._max_body:
            raise Refused(413, _too_large(self._max_body))
        self._check_token(path, headers)
        if method not in SAFE:
            _check_origin(scope, headers)
            if path.startswith("/api/"):
                _check_json(headers)
            if path.startswith("/api/turns") and not self._turns.take(_client(scope)):
                raise Refused(429, "you ask for turns faster than anybody can read them; wait a moment")

    def _check_host(self, headers: Headers) -> None:
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        if not self._token and not is_loopback(host):
            raise Refused(421, "the studio answers to localhost only; open the address that `reprise serve` printed")

    def _check_token(self, path: str, headers: Headers) -> None:
        if not self._token or path.startswith(OPEN_PATHS):
            return
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        if not (_same(bearer, self._token) or _same(cookie, session(self._token))):
            if "text/html" in headers.get("accept", ""):
                raise Refused(303, "this studio needs its token", {"Location": "/enter"})
            raise Refused(401, "this studio needs its token; send it as `Authorization: Bearer ...`", _ASK)

    def _limited(self, receive: Receive) -> Receive:
        """A body that grows beyond the limit ends the request, whatever its length was said to be."""
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_body:
                raise HTTPException(413, _too_large(self._max_body))  # what FastAPI lets through while it reads
            return message

        return limited


_ASK = {"WWW-Authenticate": "Bearer"}


def _check_origin(scope: Scope, headers: Headers) -> None:
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        raise Refused(403, "the request came from another site; use the studio's own page")
    if origin is None and headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise Refused(403, "the request came from another site; use the studio's own page")


def _check_json(headers: Headers) -> None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "send JSON, with `Content-Type: application/json`")


def _client(scope: Scope) -> str:
    return str((scope.get("client") or ("", 0))[0])


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _too_large(limit: int) -> str:
    return f"the request is over {limit // 1024:,} kB; send less, or raise server.max_body_kb"


def _dressed(send: Send, path: str) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            _dress(MutableHeaders(scope=message), path)
        await send(message)

    return dressed


def _dress(headers: MutableHeaders, path: str, always: Mapping[str, str] = HEADERS) -> None:
    for name, value in always.items():
        headers.setdefault(name, value)
    headers["Cache-Control"] = "no-cache" if path.startswith("/static/") else "no-store"
