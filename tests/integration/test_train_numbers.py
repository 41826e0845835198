"""Losses and weights of the methods, against values computed by hand and against TRL's own."""

import math
from typing import Any

import pytest
import torch

from jobs.settings import TrainSettings
from jobs.train.dpo import _losses
from jobs.train.kto import balance
from jobs.train.pair_weights import listening, pair_weights
from jobs.train.practice import words_of
from jobs.train.weighted import IGNORED, Weights, weighted_loss


def test_rewards_become_weights_with_the_mean_one() -> None:
    rewards = [0.5, 0.6, 0.4, None]
    weights = Weights(rewards, scale=0.1)
    found = [weights.of(reward) for reward in rewards]
    assert sum(found) / 4 == pytest.approx(1.0)
    assert found[1] / found[0] == pytest.approx(math.e)
    assert found[3] == found[0]  # a text without a reward weighs as one of the mean
    assert Weights([0.0, 1.0], scale=0.001).of(1.0) == pytest.approx(2.0)


def test_the_weighted_loss_by_hand() -> None:
    chances = torch.tensor([[[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]], [[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]]])
    labels = torch.tensor([[IGNORED, 1, 0], [IGNORED, 0, IGNORED]])
    loss = weighted_loss(chances.log(), labels, torch.tensor([2.0, 0.5]))
    expected = (2.0 * (-math.log(0.5) - math.log(0.9)) + 0.5 * -math.log(0.25)) / 3
    assert float(loss) == pytest.approx(expected)


def test_pairs_count_by_agreement_and_by_deviation() -> None:
    rows = [{"weight": 1.0, "deviation": 0.2}, {"weight": 0.75, "deviation": 0.6}, {"weight": 0.5, "deviation": 0.4}]
    assert pair_weights(rows, "none") == [1.0, 1.0, 1.0]
    assert pair_weights(rows, "weight") == pytest.approx([2.0, 1.0, 0.0])
    assert pair_weights(rows, "deviation") == pytest.approx([0.5, 1.5, 1.0])
    assert pair_weights(rows, "both") == pytest.approx([1.2, 1.8, 0.0])
    assert pair_weights([{}, {"deviation": 0.3}], "deviation") == [1.0, 1.0]
    assert pair_weights([{"deviation": 0.0}, {"deviation": 0.0}], "deviation") == [1.0, 1.0]


def test_a_weight_multiplies_the_gradient_of_its_pair_and_not_the_loss() -> None:
    from types import SimpleNamespace

    torch.manual_seed(0)
    table = torch.randn(6, 4, requires_grad=True)  # three pairs: chosen texts, then rejected ones
    weights = torch.tensor([0.0, 1.0, 2.5])

    def loss_of(model: Any) -> torch.Tensor:
        chosen, rejected = model().log_probs.sum(dim=1).chunk(2)
        return -torch.nn.functional.logsigmoid(0.3 * (chosen - rejected))

    def model() -> Any:
        return SimpleNamespace(log_probs=1.0 * table)

    heard = loss_of(listening(model, weights))
    assert heard.tolist() == loss_of(model).tolist()
    (found,) = torch.autograd.grad(heard.mean(), table)
    (exact,) = torch.autograd.grad((weights * loss_of(model)).mean(), table)
    assert torch.allclose(found, exact)
    assert not found[0].any()


@pytest.mark.parametrize("kind", ["sigmoid", "conservative", "robust"])
def test_losses_of_noisy_labels_are_those_of_the_papers(kind: str) -> None:
    noise, margin = 0.2, torch.linspace(-3, 3, 7)
    right, wrong = -torch.nn.functional.logsigmoid(margin), -torch.nn.functional.logsigmoid(-margin)
    robust = ((1 - noise) * right - noise * wrong) / (1 - 2 * noise)  # as TRL computes its `robust`
    paper = {"sigmoid": right, "conservative": (1 - noise) * right + noise * wrong, "robust": robust}[kind]
    losses = _losses(TrainSettings(dpo_loss=kind, label_noise=noise, sft_weight=0.2))  # type: ignore[arg-type]
    trl = {"sigmoid": right, "robust": robust, "sft": torch.zeros(7)}
    found = sum(w * trl[name] for name, w in zip(losses["loss_type"], losses["loss_weights"], strict=True))
    assert torch.allclose(torch.as_tensor(found), paper, atol=1e-6)


def test_likes_and_dislikes_count_the_same() -> None:
    rows = [{"label": True}] * 6 + [{"label": False}] * 2
    liked, disliked = balance(rows)
    assert (liked, disliked) == (1.0, 3.0)
    assert balance([{"label": True}]) == (1.0, 1.0)


def test_a_reward_model_is_asked_with_the_words_of_the_request() -> None:
    said = [{"role": "system", "content": "You write."}, {"role": "user", "content": "Write about: rain"}]
    assert words_of({"prompt": said, "request": "rain", "fields": {"Bio": "b", "A": "a"}}) == "rain\na\nb"
    assert words_of({"prompt": said}) == "Write about: rain"
    assert words_of({"prompt": said, "prompt_id": ""}) == words_of({"prompt": []}) == ""
