"""A real `reprise serve` in a process of its own, with the really trained small model."""

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
JSON = {"Content-Type": "application/json"}


@dataclass
class Served:
    """A server that runs."""

    process: "subprocess.Popen[str]"
    url: str
    home: Path
    first_page_s: float
    """Seconds from the start of the process to its first page."""

    def client(self) -> httpx.Client:
        """A client of it."""
        return httpx.Client(base_url=self.url, headers=JSON, timeout=60)

    def wait_for_model(self, seconds: float = 60) -> None:
        """Until the model is ready."""
        deadline = time.monotonic() + seconds
        with self.client() as client:
            while client.get("/api/status").json()["model"]["state"] != "ready":
                assert time.monotonic() < deadline, client.get("/api/status").text
                time.sleep(0.1)

    def stop(self, sign: int = signal.SIGTERM) -> tuple[int, float]:
        """Its exit status, and the seconds that it took to end."""
        begun = time.monotonic()
        self.process.send_signal(sign)
        return self.process.wait(30), time.monotonic() - begun


@contextmanager
def serving(home: Path, model: Path) -> Iterator[Served]:
    """Start it on a free port of loopback; it is ended in any case."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.toml").write_text(f'[generator]\nmodel = "{model}"\n[schedule]\nnightly = ""\n', encoding="utf-8")
    begun = time.monotonic()
    command = [sys.executable, "-m", "studio.web.serve", "--home", str(home), "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
    with (home / "serve.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    try:
        url = _address(process, home)
        httpx.get(url, timeout=30).raise_for_status()
        yield Served(process, url, home, time.monotonic() - begun)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _address(process: "subprocess.Popen[str]", home: Path) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 60)
    line = process.stdout.readline() if ready else ""
    found = re.search(r"http://\S+", line)
    assert found, f"it said {line!r}: {(home / 'serve.log').read_text()}"
    return found.group().rstrip("/")
