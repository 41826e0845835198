"""Every caption of the New Yorker contest with its votes: imported, imported again, recalled.

Reads ../shared/data/nycc_caption_ratings (or REPRISE_DATA); the commands are whole processes with a real home.
"""

import csv
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.measure import at_least, at_most
from memory.query import Recall
from studio.compose import House, open_house

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data")) / "nycc_caption_ratings"
ROWS = 117_587
MAPS = ("text=caption", "prompt=contest.description", "votes=")
STARS = ("votes_5=funny", "votes_3=somewhat_funny", "votes_1=unfunny")
DRAWS = 10_000


def run(out: Path) -> dict[str, object]:
    """Seconds and memory of the import; what a second one adds; recall by description; best against similar."""
    shutil.rmtree(out)
    home = out / "home"
    seconds, peak, answer = timed_import(home)
    again = json.loads(import_into(home).communicate()[0])
    with open_house(home) as house:
        indexed = house.memory.index.count()
        hits, similar, best = by_description(house)
    difference = np.array(best) - np.array(similar)
    return {
        "rows": answer["imported"],
        "items_in_chroma": indexed,
        "mean_reward": {"similar": float(np.mean(similar)), "best": float(np.mean(best))},
        "contests": len(hits),
        "bars": [
            at_least("rows imported", answer["imported"], ROWS),
            at_most("import, s", seconds, 480.0),
            at_most("import, peak GB", peak, 3.0),
            at_most("rows added by a second import", again["imported"], 0),
            at_least("captions of the cartoon among the first 10 by `similar`, mean", float(np.mean(hits)), 8.0),
            at_most("sign-flip p of best not above similar", sign_flip(difference), 0.01),
        ],
    }


def import_into(home: Path) -> subprocess.Popen[str]:
    """`reprise import` of all captions in a process of its own."""
    command = [str(Path(sys.executable).parent / "reprise"), "import", str(DATA / "captions_rated.csv.gz")]
    command += ["--task", "caption", "--json", "--home", str(home)]
    command += [part for each in (*MAPS, *STARS) for part in ("--map", each)]
    command += ["--join", f"contest={DATA / 'contests.csv.gz'}:contest"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def timed_import(home: Path) -> tuple[float, float, dict[str, int]]:
    """Seconds, the child's peak memory in GB, and what it answered."""
    start = time.perf_counter()
    answer = json.loads(import_into(home).communicate()[0])
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return seconds, peak, answer


def by_description(house: House) -> tuple[list[int], list[float], list[float]]:
    """For each contest with a description: hits among ten, and the mean reward of what each strategy recalls."""
    hits, similar, best = [], [], []
    for description in descriptions():
        near = house.memory.search(description, task="caption", k=10, strategy="similar")
        good = house.memory.search(description, task="caption", k=10, strategy="best")
        hits.append(sum(found.item.prompt == description for found in near.liked))
        similar.append(mean_reward(near))
        best.append(mean_reward(good))
    return hits, similar, best


def descriptions() -> list[str]:
    """The descriptions of all cartoons that have one."""
    with gzip.open(DATA / "contests.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [row["description"] for row in csv.DictReader(file) if row["description"]]


def mean_reward(recall: Recall) -> float:
    """The mean crowd rating of what came back."""
    return float(np.mean([found.item.reward for found in recall.liked if found.item.reward is not None]))


def sign_flip(differences: np.ndarray) -> float:
    """One-sided p of a paired randomisation test: how often random signs give a mean as high."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(DRAWS, len(differences)))
    as_high = (signs @ differences) / len(differences) >= differences.mean()
    return float((as_high.sum() + 1) / (DRAWS + 1))


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=2))
