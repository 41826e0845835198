"""A reward model from a dataset: fitted to the training part, measured on the held-out part, kept under its content."""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from jobs.distill.dataset import load_dataset_manifest, open_dataset
from jobs.distill.progress import Progress, silent
from jobs.rewarding.examples import Examples, held_out_part, training_part
from jobs.rewarding.model import Recipe, begun, is_whole, publish, read_report, rewards_folder
from jobs.rewarding.on_vectors import save_head
from jobs.rewarding.report import RewardReport, Scores, on_pairs, on_texts
from jobs.rewarding.sight import Sight
from jobs.workshop import Workshop
from loop.errors import BadInput
from loop.events import RewardFitted
from loop.manifest import MANIFEST, Manifest, sha256
from loop.version import own_version
from memory.embedder import SHIPPED, Embedder
from rewards.baselines import by_length, by_similarity
from rewards.errors import TooFew
from rewards.head import Head
from rewards.judge import Texts
from rewards.scorer import Floats
from rewards.settings import RewardModelSettings

FORMAT = 2
"""To be raised whenever the same examples and settings would give another model."""


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A reward model that is kept."""

    report: RewardReport
    path: Path
    fresh: bool
    """Whether it was fitted just now; False when the same was there."""


def fit_reward(
    shop: Workshop,
    dataset_id: str,
    settings: RewardModelSettings,
    *,
    embedder: str = SHIPPED,
    progress: Progress = silent,
) -> Fitted:
    """Fit a reward model to what a dataset says, unless the same is there already.

    `embedder` is the name by which the model opens its embedder again. Raises NotFound for an unknown dataset, BadInput
    where people said too little to learn from, TrainingError when a training fails.
    """
    dataset = open_dataset(shop.home, dataset_id)
    trained = is_trained(settings, dataset.pairs)
    known, held = training_part(dataset.path, every_pair=trained), held_out_part(dataset.path)
    seeing = shop.open_embedder()
    own = [shop.generator.model, shop.train] if trained else [seeing.fingerprint, settings.draws, settings.seed]
    id_ = content_id([trained, settings.coverage, *own], known, held)
    folder = rewards_folder(shop.home) / id_
    if is_whole(folder):
        return _recorded(shop, Fitted(report=read_report(folder), path=folder, fresh=False))
    texts, unseen = _seen(known, held, seeing, progress)
    partial = begun(folder)
    if trained:
        recipe = Recipe(kind="trained", base=shop.generator.model, device=shop.generator.device)
        made = _by_training(shop, id_, dataset_id, known, held, settings, partial)
    else:
        recipe = Recipe(kind="head", base=embedder, embedder=seeing.fingerprint)
        made = _by_head(texts, known, unseen, settings, partial)
    scores = Scores(*made, by_similarity(texts, known.opinions, unseen), by_length(texts, known.opinions, unseen))
    report = _report(id_, recipe.kind, dataset_id, known, held, scores, settings)
    publish(partial, report, _manifest(shop, report, recipe, settings), folder)
    return _recorded(shop, Fitted(report=report, path=folder, fresh=True))


def _recorded(shop: Workshop, done: Fitted) -> Fitted:
    """The ledger knows of it, also where a run was killed before it could say so."""
    report = done.report
    sha = sha256(done.path / MANIFEST)
    event = RewardFitted(
        reward_id=report.reward_id,
        kind=report.kind,
        tasks=tuple(report.tasks),
        dataset_id=report.dataset_id,
        sha256=sha,
        metrics=report.metrics,
    )
    shop.ledger.append(event, key=f"{report.reward_id}:{sha}")
    return done


def is_trained(settings: RewardModelSettings, pairs: int) -> bool:
    """Whether the model itself is trained: as set, or with `auto` from so many pairs on."""
    return settings.kind == "trained" or (settings.kind == "auto" and pairs >= settings.trained_from)


def content_id(made_by: list[Any], *parts: Examples) -> str:
    """The same for the same examples and settings on any machine."""
    digest = hashlib.sha256(msgspec.json.encode([FORMAT, *made_by]))
    for part in parts:
        digest.update(msgspec.json.encode([part.requests, part.texts]))
        for array in part.opinions:
            digest.update(np.ascontiguousarray(array).tobytes())
    return f"w_{digest.hexdigest()[:16]}"


def _seen(known: Examples, held: Examples, embedder: Embedder, progress: Progress) -> tuple[Texts, Texts]:
    """Both parts as vectors."""
    total = len({*known.texts, *known.requests, *held.texts, *held.requests} - {""})
    done = 0

    def embedded(more: int) -> None:
        nonlocal done
        done += more
        progress("texts to vectors", done, total)

    sight = Sight(embedder)
    return sight.see(known.requests, known.texts, embedded), sight.see(held.requests, held.texts, embedded)


def _by_head(
    texts: Texts, known: Examples, unseen: Texts, settings: RewardModelSettings, folder: Path
) -> tuple[Floats, Floats]:
    """Fit a head and keep it in the folder; what it expects of the unseen texts, and its lower bounds."""
    try:
        head = Head.fit(texts, known.opinions, settings)
    except TooFew as error:
        raise _too_little(error) from error
    save_head(head, folder)
    return head.expected(unseen)[0], head.lower(unseen)


def _by_training(
    shop: Workshop,
    id_: str,
    dataset_id: str,
    known: Examples,
    held: Examples,
    settings: RewardModelSettings,
    folder: Path,
) -> tuple[Floats, Floats]:
    """Train the writing model to score and keep it in the folder; what it expects, and its lower bounds."""
    from jobs.rewarding.trained import train_scorer

    if not len(known.opinions.pairs):
        raise _too_little("there are no pairs to train on")
    scorer = train_scorer(shop, id_, dataset_id, known, settings.coverage, folder)
    return scorer.score(held.requests, held.texts), scorer.lower(held.requests, held.texts)


def _too_little(why: object) -> BadInput:
    return BadInput(f"there is too little to learn a reward from: {why}; rate more and distill again")


def _report(
    id_: str,
    kind: str,
    dataset_id: str,
    known: Examples,
    held: Examples,
    scores: Scores,
    settings: RewardModelSettings,
) -> RewardReport:
    """What the model learned from, and how good it is on what was held out."""
    return RewardReport(
        reward_id=id_,
        kind=kind,
        dataset_id=dataset_id,
        texts=len(known.texts),
        pairs=len(known.opinions.pairs),
        prompts=known.prompts,
        tasks=known.tasks,
        held_out=on_pairs(held, scores, settings.seed),
        calibration=on_texts(held, scores, settings.coverage, settings.seed),
    )


def _manifest(shop: Workshop, report: RewardReport, recipe: Recipe, settings: RewardModelSettings) -> Manifest:
    """Where a reward model comes from; the hashes are added when its files are written."""
    return Manifest(
        model_id=report.reward_id,
        base=recipe.base,
        method=recipe.kind,
        dataset_id=report.dataset_id,
        dataset_sha256=load_dataset_manifest(shop.home, report.dataset_id).sha256,
        parent=None,
        seed=settings.seed,
        options={"recipe": msgspec.to_builtins(recipe), "reward": msgspec.to_builtins(settings)},
        version=own_version(),
        files={},
        metrics=report.metrics,
    )
