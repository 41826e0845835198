"""The win rate: a judge that took no part in training says which of two models' texts it expects to be liked more.

The judge is fitted to what people said of texts on held-out prompts alone, and for each prompt a judge is asked that
has not seen that prompt. Length is taken out, since it is the first thing that a refinement learns.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.evaluation.held_out import HeldOut
from jobs.evaluation.written import Written
from jobs.settings import EvaluateSettings
from jobs.train.rows import texts_of
from jobs.train.run import Row
from memory.embedder import Embedder
from rewards.compare import bootstrap_interval, win_rate, wins
from rewards.errors import TooFew
from rewards.judge import Judge
from rewards.ranks import pair_accuracy

FOLDS = 5
Floats = NDArray[np.float64]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How often the judge prefers the challenger, and how good the judge is."""

    rated: int
    """Rated texts on held-out prompts that the judge could be fitted to."""
    prompts: int
    """Held-out prompts that both models wrote for."""
    accuracy: float | None = None
    """The judge's share of right orders on a prompt that it had not seen; None where there are too few to tell."""
    accuracy_interval: tuple[float, float] | None = None
    win_rate: float | None = None
    interval: tuple[float, float] | None = None
    missing: str = ""
    """Why there is no win rate, in one sentence."""


class _Rated(msgspec.Struct, frozen=True):
    vectors: Any
    prompt_vectors: Any
    lengths: Floats
    rewards: Floats
    groups: list[Hashable]


def judge_models(
    held_out: HeldOut, champion: Written, challenger: Written, embedder: Embedder, settings: EvaluateSettings
) -> Verdict:
    """The verdict over paired texts: candidate k of one model against candidate k of the other, prompt by prompt."""
    rated, prompts = held_out.rated, held_out.prompts
    few = _too_few(len(rated), len({r["prompt_id"] for r in rated}), len(prompts), settings)
    if few:
        return Verdict(rated=len(rated), prompts=len(prompts), missing=few)
    requests = held_out.requests
    seen = _rated(rated, requests, embedder)
    try:
        judges = _judges([*seen.groups, *(row["prompt_id"] for row in prompts)], seen)
        right, asked = _right_orders(judges, seen)
        a = _scores(judges, challenger, prompts, requests, embedder)
        b = _scores(judges, champion, prompts, requests, embedder)
        groups = [row["prompt_id"] for row, texts in zip(prompts, challenger.texts, strict=True) for _ in texts]
        return Verdict(
            rated=len(rated),
            prompts=len(prompts),
            accuracy=float(np.mean(right)),
            accuracy_interval=bootstrap_interval(right, asked, settings.seed),
            win_rate=win_rate(a, b),
            interval=bootstrap_interval(wins(a, b), groups, settings.seed),
        )
    except TooFew as error:
        return Verdict(rated=len(rated), prompts=len(prompts), missing=f"too little to judge by: {error}")


def _too_few(rated: int, rated_prompts: int, prompts: int, settings: EvaluateSettings) -> str:
    few = "too little to judge by: "
    if rated < settings.min_rated:
        return f"{few}{rated} rated texts on held-out prompts, and {settings.min_rated} are needed"
    if rated_prompts < 2:
        return f"{few}the rated texts that were held out answer one prompt or none, and several prompts are needed"
    if prompts < settings.min_prompts:
        return f"{few}{prompts} held-out prompts to write for, and {settings.min_prompts} are needed"
    return ""


def _rated(rows: Sequence[Row], requests: dict[str, str], embedder: Embedder) -> _Rated:
    texts = [texts_of(row["completion"]) for row in rows]
    return _Rated(
        embedder.embed(texts),
        _prompt_vectors([requests.get(row["prompt_id"], "") for row in rows], embedder),
        np.array([len(text) for text in texts], dtype=np.float64),
        np.array([row["reward"] for row in rows], dtype=np.float64),
        [row["prompt_id"] for row in rows],
    )


def _prompt_vectors(requests: Sequence[str], embedder: Embedder) -> Any:
    """One row per request; each different one is embedded once, and zeros stand for none."""
    unique = list(dict.fromkeys(requests))
    vectors = embedder.embed(unique)
    vectors[[place for place, request in enumerate(unique) if not request]] = 0.0
    place = {request: k for k, request in enumerate(unique)}
    return vectors[[place[request] for request in requests]]


def _judges(prompt_ids: Sequence[Hashable], seen: _Rated) -> dict[Hashable, Judge]:
    """For each prompt a judge that has not seen it: prompts in five parts, a judge for each. Raises TooFew."""
    unique = list(dict.fromkeys(prompt_ids))
    judges: dict[Hashable, Judge] = {}
    for place in range(min(FOLDS, len(unique))):
        fold = unique[place::FOLDS]
        judges |= dict.fromkeys(fold, _judge_without(set(fold), seen))
    return judges


def _scores(
    judges: dict[Hashable, Judge],
    written: Written,
    prompts: Sequence[Row],
    requests: dict[str, str],
    embedder: Embedder,
) -> Floats:
    """The score of every text, in order."""
    scores = [
        _of_prompt(judges[row["prompt_id"]], texts, requests[row["prompt_id"]], embedder)
        for row, texts in zip(prompts, written.texts, strict=True)
    ]
    return np.concatenate(scores)


def _of_prompt(judge: Judge, texts: list[str], request: str, embedder: Embedder) -> Floats:
    prompt = _prompt_vectors([request] * len(texts), embedder)
    return judge.score(embedder.embed(texts), prompt, [float(len(text)) for text in texts])


def _right_orders(judges: dict[Hashable, Judge], seen: _Rated) -> tuple[list[float], list[Hashable]]:
    """For each rated prompt the share of its pairs that its judge orders right. Raises TooFew.

    A judge that knows nothing still leans somewhere, and two models differ somehow: without this check one of them
    would win by the lean. So the judge has to prove itself before its verdict counts.
    """
    right: dict[Hashable, float] = {}
    for prompt in dict.fromkeys(seen.groups):
        here = np.array([group == prompt for group in seen.groups])
        if np.ptp(seen.rewards[here]) > 0:
            scores = judges[prompt].score(seen.vectors[here], seen.prompt_vectors[here], seen.lengths[here])
            right[prompt] = pair_accuracy(scores, seen.rewards[here], [prompt] * int(here.sum()))
    if len(right) < 2:
        raise TooFew("fewer than two held-out prompts have texts with different rewards")
    return list(right.values()), list(right)


def _judge_without(prompt_ids: set[Hashable], seen: _Rated) -> Judge:
    kept = np.array([group not in prompt_ids for group in seen.groups])
    groups = [group for group in seen.groups if group not in prompt_ids]
    return Judge.fit(
        seen.vectors[kept],
        seen.prompt_vectors[kept],
        seen.lengths[kept],
        seen.rewards[kept],
        groups,
        length_controlled=True,
    )
