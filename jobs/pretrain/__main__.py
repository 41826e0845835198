"""`python -m jobs.pretrain --recipe starter --data DIR --out DIR`: trains the starter and writes it to `OUT/model`."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from jobs.pretrain.corpus import Corpus
from jobs.pretrain.evaluate import held_out, samples
from jobs.pretrain.export import card, export, size
from jobs.pretrain.model import Progress
from jobs.pretrain.plan import RECIPES, Plan
from jobs.pretrain.train import train


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m jobs.pretrain", description=__doc__)
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="starter")
    parser.add_argument("--data", type=Path, required=True, help="the folder with the openly licensed text")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints, and the model in OUT/model")
    parser.add_argument("--minutes", type=float, help="training time")
    parser.add_argument("--threads", type=int, help="threads of the processor")
    parser.add_argument(
        "--hardware", default=f"{os.cpu_count()} processor cores", help="how the card names the machine"
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Trains, evaluates, exports. Returns the exit status."""
    args = arguments(argv)
    changes = {name: getattr(args, name) for name in ("minutes", "threads") if getattr(args, name) is not None}
    plan = msgspec.structs.replace(RECIPES[args.recipe], **changes)
    if not args.data.is_dir():
        _say(f"There is no data folder at {args.data}; pass the folder with --data.")
        return 2
    corpus = Corpus(args.data, plan.seed)

    def snapshot(model: Any, tokenizer: Any, progress: Progress) -> None:
        _finish(model, tokenizer, corpus, plan, progress, args, rows=6, count=7, finished=False)

    model, tokenizer, progress = train(plan, corpus, args.out, snapshot)
    _finish(model, tokenizer, corpus, plan, progress, args, rows=64, count=40, finished=True)
    return 0


def _finish(
    model: Any,
    tokenizer: Any,
    corpus: Corpus,
    plan: Plan,
    progress: Progress,
    args: argparse.Namespace,
    *,
    rows: int,
    count: int,
    finished: bool,
) -> None:
    held = held_out(model, tokenizer, corpus, rows)
    shown = samples(model, tokenizer, corpus, count)
    export(model, tokenizer, args.out / "model", card(model, plan, progress, held, shown, args.hardware, finished))
    minutes, speed = progress.seconds / 60, progress.tokens / max(progress.seconds, 1e-9)
    _say(f"\n{size(model):,} parameters, {progress.tokens:,} tokens, {minutes:.1f} min, {speed:,.0f} tokens/s")
    for found in held:
        _say(f"  perplexity {found.name}: {found.alone:.2f}, with three examples {found.with_examples:.2f}")
    for sample in shown[:7]:
        _say(f"  {sample.row.task} | {sample.row.prompt} | {sample.text!r}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
