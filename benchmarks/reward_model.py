"""The reward model on three rated sets, against embedding similarity alone and length alone.

    python -m benchmarks.reward_model [FOLDER]     the folder keeps the vectors for the next run

Reads aut_originality_ocsai (ideas), nycc_caption_ratings (captions) and ukp_humour_pairs (one-liners, no prompt) from
../shared/data, or REPRISE_DATA. At most 3,000 texts a set. Prompts (texts, where there is none) fall into five parts by
their hash; each part is scored by heads fitted on the other four, for three salts of the hash. Similarity (to the
prompt, and to what was liked) and length (and its square) are given the same fit on the same texts.

Bars: on every set the lower ends of the 95 % intervals of what the head orders right beyond similarity, and beyond
length, are over 0; at least 88 % of held-out rewards lie above the lower bound that states 90 %; and rewards lie at
most 0.05 from what was expected, in the mean over ten parts. Pairs of rated texts count where their rewards differ by
0.08 or more, as in distillation.

Beside it: what a turn gains by `generator.best_of = 3`. Of each 12 texts for a held-out prompt 4 are chosen as a turn
chooses them; told are the mean reward that people gave to all and to the chosen, and how far apart these are.
"""

import csv
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.measure import Bar, at_least, at_most
from jobs.distill.hold_out import share_of
from jobs.rewarding.report import won
from jobs.rewarding.sight import Sight
from jobs.settings import DistillSettings
from memory.embedder import load_embedder
from memory.item import Matrix
from rewards.baselines import by_length, by_similarity
from rewards.choose import show
from rewards.compare import bootstrap_interval
from rewards.head import Head
from rewards.judge import Texts
from rewards.metrics import mean_pairwise_distance
from rewards.settings import RewardModelSettings
from rewards.utility import Floats, Opinions, Places
from rewards.worth import calibration_error, earned

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
MOST, PARTS, SALTS = 3_000, 5, ("a", "b", "c")
MARGIN = DistillSettings().pairs.min_margin
COVERAGE = RewardModelSettings().coverage
WRITTEN, SHOWN = 12, 4


class Rated(NamedTuple):
    """Texts, what they answer, and what people said; `judged` are the pairs to be ordered."""

    texts: list[str]
    requests: list[str]
    opinions: Opinions
    judged: Opinions


def run(out: Path) -> dict[str, object]:
    """The bars, and the figures of every set."""
    sets = {name: measured(read(), out / f"{name}.npz") for name, read in SETS.items()}
    return {"salts": SALTS, "sets": sets, "bars": [bar for name, found in sets.items() for bar in bars(name, found)]}


def bars(name: str, found: dict[str, dict[str, float | list[float]]]) -> Iterator[Bar]:
    """What a set must show."""
    for less in ("similarity", "length"):
        low, _ = found[f"over {less}"]["interval"]  # type: ignore[misc]
        yield at_least(f"{name}: lower end of the accuracy beyond {less} alone", low, 0.0)
    yield at_least(
        f"{name}: share of held-out rewards over the lower bound", found["coverage"]["mean"], COVERAGE - 0.02
    )  # type: ignore[arg-type]
    yield at_most(f"{name}: calibration error", found["calibration error"]["mean"], 0.05)  # type: ignore[arg-type]


def measured(rated: Rated, cache: Path) -> dict[str, dict[str, float | list[float]]]:
    """Every figure with its interval, by prompt; texts are seen as vectors that the cache keeps."""
    texts = seen(rated, cache)
    right: dict[str, list[Floats]] = {"head": [], "similarity": [], "length": []}
    rewards, covered, errors, chosen = earned(rated.opinions), [], [], []
    good, bad = rated.judged.pairs.T
    for salt in SALTS:
        part = parts(rated, salt)
        utilities, lower = held_out(rated, texts, part)
        for name, utility in utilities.items():
            right[name].append(np.where(part[good] == part[bad], won(utility, rated.judged), np.nan))
        covered.append((rewards >= lower).astype(np.float64))
        errors.append(calibration_error(utilities["head"], rewards))
        chosen += choices(rated, texts, utilities["head"])
    asked = np.isfinite(right["head"]).any(axis=0)
    groups = rated.judged.groups[good[asked]].tolist()
    mean = {name: np.nanmean(np.array(each)[:, asked], axis=0) for name, each in right.items()}
    figures = {name: figure(each, groups) for name, each in mean.items()}
    figures |= {f"over {name}": figure(mean["head"] - mean[name], groups) for name in ("similarity", "length")}
    figures["coverage"] = figure(np.mean(covered, axis=0), rated.opinions.groups.tolist())
    figures["calibration error"] = {"mean": float(np.mean(errors))}
    if chosen:
        figures |= choosing(chosen)
    figures["of"] = {
        "texts": len(rated.texts),
        "pairs": len(groups),
        "prompts": len(set(rated.opinions.groups.tolist())),
    }
    return figures


