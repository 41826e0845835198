"""Distilling a home of 117,587 rated captions: all of it, then 100 new events, in one run.

    python -m benchmarks.distill [FOLDER]     the folder keeps the imported home for the next run

Bar: with 100 new events spread over all prompts, distillation takes under a tenth of the time of a full build. Both
find every vector kept in the ledger, as they are once memory has indexed what was imported; with the vectors still to
be made, a full build takes longer and the bar would be easier. Three rounds each; medians are compared.
"""

import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from jobs.distill.dataset import datasets_folder
from jobs.distill.run import distill
from jobs.settings import DistillSettings
from loop import feedback, schema
from loop.handlers import HANDLERS
from loop.importing import import_file
from loop.imports.plan import ImportPlan
from loop.ledger import Ledger, Vectors
from loop.projector import Projector
from loop.settings import TASKS
from memory.item import Matrix
from rewards.settings import RewardSettings

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data")) / "nycc_caption_ratings"
ROUNDS, NEW, BATCH = 3, 100, 2_000


class HashedEmbedder:
    """Bags of hashed words in 384 dimensions: as many and as large as real vectors, made in no time."""

    fingerprint = "hashed:1"
    dimension = 384

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Matrix:
        """(n, 384) unit rows."""
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[hash_of(word) % self.dimension] += 1.0 if hash_of(word) % 2 else -1.0
            row[0] += 0.01
        if progress:
            progress(len(texts))
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def hash_of(word: str) -> int:
    import zlib

    return zlib.crc32(word.encode())


def imported(home: Path) -> Ledger:
    """The home with all captions and their vectors, made if it is not there."""
    home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.in_home(home)
    ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
    plan = ImportPlan.of(
        maps=[
            "text=caption",
            "prompt=contest.description",
            "votes_1=unfunny",
            "votes_2=somewhat_funny",
            "votes_3=funny",
        ],
        scale="1:3",
        joins=[f"contest={DATA / 'contests.csv.gz'}:contest"],
    )
    import_file(ledger, DATA / "captions_rated.csv.gz", plan, "caption", TASKS, _say("import"))
    _embed(ledger)
    return ledger


def _embed(ledger: Ledger) -> None:
    embedder, c = HashedEmbedder(), schema.items.c
    with ledger.reading() as db:
        kept = schema.vectors.c
        known = sa.select(kept.id).where(kept.fingerprint == embedder.fingerprint)
        ids = list(db.execute(sa.select(c.item_id).where(c.item_id.not_in(known))).scalars())
    for start in range(0, len(ids), BATCH):
        texts = ledger.texts(ids[start : start + BATCH])
        ledger.keep(Vectors(embedder.fingerprint, list(texts), embedder.embed(list(texts.values()))))


def _say(what: str) -> Callable[[int, int], None]:
    return lambda done, total: print(f"\r{what} {done / max(total, 1):4.0%}", end="", file=sys.stderr)


def new_events(ledger: Ledger, round_: int) -> None:
    """One rating each for 100 captions, spread over all prompts."""
    c, rng = schema.items.c, random.Random(round_)
    with ledger.reading() as db:
        prompts = list(db.execute(sa.select(c.prompt_id).distinct()).scalars())
        by_prompt = {p: list(db.execute(sa.select(c.item_id).where(c.prompt_id == p)).scalars()) for p in prompts}
    for place in range(NEW):
        one = rng.choice(by_prompt[prompts[place % len(prompts)]])
        feedback.rate(ledger, TASKS, one, {"originality": rng.randint(1, 5)})


def measured(ledger: Ledger, home: Path) -> dict[str, list[float]]:
    """Seconds of full builds, of builds after 100 events, and of builds after none."""
    seconds: dict[str, list[float]] = {"full": [], "incremental": [], "nothing": []}
    for round_ in range(ROUNDS):
        shutil.rmtree(datasets_folder(home), ignore_errors=True)
        for name in seconds:
            if name == "incremental":
                new_events(ledger, round_)
            begun = time.perf_counter()
            distill(ledger, home, TASKS, DistillSettings(), embedder=HashedEmbedder())
            seconds[name].append(time.perf_counter() - begun)
    return seconds


def run(out: Path) -> dict[str, object]:
    """Import where need be, measure, and compare; `out` is the folder of the home."""
    ledger = imported(out)
    try:
        with ledger.reading() as db:
            items = db.execute(sa.select(sa.func.count()).select_from(schema.items)).scalar_one()
        seconds = measured(ledger, out)
        made = distill(ledger, out, TASKS, DistillSettings(), embedder=HashedEmbedder())
    finally:
        ledger.close()
    p50 = {name: statistics.median(each) for name, each in seconds.items()}
    ratio = p50["incremental"] / p50["full"]
    return {
        "items": items,
        "rows": {"sft": made.sft, "pairs": made.pairs, "unpaired": made.unpaired, "held_out": made.held_out},
        "seconds": {name: [round(each, 3) for each in rounds] for name, rounds in seconds.items()},
        "bars": [{"name": "incremental / full", "value": round(ratio, 4), "limit": 0.1, "ok": ratio < 0.1}],
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "reprise-bench-distill"
    print(json.dumps(run(folder), indent=2))


if __name__ == "__main__":
    main()
