"""Small folders of clean rows, as `reprise preprocess` makes them, with a pattern that can be learned."""

import json
import random
from pathlib import Path

THINGS = ("rain", "roof", "sea", "user", "post", "ship", "storm", "light")


def make_clean(folder: Path, train: int = 64, held: int = 16, task: str = "tweet", seed: int = 0) -> Path:
    """Splits of texts about a thing each; without a task they are texts alone."""
    folder.mkdir(parents=True)
    lot = random.Random(seed)
    for name, count in (("train", train), ("validation", held), ("test", held)):
        rows = []
        for _ in range(count):
            thing = lot.choice(THINGS)
            rows.append({"text": f"the {thing} and the {lot.choice(THINGS)}", "task": task, "prompt": thing})
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row | {"fields": {}}) + "\n" for row in rows))
    return folder
