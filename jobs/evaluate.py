"""Champion and challenger on held-out prompts: paired, with the same random numbers, judged by who did not train."""

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from jobs.distill.assemble import SFT
from jobs.evaluation.changed import Change, changes
from jobs.evaluation.held_out import HeldOut, read_held_out
from jobs.evaluation.judged import Verdict, judge_models
from jobs.evaluation.preferred import Preferred, Scored, perplexity, preferred, score_pairs
from jobs.evaluation.variety import Kept, kept_variety
from jobs.evaluation.written import Written, write_all
from jobs.settings import EvaluateSettings
from jobs.train.rows import read_rows, sample, texts_of
from loop.registry import Champion
from loop.settings import TaskProfile
from memory.embedder import Embedder

SHOWN = 12  # before-and-after samples in a report


class BeforeAfter(msgspec.Struct, frozen=True, kw_only=True):
    """What both models wrote for one held-out prompt."""

    request: str
    before: list[str]
    after: list[str]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """Every figure of a comparison. What could not be measured is None; the bars say what follows from that."""

    champion: str
    challenger: str
    base: str
    verdict: Verdict
    preferred: Preferred | None
    """Held-out preferences, measured from the model that preference training began at; None without pairs."""
    from_base: Preferred | None
    """The same measured from the base: what all stages brought together."""
    on_preferences: bool
    """Whether the challenger was trained on preferences at all."""
    to_champion: Kept | None
    """Diversity and length beside the champion's; None without held-out prompts."""
    to_base: Kept | None
    perplexity: dict[str, float]
    """Of held-out human texts, by model; empty without any."""
    samples: list[BeforeAfter]
    changes: list[Change] = []
    """What else moved in the writing, the largest change first."""
    seconds: float


class _OfModel(msgspec.Struct, frozen=True):
    """What one model did with the held-out part."""

    written: Written
    scored: Scored
    perplexity: float | None


def evaluate(
    engine: Any,
    champion: Champion,
    challenger: Champion,
    dataset: Path,
    *,
    tasks: Mapping[str, TaskProfile],
    embedder: Embedder,
    settings: EvaluateSettings,
    beta: float = 0.1,
    reference: Path | None = None,
    on_preferences: bool = True,
    progress: bool = True,
) -> Evaluation:
    """Compare two adapters of one local model on a dataset's held-out part; `engine` gets its adapter back.

    Nothing is written. `beta` scales the implicit rewards, as in training, and `reference` is the adapter that
    preference training began at, None for the base: after SFT every likelihood has moved far, and measured from the
    base the loss would tell of that and not of preferences.
    """
    begun = time.monotonic()
    held_out = read_held_out(dataset, settings.prompts, settings.pairs, settings.seed)
    base = Champion(model_id=engine.name, adapter=None)
    measured = _measure_all(engine, [base, champion, challenger], held_out, tasks, settings, progress)
    begin = _score_reference(engine, reference, held_out, settings) if reference else measured[base.model_id].scored
    before, after, ground = measured[champion.model_id], measured[challenger.model_id], measured[base.model_id]
    wrote = bool(held_out.prompts)
    return Evaluation(
        champion=champion.model_id,
        challenger=challenger.model_id,
        base=base.model_id,
        verdict=judge_models(held_out, before.written, after.written, embedder, settings),
        preferred=preferred(held_out.pairs, after.scored, begin, beta, settings.seed),
        from_base=preferred(held_out.pairs, after.scored, ground.scored, beta, settings.seed),
        on_preferences=on_preferences,
        to_champion=kept_variety(after.written, before.written, embedder) if wrote else None,
        to_base=kept_variety(after.written, ground.written, embedder) if wrote else None,
        perplexity={name: m.perplexity for name, m in measured.items() if m.perplexity is not None},
        samples=_samples(held_out, before.written, after.written, settings.seed),
        changes=_changes(dataset, before.written, after.written, settings.seed),
        seconds=time.monotonic() - begun,
    )


def _measure_all(
    engine: Any,
    models: Sequence[Champion],
    held_out: HeldOut,
    tasks: Mapping[str, TaskProfile],
    settings: EvaluateSettings,
    progress: bool,
) -> dict[str, _OfModel]:
    """Each model once, though the champion may be the base; the base's weights are loaded once for all."""
    from tqdm import tqdm

    unique = {model.model_id: model for model in models}
    before = engine.adapter, engine.model_id
    bar = tqdm(
        total=len(unique) * len(held_out.prompts), desc="evaluate", unit="prompt", file=sys.stderr,
        disable=not progress, leave=False,
    )  # fmt: skip
    try:
        return {name: _measure(engine, model, held_out, tasks, settings, bar.update) for name, model in unique.items()}
    finally:
        bar.close()
        engine.use_adapter(*before)


def _score_reference(engine: Any, reference: Path, held_out: HeldOut, settings: EvaluateSettings) -> Scored:
    before = engine.adapter, engine.model_id
    engine.use_adapter(reference)
    try:
        return score_pairs(engine, held_out.pairs, settings.batch_size)
    finally:
        engine.use_adapter(*before)


def _measure(
    engine: Any,
    model: Champion,
    held_out: HeldOut,
    tasks: Mapping[str, TaskProfile],
    settings: EvaluateSettings,
    step: Any,
) -> _OfModel:
    engine.use_adapter(model.adapter, model.model_id)
    human = sample(held_out.human, settings.pairs, settings.seed)
    return _OfModel(
        write_all(engine, held_out.prompts, tasks, settings.samples, settings.seed, step),
        score_pairs(engine, held_out.pairs, settings.batch_size),
        perplexity(engine, human, settings.batch_size),
    )


def _changes(dataset: Path, before: Written, after: Written, seed: int) -> list[Change]:
    """None where there are too few prompts to tell."""
    if len(before.texts) < 2:
        return []
    return changes(before, after, (texts_of(row["completion"]) for row in read_rows(dataset / SFT)), seed)


def _samples(held_out: HeldOut, before: Written, after: Written, seed: int) -> list[BeforeAfter]:
    """Drawn at random, not chosen: the first candidates of a few prompts."""
    places = sample([{"k": k} for k in range(len(held_out.prompts))], SHOWN, seed + 1)
    return [
        BeforeAfter(
            request=held_out.prompts[p["k"]]["request"], before=before.texts[p["k"]][:2], after=after.texts[p["k"]][:2]
        )
        for p in places
    ]
