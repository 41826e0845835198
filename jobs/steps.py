"""One training, one comparison: each a fact in the ledger, each safe to be asked for again."""

from pathlib import Path
from typing import Any

import msgspec

from jobs.distill.dataset import Dataset, list_datasets, load_dataset_manifest, open_dataset
from jobs.evaluate import Evaluation, evaluate
from jobs.gate import Decision, decide
from jobs.settings import TrainSettings
from jobs.train.child import stage_result
from jobs.train.methods import METHODS, stages
from jobs.train.parent import Killed, train_in_child
from jobs.train.plan import Plan, TrainingError, write_plan
from jobs.workshop import Workshop
from loop.errors import BadInput
from loop.events import ModelEvaluated, TrainingFailed, TrainingFinished, TrainingStarted
from loop.manifest import WEIGHTS, Manifest
from loop.models.files import find_model
from loop.models.load import is_remote
from loop.registry import Champion, KnownModel


def train_model(
    shop: Workshop,
    run_id: str,
    model_id: str,
    dataset_id: str,
    method: str,
    settings: TrainSettings | None = None,
    *,
    onto: str | None = None,
    reward: str | None = None,
) -> Manifest:
    """Train the base on a dataset in a child process; the finished model's manifest.

    Asked again for the same run after a kill it goes on, and after the end it answers at once. Training begins at the
    base and not at the champion: datasets accumulate, so nothing is lost by it, and errors do not add up over nights.
    For small steps in between it begins at the model `onto`. Methods that need a reward model ask `reward`, or the
    newest. Raises BadInput before anything begins, TrainingError when it fails.
    """
    chosen = settings or shop.train
    stages(method)
    _must_be_local(shop)
    find_model(shop.generator.model)
    dataset = open_dataset(shop.home, dataset_id)
    plan = msgspec.structs.replace(
        _plan(shop, run_id, model_id, dataset, method, chosen),
        parent=onto,
        parent_adapter=_begin_at(shop, onto),
        reward=_reward(shop, method, reward),
    )
    folder = shop.run_folder(run_id)
    write_plan(folder, plan)
    options = msgspec.to_builtins(chosen)
    started = TrainingStarted(run_id=run_id, dataset_id=dataset_id, method=method, base=plan.base, options=options)
    shop.ledger.append(started, key=f"{run_id}:train")
    try:
        manifest = train_in_child(folder, shop.progress)
    except Killed:
        raise
    except TrainingError as error:
        shop.ledger.append(TrainingFailed(run_id=run_id, reason=str(error)), key=f"{run_id}:failed")
        raise
    _record(shop, run_id, manifest)
    return manifest


def evaluate_model(
    shop: Workshop, run_id: str, model_id: str, dataset_id: str, against: str | None = None
) -> tuple[Evaluation, Decision]:
    """Compare a model with the champion (or another) on a dataset's held-out part, and hold it against the bars."""
    _must_be_local(shop)
    champion = _as_champion(shop, against) if against else shop.registry.champion()
    challenger = _as_champion(shop, model_id)
    dataset = open_dataset(shop.home, dataset_id)
    trained_by = shop.registry.model(model_id)
    evaluation = evaluate(
        shop.engine(),
        champion,
        challenger,
        dataset.path,
        tasks=shop.tasks,
        embedder=shop.open_embedder(),
        settings=shop.evaluate,
        beta=shop.train.beta,
        reference=_reference(shop, trained_by),
        on_preferences=_first_on_preferences(trained_by.method) is not None,
        progress=shop.progress,
    )
    decision = decide(evaluation, shop.gate)
    shop.ledger.append(_evaluated(run_id, evaluation, decision), key=f"{run_id}:evaluate:{champion.model_id}")
    return evaluation, decision


def dataset_for(shop: Workshop, model_id: str) -> str:
    """The dataset on whose held-out part a model is compared: its own, or for one from elsewhere the newest here.

    Raises BadInput where there is none.
    """
    own, known = shop.registry.model(model_id).dataset_id, list_datasets(shop.ledger)
    if known and own not in {each.dataset_id for each in known}:
        return known[0].dataset_id
    if not known:
        raise BadInput(f"there is no dataset to compare '{model_id}' on; make one with `reprise distill`")
    return own


