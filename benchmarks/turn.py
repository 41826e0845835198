"""A turn's own overhead: with a model that returns at once, and end to end with a real one."""

import itertools
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.house import FreeEmbedder, fill, open_parts
from benchmarks.measure import at_most, interleaved, median, percentile
from loop.brief import Brief
from loop.ledger import Ledger
from loop.models.base import Completion, Sampling, Writer
from loop.models.load import open_writer
from loop.remember import Memory
from loop.settings import TASKS, GeneratorSettings
from loop.turn import Turn, take_turn

PROFILE = TASKS["brainstorm"]
ROUNDS, REAL_ROUNDS = 200, 30
IDLE_ROUNDS, IDLE = 60, 0.05
"""A processor that slept for 50 ms does everything 1.5 to 2 times slower for a while; that is told beside the bar."""


class Instant:
    """A model that returns at once, and remembers the last call so that a raw one can be made again."""

    model_id = "instant"

    def __init__(self) -> None:
        self._count = itertools.count()

    def write(self, messages, n, sampling, on_piece=None):  # type: ignore[no-untyped-def]
        """n texts that differ."""
        return [Completion(text=f"thought number {next(self._count)}", tokens=3, finish="stop") for _ in range(n)]


class Recorder:
    """Passes every call on and keeps its arguments."""

    def __init__(self, writer: Writer) -> None:
        self.model_id = writer.model_id
        self._writer = writer
        self.calls: list[tuple[object, ...]] = []

    def write(self, messages, n, sampling, on_piece=None):  # type: ignore[no-untyped-def]
        """What the writer writes."""
        self.calls.append((messages, n, sampling))
        return self._writer.write(messages, n, sampling, on_piece)


def run(out: Path) -> dict[str, object]:
    """p50 of the overhead in ms, and the ratio of a whole turn to the raw calls that it made."""
    shutil.rmtree(out)
    ledger, memory = open_parts(out, FreeEmbedder())
    fill(ledger, 2_000, task="brainstorm")
    memory.catch_up()
    try:
        instant = stub(ledger, memory, ROUNDS, memory.catch_up)
        idle = stub(ledger, memory, IDLE_ROUNDS, lambda: time.sleep(IDLE))
        ratio, real = against_real(ledger, memory)
    finally:
        memory.close()
        ledger.close()
    overhead = 1000 * (median(instant["turn"]) - median(instant["raw"]))
    return {
        "turn_ms": told(instant),
        "turn_after_idling_ms": told(idle),
        "real_ms": {name: 1000 * median(values) for name, values in real.items()},
        "bars": [
            at_most("overhead of a turn over the raw call, p50, ms", overhead, 5.0),
            at_most("turn with the starter / raw call", ratio, 1.03),
        ],
    }


def told(seconds: dict[str, list[float]]) -> dict[str, float]:
    """Milliseconds of a turn."""
    return {"p50": 1000 * median(seconds["turn"]), "p99": 1000 * percentile(seconds["turn"], 0.99)}


def stub(ledger: Ledger, memory: Memory, rounds: int, reading: Callable[[], None]) -> dict[str, list[float]]:
    """Seconds of a turn and of the raw call alone; between two turns the index follows, while a person reads."""
    model = Instant()
    numbers = itertools.count(rounds * 1_000)
    messages = [{"role": "user", "content": "x"}]
    sampling = Sampling.of(PROFILE, 1)
    return interleaved(
        {
            "turn": lambda: turn(ledger, memory, model, next(numbers)),
            "raw": lambda: model.write(messages, 4, sampling),
            "reading": reading,
        },
        rounds,
        warm_up=20,
    )


def against_real(ledger: Ledger, memory: Memory) -> tuple[float, dict[str, list[float]]]:
    """The median ratio of a turn to the very calls that it made, repeated raw at once after it."""
    writer = open_writer(GeneratorSettings(device="cpu"))
    recorder = Recorder(writer)
    numbers = itertools.count(10_000)

    def whole() -> Turn:
        recorder.calls.clear()
        return turn(ledger, memory, recorder, next(numbers))

    def raw() -> None:
        for messages, n, sampling in recorder.calls:
            writer.write(messages, n, sampling)  # type: ignore[arg-type]

    seconds = interleaved({"turn": whole, "raw": raw}, REAL_ROUNDS)
    ratios = [a / b for a, b in zip(seconds["turn"], seconds["raw"], strict=True)]
    return median(ratios), seconds


def turn(ledger: Ledger, memory: Memory, model: Writer, number: int) -> Turn:
    """One turn on a prompt that is new each time."""
    brief = Brief(task="brainstorm", prompt=f"unusual uses for thing {number}", n=4, seed=number)
    settings = GeneratorSettings()
    return take_turn(brief, memory=memory, model=model, ledger=ledger, tasks=TASKS, settings=settings)
