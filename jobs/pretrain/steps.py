"""The steps of any pretraining: a rate that follows the work done, checkpoints by the clock, a curve of the losses."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from jobs.pretrain.model import Learner, Progress, set_rate
from jobs.pretrain.plan import Plan, rate_at
from jobs.train.run import Curve
from loop.faults import point

SAVE_EVERY_S = 120.0
POINTS = 400
"""Most points of a curve; when there are more, every second one goes."""
Tell = Callable[..., None]
"""Hears of every step: done, of how much, and a note."""


def silent(done: int, total: int, note: str = "") -> None:
    """Tells nobody."""


class Goal(msgspec.Struct, frozen=True):
    """When the work is done: after so many tokens, or so many seconds of training."""

    tokens: int = 0
    seconds: float = 0.0

    def share(self, progress: Progress) -> float:
        """How much of the work is done, in [0, 1]."""
        return min(1.0, progress.tokens / self.tokens if self.tokens else progress.seconds / self.seconds)

    def counted(self, progress: Progress) -> tuple[int, int]:
        """Done, of how much: tokens, or seconds."""
        if self.tokens:
            return min(progress.tokens, self.tokens), self.tokens
        return min(round(progress.seconds), round(self.seconds)), round(self.seconds)


class Work(NamedTuple):
    """One kind of pretraining: what it learns from, and how."""

    state: Learner
    plan: Plan
    goal: Goal
    batches: Iterator[tuple[int, int, Any]]
    """Each with the numbers of its chunk and of its place in it."""
    step: Callable[[Any], float]
    """One update; the loss before it."""
    tokens: Callable[[Any], int]
    """How many a batch holds."""
    keep: Callable[[Progress], None]
    """Makes a checkpoint."""
    curve: Curve
    keep_share: float = 1.0
    """Checkpoints after so much of the work, if that comes before the clock, ..."""
    keep_after_s: float = 20.0
    """... and this long after the last one."""


def steps(work: Work, progress: Progress, tell: Tell = silent) -> Progress:
    """Step until the goal is reached; where it stands then. The last checkpoint is the caller's."""
    saved = progress
    for chunk, number, batch in work.batches:
        began = time.perf_counter()
        set_rate(work.state, work.plan, rate_at(work.plan, work.goal.share(progress)))
        loss = work.step(batch)
        progress = _advance(progress, chunk, number, work.tokens(batch), time.perf_counter() - began)
        _note(work.curve, progress.steps, loss)
        tell(*work.goal.counted(progress), f"loss {loss:.3f}, {progress.tokens / progress.seconds:,.0f} tokens/s")
        if work.goal.share(progress) >= 1:
            return progress
        point("mid-train")
        if _due(work, saved, progress):
            work.keep(progress)
            saved = progress
    return progress


def _due(work: Work, saved: Progress, progress: Progress) -> bool:
    since = progress.seconds - saved.seconds
    far = work.goal.share(progress) - work.goal.share(saved) >= work.keep_share
    return since >= SAVE_EVERY_S or (far and since >= work.keep_after_s)


def _advance(progress: Progress, chunk: int, number: int, tokens: int, seconds: float) -> Progress:
    return msgspec.structs.replace(
        progress,
        chunk=chunk,
        batch=number + 1,
        steps=progress.steps + 1,
        tokens=progress.tokens + tokens,
        seconds=progress.seconds + seconds,
    )


def _note(curve: Curve, step: int, loss: float) -> None:
    curve.train.append((step, loss))
    if len(curve.train) > POINTS:
        curve.train[:] = curve.train[::2]


def update(state: Learner, loss: Any) -> float:
    """One step down a loss, its gradients clipped to length 1; the loss as a number."""
    import torch

    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
    for optimizer in state.optimizers:
        optimizer.step()
        optimizer.zero_grad()
    return float(loss.detach())


def bf16_is_faster(fresh: Callable[[], Learner], step: Callable[[Learner, bool], object]) -> bool:
    """Times two updates of throw-away models in either precision."""
    taken = {}
    for bf16 in (False, True):
        state = fresh()
        step(state, bf16)
        began = time.perf_counter()
        step(state, bf16)
        taken[bf16] = time.perf_counter() - began
    return taken[True] < taken[False]
