"""What a rater would say, foretold from what others said of the same text, on two sets of real ratings.

Five folds of single ratings; each is foretold from the others' ratings of the same text and criterion that are not
held out. `known` knows the rater from other texts; `stranger` foretells as if the rater were new. Beside the mean of
the others stand what costs nothing: the mean of all ratings and the rater's own.

Bars: the root mean square error is under that of the plain mean of the others, and of the difference of squared errors
the whole 95 % interval is, drawing texts. Agreement is Krippendorff's alpha. In the set of stories a rater is a place
among three, not a person, so that there is no leaning to know.
"""

import csv
import gzip
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.measure import Bar, at_most
from rewards.agreement import alpha
from rewards.compare import bootstrap_interval
from rewards.expected import Crowd, fit_crowd

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
FOLDS, DRAWS, SEED = 5, 1_000, 0
Rows = list[tuple[str, str, float]]
"""(rater, text, value in [0, 1]), of one criterion."""


def run(out: Path | None = None) -> dict[str, object]:
    """Errors, agreement and bars of both sets."""
    sets = {"aut_individual_raters": {"originality": ideas()}, "story_hanna_human96": stories()}
    figures = {name: foretold(criteria) for name, criteria in sets.items()}
    agreed = {name: agreement(criteria) for name, criteria in sets.items()}
    bars = [bar for name, found in figures.items() for bar in bars_of(name, found)]
    errors = {name: {way: error for way, (error, _, _) in found.items()} for name, found in figures.items()}
    differences = {name: {way: [low, high] for way, (_, low, high) in found.items()} for name, found in figures.items()}
    return {"seed": SEED, "rmse": errors, "difference_to_plain": differences, "alpha": agreed, "bars": bars}


def bars_of(name: str, found: dict[str, tuple[float, float, float]]) -> Iterable[Bar]:
    """The known rater's and the stranger's."""
    for way in ("known", "stranger"):
        yield at_most(f"{name}, {way}: error over the plain mean's", found[way][0] / found["plain"][0], 1.0)
        yield at_most(f"{name}, {way}: upper end of the difference of squared errors", found[way][2], 0.0)


def foretold(criteria: dict[str, Rows]) -> dict[str, tuple[float, float, float]]:
    """Of each way to foretell: its error, and the interval of its squared error minus the plain mean's."""
    squares: dict[str, list[float]] = {}
    texts: list[str] = []
    for rows in criteria.values():
        fold = np.random.default_rng(SEED).integers(FOLDS, size=len(rows))
        for k in range(FOLDS):
            train = [row for row, of in zip(rows, fold, strict=True) if of != k]
            held = [row for row, of in zip(rows, fold, strict=True) if of == k]
            for text, guesses, value in guessed(train, held):
                texts.append(text)
                for way, guess in guesses.items():
                    squares.setdefault(way, []).append((guess - value) ** 2)
    plain = np.array(squares["plain"])
    ends = {way: bootstrap_interval(np.array(each) - plain, texts, SEED, draws=DRAWS) for way, each in squares.items()}
    return {way: (float(np.sqrt(np.mean(each))), *ends[way]) for way, each in squares.items()}


def guessed(train: Rows, held: Rows) -> Iterable[tuple[str, dict[str, float], float]]:
    """What each way says of every held-out rating that somebody else's is there for."""
    crowd = fit_crowd(train)
    said: dict[str, list[tuple[str, float]]] = {}
    own: dict[str, list[float]] = {}
    for rater, text, value in train:
        said.setdefault(text, []).append((rater, value))
        own.setdefault(rater, []).append(value)
    everything = float(np.mean([value for _, _, value in train]))
    for rater, text, value in held:
        others = [each for each in said.get(text, []) if each[0] != rater]
        if others:
            yield text, guesses(crowd, rater, others, everything, float(np.mean(own.get(rater, [everything])))), value


def guesses(
    crowd: Crowd, rater: str, others: list[tuple[str, float]], everything: float, own: float
) -> dict[str, float]:
    """One guess for each way."""
    return {
        "plain": float(np.mean([value for _, value in others])),
        "all ratings": everything,
        "rater's own mean": own,
        "stranger": crowd.expected("a stranger", others),
        "known": crowd.expected(rater, others),
    }


def agreement(criteria: dict[str, Rows]) -> dict[str, dict[str, list[float | None]]]:
    """Alpha and its interval of each criterion, by interval and by order."""
    found = {
        name: {level: alpha(rows, level, SEED) for level in ("interval", "ordinal")} for name, rows in criteria.items()
    }
    return {name: {level: [a.alpha, a.low, a.high] for level, a in levels.items()} for name, levels in found.items()}


def ideas(data: Path = DATA) -> Rows:
    """Each rater's own score of each idea; a rater is one person within a study."""
    path = data / "aut_individual_raters" / "ideas_by_rater.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [
            (f"{row['study']}-{k}", f"{row['study']}-{row['idea_id']}", (float(row[f"rater{k}"]) - 1) / 4)
            for row in csv.DictReader(file)
            for k in range(1, 5)
            if row[f"rater{k}"]
        ]


def stories(data: Path = DATA) -> dict[str, Rows]:
    """By criterion; a rater is a place among the three of a story."""
    with gzip.open(data / "story_hanna_human96" / "stories.jsonl.gz", "rt", encoding="utf-8") as file:
        told = [json.loads(line) for line in file]
    found: dict[str, Rows] = {}
    for story in told:
        for k, scores in enumerate(story["ratings"], 1):
            for criterion, score in scores.items():
                found.setdefault(criterion, []).append((f"rater {k}", str(story["story_id"]), (score - 1) / 4))
    return found


if __name__ == "__main__":
    json.dump(run(), sys.stdout, indent=2)
