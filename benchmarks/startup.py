"""How the tool feels: whole processes with a warm disk."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.measure import at_most, median

ROUNDS = 5
COMMANDS = {
    "help": (["--help"], 0.3),
    "recall": (["recall", "brick", "--json"], 3.0),
    "write": (["write", "unusual uses for a brick", "--task", "brainstorm", "--json"], 6.0),
}
SERVE_LIMIT = 3.0


def run(out: Path) -> dict[str, object]:
    """Medians of seconds from the start of the process to its end, or to the first page."""
    shutil.rmtree(out)
    environment = os.environ | {"REPRISE_HOME": str(out / "home"), "HF_HUB_OFFLINE": "1"}
    timed = {name: [] for name in (*COMMANDS, "serve")}  # type: ignore[var-annotated]
    for turn in range(ROUNDS + 1):
        for name, (arguments, _) in COMMANDS.items():
            seconds = process(arguments, environment)
            if turn:
                timed[name].append(seconds)
        seconds = first_page(environment, 21_000 + os.getpid() % 9_000 + turn)
        if turn:
            timed["serve"].append(seconds)
    limits = {name: limit for name, (_, limit) in COMMANDS.items()} | {"serve": SERVE_LIMIT}
    return {
        "seconds": {name: [round(s, 3) for s in values] for name, values in timed.items()},
        "bars": [at_most(f"reprise {name}, s", median(timed[name]), limits[name]) for name in timed],
    }


def process(arguments: list[str], environment: dict[str, str]) -> float:
    """Seconds of one `reprise` process."""
    start = time.perf_counter()
    subprocess.run(reprise(*arguments), env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


def first_page(environment: dict[str, str], port: int) -> float:
    """Seconds until `reprise serve` answers its first page."""
    start = time.perf_counter()
    server = subprocess.Popen(reprise("serve", "--port", str(port)), env=environment, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                    answer.read()
                    return time.perf_counter() - start
            except OSError:
                time.sleep(0.02)
    finally:
        server.terminate()
        server.wait()


def reprise(*arguments: str) -> list[str]:
    """The installed command."""
    return [str(Path(sys.executable).parent / "reprise"), *arguments]
