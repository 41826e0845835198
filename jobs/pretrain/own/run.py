"""From corpora to a model that writes, in one process that may be killed and run again; on a processor or a GPU."""

import math
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from jobs.curves import picture
from jobs.pretrain.model import (
    Learner,
    Progress,
    learner,
    load_checkpoint,
    new_model,
    read_curve,
    save_checkpoint,
)
from jobs.pretrain.own.documents import Corpora
from jobs.pretrain.own.packing import Packed, Tokens, make_tokenizer, pack, read_tokens, windows
from jobs.pretrain.own.plan import OwnPlan
from jobs.pretrain.own.report import Pretrained, publish
from jobs.pretrain.plan import Plan
from jobs.pretrain.steps import Goal, Tell, Work, bf16_is_faster, steps, update
from jobs.train.run import Curve
from jobs.unfinished import begin, quietly, told_when_full
from loop.errors import BadInput
from loop.models import threads
from loop.models.weights import choose_device
from loop.settings import TaskProfile

LEAST_TOKENS = 2_000
"""With fewer there is nothing to learn from."""
SOME_WINDOWS, MOST_WINDOWS = 8, 128
"""Held-out windows that are measured at a checkpoint, and at the end."""
KEEP_SHARE = 0.1
Bars = Callable[[str, str], Any]
"""Opens a bar with a name and a unit, as a context; what it gives hears `done, total` and a note."""
Batch = NDArray[np.int64]


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """What the steps of one training work with."""

    plan: Plan
    device: str
    model: Any
    forward: Any
    """The model, compiled where that pays."""
    tokenizer: Any
    train: Tokens
    held: Tokens


def pretrain(out: Path, plan: OwnPlan, tasks: Mapping[str, TaskProfile], bars: Bars) -> Pretrained:
    """Train a tokenizer and a model on corpora; the model appears as `out`, whole.

    Stopped at any moment and called again with the same plan it goes on from its last checkpoint. Raises BadInput
    before anything begins, TrainingError when the disk is full.
    """
    corpora = Corpora([Path(name) for name in plan.corpora], plan.maps, tasks)
    plan.goal(LEAST_TOKENS)
    device = choose_device(plan.device)
    plan = msgspec.structs.replace(plan, corpora_sha256=corpora.sha256())
    work = begin(out, plan, "the same command as before")
    with told_when_full(work, "the last whole checkpoint is kept"), quietly(work / "train.log"):
        try:
            texts = _texts(work, corpora, plan, bars)
        except BadInput:
            shutil.rmtree(work)
            raise
        return _train(out, work, plan, corpora, device, *texts, bars)


def _texts(work: Path, corpora: Corpora, plan: OwnPlan, bars: Bars) -> tuple[Any, Packed, Packed]:
    """The tokenizer, and how much there is to learn from and to measure on."""
    shape = plan.model()
    with bars("tokenizer", "character") as tell:
        tokenizer = make_tokenizer(
            corpora.train(), shape.vocabulary, shape.context, work / "tokenizer", lambda n: tell(n, None)
        )
    with bars("tokens", "B") as tell:
        heard = lambda n: tell(n, None)  # noqa: E731
        train = pack(corpora.train(), tokenizer, work / "train.bin", heard)
        held = pack(corpora.held(), tokenizer, work / "held.bin", heard)
    if train.tokens < LEAST_TOKENS or not held.texts:
        raise BadInput(_too_little(train, held))
    return tokenizer, train, held


def _too_little(train: Packed, held: Packed) -> str:
    texts = "1 text" if train.texts + held.texts == 1 else f"{train.texts + held.texts:,} texts"
    return (
        f"the corpora have {texts}, {train.tokens:,} tokens to learn from and {held.texts:,} texts to measure on; "
        f"give at least {LEAST_TOKENS:,} tokens and, for a file's share of 2 % to hold any, some hundred texts"
    )


def _train(
    out: Path,
    work: Path,
    plan: OwnPlan,
    corpora: Corpora,
    device: str,
    tokenizer: Any,
    train: Packed,
    held: Packed,
    bars: Bars,
) -> Pretrained:
    shape = plan.model()
    model = new_model(shape, tokenizer).to(device)
    bench = Bench(
        plan=shape, device=device, model=model, forward=_compiled(model, device), tokenizer=tokenizer,
        train=read_tokens(work / "train.bin"), held=read_tokens(work / "held.bin"),
    )  # fmt: skip
    goal = plan.goal(train.tokens)
    with threads.at_most(plan.threads or threads.worth(model)):
        with bars("pretrain", "token" if goal.tokens else "s") as tell:
            progress, curve = _steps(bench, work, goal, tell)
        nats = _nats(bench, MOST_WINDOWS, progress.bf16)
    share = min(1.0, MOST_WINDOWS * shape.context / held.tokens)
    made = Pretrained(
        model=str(out), size=plan.size, parameters=sum(p.numel() for p in model.parameters()),
        vocabulary=len(tokenizer), train=train, held_out=held, tasks=corpora.tasks(),
        tokens=progress.tokens, steps=progress.steps, minutes=progress.seconds / 60,
        tokens_per_s=progress.tokens / max(progress.seconds, 1e-9), device=device, bf16=progress.bf16,
        perplexity=math.exp(nats), bits_per_byte=nats * held.tokens / held.text_bytes / math.log(2), measured=share,
    )  # fmt: skip
    publish(model.eval(), tokenizer, plan, made, curve, work)
    return made


