"""The arithmetic of PPO against values computed by hand, and against slow sums that follow the papers word for word."""

import math
from itertools import product

import pytest
import torch

from jobs.train import ppo_numbers as numbers

MASK = torch.tensor([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])


def test_advantages_and_returns_by_hand() -> None:
    rewards = torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.5, 0.0]])
    values = torch.tensor([[0.2, 0.4, 0.6], [0.1, 0.3, 9.0]])  # 9.0 stands after the end and must not matter
    gains, returns = numbers.advantages(rewards, values, MASK)
    assert gains.tolist() == [pytest.approx([0.751, 0.58, 0.4]), pytest.approx([0.39, 0.2, 0.0])]
    assert returns.tolist() == [pytest.approx([0.951, 0.98, 1.0]), pytest.approx([0.49, 0.5, 0.0])]


def test_advantages_are_the_discounted_sum_of_surprises() -> None:
    generator = torch.Generator().manual_seed(0)
    rewards, values = (torch.randn(4, 9, generator=generator, dtype=torch.float64) for _ in range(2))
    lengths = [9, 1, 4, 7]
    mask = torch.tensor([[1.0] * n + [0.0] * (9 - n) for n in lengths], dtype=torch.float64)
    gains, _ = numbers.advantages(rewards * mask, values, mask)
    for row, n in enumerate(lengths):
        later = [*values[row, 1:n].tolist(), 0.0]
        surprises = [float(rewards[row, t]) + later[t] - float(values[row, t]) for t in range(n)]
        for t in range(n):
            slow = sum(numbers.SMOOTH**k * surprises[t + k] for k in range(n - t))
            assert float(gains[row, t]) == pytest.approx(slow)
        assert not gains[row, n:].any()


def test_a_token_pays_for_its_distance_and_the_last_one_earns_the_score() -> None:
    logprobs = torch.tensor([[-1.0, -2.0, -3.0], [-1.0, -1.0, -7.0]])
    reference = torch.tensor([[-1.5, -1.5, -3.0], [-2.0, -1.0, 0.0]])
    earned = numbers.token_rewards(torch.tensor([1.0, 0.5]), logprobs, reference, MASK, price=0.1)
    assert earned.tolist() == [pytest.approx([-0.05, 0.05, 1.0]), pytest.approx([-0.1, 0.5, 0.0])]
    assert numbers.distance(logprobs, reference, MASK).tolist() == pytest.approx([0.0, 1.0])


def test_the_mean_distance_of_own_texts_is_the_divergence() -> None:
    ours, theirs = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.4, 0.4, 0.2])
    texts = list(product(range(3), repeat=2))  # every text of two tokens, as likely as the model writes it
    chance = torch.tensor([float(ours[a] * ours[b]) for a, b in texts])
    tables = [torch.stack([torch.stack([p[a], p[b]]) for a, b in texts]).log() for p in (ours, theirs)]
    found = numbers.distance(tables[0], tables[1], torch.ones(len(texts), 2))
    exact = 2 * sum(float(p * (p / q).log()) for p, q in zip(ours, theirs, strict=True))
    assert float((chance * found).sum()) == pytest.approx(exact)


def test_the_clipped_objective_by_hand() -> None:
    ratios = torch.tensor([[1.5, 1.5, 0.5, 0.5]])
    logprobs = ratios.log().requires_grad_(True)
    gains = torch.tensor([[1.0, -1.0, 1.0, -1.0]])
    loss = numbers.policy_loss(logprobs, torch.zeros(1, 4), gains, torch.ones(1, 4))
    assert float(loss.detach()) == pytest.approx(-(1.2 - 1.5 + 0.5 - 0.8) / 4)
    loss.backward()  # type: ignore[no-untyped-call]
    assert logprobs.grad is not None
    assert logprobs.grad[0].tolist() == pytest.approx([0.0, 1.5 / 4, -0.5 / 4, 0.0])  # what went too far is left alone


def test_values_are_held_near_what_they_were() -> None:
    one = torch.ones(1, 1)
    loss = numbers.value_loss(1.0 * one, 0.5 * one, 2.0 * one, one)
    assert float(loss) == pytest.approx(0.5 * (2.0 - 0.7) ** 2)
    assert float(numbers.value_loss(0.6 * one, 0.5 * one, 1.0 * one, one)) == pytest.approx(0.08)


def test_whitening_looks_at_what_was_written_alone() -> None:
    white = numbers.whitened(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 900.0]]), MASK)
    kept = white[MASK.bool()]
    assert float(kept.mean()) == pytest.approx(0.0, abs=1e-6)
    assert float(kept.square().mean()) == pytest.approx(1.0, abs=1e-5)
    assert float(white[1, 2]) == 0.0
    assert kept[0] == pytest.approx(-math.sqrt(2), abs=1e-5)
