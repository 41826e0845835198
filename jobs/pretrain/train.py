"""The starter's training: batches of rows of like length, a schedule over time, checkpoints, resuming."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from jobs.curves import picture
from jobs.pretrain.corpus import Corpus
from jobs.pretrain.model import Learner, Progress, learner, load_checkpoint, new_model, read_curve, save_checkpoint
from jobs.pretrain.plan import Plan
from jobs.pretrain.steps import SAVE_EVERY_S, Goal, Tell, Work, bf16_is_faster, silent, steps, update
from jobs.pretrain.tokens import Encoded, encode, row_texts, train_tokenizer
from jobs.train.run import Curve

REPORT_EVERY = 5
"""Every fifth checkpoint is evaluated and exported: once in ten minutes."""
Report = Callable[[Any, Any, Progress], None]


def prepare(plan: Plan, corpus: Corpus, out: Path) -> Any:
    """The tokenizer: made once for a run, then read back."""
    from transformers import AutoTokenizer

    folder = out / "tokenizer"
    if not (folder / "tokenizer.json").exists():
        texts = [sample.text for found in corpus.train.values() for group in found.values() for sample in group]
        texts += row_texts(corpus.rows(0, plan.tokenizer_rows))
        train_tokenizer(texts, plan.vocabulary).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def batches(plan: Plan, corpus: Corpus, tokenizer: Any, chunk: int) -> list[list[Encoded]]:
    """The batches of one chunk of rows: sorted by length, cut at `batch_tokens`, in an order fixed by the seed."""
    rows = [encode(row, tokenizer) for row in corpus.rows(chunk * plan.chunk_rows, plan.chunk_rows)]
    rows = sorted((row for row in rows if len(row.ids) <= plan.longest), key=lambda row: len(row.ids))
    found: list[list[Encoded]] = [[]]
    for row in rows:
        if len(row.ids) * (len(found[-1]) + 1) > plan.batch_tokens:
            found.append([])
        found[-1].append(row)
    random.Random(f"{plan.seed}/order/{chunk}").shuffle(found)
    return found


def loss_of(model: Any, batch: list[Encoded], pad: int, bf16: bool) -> Any:
    """Weighted mean cross-entropy of the next token, in nats; right-padded, so that positions begin at 0."""
    import torch

    width = max(len(row.ids) for row in batch)
    ids = torch.full((len(batch), width), pad)
    weights = torch.zeros(len(batch), width)
    for line, row in enumerate(batch):
        ids[line, : len(row.ids)] = torch.tensor(row.ids)
        weights[line, : len(row.ids)] = torch.tensor(row.weights)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        hidden = model.model(input_ids=ids[:, :-1]).last_hidden_state
        kept = weights[:, 1:] > 0
        logits = model.lm_head(hidden[kept])
    losses = torch.nn.functional.cross_entropy(logits.float(), ids[:, 1:][kept], reduction="none")
    return (losses * weights[:, 1:][kept]).sum() / weights[:, 1:][kept].sum()


def step(state: Learner, batch: list[Encoded], pad: int, bf16: bool) -> float:
    """One update; the loss before it."""
    return update(state, loss_of(state.model, batch, pad, bf16))


def train(plan: Plan, corpus: Corpus, out: Path, report: Report, tell: Tell = silent) -> tuple[Any, Any, Progress]:
    """Trains until the time is up and returns model, tokenizer and progress.

    Goes on from `out/checkpoint.safetensors` where there is one; `report` is called after every fifth checkpoint.
    """
    import torch

    torch.set_num_threads(plan.threads)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = prepare(plan, corpus, out)
    state = learner(new_model(plan, tokenizer), plan)
    checkpoint = out / "checkpoint.safetensors"
    if checkpoint.exists():
        progress, curve = load_checkpoint(checkpoint, state), read_curve(checkpoint)
    else:
        batch = batches(plan, corpus, tokenizer, 0)[0]
        batch = batch[: len(batch) // 8 + 1]  # a processor without bfloat16 arithmetic needs a minute for a whole one
        fresh = lambda: learner(new_model(plan, tokenizer), plan)  # noqa: E731
        progress, curve = Progress(bf16=bf16_is_faster(fresh, lambda s, bf16: step(s, batch, 0, bf16))), Curve()
    work = _work(
        plan,
        corpus,
        state,
        tokenizer,
        progress,
        curve,
        partial(_checkpoint, checkpoint, state, tokenizer, curve, report),
    )
    if work.goal.share(progress) < 1:
        progress = steps(work, progress, tell)
        save_checkpoint(checkpoint, state, progress, curve)
        (out / "loss.svg").write_text(picture("Loss by step", curve.train, []), encoding="utf-8")
    return state.model.eval(), tokenizer, progress


def _work(
    plan: Plan,
    corpus: Corpus,
    state: Learner,
    tokenizer: Any,
    progress: Progress,
    curve: Curve,
    keep: Callable[[Progress], None],
) -> Work:
    return Work(
        state=state,
        plan=plan,
        goal=Goal(seconds=plan.minutes * 60),
        batches=_from(plan, corpus, tokenizer, progress),
        step=lambda batch: step(state, batch, tokenizer.pad_token_id, progress.bf16),
        tokens=lambda batch: sum(len(row.ids) for row in batch),
        keep=keep,
        curve=curve,
    )


def _checkpoint(path: Path, state: Learner, tokenizer: Any, curve: Curve, report: Report, progress: Progress) -> None:
    save_checkpoint(path, state, progress, curve)
    if round(progress.seconds / SAVE_EVERY_S) % REPORT_EVERY == 0:
        state.model.eval()
        report(state.model, tokenizer, progress)
        state.model.train()


def _from(plan: Plan, corpus: Corpus, tokenizer: Any, progress: Progress) -> Iterator[tuple[int, int, list[Encoded]]]:
    chunk, first = progress.chunk, progress.batch
    while True:
        for number, batch in enumerate(batches(plan, corpus, tokenizer, chunk)):
            if number >= first:
                yield chunk, number, batch
        chunk, first = chunk + 1, 0
