"""The reward model for much data: the writing model itself, trained on pairs, its numbers calibrated to rewards."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from jobs.distill.dataset import load_dataset_manifest
from jobs.rewarding.examples import Examples
from jobs.rewarding.training import ROWS, apart, lora, request, with_head
from jobs.train.modelling import load_weights
from jobs.train.parent import train_in_child
from jobs.train.plan import Plan, read_plan, replace_json, write_plan
from jobs.train.rows import Tokens, read_rows
from jobs.train.run import Row
from jobs.workshop import Workshop
from loop.manifest import MANIFEST
from rewards.scorer import Floats
from rewards.utility import Opinions, logistic
from rewards.worth import earned, platt, shortfall

WORTH = "worth.json"
BATCH = 32


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What the model's number is worth: `reward = logistic(offset + slope * number)`, and `below` it the bound."""

    offset: float
    slope: float
    below: float


class TrainedScorer:
    """`rewards.scorer.Scorer` by a model that was trained on pairs."""

    def __init__(self, name: str, folder: Path, base: str, device: str, worth: Worth | None = None) -> None:
        import torch

        self.name = name
        plan = read_plan(folder)
        with torch.random.fork_rng(devices=[]):  # weights that are drawn and replaced must not change what others draw
            model, tokenizer, context = with_head(base, device)
            self._model = lora(model, plan)
        load_weights(self._model, folder)
        self._model.eval()
        self._tokens = Tokens(tokenizer, min(plan.max_tokens, context))
        self._padding = int(tokenizer.pad_token_id)
        self._worth = worth or msgspec.json.decode((folder / WORTH).read_bytes(), type=Worth)

    def score(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """The expected reward of each text, (n,), in [0, 1]."""
        return logistic(self._worth.offset + self._worth.slope * self.numbers(prompts, texts))

    def lower(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """A reward that each text surely reaches, (n,)."""
        return np.maximum(0.0, self.score(prompts, texts) - self._worth.below)

    def numbers(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        """What the model says of each text, (n,), on its own scale."""
        import torch

        rows = [self._row(prompt, text) for prompt, text in zip(prompts, texts, strict=True)]
        found = np.zeros(len(rows))
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            with torch.no_grad():
                found[places] = (
                    self._model(**self._padded([rows[place] for place in places])).logits[:, 0].cpu().numpy()
                )
        return found

    def _row(self, prompt: str, text: str) -> list[int]:
        asked, (answer,) = self._tokens.answers(request(prompt), [text])
        return asked + answer

    def _padded(self, rows: Sequence[list[int]]) -> dict[str, Any]:
        import torch

        device, widest = self._model.device, max(map(len, rows))
        ids = [row + [self._padding] * (widest - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (widest - len(row)) for row in rows]
        return {"input_ids": torch.tensor(ids, device=device), "attention_mask": torch.tensor(mask, device=device)}


def train_scorer(
    shop: Workshop, id_: str, dataset_id: str, known: Examples, coverage: float, folder: Path
) -> TrainedScorer:
    """Train in a child process, which a killed run goes on with; calibrate on the prompts that it set apart.

    `folder` holds the model then. Raises TrainingError when the training fails.
    """
    run = shop.run_folder(id_)
    plan = _planned(shop, run, id_, dataset_id, known)
    train_in_child(run, shop.progress, module="jobs.rewarding")
    for file in (run / "models" / id_).iterdir():
        if file.name != MANIFEST:
            shutil.copy2(file, folder / file.name)
    write_plan(folder, plan)
    bare = TrainedScorer(id_, folder, plan.base, plan.device, Worth(offset=0.0, slope=1.0, below=0.0))
    worth = calibrated(bare, known, _apart(run, plan, known.opinions), coverage)
    replace_json(folder / WORTH, worth)
    shutil.rmtree(run)
    return TrainedScorer(id_, folder, plan.base, plan.device)


def calibrated(bare: TrainedScorer, known: Examples, some: Any, coverage: float) -> Worth:
    """What the model's numbers are worth, by the rewards of some of the known texts."""
    places = np.flatnonzero(some)
    numbers = bare.numbers([known.requests[place] for place in places], [known.texts[place] for place in places])
    rewards, groups = earned(known.opinions)[places], known.opinions.groups[places]
    offset, slope = platt(numbers, rewards)
    score = logistic(offset + slope * numbers)
    return Worth(offset=offset, slope=slope, below=shortfall(score, np.ones(len(score)), rewards, groups, coverage))


def _planned(shop: Workshop, run: Path, id_: str, dataset_id: str, known: Examples) -> Plan:
    """The plan of the child, and its rows, in the run's folder."""
    plan = Plan(
        run_id=id_,
        model_id=id_,
        method="reward",
        base=shop.generator.model,
        device=shop.generator.device,
        dataset_id=dataset_id,
        dataset=str(run),
        dataset_sha256=load_dataset_manifest(shop.home, dataset_id).sha256,
        parent=None,
        parent_adapter=None,
        models=str(run / "models"),
        settings=shop.train,
    )
    write_plan(run, plan)
    lines = b"".join(msgspec.json.encode(row) + b"\n" for row in _rows(known))
    (run / ROWS).write_bytes(lines)
    return plan


def _rows(known: Examples) -> list[Row]:
    groups = known.opinions.groups
    return [
        {
            "prompt": request(known.requests[good]),
            "prompt_id": str(groups[good]),
            "chosen": known.texts[good],
            "rejected": known.texts[bad],
        }
        for good, bad in known.opinions.pairs.tolist()
    ]


def _apart(run: Path, plan: Plan, opinions: Opinions) -> Any:
    """Which texts belong to prompts that the training set apart; all of them where it set none apart."""
    train, validation = apart(read_rows(run / ROWS), plan)
    unseen = {row["prompt_id"] for row in validation} - {row["prompt_id"] for row in train}
    some = np.array([str(group) in unseen for group in opinions.groups.tolist()])
    return some if some.any() else np.ones(len(some), dtype=bool)
