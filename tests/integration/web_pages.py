"""A small web server for the tests of `collect`: pages by path, and a note of everything that it was asked."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any, NamedTuple

from tests.servers import running

Special = Callable[["Handler"], None]


class Reply(NamedTuple):
    body: bytes = b""
    kind: str | None = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


class Asked(NamedTuple):
    at: float
    path: str
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    server: "Pages"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(Asked(time.monotonic(), self.path, {k.lower(): v for k, v in self.headers.items()}))
        found = self.server.pages.get(self.path, Reply(b"nothing here", status=404))
        if callable(found):
            self.close_connection = True
            try:
                found(self)
            except OSError:
                self.server.hung_up += 1
        else:
            self.reply(found)

    def reply(self, reply: Reply) -> None:
        headers = {"Content-Length": str(len(reply.body)), **dict(reply.headers)}
        self.begin(reply.status, headers | ({"Content-Type": reply.kind} if reply.kind else {}))
        self.wfile.write(reply.body)

    def begin(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Pages(ThreadingHTTPServer):
    """`pages` maps a path to a reply, or to what writes one by hand."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, tls: SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.pages: dict[str, Reply | Special] = {}
        self.asked: list[Asked] = []
        self.hung_up = 0
        self.url = f"http://127.0.0.1:{self.server_port}"

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


def serving(tls: SSLContext | None = None) -> AbstractContextManager[Pages]:
    """The server, running."""
    return running(Pages(tls))


def html(*passages: str, title: str = "A page", charset: str = "") -> str:
    """A page as they are, with a menu and a footer that nobody wants."""
    meta = f'<meta charset="{charset}">' if charset else ""
    body = "".join(each if each.startswith("<") else f"<p>{each}</p>" for each in passages)
    return (
        f"<!doctype html><html><head>{meta}<title>{title}</title></head><body>"
        "<nav><ul><li><a href='/'>Back to the home page of it all</a></li></ul></nav>"
        f"<main><article><h1>{title}</h1>{body}</article></main>"
        "<footer><p>Copyright by somebody, all rights reserved.</p></footer></body></html>"
    )


def rss(*entries: tuple[str, str], link: str = "http://feed.example/") -> bytes:
    """(title, description) each; the description is escaped HTML, as it is in the wild."""
    from xml.sax.saxutils import escape

    items = "".join(
        f"<item><title>{escape(title)}</title><description>{escape(text)}</description><link>{link}{n}</link></item>"
        for n, (title, text) in enumerate(entries, 1)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()
