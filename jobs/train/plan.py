"""What a training run is to do: written by the parent, read by the child, and what a killed run goes on from."""

import os
from pathlib import Path

import msgspec

from jobs.settings import TrainSettings
from loop.errors import BadInput, RepriseError

PLAN, HEARTBEAT, LOG, PARTIAL = "train.json", "heartbeat.json", "train.log", "partial"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One training run, complete: with the same plan on the same machine come the same weights."""

    run_id: str
    model_id: str
    method: str
    """Names of METHODS joined by `+`."""
    base: str
    """As `generator.model` names it."""
    device: str
    dataset_id: str
    dataset: str
    """The dataset's folder."""
    dataset_sha256: str
    parent: str | None
    """The model that training goes on from; None for the base."""
    parent_adapter: str | None
    models: str
    """The folder that the finished model's folder appears in."""
    settings: TrainSettings
    max_tokens: int = 1_024
    """Longest row, prompt and answer together, in tokens; a longer prompt loses its beginning."""
    reward: str | None = None
    """The folder of the reward model; None where no method asks one."""


class TrainingError(RepriseError):
    """A training ended without a model."""


def write_plan(run: Path, plan: Plan) -> None:
    """Put the plan into the run's folder, whole or not at all."""
    run.mkdir(parents=True, exist_ok=True)
    replace_json(run / PLAN, plan)


def read_plan(run: Path) -> Plan:
    """The plan of a run's folder. Raises BadInput when there is none."""
    try:
        return msgspec.json.decode((run / PLAN).read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError) as error:
        raise BadInput(f"'{run}' holds no training plan ({error}); start trainings with `reprise train`") from error


def replace_json(file: Path, value: object) -> None:
    """Write a JSON file so that a reader, or a kill, never sees half of it."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    with new.open("wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(value), indent=2))
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
