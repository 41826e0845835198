"""One refinement from 400 rated turns: does the writing get better, and stay as varied and as long?

    python -m benchmarks.night [SET [SEED [FOLDER]]]     ideas or captions; the folder keeps the home with its report

A simulated human (`benchmarks.simulated`) rates every candidate of 400 turns with stars, as a person does who got used
to the writer in the first forty: by how far a text lies from those, with noise of half a star. One refinement follows.
Champion and challenger then write for prompts on which no turn was taken, and a judge says whose texts are better, who
was fitted on other prompts of the rated set and took no part in training or in the refinement's own evaluation.
"""

import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Bar, at_least, at_most, median
from benchmarks.simulated import Panel, panel, scores
from jobs.evaluation.variety import kept_variety
from jobs.evaluation.written import Written
from jobs.refine import refine
from loop.brief import Brief, build_messages
from loop.cleaning import clean
from loop.feedback import rate
from loop.models.base import Sampling
from loop.settings import TaskProfile
from loop.turn import Turn, take_turn
from rewards.compare import bootstrap_interval, win_rate, wins
from studio.compose import House, open_house
from studio.workshop import workshop

TURNS, USED_TO, SAMPLES = 400, 40, 4
NOISE = 0.5
"""Standard deviation of a rating around what the human means, in stars."""
SETS, SEEDS = ("ideas", "captions"), (0, 1, 2, 3, 4)


def run(folder: Path) -> dict[str, Any]:
    """Both sets with five seeds each; a seed that was done before is not done again."""
    nights = {name: [_kept(folder, name, seed) for seed in SEEDS] for name in SETS}
    return {"nights": nights, "bars": [bar for name, found in nights.items() for bar in _bars(name, found)]}


def _kept(folder: Path, name: str, seed: int) -> dict[str, Any]:
    file = folder / f"{name}-{seed}.json"
    if not file.is_file():
        file.write_text(json.dumps(night(name, seed, folder), indent=2))
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _bars(name: str, found: Sequence[dict[str, Any]]) -> list[Bar]:
    """Medians over the seeds; what is said of each seed must hold for all."""

    def mid(key: str) -> float:
        return median([each[key] for each in found])

    return [
        at_least(f"{name}: win rate over the incumbent", mid("win_rate"), 0.6),
        at_least(f"{name}: its lower end, the lowest of all seeds", min(each["interval"][0] for each in found), 0.5),
        at_least(f"{name}: mean reward, share gained", mid("reward_gain"), 0.2),
        at_most(f"{name}: length moved by", max(abs(each["length"] - 1) for each in found), 0.1),
        at_least(f"{name}: diversity kept", min(each["diversity"] for each in found), 0.95),
        at_least(f"{name}: one sample's share of best-of-4's gain", mid("best_of_4"), 0.7),
    ]


def night(name: str, seed: int, folder: Path, turns: int = TURNS) -> dict[str, Any]:
    """Turns, ratings, one refinement, and what the judge says of it."""
    home = folder / f"{name}-{seed}"
    with open_house(home, role="bench") as house:
        who = panel(name, house.memory.embedder, folder / "vectors")
        rate_turns(house, who, seed, turns)
        result = refine(workshop(house), task=who.task, run_key=f"night:{seed}")
        engine: Any = workshop(house).engine()
        adapter = house.registry.adapter_path(result.model_id) if result.model_id else None
        before, after = (write_for(engine, house, who, seed, each) for each in (None, adapter))
        return {
            "seed": seed,
            "promoted": result.promoted,
            "outcome": result.outcome,
            "gate": {bar.name: bar.value for bar in result.bars},
            **judged(house, who, before, after, seed),
            "samples": [
                [prompt, *texts] for prompt, *texts in zip(who.held_out[:12], before.texts, after.texts, strict=False)
            ],
        }


def rate_turns(house: House, who: Panel, seed: int, turns: int) -> None:
    """So many turns, each rated before the next; turns that the home holds already are not taken again."""
    draw, seen, liking = random.Random(f"rater/{seed}"), list[float](), [0.0, 1.0]
    for number in range(turns):
        turn = _turn(house, who, seed, number)
        texts = [candidate.text for candidate in turn.candidates]
        meant = scores(who.human, house.memory.embedder, [turn.prompt] * len(texts), texts)
        if number < USED_TO:
            seen += meant.tolist()
            liking = [float(np.mean(seen)), max(float(np.std(seen)), 1e-6)]
        for candidate, value in zip(turn.candidates, meant, strict=True):
            stars = 3 + (value - liking[0]) / liking[1] + draw.gauss(0, NOISE)
            criteria = dict.fromkeys(house.settings.tasks[who.task].criteria, min(5, max(1, round(stars))))
            key = f"rate/{candidate.candidate_id}"
            rate(house.ledger, house.settings.tasks, candidate.candidate_id, criteria, rater="simulated", key=key)


def _turn(house: House, who: Panel, seed: int, number: int) -> Turn:
    prompt = who.turns[number % len(who.turns)]
    brief = Brief(task=who.task, prompt=prompt, n=SAMPLES, seed=1_000 * seed + number)
    return take_turn(
        brief, memory=house.memory, model=house.writer, ledger=house.ledger, tasks=house.settings.tasks,
        settings=house.settings.generator, key=f"turn/{number}",
    )  # fmt: skip


def write_for(engine: Any, house: House, who: Panel, seed: int, adapter: Path | None) -> Written:
    """Candidates of one model for the prompts that were held out, without memory, with the same random numbers."""
    engine.use_adapter(adapter)
    profile: TaskProfile = house.settings.tasks[who.task]
    texts = []
    for place, prompt in enumerate(who.held_out):
        sampling = Sampling.of(profile, 100_000 * (seed + 1) + place)
        completions = engine.write(build_messages(profile, prompt), SAMPLES, sampling)
        texts.append([clean(each.text, profile) for each in completions])
    return Written(model_id=engine.model_id, texts=texts)


def judged(house: House, who: Panel, before: Written, after: Written, seed: int) -> dict[str, Any]:
    """Win rate, reward, diversity and length of what came after beside what was before."""
    prompts = [prompt for prompt in who.held_out for _ in range(SAMPLES)]
    old, new = (scores(who.judge, house.memory.embedder, prompts, each.all) for each in (before, after))
    best = float(old.reshape(-1, SAMPLES).max(axis=1).mean())
    mean, gained = float(old.mean()), float(new.mean() - old.mean())
    kept = kept_variety(after, before, house.memory.embedder)
    return {
        "win_rate": win_rate(new, old),
        "interval": bootstrap_interval(wins(new, old), prompts, seed),
        "reward": [mean, float(new.mean())],
        "reward_gain": gained / mean,
        "best_of_4": gained / (best - mean),
        "diversity": kept.share,
        "length": kept.length,
    }


if __name__ == "__main__":
    name, seed = (sys.argv[1:2] or ["ideas"])[0], int((sys.argv[2:3] or ["0"])[0])
    where = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
    where.mkdir(parents=True, exist_ok=True)
    print(json.dumps(night(name, seed, where), indent=2))