class Chosen(NamedTuple):
    """Some texts for one prompt: mean rewards and mean distances of all, and of those that a turn would show."""

    group: int
    reward: float
    shown_reward: float
    distance: float
    shown_distance: float


def choices(rated: Rated, texts: Texts, expected: Floats) -> Iterator[Chosen]:
    """Each prompt's rated texts by the dozen, as if a turn had written them."""
    rewards, vectors = rated.opinions.rewards, np.asarray(texts.vectors)
    for group in np.unique(rated.opinions.groups[rated.opinions.rated]).tolist():
        places = np.flatnonzero((rated.opinions.groups == group) & rated.opinions.rated)
        for start in range(0, len(places) - WRITTEN + 1, WRITTEN):
            dozen = places[start : start + WRITTEN]
            shown = dozen[show(expected[dozen], vectors[dozen], SHOWN)]
            yield Chosen(
                group,
                float(rewards[dozen].mean()),
                float(rewards[shown].mean()),
                mean_pairwise_distance(vectors[dozen]),
                mean_pairwise_distance(vectors[shown]),
            )


def choosing(chosen: list[Chosen]) -> dict[str, dict[str, float | list[float]]]:
    """What choosing is worth, with intervals by prompt."""
    groups = [each.group for each in chosen]
    told = {
        "reward of what was written": [each.reward for each in chosen],
        "reward of what is shown": [each.shown_reward for each in chosen],
        "gain of choosing": [each.shown_reward - each.reward for each in chosen],
        "distance among what was written": [each.distance for each in chosen],
        "distance among what is shown": [each.shown_distance for each in chosen],
    }
    return {name: figure(np.array(values), groups) for name, values in told.items()}


def parts(rated: Rated, salt: str) -> Places:
    """For every text the part of its prompt."""
    return np.array([int(PARTS * share_of(str(group), salt)) for group in rated.opinions.groups], dtype=np.intp)


def held_out(rated: Rated, texts: Texts, part: Places) -> tuple[dict[str, Floats], Floats]:
    """For every text what models that never saw its part expect, and the head's lower bound."""
    n = len(rated.texts)
    found, lower = {name: np.zeros(n) for name in ("head", "similarity", "length")}, np.zeros(n)
    for each in range(PARTS):
        here, rest = part == each, part != each
        known, new = (Texts(*(np.asarray(side)[some] for side in texts)) for some in (rest, here))
        opinions = rated.opinions.among(rest)
        head = Head.fit(known, opinions)
        found["head"][here], lower[here] = head.expected(new)[0], head.lower(new)
        found["similarity"][here] = by_similarity(known, opinions, new)
        found["length"][here] = by_length(known, opinions, new)
    return found, lower


def figure(values: Floats, groups: list[int]) -> dict[str, float | list[float]]:
    """A mean with its interval."""
    return {"mean": float(values.mean()), "interval": list(bootstrap_interval(values, groups, 0))}


