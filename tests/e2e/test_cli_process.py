"""What only a process of its own can show."""

import subprocess
import sys

from tests.e2e.cli import Cli, environment

CODE = """
import sys
from studio.cli import main
status = main(["recall", "doorstop", "--home", sys.argv[1], "--json"])
heavy = {"torch", "transformers", "sentence_transformers", "langchain_core"} & sys.modules.keys()
sys.exit(f"{status} {sorted(heavy)}" if status or heavy else 0)
"""


def test_recall_needs_no_torch(writing: Cli) -> None:
    """Torch takes seconds to import, and one question needs none of it."""
    turn = writing.json("write", "a brick", "--task", "brainstorm", "-n", "1")
    writing.json("edit", turn["candidates"][0]["candidate_id"], "--text", "A doorstop.")
    command = [sys.executable, "-c", CODE, str(writing.home)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "A doorstop." in done.stdout
