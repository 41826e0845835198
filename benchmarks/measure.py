"""What every benchmark shares: bars, interleaved timing, and what machine this is."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

Bar = dict[str, object]
LIBRARIES = ("torch", "transformers", "trl", "chromadb", "sqlalchemy", "sentence-transformers", "langchain-core")


def at_most(name: str, value: float, limit: float) -> Bar:
    """A figure that must not be above its limit."""
    return {"name": name, "value": round(value, 4), "limit": limit, "ok": value <= limit}


def at_least(name: str, value: float, limit: float) -> Bar:
    """A figure that must not be below its limit."""
    return {"name": name, "value": round(value, 4), "limit": limit, "ok": value >= limit}


def interleaved(
    contenders: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 3
) -> dict[str, list[float]]:
    """Seconds of each call: every contender in turn, so that the machine's moods fall on all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + warm_up):
        for name, call in contenders.items():
            start = time.perf_counter()
            call()
            if turn >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def median(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory, 1),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