def _reference(shop: Workshop, model: KnownModel) -> Path | None:
    """The adapter that preference training began at: what the stage before left, or the parent; None for the base."""
    names, first = model.method.split("+"), _first_on_preferences(model.method)
    if first == 0 and model.parent is not None:
        return shop.registry.adapter_path(model.parent)
    return stage_result(shop.run_folder(model.run_id), names[first - 1]) if first else None


def _first_on_preferences(method: str) -> int | None:
    known = (METHODS.get(name) for name in method.split("+"))  # a pulled model's method need not be one of ours
    return next((place for place, each in enumerate(known) if each and each.rows == "preference"), None)


def _as_champion(shop: Workshop, model_id: str) -> Champion:
    return Champion(model_id=model_id, adapter=shop.registry.adapter_path(model_id))


def _must_be_local(shop: Workshop) -> None:
    if is_remote(shop.generator):
        raise BadInput(
            f"the model '{shop.generator.model}' is remote, not trained here; export its dataset with `reprise export`"
        )


def _plan(shop: Workshop, run_id: str, model_id: str, dataset: Dataset, method: str, settings: TrainSettings) -> Plan:
    return Plan(
        run_id=run_id,
        model_id=model_id,
        method=method,
        base=shop.generator.model,
        device=shop.generator.device,
        dataset_id=dataset.dataset_id,
        dataset=str(dataset.path),
        dataset_sha256=load_dataset_manifest(shop.home, dataset.dataset_id).sha256,
        parent=None,
        parent_adapter=None,
        models=str(shop.registry.folder),
        settings=settings,
    )


def _begin_at(shop: Workshop, onto: str | None) -> str | None:
    """The adapter that training goes on from. Raises BadInput for the base, NotFound for an unknown model."""
    if onto is None:
        return None
    adapter = shop.registry.adapter_path(onto)
    if adapter is None:
        raise BadInput(f"'{onto}' is the base, at which training begins anyway; leave it out")
    return str(adapter)


def _reward(shop: Workshop, method: str, named: str | None) -> str | None:
    """The folder of the reward model that is asked. Raises BadInput where one is needed and there is none."""
    from jobs.rewarding.model import kept, rewards_folder
    from jobs.rewarding.serving import marked

    if not any(METHODS[name].rewarded for name in stages(method)):
        if named is not None:
            raise BadInput(f"{method} asks no reward model; leave '{named}' out")
        return None
    gone = marked(shop.ledger)
    known = [report.reward_id for report in kept(shop.home) if report.reward_id not in gone]
    if not known or (named is not None and named not in known):
        said = f"there is no reward model '{named}'" if named else f"{method} needs a reward model"
        forgotten = f" but one that was fitted to the forgotten text '{gone[named]}'" if named in gone else ""
        raise BadInput(f"{said}{forgotten}; fit one with `reprise reward`")
    return str(rewards_folder(shop.home) / (named or known[-1]))


def _record(shop: Workshop, run_id: str, manifest: Manifest) -> None:
    event = TrainingFinished(
        run_id=run_id,
        model_id=manifest.model_id,
        dataset_id=manifest.dataset_id,
        method=manifest.method,
        base=manifest.base,
        parent=manifest.parent,
        sha256=manifest.files[WEIGHTS],
        metrics=manifest.metrics,
    )
    shop.ledger.append(event, key=f"{run_id}:trained")


def _evaluated(run_id: str, evaluation: Evaluation, decision: Decision) -> ModelEvaluated:
    verdict = evaluation.verdict
    bars: tuple[dict[str, Any], ...] = tuple(msgspec.to_builtins(bar) for bar in decision.bars)
    return ModelEvaluated(
        run_id=run_id,
        model_id=evaluation.challenger,
        against=evaluation.champion,
        win_rate=0.5 if verdict.win_rate is None else verdict.win_rate,
        interval=verdict.interval or (0.0, 1.0),
        bars=bars,
        ok=decision.ok,
    )
