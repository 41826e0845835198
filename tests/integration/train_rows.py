"""A small dataset folder and a plan, for the tests of training."""

import json
import random
from pathlib import Path
from typing import Any

from jobs.settings import TrainSettings
from jobs.train.plan import Plan, read_plan, write_plan
from loop.manifest import Manifest, verify
from tests.refine_home import BAD, GOOD, QUICK


def sea_prompt(n: int) -> list[dict[str, str]]:
    """A request that differs from the others in one number."""
    return [{"role": "system", "content": "You write."}, {"role": "user", "content": f"Write about thing {n}"}]


def said(words: list[str], rng: random.Random) -> list[dict[str, str]]:
    """Seven of the words, in any order."""
    return [{"role": "assistant", "content": " ".join(rng.sample(words, 7))}]


def make_rows(n: int, seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """SFT rows of liked texts, and pairs of a liked one over the other kind."""
    rng = random.Random(seed)
    sft = [{"prompt": sea_prompt(k), "prompt_id": f"p{k}", "completion": said(GOOD, rng)} for k in range(n)]
    pairs = [
        {"prompt": sea_prompt(k), "prompt_id": f"p{k}", "chosen": said(GOOD, rng), "rejected": said(BAD, rng)}
        for k in range(n)
    ]
    return sft, pairs


def make_dataset(folder: Path, n: int = 48, seed: int = 0) -> Path:
    """The files that training reads."""
    folder.mkdir(parents=True)
    sft, pairs = make_rows(n, seed)
    for name, rows in (("sft", sft), ("preference", pairs), ("unpaired", thumbs(pairs))):
        write_rows(folder / f"{name}.jsonl", rows)
    return folder


def thumbs(pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The texts of pairs as liked and disliked ones, with their rewards."""
    sides = [("chosen", True, 0.9), ("rejected", False, 0.1)]
    return [
        {
            "prompt": pair["prompt"],
            "prompt_id": pair["prompt_id"],
            "completion": pair[side],
            "label": label,
            "reward": r,
        }
        for pair in pairs
        for side, label, r in sides
    ]


def write_rows(file: Path, rows: list[dict[str, Any]]) -> None:
    """As JSONL."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def make_run(folder: Path, base: Path, method: str, reward: str | None = None, **settings: Any) -> Path:
    """A run's folder with its dataset and plan; models appear in `folder / models`."""
    run = folder / "run"
    write_plan(
        run,
        Plan(
            run_id="r",
            model_id="m_1",
            method=method,
            base=str(base),
            device="cpu",
            dataset_id="d",
            dataset=str(make_dataset(folder / "dataset")),
            dataset_sha256="x",
            parent=None,
            parent_adapter=None,
            models=str(folder / "models"),
            settings=TrainSettings(**(QUICK | settings)),
            reward=reward,
        ),
    )
    return run


def in_process(run: Path, progress: bool = True) -> Manifest:
    """As `train_in_child`, without the seconds that a process of its own takes to import everything."""
    from jobs.train.child import train

    plan = read_plan(run)
    train(run)
    return verify(Path(plan.models) / plan.model_id)
