"""The scheduler over a house, with every refinement in a process of its own.

So the page stays quick while a model trains, a refinement that eats the memory takes nothing with it, and to stop is
to interrupt one process, which goes on where it was when it is started again.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from jobs.lease import LeaseHeld
from jobs.schedule import Scheduler
from jobs.watch import watch
from loop.errors import RepriseError
from studio.compose import House, open_house
from studio.workshop import workshop

GRACE = 20.0  # seconds between the interruption and the end
HELD = 3  # exit status: somebody else is at it
LOG = "refine.log"
ROOT = Path(__file__).parents[1]


class RefineChild:
    """Runs refinements as child processes; what they say goes to `<home>/runs/refine.log`."""

    def __init__(self, home: Path, config: Path | None) -> None:
        self._command = [sys.executable, "-m", "studio.scheduling", "--home", str(home.absolute())]
        self._command += ["--config", str(config.absolute())] if config else []
        self._log = home / "runs" / LOG
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._over = False

    def __call__(self, run_key: str) -> None:
        """Refine, and wait for it. Raises LeaseHeld, or RepriseError when the child failed."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            with self._lock:
                if self._over:
                    return
                self._child = self._started([*self._command, run_key], log.fileno())
            status = self._child.wait()
        if status == HELD:
            raise LeaseHeld(f"'{run_key}' is in other hands, or done")
        if status != 0:
            raise RepriseError(f"the refinement ended with status {status}; see {self._log}")

    def stop(self) -> None:
        """Interrupt what runs, and let nothing begin."""
        with self._lock:
            self._over = True
            child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()  # not SIGINT, which a child of a background shell ignores until it has a handler
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()

    def _started(self, command: list[str], log: int) -> "subprocess.Popen[bytes]":
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )


def open_scheduler(house: House, config: Path | None = None) -> Scheduler:
    """The scheduler of a home; not started."""
    child = RefineChild(house.home, config)
    return Scheduler(
        house.ledger,
        house.settings.schedule,
        child,
        refresh=house.projector.catch_up,
        watch=lambda: watch(house.ledger, house.registry, house.settings.watch),
        stop=child.stop,
    )


def work(house: House, config: Path | None = None, over: threading.Event | None = None) -> None:
    """`reprise worker`: run what is due until SIGTERM or SIGINT, or until `over` is set."""
    ended = over or threading.Event()
    before = {sig: signal.signal(sig, lambda *_: ended.set()) for sig in (signal.SIGINT, signal.SIGTERM)}
    scheduler = open_scheduler(house, config)
    scheduler.start()
    try:
        ended.wait()
    finally:
        scheduler.close()
        for sig, handler in before.items():
            signal.signal(sig, handler)


def main() -> None:
    """One refinement by its run key; what `RefineChild` starts."""
    parser = argparse.ArgumentParser(prog="studio.scheduling", description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("run_key")
    given = parser.parse_args()
    for sig in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sig, signal.default_int_handler)  # an exception, so that the trainer's own child is ended too
    sys.exit(_refine(given.home, given.config, given.run_key))


def _refine(home: Path, config: Path | None, run_key: str) -> int:
    from jobs.refine import refine

    try:
        with open_house(home, config, role="refinement") as house:
            refine(workshop(house, progress=False), run_key=run_key)
    except LeaseHeld as held:
        print(held, file=sys.stderr)  # noqa: T201
        return HELD
    except RepriseError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    main()
