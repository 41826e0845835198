"""Trainings in a home: against its own reward model in a child process, and in small steps from a trained model."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from jobs.rewarding.fit import fit_reward
from jobs.settings import TrainSettings
from jobs.steps import train_model
from jobs.train.plan import read_plan
from jobs.workshop import Workshop
from loop.errors import BadInput, NotFound
from loop.manifest import WEIGHTS
from memory.embedder import SHIPPED, load_embedder
from rewards.settings import RewardModelSettings
from tests.integration.models_tiny import one_thread, stories
from tests.integration.train_rows import in_process
from tests.refine_home import QUICK, RefineHome

__all__ = ["one_thread"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
FEW: dict[str, Any] = QUICK | {"texts": 32, "batch_size": 8, "text_tokens": 8}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    home = RefineHome(tmp_path_factory.mktemp("home"))
    home.fill(24)
    made = home.shop(stories(), train=TrainSettings(**FEW))
    return dataclasses.replace(made, open_embedder=lambda: load_embedder(SHIPPED))


@pytest.fixture(scope="module")
def dataset(shop: Workshop) -> str:
    from jobs.distill.run import distill

    return distill(shop.ledger, shop.home, shop.tasks, shop.distill, embedder=shop.open_embedder()).dataset_id


def test_a_reward_model_is_asked_in_the_child(shop: Workshop, dataset: str) -> None:
    with pytest.raises(BadInput, match="ppo needs a reward model; fit one with `reprise reward`"):
        train_model(shop, "r_0", "m_0", dataset, "ppo")
    fitted = fit_reward(shop, dataset, RewardModelSettings())
    with pytest.raises(BadInput, match="no reward model 'w_none'"):
        train_model(shop, "r_0", "m_0", dataset, "ppo", reward="w_none")
    with pytest.raises(BadInput, match="sft asks no reward model"):
        train_model(shop, "r_0", "m_0", dataset, "sft", reward=fitted.report.reward_id)
    made = train_model(shop, "r_1", "m_1", dataset, "ppo")
    assert read_plan(shop.run_folder("r_1")).reward == str(fitted.path)
    assert 0 < made.metrics["ppo_reward_before"] < 1
    assert made.metrics["ppo_kl"] != 0


def test_a_small_step_goes_on_from_a_trained_model(
    shop: Workshop, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.steps.train_in_child", in_process)
    first = train_model(shop, "r_2", "m_2", dataset, "sft")
    with pytest.raises(BadInput, match="is the base"):
        train_model(shop, "r_3", "m_3", dataset, "weighted", onto=str(stories()))
    with pytest.raises(NotFound):
        train_model(shop, "r_3", "m_3", dataset, "weighted", onto="m_nobody")
    still = TrainSettings(**FEW | {"learning_rate": 1e-12})
    second = train_model(shop, "r_3", "m_3", dataset, "weighted", still, onto="m_2")
    assert second.parent == shop.registry.model("m_3").parent == "m_2"
    assert weights(shop.registry.folder / "m_3") == pytest.approx(weights(shop.registry.folder / "m_2"), abs=1e-6)
    third = train_model(shop, "r_4", "m_4", dataset, "weighted", onto="m_2")
    assert third.files[WEIGHTS] != first.files[WEIGHTS]


def weights(folder: Path) -> list[float]:
    from safetensors.torch import load_file

    tensors = load_file(folder / WEIGHTS)
    return [float(tensors[name].sum()) for name in sorted(tensors)]
