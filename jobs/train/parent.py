"""Training in a child process: started, watched, and ended when it hangs or when we are interrupted."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from jobs.train import heartbeat
from jobs.train.plan import HEARTBEAT, LOG, Plan, TrainingError, read_plan
from loop.manifest import Manifest, verify

POLL = 0.2  # seconds between looks at the child
GRACE = 5.0  # seconds between asking it to end and ending it
ROOT = Path(__file__).parents[2]


class Killed(TrainingError):
    """The child was ended from outside; started again, it goes on from its last checkpoint."""


def train_in_child(run: Path, progress: bool = True, module: str = "jobs.train") -> Manifest:
    """Train as the plan in this folder says; the manifest of the finished, verified model.

    `module` is what the child runs.
    Raises Killed when a signal ended the child, TrainingError when it failed or hung; both name the log.
    """
    plan = read_plan(run)
    (run / HEARTBEAT).unlink(missing_ok=True)
    with (run / LOG).open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", module, str(run)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_environment(),
        )
        try:
            _give_way(child.pid, plan.settings.nice)
            _watch(child, run, plan, progress)
        finally:
            end(child)
    _check(child.returncode, run)
    return verify(Path(plan.models) / plan.model_id)


def end(child: subprocess.Popen[bytes]) -> None:
    """End the child and all that it started: asked first, then not asked."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is not None:
            return
        try:
            os.killpg(child.pid, sign)
            child.wait(GRACE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def _watch(child: subprocess.Popen[bytes], run: Path, plan: Plan, progress: bool) -> None:
    """Until the child ends: show how far it is; a heart that stands still ends it."""
    seen: heartbeat.Heartbeat | None = None
    changed = time.monotonic()
    bar = _Bar(progress)
    try:
        while child.poll() is None:
            now = heartbeat.read(run)
            if now != seen:
                seen, changed = now, time.monotonic()
                bar.show(now)
            elif time.monotonic() - changed > plan.settings.stale_s:
                raise TrainingError(
                    f"the training has shown no step for {plan.settings.stale_s:.0f} s and was ended; see {run / LOG}"
                )
            time.sleep(POLL)
    finally:
        bar.close()


class _Bar:
    """A tqdm bar on stderr, a new one for each stage."""

    def __init__(self, shown: bool) -> None:
        self._shown = shown
        self._stage = ""
        self._bar: Any = None

    def show(self, beat: heartbeat.Heartbeat | None) -> None:
        from tqdm import tqdm

        if beat is None or not self._shown:
            return
        if beat.stage != self._stage:
            self.close()
            self._stage = beat.stage
            self._bar = tqdm(total=beat.total, desc=beat.stage, unit="step", file=sys.stderr, leave=False)
        self._bar.total = beat.total
        self._bar.update(beat.step - self._bar.n)
        if beat.loss is not None:
            self._bar.set_postfix(loss=f"{beat.loss:.3f}")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _environment() -> dict[str, str]:
    """Ours, with telemetry off and this code importable from wherever we were started."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    idle = {"OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE")}  # threads that spin starve a busy machine
    return {**os.environ, **quiet, **idle, "PYTHONPATH": path}


def _give_way(pid: int, nice: int) -> None:
    try:
        os.setpriority(os.PRIO_PROCESS, pid, nice)
    except ProcessLookupError:  # it ended at once; its log says why
        return


def _check(status: int, run: Path) -> None:
    if status == 0:
        return
    if status < 0:
        name = signal.Signals(-status).name
        raise Killed(f"the training was ended by {name}; run it again, it goes on from its last checkpoint")
    raise TrainingError(f"the training failed: {_last_line(run / LOG)} (the whole log is in {run / LOG})")


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
