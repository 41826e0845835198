"""The feedback-strategy experiment: which way to recall leads to texts that are liked more?

Every strategy begins with a copy of the home's memory, in a folder that is thrown away, and writes for the same
prompts with the same seeds; a simulated rater scores every candidate; the next round recalls from what was scored. So
strategies differ in nothing but what they recall, and the home itself is not touched.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from jobs.ledger_copy import copy_ledger
from jobs.raters import Rater
from loop import feedback
from loop.brief import Brief
from loop.errors import BadInput
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.models.base import Writer
from loop.projector import Projector
from loop.remember import Memory
from loop.settings import GeneratorSettings, TaskProfile
from loop.turn import Turn, take_turn
from memory.embedder import Embedder
from memory.exact import ExactIndex
from memory.recall import STRATEGIES
from memory.settings import MemorySettings
from rewards.compare import bootstrap_interval
from rewards.metrics import mean_pairwise_distance
from rewards.settings import RewardSettings

RATER = "simulated"
Progress = Callable[[int, int], None]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What one strategy reached in one round; means over all candidates."""

    round: int
    strategy: str
    reward: float
    """What the rater said, in [0, 1]."""
    interval: tuple[float, float]
    """Of the mean reward, 95 %, prompts drawn with replacement."""
    novelty: float
    """Against everything that was in memory before."""
    diversity: float
    """Mean cosine distance between the candidates of one turn."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The whole experiment."""

    report: str
    """One sentence on how the strategies stand in the last round."""
    rater: str
    task: str
    prompts: int
    rounds: tuple[Round, ...]


class Parts(NamedTuple):
    """What the experiment is made of."""

    ledger: Ledger
    writer: Writer
    embedder: Embedder
    tasks: Mapping[str, TaskProfile]
    generator: GeneratorSettings
    memory: MemorySettings
    rewards: RewardSettings


class _Arm(NamedTuple):
    strategy: str
    ledger: Ledger
    memory: Memory


def compare(
    parts: Parts,
    strategies: Sequence[str],
    prompts: Sequence[str],
    task: str,
    *,
    rounds: int,
    rater: tuple[str, Rater],
    n: int = 4,
    seed: int = 0,
    progress: Progress = lambda *_: None,
) -> Comparison:
    """Run the experiment. Raises BadInput for an unknown strategy, or fewer than two strategies or prompts."""
    _check(strategies, prompts, rounds)
    found: list[Round] = []
    with tempfile.TemporaryDirectory(prefix="reprise-compare-") as folder:
        for number in range(1, rounds + 1):
            for strategy in strategies:
                with _arm(parts, strategy, Path(folder) / f"{strategy}.db") as arm:
                    briefs = [_brief(task, prompt, strategy, n, seed, number, k) for k, prompt in enumerate(prompts)]
                    found.append(_round(parts, arm, briefs, number, rater[1]))
                progress(len(found), rounds * len(strategies))
    said = _sentence([each for each in found if each.round == rounds])
    return Comparison(report=said, rater=rater[0], task=task, prompts=len(prompts), rounds=tuple(found))


def _check(strategies: Sequence[str], prompts: Sequence[str], rounds: int) -> None:
    unknown = [name for name in strategies if name not in STRATEGIES]
    if unknown:
        raise BadInput(f"there is no recall strategy '{unknown[0]}'; choose from {', '.join(STRATEGIES)}")
    if len(set(strategies)) < 2 or len(set(strategies)) < len(strategies):
        raise BadInput("give two or more different strategies, as in --strategies none,best")
    if len(set(prompts)) < 2:
        raise BadInput("give two or more different prompts, so that an interval can be told")
    if rounds < 1:
        raise BadInput(f"{rounds} rounds cannot be run; give 1 or more")


def _brief(task: str, prompt: str, strategy: str, n: int, seed: int, number: int, place: int) -> Brief:
    """The seed depends on the round and the prompt alone, so that all strategies draw the same random numbers."""
    return Brief(task=task, prompt=prompt, n=n, strategy=strategy, seed=(seed + 7919 * number + place) % 2**31)


@contextmanager
def _arm(parts: Parts, strategy: str, file: Path) -> Iterator[_Arm]:
    """A strategy's own copy of ledger and memory, as it left them in the round before."""
    if not file.exists():
        copy_ledger(parts.ledger, file)
    ledger = Ledger(f"sqlite:///{file}")
    settings = msgspec.structs.replace(parts.memory, explore=0.0, url="")
    memory = Memory(
        ledger,
        settings,
        open_embedder=lambda: parts.embedder,
        open_index=lambda embedder: (None, ExactIndex([], np.zeros((0, embedder.dimension), np.float32), [])),
    )
    projector = Projector(ledger, HANDLERS, parts.rewards)
    ledger.project(projector)
    projector.catch_up()
    try:
        yield _Arm(strategy, ledger, memory)
    finally:
        memory.close()
        ledger.close()


def _round(parts: Parts, arm: _Arm, briefs: Sequence[Brief], number: int, rater: Rater) -> Round:
    """All turns first, then all ratings: within a round nobody learns from a neighbour."""
    turns = [
        take_turn(
            brief, memory=arm.memory, model=parts.writer, ledger=arm.ledger, tasks=parts.tasks, settings=parts.generator
        )
        for brief in briefs
    ]
    values, spreads = [], []
    for turn in turns:
        vectors = parts.embedder.embed([candidate.text for candidate in turn.candidates])
        values.append(_rated(parts, arm, turn, vectors, rater))
        spreads.append(mean_pairwise_distance(vectors) if len(vectors) > 1 else 0.0)
    groups = [turn.prompt for turn, said in zip(turns, values, strict=True) for _ in said]
    rewards = np.concatenate(values)
    return Round(
        round=number,
        strategy=arm.strategy,
        reward=float(rewards.mean()),
        interval=bootstrap_interval(rewards, groups, seed=number),
        novelty=float(np.mean([candidate.novelty for turn in turns for candidate in turn.candidates])),
        diversity=float(np.mean(spreads)),
    )


def _rated(parts: Parts, arm: _Arm, turn: Turn, vectors: np.ndarray, rater: Rater) -> np.ndarray:
    """Score every candidate from 1 to 5, as a person would; the values themselves."""
    texts = [candidate.text for candidate in turn.candidates]
    prompts = np.repeat(parts.embedder.embed([turn.prompt]), len(texts), axis=0)
    values = rater(vectors, prompts, texts)
    criteria = parts.tasks[turn.task].criteria
    for candidate, value in zip(turn.candidates, values, strict=True):
        scores = dict.fromkeys(criteria, 1 + round(4 * float(value)))
        feedback.rate(arm.ledger, parts.tasks, candidate.candidate_id, scores, rater=RATER)
    return values


def _sentence(last: Sequence[Round]) -> str:
    ranked = sorted(last, key=lambda each: -each.reward)
    best, second = ranked[0], ranked[1]
    clear = best.interval[0] > second.interval[1]
    stands = "is ahead of" if clear else "cannot be told from"
    return (
        f"after {best.round} rounds '{best.strategy}' ({best.reward:.3f}, {best.interval[0]:.3f} to "
        f"{best.interval[1]:.3f}) {stands} '{second.strategy}' ({second.reward:.3f}, {second.interval[0]:.3f} to "
        f"{second.interval[1]:.3f}) by the simulated rater's word"
    )
