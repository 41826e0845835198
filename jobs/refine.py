"""The whole night's work: distill, train, evaluate, promote. Each phase is remembered, so that a kill costs little."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import msgspec
import sqlalchemy as sa

from jobs.distill.assemble import SFT
from jobs.distill.dataset import open_dataset
from jobs.distill.progress import bars, silent
from jobs.distill.run import distill
from jobs.lease import Held, lease
from jobs.report import write_report
from jobs.run_state import Refinement, State, abandoned, open_run, save
from jobs.steps import evaluate_model, train_model
from jobs.train.methods import choose, stages
from jobs.train.parent import Killed
from jobs.train.rows import read_rows
from jobs.workshop import Workshop
from loop import schema
from loop.errors import RepriseError
from loop.events import JobFinished, JobStarted
from loop.ids import new_id
from loop.models.load import is_remote

JOB = "refine"


class Over(Exception):
    """There is nothing more to do, and why."""


def refine(
    shop: Workshop,
    task: str | None = None,
    *,
    dry_run: bool = False,
    run_key: str | None = None,
    method: str | None = None,
) -> Refinement:
    """Learn from all that was liked until now, and switch to the new model if it proves better.

    A refinement that was killed is gone on with when it is called again with its key (without a key: for the same
    task). `dry_run` distills and says what would be trained. Raises LeaseHeld while another process refines this
    home or when the run of this key was finished, TrainingError when training failed.
    """
    if method:
        stages(method)
    with lease(shop.ledger, JOB) as held:
        _give_up(shop)
        state = open_run(shop.home / "runs", run_key, task, method)
        with lease(shop.ledger, state.run_key) as mine:
            result = _dry(shop, state) if dry_run else _run(shop, state, held)
            if not dry_run:
                mine.finish()
    return result


def _give_up(shop: Workshop) -> None:
    """Close the runs that died at every start, so that a new one is tried and nobody waits for them."""
    for state in abandoned(shop.home / "runs"):
        outcome = f"given up after {state.attempts} starts, none of which came to an end; see its log"
        _finish(shop, state, _refinement(state, promoted=False, outcome=outcome), ok=False)


def _run(shop: Workshop, state: State, held: Held) -> Refinement:
    state.attempts += 1
    save(shop.home / "runs", state)
    started = JobStarted(job=JOB, run_key=state.run_key, run_id=state.run_id)
    shop.ledger.append(started, key=f"{state.run_id}:started")
    try:
        result = _phases(shop, state, held)
    except Over as over:
        result = _refinement(state, promoted=False, outcome=str(over))
    except Killed:
        raise
    except RepriseError as error:
        _finish(shop, state, _refinement(state, promoted=False, outcome=str(error)), ok=False)
        raise
    return _finish(shop, state, result, ok=True)


def _phases(shop: Workshop, state: State, held: Held) -> Refinement:
    """Those that are not done yet, in order."""
    _distill(shop, state)
    held.check()
    _train(shop, state)
    held.check()
    _evaluate(shop, state)
    held.check()
    return _promote(shop, state)


def _distill(shop: Workshop, state: State) -> None:
    if state.dataset_id is None:
        with _timed(shop, state, "distill"):
            state.dataset_id = _distilled(shop, state.task)
    if state.plan is None:
        state.plan = _method(shop, state)
        save(shop.home / "runs", state)


def _distilled(shop: Workshop, task: str | None) -> str:
    with bars() as shown:
        return distill(
            shop.ledger,
            shop.home,
            shop.tasks,
            shop.distill,
            embedder=shop.open_embedder(),
            task=task,
            progress=shown if shop.progress else silent,
        ).dataset_id


def _method(shop: Workshop, state: State) -> str:
    """What to train with. Raises Over when there is nothing to train on, or nothing new."""
    dataset = open_dataset(shop.home, str(state.dataset_id))
    found = f"{dataset.sft} texts and {dataset.pairs} pairs"
    if is_remote(shop.generator):
        _over(f"{found} were distilled; '{shop.generator.model}' is remote, so export them with `reprise export`")
    human = sum(bool(row.get("human")) for row in read_rows(dataset.path / SFT))
    method = state.method or choose(dataset.sft, human, dataset.pairs, shop.train)
    if method is None:
        needed = f"{shop.train.min_rows} texts or {shop.train.min_pairs} pairs"
        _over(f"there is nothing to train on yet: {found}, and {needed} are needed; rate more and come back")
    before = _trained_before(shop, dataset.dataset_id, method)
    if before is not None:
        _over(f"nothing has changed since '{before}' was trained and evaluated on the same {found}; rate more")
    return method


def _train(shop: Workshop, state: State) -> None:
    if state.trained:
        return
    state.model_id = state.model_id or new_id("m")
    save(shop.home / "runs", state)
    with _timed(shop, state, "train"):
        train_model(shop, state.run_id, state.model_id, str(state.dataset_id), str(state.plan))
        state.trained = True


def _evaluate(shop: Workshop, state: State) -> None:
    if state.decision is not None:
        return
    with _timed(shop, state, "evaluate"):
        evaluated = evaluate_model(shop, state.run_id, str(state.model_id), str(state.dataset_id))
        state.evaluation, state.decision = evaluated


def _promote(shop: Workshop, state: State) -> Refinement:
    model_id, decision = str(state.model_id), state.decision
    if decision is None:
        raise RepriseError(f"the run '{state.run_id}' was not evaluated; start the refinement again")
    if not decision.ok:
        refused = "; ".join(decision.refusals)
        return _refinement(state, promoted=False, outcome=f"'{model_id}' was refused: {refused}")
    shop.registry.promote(model_id, run_id=state.run_id, key=f"{state.run_id}:promote")
    undo = "`reprise models rollback` undoes it"
    return _refinement(state, promoted=True, outcome=f"'{model_id}' writes from now on; {undo}")


def _finish(shop: Workshop, state: State, result: Refinement, ok: bool) -> Refinement:
    """The report, the fact, and the state that says that it is over: in this order, each safe to be done again."""
    report = write_report(shop.run_folder(state.run_id), state, result)
    state.result = msgspec.structs.replace(result, report=str(report))
    finished = JobFinished(job=JOB, run_key=state.run_key, run_id=state.run_id, ok=ok, outcome=result.outcome)
    shop.ledger.append(finished, key=f"{state.run_id}:finished")
    save(shop.home / "runs", state)
    return state.result


def _dry(shop: Workshop, state: State) -> Refinement:
    """What would be done; a run that was begun stays as it is."""
    try:
        state.dataset_id = _distilled(shop, state.task)
        state.plan = _method(shop, state)
    except Over as over:
        return _refinement(state, promoted=False, outcome=str(over))
    dataset = open_dataset(shop.home, str(state.dataset_id))
    would = f"would train {state.plan} on {dataset.sft} texts and {dataset.pairs} pairs; nothing was trained"
    return _refinement(state, promoted=False, outcome=would)


def _refinement(state: State, *, promoted: bool, outcome: str) -> Refinement:
    return Refinement(
        run_id=state.run_id,
        promoted=promoted,
        outcome=outcome,
        bars=state.decision.bars if state.decision else (),
        dataset_id=state.dataset_id,
        model_id=state.model_id,
    )


def _trained_before(shop: Workshop, dataset_id: str, method: str) -> str | None:
    """A model of this base that was trained on the same rows in the same way, and judged."""
    c = schema.models.c
    same = sa.and_(c.dataset_id == dataset_id, c.method == method, c.base == shop.generator.model)
    with shop.ledger.reading() as db:
        query = sa.select(c.model_id).where(same, c.verdict.is_not(None)).order_by(c.seq.desc()).limit(1)
        return db.execute(query).scalar()


@contextmanager
def _timed(shop: Workshop, state: State, phase: str) -> Iterator[None]:
    """Count the seconds of a phase, and remember the state when it is done."""
    begun = time.monotonic()
    yield
    state.seconds[phase] = state.seconds.get(phase, 0.0) + time.monotonic() - begun
    save(shop.home / "runs", state)


def _over(why: str) -> NoReturn:
    raise Over(why)
