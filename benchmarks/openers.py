"""Openers for 200 people, one each, by the shipped starter through the loop: what two of them share, whom each is for.

Reads ../shared/data/personas_synthetic_persona_chat (or REPRISE_DATA): all lines of a persona are the Bio, what it says
it likes the Interests. The same seeds write without a second try as well, to show what trying again is worth.
"""

import gzip
import json
import os
import random
import shutil
import time
from pathlib import Path

import numpy as np

from benchmarks.house import open_parts
from benchmarks.measure import at_least, at_most, median
from jobs.pretrain.personas import hobbies
from loop.brief import Brief
from loop.models.base import Writer
from loop.models.load import open_writer
from loop.settings import TASKS, GeneratorSettings
from loop.turn import take_turn
from memory.embedder import load_embedder
from memory.repetition import Repetition

ROOT = Path(__file__).parent.parent
DATA = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data"))
PERSONAS = DATA / "personas_synthetic_persona_chat" / "personas_unique.jsonl.gz"
PEOPLE = 200
ONCE = GeneratorSettings(device="cpu", tries=1)
USUAL = GeneratorSettings(device="cpu")


def run(out: Path) -> dict[str, object]:
    """Shares of openers that two people share, with and without trying again; whose bio they are near to."""
    people = personas(PEOPLE)
    writer = open_writer(USUAL)
    plain = write(out / "once", people, writer, ONCE)
    usual = write(out / "usual", people, writer, USUAL)
    told = usual["told"]
    return {
        "people": told.people,
        "seconds_per_turn": {"one try": plain["seconds"], "as set": usual["seconds"]},
        "shared": {"one try": counts(plain["told"]), "as set": counts(told)},
        "widest": [{"people": group.people, "pattern": group.pattern} for group in told.groups],
        "openers": usual["openers"],
        "bars": [
            at_most("openers of which two people share words, pattern or meaning", told.share, 0.02),
            at_least("openers nearer to their own bio than to another's", usual["own"], 0.7),
        ],
    }


def personas(n: int) -> list[dict[str, str]]:
    """Fields of n people of whom no two share more than a line."""
    with gzip.open(PERSONAS, "rt", encoding="utf-8") as file:
        found = [tuple(json.loads(line)["persona"]) for line in file]
    random.Random(0).shuffle(found)
    people: list[dict[str, str]] = []
    seen: set[str] = set()
    for lines in found:
        if len(people) < n and len(seen & set(lines)) < 2:
            likes = hobbies(lines)
            people.append({"Bio": " ".join(lines)} | ({"Interests": ", ".join(likes)} if likes else {}))
            seen.update(lines)
    return people


def write(home: Path, people: list[dict[str, str]], writer: Writer, settings: GeneratorSettings):  # type: ignore[no-untyped-def]
    """One opener for each in a fresh home; what they share, and how often one is nearer to its own bio."""
    shutil.rmtree(home, ignore_errors=True)
    ledger, memory = open_parts(home, load_embedder("minilm"))
    openers, seconds = [], []
    try:
        for seed, fields in enumerate(people):
            brief = Brief(task="opener", prompt="someone new", fields=fields, n=1, seed=seed)
            start = time.perf_counter()
            turn = take_turn(brief, memory=memory, model=writer, ledger=ledger, tasks=TASKS, settings=settings)
            seconds.append(time.perf_counter() - start)
            openers.append(turn.candidates[0].text)
        told = memory.given.repetition("opener")
        own = nearness(memory.embedder.embed(openers) @ memory.embedder.embed([each["Bio"] for each in people]).T)
    finally:
        memory.close()
        ledger.close()
    return {"openers": openers, "told": told, "own": own, "seconds": median(seconds)}


def nearness(cosines: np.ndarray) -> float:
    """How often a row's cosine to its own bio, on the diagonal, is above that to another's: over all pairs."""
    above = cosines < cosines.diagonal()[:, None]
    return float(above.sum() / (len(cosines) * (len(cosines) - 1)))


def counts(told: Repetition) -> dict[str, float]:
    """Shares of the texts by what they have in common."""
    return {"all": told.share} | {kind: count / told.texts for kind, count in told.by.items()}
