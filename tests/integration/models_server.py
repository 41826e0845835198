"""A small HTTP server that speaks /v1/chat/completions: n, seed, stop, max_tokens, server-sent events, and failures."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers import running

Body = dict[str, Any]


def text_of(body: Body, index: int) -> tuple[str, str]:
    """What the server writes for a request, and why it ended: a word for each token, cut at the stop strings."""
    seed = body.get("seed", 0)
    words = ["é😀", *(f"w{(seed * 7 + index * 3 + k) % 50}" for k in range(30))]
    text = " ".join(words[: body.get("max_tokens", 30)])
    ends = [text.index(s) for s in body.get("stop") or [] if s in text]
    return (text[: min(ends)], "stop") if ends else (text, "length")


class Handler(BaseHTTPRequestHandler):
    """One request; how it goes wrong is the server's `mode`."""

    server: "Server"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body: Body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({"path": self.path, "key": self.headers["Authorization"], **body})
        mode = self.server.mode
        if mode.isdigit():
            self._send(int(mode), json.dumps({"error": {"message": "secret reasons\nin two lines", "code": mode}}))
        elif self.path != "/v1/chat/completions":
            self._send(404, '{"detail": "Not Found"}')
        elif mode == "refuse-n" and body.get("n", 1) > 1:
            self._send(400, '{"error": {"message": "\'n\' : number must be at most 1"}}')
        elif mode == "slow":
            time.sleep(3)
            self._send(200, "{}")
        elif mode in BODIES:
            self._send(200, BODIES[mode], "text/html" if mode == "html" else "application/json")
        else:
            self._answer(body, 1 if mode == "ignore-n" else body.get("n") or 1)

    def _answer(self, body: Body, n: int) -> None:
        if body.get("stream"):
            self._stream(body, n)
            return
        made = [text_of(body, i) for i in range(n)]
        choices = [
            {"index": i, "message": {"role": "assistant", "content": text}, "finish_reason": why}
            for i, (text, why) in enumerate(made)
        ]
        usage = {"prompt_tokens": 5, "completion_tokens": 7 * n, "total_tokens": 5 + 7 * n}
        self._send(200, json.dumps(whole(body, "chat.completion", choices) | {"usage": usage}))

    def _stream(self, body: Body, n: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for number, line in enumerate(events(body, n)):
                if self.server.mode == "die" and number == 5:
                    self.wfile.write(b'data: {"cho')
                    break
                self.wfile.write(f"data: {'{nonsense' if self.server.mode == 'noise' else line}\n\n".encode())
                self.wfile.flush()
                time.sleep(0.5 if self.server.mode == "drip" else self.server.pause)
        except (BrokenPipeError, ConnectionResetError):
            self.server.hung_up += 1
        self.close_connection = True

    def _send(self, status: int, text: str, kind: str = "application/json") -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


BODIES = {
    "html": "<html>Welcome to the router</html>",
    "garbage": "\x00\x01 not json",
    "empty": "{}",
    "null": '{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": null}',
    "none": '{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}',
}


def whole(body: Body, kind: str, choices: list[Body]) -> Body:
    return {"id": "c1", "object": kind, "created": 1, "model": body["model"], "choices": choices}


def events(body: Body, n: int) -> Iterator[str]:
    """Candidates interleaved, a few characters at a time, then their finish reasons, then the end."""
    made = [text_of(body, i) for i in range(n)]
    for at in range(0, max(len(text) for text, _ in made), 4):
        for i, (text, _) in enumerate(made):
            if text[at : at + 4]:
                yield json.dumps(
                    whole(body, "chat.completion.chunk", [choice(i, {"content": text[at : at + 4]}, None)])
                )
    for i, (_, why) in enumerate(made):
        yield json.dumps(whole(body, "chat.completion.chunk", [choice(i, {}, why)]))
    yield "[DONE]"


def choice(index: int, delta: Body, why: str | None) -> Body:
    return {"index": index, "delta": delta, "finish_reason": why}


class Server(ThreadingHTTPServer):
    """Remembers what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mode = "well"
        self.pause = 0.0
        self.hung_up = 0
        self.asked: list[Body] = []
        self.url = f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: Any) -> None:
        """Clients that hang up are part of the tests."""


def serving() -> AbstractContextManager[Server]:
    """The server, running."""
    return running(Server())
