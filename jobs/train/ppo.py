"""Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347; for texts: Ouyang et al. 2022, 2203.02155).

TRL has no trainer for it any more. Texts are written for the training prompts, the reward model says how good each
is, distance from the reference costs at every token, and a value head foretells what is still to come. The head reads
the model's last states and does not train them, so that its errors do not disturb the writing. The arithmetic is in
`ppo_numbers`.
"""

import json
import random
import shutil
from pathlib import Path
from typing import Any

from jobs.train import ppo_numbers as numbers
from jobs.train.arguments import learning_rate
from jobs.train.modelling import as_reference, keep_reference, load_weights, save_adapter
from jobs.train.plan import replace_json
from jobs.train.practice import RATES, Practice, words_of
from jobs.train.rollout import Rollout, likelihoods
from jobs.train.run import Metrics, TrainingRun
from jobs.train.trainer import DONE, last_checkpoint, must_be_finite
from loop.faults import point

BATCHES, PASSES = 2, 2
"""Texts are written for so many batches at once, and each is learned from so many times."""
HEAD_RATE = 1e-2
VALUE_WEIGHT = 0.5
LONGEST_STEP = 1.0  # norm that gradients are clipped to
STATE = "state.pt"


def train(run: TrainingRun) -> Metrics:
    """Raise the reward of what the model writes for `run.rows` (column prompt)."""
    practice = Practice(run)
    keep_reference(run.model)
    run.model.eval()
    before, _ = practice.measure()
    policy = _Policy(run, before)
    total = max(1, -(-run.settings.texts // (BATCHES * run.settings.batch_size)))
    first = policy.resume()
    every = max(1, run.settings.checkpoint_steps // (BATCHES * PASSES))
    run.beat(first, total, None)
    for step in range(first, total):
        loss, reward = policy.step(practice, step, 1 - step / total)
        run.curve.train.append((step + 1, loss))
        run.curve.rewards.append((step + 1, reward))
        point("mid-train")
        run.beat(step + 1, total, loss)
        if run.over():
            break
        if (step + 1) % every == 0:
            policy.save(step + 1)
    must_be_finite(run.curve)
    done = {"steps": float(len(run.curve.train)), "train_loss": run.curve.train[-1][1]}
    return done | practice.proof(before)


class _Policy:
    """The model with its value head, and the optimizer of both."""

    def __init__(self, run: TrainingRun, expected: float) -> None:
        import torch

        self._run = run
        self._rate = learning_rate(run, RATES)
        width = run.model.config.get_text_config().hidden_size
        self._head = torch.nn.Linear(width, 1, device=run.model.device)
        torch.nn.init.zeros_(self._head.weight)
        torch.nn.init.constant_(self._head.bias, expected)
        self._weights = [weights for weights in run.model.parameters() if weights.requires_grad]
        groups = [{"params": self._weights}, {"params": list(self._head.parameters())}]
        self._optimizer = torch.optim.AdamW(groups, lr=self._rate, weight_decay=0.0)

    def step(self, practice: Practice, number: int, left: float) -> tuple[float, float]:
        """Write, and learn from it at a rate that falls to zero with `left`; mean loss and mean reward."""
        import torch

        settings = self._run.settings
        lot = random.Random(f"{settings.seed}/{number}")
        rows = lot.choices(self._run.rows, k=BATCHES * settings.batch_size)
        rollout = practice.write(self._run.model, rows, seed=lot.randrange(2**31))
        scores = practice.rewards([words_of(row) for row in rows], rollout.texts)
        with torch.no_grad():
            before, values = self._read(rollout)
            with as_reference(self._run.model):
                reference, _ = likelihoods(self._run.model, rollout)
            mask = rollout.mask
            told = torch.tensor(scores, device=mask.device)
            earned = numbers.token_rewards(told, before, reference, mask, settings.kl)
            gains, returns = numbers.advantages(earned, values, mask)
            kept = (before, values, numbers.whitened(gains, mask), returns)
        for group, rate in zip(self._optimizer.param_groups, (self._rate, HEAD_RATE), strict=True):
            group["lr"] = rate * left
        order = [place for _ in range(PASSES) for place in lot.sample(range(len(rows)), len(rows))]
        size = settings.batch_size
        losses = [self._learn(rollout, order[at : at + size], kept) for at in range(0, len(order), size)]
        return sum(losses) / len(losses), sum(scores) / len(scores)

    def _read(self, rollout: Rollout) -> tuple[Any, Any]:
        """Likelihoods, and what the head expects at each token."""
        logprobs, states = likelihoods(self._run.model, rollout)
        states = states.detach().float()
        even = states / states.norm(dim=-1, keepdim=True).clamp(min=1e-6)
        return logprobs, self._head(even).squeeze(-1) * rollout.mask

    def _learn(self, rollout: Rollout, rows: list[int], kept: tuple[Any, ...]) -> float:
        """One step of the optimizer on some of the texts; the policy's loss."""
        import torch

        part = rollout.part(torch.tensor(rows, device=rollout.mask.device))
        before, values, gains, returns = (table[rows] for table in kept)
        logprobs, expected = self._read(part)
        loss = numbers.policy_loss(logprobs, before, gains, part.mask)
        errors = numbers.value_loss(expected, values, returns, part.mask)
        self._optimizer.zero_grad(set_to_none=True)
        (loss + VALUE_WEIGHT * errors).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._weights, LONGEST_STEP)
        self._optimizer.step()
        return float(loss.detach())

    def save(self, step: int) -> None:
        """A checkpoint in place of those before; its last file says that it is whole."""
        import torch

        old = list(self._run.folder.glob("checkpoint-*"))
        folder = self._run.folder / f"checkpoint-{step}"
        save_adapter(self._run.model, folder)
        torch.save({"head": self._head.state_dict(), "optimizer": self._optimizer.state_dict()}, folder / STATE)
        curve = {"step": step, "train": self._run.curve.train, "rewards": self._run.curve.rewards}
        replace_json(folder / DONE, curve)
        for checkpoint in old:
            if checkpoint != folder:
                shutil.rmtree(checkpoint)

    def resume(self) -> int:
        """Go on from the last whole checkpoint; how many steps it had taken."""
        import torch

        found = last_checkpoint(self._run.folder)
        if found is None:
            return 0
        folder = Path(found)
        load_weights(self._run.model, folder)
        state = torch.load(folder / STATE, weights_only=True)
        self._head.load_state_dict(state["head"])
        self._optimizer.load_state_dict(state["optimizer"])
        curve = json.loads((folder / DONE).read_text("utf-8"))
        self._run.curve.train.extend((int(step), float(loss)) for step, loss in curve["train"])
        self._run.curve.rewards.extend((int(step), float(reward)) for step, reward in curve["rewards"])
        return int(curve["step"])
