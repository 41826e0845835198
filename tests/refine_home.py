"""A home in which a simulated rater likes one kind of text, for the tests of training and refinement."""

import random
from pathlib import Path
from typing import Any, Self

from jobs.settings import DistillSettings, EvaluateSettings, GateSettings, TrainSettings
from jobs.workshop import Workshop
from loop.events import Votes
from loop.registry import Registry
from loop.settings import TASKS, GeneratorSettings
from tests.distill_home import Home
from tests.fakes import WordEmbedder

GOOD = ["the", "sea", "sings", "to", "the", "old", "moon", "while", "gulls", "laugh", "over", "warm", "bread"]
BAD = ["fax", "tax", "queue", "memo", "ink", "rust", "desk", "cable", "delay", "form", "stamp", "toner"]
"""As long as the good ones: what is liked must not be told by its length."""
QUICK = {"epochs": 1.0, "batch_size": 8, "min_pairs": 8, "nice": 0, "rank": 4, "alpha": 8, "checkpoint_steps": 4}


class RefineHome(Home):
    """A home with prompts, texts of both kinds, and votes that prefer one kind."""

    def fill(self, prompts: int, per_prompt: int = 6, seed: int = 0) -> Self:
        """Half of the texts for each prompt are of the kind that is liked; the home again."""
        rng = random.Random(seed)
        for n in range(prompts):
            for k in range(per_prompt):
                liked = k % 2 == 0
                text = " ".join(rng.sample(GOOD if liked else BAD, 7)) + f" {rng.randrange(10_000)}"
                self.imported(text, f"a picture of thing {n}", [Votes(value=0.9 if liked else 0.1, weight=20)])
        return self

    def shop(self, model: Path | str, **settings: Any) -> Workshop:
        """A workshop over this home; `settings` may hold train, evaluate, gate and distill."""
        generator = GeneratorSettings(model=str(model), device="cpu")
        return Workshop(
            home=self.folder,
            ledger=self.ledger,
            registry=Registry(self.ledger, self.folder, str(model)),
            tasks=TASKS,
            generator=generator,
            open_embedder=WordEmbedder,
            distill=settings.get("distill", DistillSettings(duplicate=1.0)),
            train=settings.get("train", TrainSettings(**QUICK)),
            evaluate=settings.get("evaluate", EvaluateSettings(prompts=4, samples=2, min_prompts=2, min_rated=10)),
            gate=settings.get("gate", GateSettings()),
            progress=False,
        )
