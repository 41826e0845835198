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
from rewards.judge import Judge, fit_report

FOLDS = 5
Floats = NDArray[np.float64]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How often the judge prefers the challenger, and how good the judge is."""

    rated: int
    """Rated texts on held-out prompts that the judge could be fitted to."""
    prompts: int
    """Held-out prompts that both models wrote for."""
    accuracy: float | None = None
    """The judge's share of right orders on prompts that it had not seen; None where there are too few to tell."""
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
    requests = held_out.requests()
    seen = _rated(rated, requests, embedder)
    try:
        accuracy = fit_report(
            seen.vectors, seen.prompt_vectors, seen.lengths, seen.rewards, seen.groups, length_controlled=True
        ).accuracy
        a = _scores(challenger, prompts, requests, seen, embedder)
        b = _scores(champion, prompts, requests, seen, embedder)
        groups = [row["prompt_id"] for row, texts in zip(prompts, challenger.texts, strict=True) for _ in texts]
        interval = bootstrap_interval(wins(a, b), groups, settings.seed)
    except TooFew as error:
        return Verdict(rated=len(rated), prompts=len(prompts), missing=f"too little to judge by: {error}")
    return Verdict(
        rated=len(rated), prompts=len(prompts), accuracy=accuracy, win_rate=win_rate(a, b), interval=interval
    )


def _too_few(rated: int, rated_prompts: int, prompts: int, settings: EvaluateSettings) -> str:
    few = "too little to judge by: "
    if rated < settings.min_rated or rated_prompts < 2:
        return f"{few}{rated} rated texts on {rated_prompts} held-out prompts, and {settings.min_rated} are needed"
    if prompts < settings.min_prompts:
        return f"{few}{prompts} held-out prompts to write for, and {settings.min_prompts} are needed"
    return ""


def _rated(rows: Sequence[Row], requests: dict[str, str], embedder: Embedder) -> _Rated:
    texts = [texts_of(row["completion"]) for row in rows]
    return _Rated(
        embedder.embed(texts),
        _prompt_vectors([requests.get(row["prompt_id"], _asked(row)) for row in rows], embedder),
        np.array([len(text) for text in texts], dtype=np.float64),
        np.array([row["reward"] for row in rows], dtype=np.float64),
        [row["prompt_id"] for row in rows],
    )


def _asked(row: Row) -> str:
    """The last message, for a rated text whose prompt was not drawn to write for."""
    return str(row["prompt"][-1]["content"])


def _prompt_vectors(requests: Sequence[str], embedder: Embedder) -> Any:
    """One row per request; each different one is embedded once."""
    unique = list(dict.fromkeys(requests))
    place = {request: k for k, request in enumerate(unique)}
    return embedder.embed(unique)[[place[request] for request in requests]]


def _scores(
    written: Written, prompts: Sequence[Row], requests: dict[str, str], seen: _Rated, embedder: Embedder
) -> Floats:
    """The score of every text, in order, by a judge that has not seen its prompt."""
    scores = []
    for place in range(min(FOLDS, len(prompts))):
        fold = range(place, len(prompts), FOLDS)
        judge = _judge_without({prompts[k]["prompt_id"] for k in fold}, seen)
        scores += [
            (k, score) for k in fold for score in _of_prompt(judge, written.texts[k], requests, prompts[k], embedder)
        ]
    return np.array([score for _, score in sorted(scores, key=lambda pair: pair[0])], dtype=np.float64)


def _of_prompt(judge: Judge, texts: list[str], requests: dict[str, str], row: Row, embedder: Embedder) -> list[float]:
    prompt = _prompt_vectors([requests[row["prompt_id"]]] * len(texts), embedder)
    return [float(s) for s in judge.score(embedder.embed(texts), prompt, [float(len(text)) for text in texts])]


def _judge_without(prompt_ids: set[str], seen: _Rated) -> Judge:
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
