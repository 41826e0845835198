"""`reprise serve`: the studio on an address, until it is told to stop."""

import argparse
import os
import signal
import socket
import sys
import webbrowser
from pathlib import Path
from types import FrameType

import uvicorn

from loop.errors import BadInput
from studio.compose import open_house
from studio.scheduling import open_scheduler
from studio.settings import Settings, default_home
from studio.web.app import create_app
from studio.web.guard import is_loopback
from studio.web.hub import Hub

LAST_WORDS = 5  # seconds that open requests get to end after a signal
SHORTEST_TOKEN = 16


def serve(
    home: Path,
    config: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    *,
    scheduled: bool = True,
    show: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; prints the address once it listens. Port 0 takes any free one.

    With `scheduled`, what is due runs behind the page, in processes of its own. With `show`, the page is opened in the
    browser, where there is a screen.

    Raises BadInput for an address that cannot be taken, and for one beyond loopback without a token.
    """
    with open_house(home, config, role="reprise serve") as house:
        server = house.settings.server
        address = server.host if host is None else host
        token = _token(house.settings, address)
        with _bound(address, server.port if port is None else port) as bound:
            hub = Hub()
            scheduler = open_scheduler(house, config) if scheduled else None
            _run(create_app(house, token=token, jobs=scheduler, hub=hub), bound, hub, address, show)


class _Server(uvicorn.Server):
    """Says where it listens, and ends its streams before it waits for open requests."""

    def __init__(self, config: uvicorn.Config, hub: Hub, url: str, show: bool) -> None:
        super().__init__(config)
        self._hub = hub
        self._url = url
        self._show = show

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        if self.started:
            print(f"Reprise is at {self._url}", flush=True)  # noqa: T201
            if self._show and _has_screen():
                webbrowser.open(self._url)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop: no stream keeps the door open."""
        self._hub.close()
        super().handle_exit(sig, frame)


def _has_screen() -> bool:
    """Whether a browser could open a window: without one, Python would start a text browser in the terminal."""
    return sys.platform in ("darwin", "win32") or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def _run(app: object, bound: socket.socket, hub: Hub, address: str, show: bool) -> None:
    name = f"[{address}]" if ":" in address else address
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS,
        proxy_headers=False,
    )
    server = _Server(config, hub, f"http://{name}:{bound.getsockname()[1]}/", show)
    before = {sig: signal.signal(sig, lambda *_: None) for sig in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.run(sockets=[bound])  # it raises its signals again when it is done: nobody must die of them
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)


def _token(settings: Settings, address: str) -> str:
    token = os.environ.get(settings.server.token_env, "").strip()
    if is_loopback(address):
        return token
    if len(token) < SHORTEST_TOKEN:
        raise BadInput(
            f"'{address}' can be reached by others, so the studio needs a token of {SHORTEST_TOKEN} characters or more "
            f"in {settings.server.token_env}; set it, or serve on 127.0.0.1"
        )
    return token


def _bound(address: str, port: int) -> socket.socket:
    """A socket that listens at once: who connects early waits instead of being refused."""
    try:
        family = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((address, port), family=family, backlog=2048)
    except OSError as error:
        reason = os.strerror(error.errno) if isinstance(error.errno, int) and error.errno > 0 else str(error)
        raise BadInput(f"the studio cannot listen at {address}:{port} ({reason}); choose another --port") from error
    except (OverflowError, UnicodeError) as error:
        raise BadInput(f"'{address}:{port}' is no address; check --host and --port") from error


def main() -> None:
    """`python -m studio.web.serve --home DIR`: the studio alone, without the rest of the command line."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--config", type=Path, default=None)
    parser.add_argument("--host", default=None)
    parser.add_argument("--port", type=int, default=None)
    given = parser.parse_args()
    serve(given.home or default_home(), given.config, given.host, given.port)


if __name__ == "__main__":
    main()
