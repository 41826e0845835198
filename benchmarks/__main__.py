"""Run every benchmark, or those that are named, and write what was measured under benchmarks/results/.

python -m benchmarks [NAME ...]
"""

import json
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from benchmarks.measure import machine

NAMES = (
    "ledger", "turn", "freshness", "startup", "generation", "recall", "captions", "captions_killed", "distill",
    "refine", "reward_model", "night", "finetune", "starter", "openers", "preprocess", "raters",
)  # fmt: skip
RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"there is no benchmark '{unknown[0]}'; choose from {', '.join(NAMES)}", file=sys.stderr)
        return 2
    verdicts = [measure(name) for name in names or NAMES]
    return 0 if all(verdicts) else 1


def measure(name: str) -> bool:
    """Run one benchmark, print its bars and keep its figures."""
    start = time.perf_counter()
    folder = Path(tempfile.gettempdir()) / f"reprise-bench-{name}"
    folder.mkdir(exist_ok=True)
    figures = import_module(f"benchmarks.{name}").run(folder)
    seconds = round(time.perf_counter() - start, 1)
    RESULTS.mkdir(exist_ok=True)
    kept = {"benchmark": name, "machine": machine(), "seconds": seconds, **figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")
    bars = figures["bars"]
    for bar in bars:
        print(f"{'ok  ' if bar['ok'] else 'MISS'} {name}: {bar['name']}: {bar['value']} (limit {bar['limit']})")
    return all(bar["ok"] for bar in bars)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
