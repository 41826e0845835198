"""PPO, RLOO and GRPO raise the reward of what a model writes for prompts that it did not practise."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from jobs.train.child import stages_done, train
from jobs.train.plan import TrainingError
from jobs.train.practice import read_prompts
from jobs.train.rollout import likelihoods, write
from loop.manifest import WEIGHTS, verify
from loop.models import render
from loop.models.engine import Engine
from loop.models.weights import load_local
from rewards.scorer import Floats
from tests.integration.models_tiny import one_thread, stories
from tests.integration.train_rows import make_dataset, make_run, sea_prompt

__all__ = ["one_thread"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
METHODS = ("ppo", "rloo", "grpo")
QUICK: dict[str, Any] = {
    "texts": 256, "batch_size": 16, "text_tokens": 8, "learning_rate": 5e-3, "kl": 0.002, "checkpoint_steps": 8,
}  # fmt: skip


class LetterScorer:
    """Likes texts by their share of one letter; a reward model as another process finds it."""

    name = "letters"

    def score(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        assert len(prompts) == len(texts)
        assert all(prompt.startswith("Write about thing") for prompt in prompts)
        return np.array([text.count("a") / max(1, len(text)) for text in texts])

    def lower(self, prompts: Sequence[str], texts: Sequence[str]) -> Floats:
        return self.score(prompts, texts)


def opening(folder: Path) -> LetterScorer:
    assert folder.name == "reward"
    return LetterScorer()


@pytest.fixture(autouse=True)
def scorer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.train.practice.MEASURED", 64)
    monkeypatch.setitem(sys.modules, "jobs.rewarding.open", SimpleNamespace(open_scorer=opening))


def run_of(folder: Path, method: str, **settings: Any) -> Path:
    return make_run(folder, stories(), method, reward=str(folder / "reward"), **(QUICK | settings))


@pytest.mark.parametrize("method", METHODS)
def test_the_reward_of_unseen_prompts_rises_at_a_distance_that_is_told(tmp_path: Path, method: str) -> None:
    run = run_of(tmp_path, method)
    train(run)
    told = verify(tmp_path / "models" / "m_1").metrics
    before, after, kl = (told[f"{method}_{name}"] for name in ("reward_before", "reward_after", "kl"))
    assert after > before + 0.05
    assert 0.1 < kl < 50
    (done,) = stages_done(run, method)
    assert done.rows < 48  # some prompts were set apart, and the reward was measured on them
    rewards = [reward for _, reward in done.curve.rewards]
    assert sum(rewards[-3:]) > sum(rewards[:3])
    assert own_reward(tmp_path / "models" / "m_1") > own_reward(None) + 0.03


def own_reward(adapter: Path | None) -> float:
    """As the loop would write, with another generator and other prompts."""
    engine = load_local(str(stories()), "cpu")
    engine.use_adapter(adapter)
    rollout = written(engine, 48)
    return float(LetterScorer().score(["Write about thing"] * 48, rollout.texts).mean())


def written(engine: Engine, n: int, more: str = "") -> Any:
    asked = [sea_prompt(900 + k) for k in range(n)]
    asked[0][-1]["content"] += more
    prompts = [render.encode(engine.tokenizer, messages) for messages in asked]  # type: ignore[arg-type]
    engine.tokenizer.pad_token_id = engine.tokenizer.pad_token_id or 0
    with engine.at_work(engine.adapter) as model:
        return write(model, engine.tokenizer, prompts, 10, sorted(engine.ends), seed=5)


def test_a_dear_distance_is_kept_short(tmp_path: Path) -> None:
    train(run_of(tmp_path / "cheap", "ppo", texts=128))
    train(run_of(tmp_path / "dear", "ppo", texts=128, kl=1.0))
    cheap, dear = (verify(tmp_path / name / "models" / "m_1").metrics["ppo_kl"] for name in ("cheap", "dear"))
    assert dear < 0.5 * cheap


def test_likelihoods_in_a_padded_batch_are_those_of_each_text_alone() -> None:
    import torch

    engine = load_local(str(stories()), "cpu")
    rollout = written(engine, 4, more="so that this one is longer")
    with engine.at_work(None) as model:
        found, states = likelihoods(model, rollout)
        for row in range(4):
            ids = rollout.ids[row][rollout.seen[row].bool()].unsqueeze(0)
            n = int(rollout.mask[row].sum())
            told = model(input_ids=ids).logits[0, -n - 1 : -1].log_softmax(dim=-1)
            alone = told.gather(1, ids[0, -n:].unsqueeze(1)).squeeze(1)
            assert torch.allclose(found[row, :n], alone, atol=1e-4)
    assert states.shape[:2] == rollout.mask.shape
    assert not found[rollout.mask == 0].any()
    assert len({int(seen.sum()) for seen in rollout.seen}) > 1


def test_a_stage_after_another_has_a_reference_of_its_own(tmp_path: Path) -> None:
    run = run_of(tmp_path, "sft+grpo+dpo", texts=32)
    train(run)
    assert [stage.stage for stage in stages_done(run, "sft+grpo+dpo")] == ["sft", "grpo", "dpo"]
    told = verify(tmp_path / "models" / "m_1").metrics
    assert {"sft_steps", "grpo_kl", "dpo_validation_loss"} <= told.keys()


def test_a_method_that_needs_rewards_says_so_before_it_begins(tmp_path: Path) -> None:
    run = make_run(tmp_path, stories(), "ppo")
    with pytest.raises(TrainingError, match="ppo needs a reward model"):
        train(run)
    assert not (run / "ppo").exists()


def test_prompts_come_from_their_file_or_from_the_rows(tmp_path: Path) -> None:
    folder = make_dataset(tmp_path / "dataset", n=5)
    found = read_prompts(folder)
    assert [row["prompt_id"] for row in found] == [f"p{k}" for k in range(5)]
    row = {"prompt": sea_prompt(1), "prompt_id": "p1", "request": "thing 1", "fields": {}}
    (folder / "prompts.jsonl").write_text(json.dumps(row) + "\n")
    assert read_prompts(folder) == [row]


def test_a_killed_ppo_goes_on_and_ends_in_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet, killed = (run_of(tmp_path / name, "ppo", texts=96, checkpoint_steps=4) for name in ("quiet", "killed"))
    train(quiet)
    monkeypatch.setattr("jobs.train.ppo.point", Kill(2))
    with pytest.raises(KeyboardInterrupt):
        train(killed)
    assert not (tmp_path / "killed" / "models").exists()
    monkeypatch.setattr("jobs.train.ppo.point", lambda _: None)
    train(killed)
    weights = [verify(tmp_path / name / "models" / "m_1").files[WEIGHTS] for name in ("quiet", "killed")]
    assert weights[0] == weights[1]


class Kill:
    """Ends the training at its n-th step."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, _: str) -> None:
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt
