"""`reprise preprocess` on 62,060 tweets: how long it takes, what is left of what was to go, the same output twice.

Reads ../shared/data/tweets_text_tweeteval (or REPRISE_DATA); the commands are whole processes without a home.
"""

import csv
import filecmp
import gzip
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import emoji

from benchmarks.measure import at_least, at_most

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
TWEETS = DATA / "tweets_text_tweeteval" / "tweets.csv.gz"
ROWS = 62_060
URL = re.compile(r"https?://|\bwww\.[a-z]|\[url\]", re.I)
MENTION = re.compile(r"@\w")
RUNS: dict[str, list[str]] = {
    "default": [],
    "english": ["--language", "en"],
    "split hashtags": ["--hashtags", "split"],
}


def run(out: Path) -> dict[str, object]:
    """Seconds of each way; whether a second run is the same; what is left of URLs, mentions and emoji."""
    shutil.rmtree(out)
    seconds = {name: timed(TWEETS, out / name, options) for name, options in RUNS.items()}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    timed(TWEETS, out / "again", [])
    timed(numbered(out / "numbered.csv"), out / "numbered", [])
    report = json.loads((out / "default" / "report.json").read_text())
    texts = [row["text"] for row in written(out / "default")]
    return {
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "rows_out": report["rows_out"],
        "dropped": report["dropped"],
        "bars": [
            at_least("rows read", report["rows_in"], ROWS),
            *(at_most(f"{name}, s", value, 60.0) for name, value in seconds.items()),
            at_most("peak GB", peak, 1.0),
            at_most("texts with a URL", sum(bool(URL.search(text)) for text in texts), 0),
            at_most("texts with a mention", sum(bool(MENTION.search(text)) for text in texts), 0),
            at_most("texts with other emoji than before", other_emoji(out / "numbered"), 0),
            at_most("files that differ in a second run", different(out / "default", out / "again"), 0),
        ],
    }


def timed(file: Path, out: Path, options: list[str]) -> float:
    """Seconds of one `reprise preprocess`."""
    start = time.perf_counter()
    command = [str(Path(sys.executable).parent / "reprise"), "preprocess", str(file), "--out", str(out), *options]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def tweets() -> list[str]:
    """The texts as they are."""
    with gzip.open(TWEETS, "rt", encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def numbered(path: Path) -> Path:
    """The tweets in a file whose prompts say which row each was."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "prompt"), *((text, str(row)) for row, text in enumerate(tweets()))])
    return path


def written(folder: Path) -> Iterator[dict[str, str]]:
    """Every row of a cleaned dataset."""
    for split in ("train", "validation", "test"):
        with (folder / f"{split}.jsonl").open("rb") as lines:
            yield from map(json.loads, lines)


def other_emoji(folder: Path) -> int:
    """Texts whose emoji are not, byte for byte and in order, those that they had."""
    before = tweets()
    return sum(emoji_of(row["text"]) != emoji_of(before[int(row["prompt"])]) for row in written(folder))


def emoji_of(text: str) -> list[str]:
    return [each["emoji"] for each in emoji.emoji_list(text)]


def different(one: Path, other: Path) -> int:
    """Files that are not the same in both folders."""
    names = {file.name for folder in (one, other) for file in folder.iterdir()}
    return len(filecmp.cmpfiles(one, other, names, shallow=False)[1])


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=2))