def seen(rated: Rated, cache: Path) -> Texts:
    """The texts as vectors, embedded once for all runs on the folder."""
    embedder = load_embedder("minilm")
    every = sorted({*rated.texts, *rated.requests})
    if cache.is_file():
        kept = np.load(cache)
        if kept["fingerprint"] == embedder.fingerprint and kept["texts"].tolist() == every:
            return Sight(Known(embedder.fingerprint, every, kept["vectors"])).see(rated.requests, rated.texts)
    vectors = embedder.embed(every)
    np.savez(cache, fingerprint=embedder.fingerprint, texts=np.array(every), vectors=vectors)
    return Sight(Known(embedder.fingerprint, every, vectors)).see(rated.requests, rated.texts)


class Known:
    """An embedder of what was embedded before."""

    def __init__(self, fingerprint: str, texts: list[str], vectors: Matrix) -> None:
        self.fingerprint = fingerprint
        self.dimension = vectors.shape[1]
        self._place = {text: place for place, text in enumerate(texts)}
        self._vectors = vectors

    def embed(self, texts: list[str], progress: Callable[[int], None] | None = None) -> Matrix:
        return self._vectors[[self._place[text] for text in texts]]


def ideas() -> Rated:
    """Uses of things, with the mean of the judges' originality."""
    rows = [row for row in table("aut_originality_ocsai/rated_ideas") if row["task"] == "uses"]
    return by_rating([(row["prompt"], row["response"], (float(row["originality_1to5"]) - 1) / 4) for row in rows])


def captions() -> Rated:
    """Captions of the cartoons that have a description, with the crowd's mean."""
    about = {row["contest"]: row["description"] for row in table("nycc_caption_ratings/contests") if row["description"]}
    rows = [row for row in table("nycc_caption_ratings/captions_rated") if row["contest"] in about]
    return by_rating([(about[row["contest"]], row["caption"], (float(row["mean_1to3"]) - 1) / 2) for row in rows])


def by_rating(rows: list[tuple[str, str, float]]) -> Rated:
    """At most so many of the rows, drawn by hash, evenly over prompts; every two of a prompt that differ are judged."""
    number = {prompt: n for n, prompt in enumerate(sorted({prompt for prompt, *_ in rows}))}
    kept: dict[str, dict[str, float]] = {prompt: {} for prompt in number}
    for prompt, text, reward in sorted(rows, key=lambda row: share_of(f"{row[0]}\n{row[1]}")):
        if len(kept[prompt]) < MOST // len(number):
            kept[prompt].setdefault(text, reward)
    found = [(prompt, text, reward) for prompt in number for text, reward in kept[prompt].items()]
    groups = np.array([number[prompt] for prompt, *_ in found])
    rewards = np.array([reward for *_, reward in found])
    a, b = np.nonzero((groups[:, None] == groups[None, :]) & (rewards[:, None] - rewards[None, :] >= MARGIN))
    pairs = np.column_stack([a, b])
    none = np.zeros((0, 2), dtype=np.intp), np.zeros(0)
    return Rated(
        [text for _, text, _ in found],
        [prompt for prompt, *_ in found],
        Opinions(rewards, groups, *none),
        Opinions(rewards, groups, pairs, np.ones(len(pairs))),
    )


def one_liners() -> Rated:
    """One-liners without prompts, with the votes on pairs of them; a pair counts where both of it are held out."""
    place = {row["item_id"]: n for n, row in enumerate(table("ukp_humour_pairs/items"))}
    texts = [row["text"] for row in table("ukp_humour_pairs/items")]
    pairs, shares = [], []
    for row in table("ukp_humour_pairs/pair_votes"):
        a, b = float(row["votes_a_funnier"]), float(row["votes_b_funnier"])
        if a != b:
            two = place[row["item_a"]], place[row["item_b"]]
            pairs.append(two if a > b else two[::-1])
            shares.append(max(a, b) / (a + b))
    unrated, groups = np.full(len(texts), np.nan), np.arange(len(texts))
    said = Opinions(unrated, groups, np.array(pairs), np.array(shares))
    return Rated(texts, [""] * len(texts), said, said)


def table(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


SETS: dict[str, Callable[[], Rated]] = {"ideas": ideas, "captions": captions, "one-liners": one_liners}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "reprise-bench-reward_model"
    folder.mkdir(exist_ok=True)
    print(json.dumps(run(folder), indent=2))


if __name__ == "__main__":
    main()
