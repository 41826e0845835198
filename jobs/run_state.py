"""What a refinement remembers of itself: the phases that are done, in a file of its run's folder."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from jobs.evaluate import Evaluation
from jobs.gate import Bar, Decision
from jobs.train.plan import replace_json
from loop.ids import new_id

STATE = "state.json"
ATTEMPTS = 5  # starts after which a run that always dies is given up


class Refinement(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a refinement."""

    run_id: str
    promoted: bool
    outcome: str
    """One sentence."""
    report: str | None = None
    """The path of the report's page; None when there was nothing to report."""
    bars: tuple[Bar, ...] = ()
    dataset_id: str | None = None
    model_id: str | None = None


class State(msgspec.Struct, kw_only=True):
    """The phases, in order; what is None is not done yet."""

    run_id: str
    run_key: str
    task: str | None
    method: str | None
    started: str
    attempts: int = 0
    dataset_id: str | None = None
    plan: str | None = None
    """The method that is trained with."""
    model_id: str | None = None
    trained: bool = False
    evaluation: Evaluation | None = None
    decision: Decision | None = None
    seconds: dict[str, float] = {}
    """By phase, all attempts together."""
    result: Refinement | None = None


def open_run(runs: Path, run_key: str | None, task: str | None, method: str | None) -> State:
    """The run of this key that is not finished (with no key: any for this task), or a new one."""
    for state in _states(runs):
        same = state.run_key == run_key if run_key else (state.task, state.method) == (task, method)
        if same and state.result is None and state.attempts < ATTEMPTS:
            return state
    run_id = new_id("r")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return State(run_id=run_id, run_key=run_key or f"refine:{run_id}", task=task, method=method, started=now)


def abandoned(runs: Path) -> list[State]:
    """The runs that were begun too often and never ended."""
    return [state for state in _states(runs) if state.result is None and state.attempts >= ATTEMPTS]


def save(runs: Path, state: State) -> None:
    """Remember; whole or not at all."""
    (runs / state.run_id).mkdir(parents=True, exist_ok=True)
    replace_json(runs / state.run_id / STATE, state)


def _states(runs: Path) -> list[State]:
    """Every run that can be read, newest first."""
    found = []
    for file in runs.glob(f"*/{STATE}"):
        try:
            found.append(msgspec.json.decode(file.read_bytes(), type=State))
        except (OSError, msgspec.DecodeError):
            continue
    return sorted(found, key=lambda state: state.started, reverse=True)
