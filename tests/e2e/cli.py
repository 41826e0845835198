"""The command line as tests call it: in this process, where it answers in milliseconds, or in one of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from loop.ledger import Ledger
from studio.cli import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """What stderr says, which must be one line."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


class Cli:
    """`reprise` on one home."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Result:
        self._capsys.readouterr()
        status = main([*arguments, "--home", str(self.home)])
        said = self._capsys.readouterr()
        return Result(status, said.out, said.err)

    def json(self, *arguments: str) -> Any:
        done = self(*arguments, "--json")
        assert done.status == 0, done.err
        return done.json

    def config(self, text: str) -> None:
        self.home.mkdir(exist_ok=True)
        (self.home / "config.toml").write_text(text, encoding="utf-8")

    def state(self) -> tuple[int, dict[str, bytes]]:
        """The ledger's head, and every file that is not the database's or the index's own."""
        ledger = Ledger.in_home(self.home)
        head = ledger.head()
        ledger.close()
        files = {str(p.relative_to(self.home)): p.read_bytes() for p in self.home.rglob("*") if _ours(p, self.home)}
        return head, files


def _ours(path: Path, home: Path) -> bool:
    top = path.relative_to(home).parts[0]
    return path.is_file() and not top.startswith("ledger.db") and top != "memory"


def environment(**more: str) -> dict[str, str]:
    """For a process of its own, wherever it runs."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return os.environ | {"PYTHONPATH": path, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"} | more


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """`reprise` in a process of its own."""
    given = {"capture_output": True, "text": True, "timeout": 120, "env": environment(), "cwd": "/"} | options
    return subprocess.run([sys.executable, "-m", "studio.cli", *arguments], check=False, **given)
