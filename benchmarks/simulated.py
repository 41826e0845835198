"""A simulated human and an independent judge, each fitted on its own half of a rated set's prompts.

Both are ridge regressions on sentence vectors (`rewards.judge`): no person, but what many people said of such texts,
carried over to new ones. The human rates what the loop writes; the judge, who takes no part in training or selection
and has length taken out, says afterwards which of two models writes better. Prompts to write for are neither half's.
"""

import csv
import gzip
import hashlib
import os
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from memory.embedder import Embedder
from memory.item import Matrix
from rewards.judge import Judge

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
Floats = NDArray[np.float64]
PER_PROMPT = 300
"""Most rated texts of a prompt that are looked at, drawn by a fixed seed."""


class Rated(NamedTuple):
    """Texts that people rated."""

    prompts: list[str]
    texts: list[str]
    values: list[float]
    """In [0, 1]."""


class Panel(NamedTuple):
    """Who rates, who judges, and what is written for."""

    task: str
    human: Judge
    judge: Judge
    turns: list[str]
    """Prompts of the rated turns."""
    held_out: list[str]
    """Prompts for the judge; no turn was taken on them."""


def ideas() -> Rated:
    """Unusual uses of things, with the mean originality that judges saw in them."""
    return _sample(
        (f"unusual uses for a {row['prompt'].lower()}", row["response"], (float(row["originality_1to5"]) - 1) / 4)
        for row in _rows("aut_originality_ocsai/rated_ideas.csv.gz")
        if row["task"] == "uses"
    )


def captions() -> Rated:
    """Captions of cartoons, with the mean of the readers' votes; of at least thirty."""
    shown = {row["contest"]: row["description"] for row in _rows("nycc_caption_ratings/contests.csv.gz")}
    return _sample(
        (shown[row["contest"]], row["caption"], (float(row["mean_1to3"]) - 1) / 2)
        for row in _rows("nycc_caption_ratings/captions_rated.csv.gz")
        if shown.get(row["contest"]) and int(row["votes"]) >= 30
    )


def things() -> list[str]:
    """Everyday things to find uses for, none of them in the rated set."""
    from jobs.pretrain.sources import objects

    rated = {row["prompt"].lower() for row in _rows("aut_originality_ocsai/rated_ideas.csv.gz")}
    return [f"unusual uses for a {thing}" for thing in objects(DATA) if thing not in rated and not thing.endswith("s")]


SETS: dict[str, tuple[str, Callable[[], Rated]]] = {"ideas": ("brainstorm", ideas), "captions": ("caption", captions)}


def panel(name: str, embedder: Embedder, cache: Path, held_out: int = 60) -> Panel:
    """The panel of a rated set. Vectors are kept in the folder `cache`."""
    task, read = SETS[name]
    rated = read()
    vectors = _vectors(rated, embedder, cache / f"{name}.npz")
    half = np.array([_first_half(prompt) for prompt in rated.prompts])
    asked = sorted(set(rated.prompts)) if name == "captions" else things()
    random.Random(f"{name}/prompts").shuffle(asked)
    return Panel(
        task=task,
        human=_fitted(rated, vectors, half, length_controlled=False),
        judge=_fitted(rated, vectors, ~half, length_controlled=True),
        turns=asked[held_out:],
        held_out=asked[:held_out],
    )


def scores(judge: Judge, embedder: Embedder, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
    """What a judge says of each text for its prompt."""
    return judge.score(embedder.embed(texts), embedder.embed(prompts), [max(1, len(text)) for text in texts])


def _fitted(rated: Rated, vectors: tuple[Matrix, Matrix], of: NDArray[np.bool_], *, length_controlled: bool) -> Judge:
    places = np.flatnonzero(of)
    texts, prompts = vectors
    return Judge.fit(
        texts[places],
        prompts[places],
        [max(1, len(rated.texts[place])) for place in places],
        [rated.values[place] for place in places],
        [rated.prompts[place] for place in places],
        length_controlled=length_controlled,
    )


def _vectors(rated: Rated, embedder: Embedder, file: Path) -> tuple[Matrix, Matrix]:
    """(n, d) of the texts and of their prompts."""
    unique = list(dict.fromkeys(rated.prompts))
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, texts=embedder.embed(rated.texts), prompts=embedder.embed(unique))
    with np.load(file) as kept:
        place = {prompt: k for k, prompt in enumerate(unique)}
        return kept["texts"], kept["prompts"][[place[prompt] for prompt in rated.prompts]]


def _sample(rows: Iterable[tuple[str, str, float]]) -> Rated:
    by_prompt: dict[str, list[tuple[str, str, float]]] = {}
    for row in rows:
        by_prompt.setdefault(row[0], []).append(row)
    rng = random.Random("sample")
    kept = [row for found in by_prompt.values() for row in rng.sample(found, min(PER_PROMPT, len(found)))]
    return Rated([row[0] for row in kept], [row[1] for row in kept], [row[2] for row in kept])


def _first_half(prompt: str) -> bool:
    return hashlib.blake2b(prompt.encode(), digest_size=2).digest()[0] % 2 == 0


def _rows(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
