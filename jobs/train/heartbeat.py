"""The child's sign of life: a small file that it replaces at every step, and the parent watches."""

import os
import time
from pathlib import Path

import msgspec

from jobs.train.plan import HEARTBEAT, TrainingError
from jobs.train.run import Beat

EVERY = 0.2  # seconds between writes: a small model takes hundreds of steps per second
_encode = msgspec.json.encode


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """Where the child is. `eta_s` is the time left of this stage in seconds, None until it can be told."""

    stage: str
    step: int
    total: int
    loss: float | None = None
    eta_s: float | None = None


class Heart:
    """Writes heartbeats for one stage into a run's folder."""

    def __init__(self, run: Path, stage: str) -> None:
        self._file = run / HEARTBEAT
        self._stage = stage
        self._begun: tuple[float, int] | None = None
        self._written = 0.0

    def beat(self, step: int, total: int, loss: float | None = None) -> None:
        """Say that this step is done; most steps of a fast training go unsaid."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = (now, step)
        if now - self._written < EVERY and step < total:
            return
        since, first = self._begun
        eta = (now - since) / (step - first) * (total - step) if step > first else None
        write(self._file, Heartbeat(stage=self._stage, step=step, total=total, loss=loss, eta_s=eta))
        self._written = now


def beating(run: Path, stage: str) -> Beat:
    """What a stage tells its steps to. It raises TrainingError once the process that started the child is gone."""
    heart, parent = Heart(run, stage), os.getppid()

    def beat(step: int, total: int, loss: float | None) -> None:
        if os.getppid() != parent:
            raise TrainingError("the process that started this training is gone; start it again to go on")
        heart.beat(step, total, loss)

    return beat


def write(file: Path, heartbeat: Heartbeat) -> None:
    """Replace the file in one go; it need not survive a crash of the machine, so nothing is forced to the disk."""
    new = file.with_suffix(".new")
    new.write_bytes(_encode(heartbeat))
    new.replace(file)


def read(run: Path) -> Heartbeat | None:
    """The newest heartbeat; None before the first."""
    try:
        return msgspec.json.decode((run / HEARTBEAT).read_bytes(), type=Heartbeat)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
