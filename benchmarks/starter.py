"""The starter: what recall is worth to it, whether openers are to the person, how much it copies, and how fast it is.

    python -m benchmarks.starter [MODEL]     a folder; the shipped starter without

Perplexities are of held-out text with three examples of the same prompt and without any, the same text on both sides:
for our generator's text the examples are of one voice, for real text of one prompt or kind. Openers go to 200 whole
personas, one draw each. Copying: runs of eight words of 100 samples, sought in the very rows that the training read
(as many tokens as the card says), beside fresh text of the generator itself. All draws have fixed seeds.
"""

import json
import os
import re
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Bar, at_least, at_most, interleaved, median
from jobs.pretrain.corpus import Corpus
from jobs.pretrain.evaluate import HeldOut, Shown, held_out, same_prompt
from jobs.pretrain.plan import STARTER
from jobs.pretrain.proof import Openers, prove, trained_on
from loop.models.base import Sampling
from loop.models.engine import Engine
from loop.models.files import find_model
from loop.models.weights import load_local
from loop.settings import TASKS

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
ROWS, PEOPLE, SAMPLES, ROUNDS = 96, 200, 100, 5


def run(out: Path, name: str = "starter") -> dict[str, object]:
    """Every figure of a model, and the bars that the issue sets."""
    engine, corpus = load_local(name, "cpu"), Corpus(DATA, STARTER.seed)
    model, tokenizer = engine.model, engine.tokenizer
    held = held_out(model, tokenizer, corpus, ROWS)
    seconds = round(four_candidates(engine, corpus), 3)
    trained = trained_on(corpus, tokenizer, trained_tokens(name), STARTER.longest)
    proof = prove(model, tokenizer, corpus, DATA, trained, SAMPLES, PEOPLE)
    return {
        "perplexity": {each.name: [round(each.alone, 2), round(each.with_examples, 2)] for each in held},
        "openers": {"shared": proof.openers.shared, "closer_to_own_bio": proof.openers.closer},
        "seconds_4_candidates": seconds,
        "samples": {**_rounded(proof.different), **_rounded(proof.copied), "ended": _ended(proof.shown)},
        "fresh text of the generator": _rounded(proof.fresh),
        "texts": [[each.row.task, each.row.prompt, each.text] for each in proof.shown],
        "opener_texts": [each.text for each in proof.openers.shown],
        "bars": [
            *_recall_bars(held),
            *_opener_bars(proof.openers),
            at_most("4 candidates of 40 tokens with three examples, s", seconds, 2.0),
            at_most(f"doubles among {SAMPLES} samples", proof.different.doubles, 0.0),
        ],
    }


def _recall_bars(held: list[HeldOut]) -> list[Bar]:
    return [at_least(f"{each.name}: perplexity falls with three examples", each.fall, 0.1) for each in held]


def _opener_bars(met: Openers) -> list[Bar]:
    return [
        at_most(f"openers shared by two of {PEOPLE} personas", met.shared, 0.02),
        at_least("openers closer to their own bio than to another", met.closer, 0.7),
    ]


def _rounded(figures: Any) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures._asdict().items()}


def _ended(shown: list[Shown]) -> float:
    return sum(each.stopped for each in shown) / len(shown)


def four_candidates(engine: Engine, corpus: Corpus) -> float:
    """Median seconds of four candidates of 40 tokens, none of which may end before; for an opener with a bio."""
    messages = same_prompt(corpus, "opener", 1)[0].messages()
    profile = TASKS["opener"]
    sampling = Sampling(max_tokens=40, temperature=profile.temperature, top_p=profile.top_p, seed=1)
    ends, engine.ends = engine.ends, frozenset()
    try:
        return median(interleaved({"write": partial(engine.write, messages, 4, sampling)}, ROUNDS, 1)["write"])
    finally:
        engine.ends = ends


def trained_tokens(name: str) -> int:
    """How many tokens a model's card says it was trained on."""
    card = (find_model(name) / "README.md").read_text(encoding="utf-8")
    found = re.search(r"([\d,]+)\s+tokens,", card)
    if found is None:
        raise SystemExit(f"the card of {name} does not say how many tokens it was trained on")
    return int(found.group(1).replace(",", ""))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        json.dump(run(Path(folder), *sys.argv[1:2]), sys.stdout, indent=2)
