"""From a rating to a recall that has seen it, in the same process, on a home of 10,000 items."""

import random
import shutil
import time
from pathlib import Path

from benchmarks.house import FreeEmbedder, fill, open_parts
from benchmarks.measure import at_most, median, percentile
from loop import feedback
from loop.settings import TASKS

ITEMS, RATINGS = 10_000, 300


def run(out: Path) -> dict[str, object]:
    """p50 and p99 in ms: the rating is sent, and recall answers with the new reward."""
    shutil.rmtree(out)
    ledger, memory = open_parts(out, FreeEmbedder())
    fill(ledger, ITEMS, task="tweet")
    memory.warm_up()  # as `reprise serve` does while its first page is opened
    draw, seconds, met = random.Random(0), [], 0
    try:
        for number in range(RATINGS):
            item = f"i{draw.randrange(ITEMS)}"
            words = ledger.texts([item])[item]
            start = time.perf_counter()
            standing = feedback.rate(ledger, TASKS, item, {"clarity": 1 + number % 5}, rater=f"r{number % 3}")
            found = memory.search(words, task="tweet", k=5, strategy="similar").liked
            seconds.append(time.perf_counter() - start)
            seen = [f.item.reward for f in found if f.item.item_id == item]
            assert seen in ([], [standing.reward])
            met += len(seen)
    finally:
        memory.close()
        ledger.close()
    return {
        "items": ITEMS,
        "found_by_the_index": met / RATINGS,  # random vectors are the hardest case for HNSW
        "p50_ms": round(1000 * median(seconds), 2),
        "bars": [at_most("rated to seen by recall, p99, ms", 1000 * percentile(seconds, 0.99), 50.0)],
    }