def _steps(bench: Bench, work: Path, goal: Goal, tell: Tell) -> tuple[Progress, Curve]:
    state = learner(bench.model, bench.plan)
    checkpoint = work / "checkpoint.safetensors"
    if checkpoint.is_file():
        progress, curve = load_checkpoint(checkpoint, state), read_curve(checkpoint)
    else:
        progress, curve = Progress(bf16=_bf16(bench)), Curve()
    keep = partial(_keep, bench, state, checkpoint, curve)
    job = Work(
        state=state, plan=bench.plan, goal=goal, batches=_batches(bench, progress),
        step=lambda batch: _step(bench, state, batch, progress.bf16),
        tokens=lambda batch: batch[:, 1:].size, keep=keep, curve=curve, keep_share=KEEP_SHARE,
    )  # fmt: skip
    if goal.share(progress) < 1:
        progress = steps(job, progress, tell)
        keep(progress)
    return progress, curve


def _keep(bench: Bench, state: Learner, checkpoint: Path, curve: Curve, progress: Progress) -> None:
    curve.validation.append((progress.steps, _nats(bench, SOME_WINDOWS, progress.bf16)))
    save_checkpoint(checkpoint, state, progress, curve)
    drawn = checkpoint.with_name("loss.svg")
    drawn.write_text(picture("Loss by step", curve.train, curve.validation), encoding="utf-8")


def _batches(bench: Bench, progress: Progress) -> Iterator[tuple[int, int, Batch]]:
    """Epoch after epoch, from where the training stands."""
    length = min(bench.plan.context, max(1, len(bench.train) - 1))
    size = max(1, min(bench.plan.batch_tokens, len(bench.train)) // length)
    first = progress.batch
    for epoch in count(progress.chunk):
        for number, batch in enumerate(windows(bench.train, length, size, bench.plan.seed, epoch)):
            if number >= first:
                yield epoch, number, batch
        first = 0


def _step(bench: Bench, state: Learner, batch: Batch, bf16: bool) -> float:
    return update(state, _loss(bench, bench.forward, batch, bf16))


def _loss(bench: Bench, forward: Any, batch: Batch, bf16: bool) -> Any:
    """Mean cross-entropy of the next token, in nats."""
    import torch

    ids = torch.from_numpy(batch).to(bench.device)
    with torch.autocast(bench.device.partition(":")[0], torch.bfloat16, enabled=bf16):
        logits = forward(input_ids=ids[:, :-1], use_cache=False).logits
    return torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())


def _nats(bench: Bench, most: int, bf16: bool) -> float:
    """Mean loss per held-out token, over the first windows; the last one may be shorter."""
    import torch

    length, held = bench.plan.context, bench.held
    found, seen = 0.0, 0
    bench.model.eval()
    with torch.inference_mode():
        for start in range(0, min(len(held) - 1, most * length), length):
            batch = held[None, start : start + length + 1].astype(np.int64)
            size = batch.shape[1] - 1
            found, seen = found + size * float(_loss(bench, bench.model, batch, bf16)), seen + size
    bench.model.train()
    return found / max(1, seen)


def _bf16(bench: Bench) -> bool:
    """Half precision where it is faster: on GPUs that know it, on a processor by trial."""
    import torch

    if bench.device != "cpu":
        return bench.device.startswith("cuda") and torch.cuda.is_bf16_supported()
    _, _, batch = next(_batches(bench, Progress()))

    def fresh() -> Learner:
        return learner(new_model(bench.plan, bench.tokenizer), bench.plan)

    def probe(state: Learner, bf16: bool) -> None:
        _step(msgspec.structs.replace(bench, forward=state.model), state, batch[:1], bf16)

    return bf16_is_faster(fresh, probe)


def _compiled(model: Any, device: str) -> Any:
    """On CUDA the model is compiled, where there is a compiler for it, and products of matrices are rounded to TF32."""
    import torch

    if not device.startswith("cuda"):
        return model
    torch.set_float32_matmul_precision("high")
    return torch.compile(model) if sys.platform == "linux" else model
