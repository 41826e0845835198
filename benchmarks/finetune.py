"""From a tweet CSV to a tuned generator by three commands, exactly as README.md shows them, with the starter.

    python -m benchmarks.finetune [FOLDER]     the folder keeps the cleaned rows and the model

The input are the 62,060 tweets of TweetEval. Bars: all three commands together in under 10 minutes on two cores; the
perplexity of validation texts, per token of the texts alone and with the same prompts and tokenizer, at least 25 %
lower than the untuned starter's; every candidate has words.
"""

import gzip
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import at_least, at_most

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
TWEETS = SHARED / "tweets_text_tweeteval" / "tweets.csv.gz"
LIMIT_S, FALL = 600.0, 0.25


def run(folder: Path) -> dict[str, Any]:
    """The bars, what each command took, and what the tuned model wrote."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "tweets.csv").write_bytes(gzip.decompress(TWEETS.read_bytes()))
    seconds, said = {}, {}
    for call in commands():
        name = call.split()[1]
        began = time.perf_counter()
        said[name] = _run(call, folder)
        seconds[name] = time.perf_counter() - began
    manifest = json.loads((folder / "mine" / "manifest.json").read_text())
    figures = manifest["metrics"]
    fall = 1 - figures["validation_perplexity"] / figures["validation_perplexity_before"]
    written = [line for line in said["generate"].splitlines() if line[:3].strip().isdigit() and line[5:].strip()]
    return {
        "bars": [
            at_most("preprocess, finetune, generate, in seconds", sum(seconds.values()), LIMIT_S),
            at_least("fall of the validation perplexity", fall, FALL),
            at_least("candidates", float(len(written)), 4),
        ],
        "commands": commands(),
        "seconds_of": {name: round(value, 1) for name, value in seconds.items()},
        "perplexity": figures,
        "tuning": manifest["options"],
        "written": written,
    }


def commands() -> list[str]:
    """The three commands of README."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Your own files, your own model")[2]
    return part.split("```")[1].strip().splitlines()


def _run(call: str, folder: Path) -> str:
    """What a command of README says, run where the tweets are."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "studio.cli", *shlex.split(call)[1:]],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path, "REPRISE_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"`{call}` failed: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    print(json.dumps(run(where), indent=2))
