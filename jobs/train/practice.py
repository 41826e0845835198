"""What methods share that write and are told how good it was: prompts, the asking of rewards, and the proof.

Whichever method it was, reward and distance are measured alike: on texts for prompts that were not trained on, before
and after. The reward is that of the model that was trained on, so it says what was learned and not what is liked.
"""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from jobs.distill.assemble import SFT, TRAIN_PROMPTS, UNPAIRED
from jobs.train.modelling import as_reference
from jobs.train.plan import TrainingError
from jobs.train.ppo_numbers import distance
from jobs.train.rollout import Rollout, likelihoods, write
from jobs.train.rows import Tokens, messages_of, prompt_key, read_rows
from jobs.train.run import Metrics, Row, TrainingRun
from loop.prompts import Asked

MEASURED = 128
"""Texts that reward and distance are measured on, about."""
AT_ONCE = 32
"""Texts that are written at once for that."""
RATES = ((20e6, 3e-4), (500e6, 5e-5), (float("inf"), 1e-5))
"""Learning rates of LoRA up to so many parameters."""


def read_prompts(dataset: Path) -> list[Row]:
    """The prompts that may be trained on, each once; of a dataset without a file of them, those that its rows answer.

    Rows without examples come first, so that a prompt is practised as it stands.
    """
    rows = read_rows(dataset / TRAIN_PROMPTS)
    rows = rows or [row for name in (UNPAIRED, SFT) for row in read_rows(dataset / name)]
    once: dict[str, Row] = {}
    for row in rows:
        once.setdefault(prompt_key(row), row)
    return list(once.values())


def words_of(row: Row) -> str:
    """What a prompt asks for, as a reward model takes it: its words and fields, or else its last message.

    Texts without a prompt answer nothing.
    """
    if row.get("prompt_id") == "":
        return ""
    if "request" in row:
        return Asked(row["request"], row.get("fields", {})).words
    messages = messages_of(row["prompt"])
    return messages[-1]["content"] if messages else ""


class Practice:
    """A stage's prompts and rewards."""

    def __init__(self, run: TrainingRun) -> None:
        if run.score is None:
            raise TrainingError("this method needs a reward model that says how good a text is; name one")
        self._run = run
        self._score = run.score
        self._tokens = Tokens(run.tokenizer, run.max_tokens)
        self.most = max(1, min(run.settings.text_tokens, run.max_tokens // 2))
        """Longest text in tokens."""

    def prompt(self, row: Row) -> list[int]:
        """The tokens of a row's prompt, with room for a text."""
        return self._tokens.prompt(row["prompt"], self.most)

    def write(self, model: Any, rows: Sequence[Row], seed: int) -> Rollout:
        """A text for each row."""
        prompts = [self.prompt(row) for row in rows]
        return write(model, self._run.tokenizer, prompts, self.most, self._run.ends, seed)

    def rewards(self, words: Sequence[str], texts: Sequence[str]) -> list[float]:
        """The expected reward of each text for what was asked; an empty text has none. Raises TrainingError."""
        found = [float(reward) for reward in self._score(list(words), list(texts))]
        if len(found) != len(texts) or not all(math.isfinite(reward) for reward in found):
            raise TrainingError("the reward model gave no number for a text; fit it again")
        return [reward if text else 0.0 for reward, text in zip(found, texts, strict=True)]

    @cached_property
    def _held(self) -> list[Row]:
        """Rows that were set apart, or where there are none those that are trained on, each as often as it fits."""
        rows = list(self._run.validation or self._run.rows)[:MEASURED]
        return [row for row in rows for _ in range(max(1, MEASURED // len(rows)))]

    def measure(self) -> tuple[float, float]:
        """Mean reward of the model's texts, and their mean distance from the reference in nats, which must be kept."""
        import torch

        model, rewards, distances = self._run.model.eval(), [], []
        for start in range(0, len(self._held), AT_ONCE):
            rows = self._held[start : start + AT_ONCE]
            rollout = self.write(model, rows, seed=self._run.settings.seed + start)
            rewards += self.rewards([words_of(row) for row in rows], rollout.texts)
            with torch.no_grad():
                ours, _ = likelihoods(model, rollout)
                with as_reference(model):
                    theirs, _ = likelihoods(model, rollout)
            distances += distance(ours, theirs, rollout.mask).tolist()
        return sum(rewards) / len(rewards), sum(distances) / len(distances)

    def proof(self, before: float) -> Metrics:
        """What was gained, and at what distance."""
        after, kl = self.measure()
        return {"reward_before": before, "reward_after": after, "kl": kl}
