"""A reward model that is the writing model itself, trained by RewardTrainer: it learns a toy preference."""

from pathlib import Path

import numpy as np
import pytest

from jobs.rewarding.fit import Fitted, fit_reward
from jobs.rewarding.open import open_scorer
from jobs.rewarding.training import with_head
from jobs.settings import DistillSettings, TrainSettings
from jobs.train.parent import Killed
from jobs.workshop import Workshop
from loop.manifest import WEIGHTS, read_manifest
from rewards.settings import PairSettings, RewardModelSettings
from tests.integration.models_tiny import one_thread, save_llama, stories
from tests.refine_home import BAD, GOOD, QUICK, RefineHome

__all__ = ["one_thread"]
pytestmark = pytest.mark.slow
TRAINED = RewardModelSettings(kind="trained")
DISTILL = DistillSettings(duplicate=1.0, pairs=PairSettings(cap=4))
SETTINGS = TrainSettings(**(QUICK | {"epochs": 3.0, "validation": 0.2}))


def shop(home: RefineHome) -> Workshop:
    return home.shop(stories(), train=SETTINGS)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> RefineHome:
    return RefineHome(tmp_path_factory.mktemp("home")).fill(prompts=24)


@pytest.fixture(scope="module")
def dataset(home: RefineHome) -> str:
    return home.distill(DISTILL).dataset_id


@pytest.fixture(scope="module")
def fitted(home: RefineHome, dataset: str) -> Fitted:
    return fit_reward(shop(home), dataset, TRAINED)


def test_it_orders_pairs_of_prompts_that_it_never_saw(fitted: Fitted) -> None:
    assert fitted.report.kind == "trained"
    assert fitted.report.held_out is not None
    assert fitted.report.held_out.accuracy.interval[0] > 0.8
    assert fitted.report.calibration is not None
    assert fitted.report.calibration.error < 0.25


def test_opened_again_it_scores_as_when_it_was_measured(fitted: Fitted) -> None:
    scorer = open_scorer(fitted.path)
    liked, disliked = " ".join(GOOD[:7]), " ".join(BAD[:7])
    prompts = ["a picture of thing 3"] * 2
    score, lower = scorer.score(prompts, [liked, disliked]), scorer.lower(prompts, [liked, disliked])
    assert 0 < score[1] < score[0] < 1
    assert ((lower >= 0) & (lower <= score)).all()
    assert scorer.score([], []).shape == (0,)


def test_a_text_scores_the_same_alone_and_beside_longer_ones(fitted: Fitted) -> None:
    scorer = open_scorer(fitted.path)
    texts = ["the sea", " ".join(GOOD * 3), "tax"]
    together = scorer.score(["thing"] * 3, texts)
    assert together == pytest.approx(np.concatenate([scorer.score(["thing"], [text]) for text in texts]), abs=1e-5)


def test_the_same_data_is_trained_once(home: RefineHome, dataset: str, fitted: Fitted) -> None:
    again = fit_reward(shop(home), dataset, TRAINED)
    assert (again.fresh, again.path) == (False, fitted.path)
    assert not (home.folder / "runs" / fitted.path.name).exists()


def test_killed_it_goes_on_and_ends_in_the_same_weights(
    home: RefineHome, dataset: str, fitted: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    fitted.path.rename(kept)
    monkeypatch.setenv("REPRISE_KILL_AT", "mid-train:9")
    with pytest.raises(Killed, match="SIGKILL"):
        fit_reward(shop(home), dataset, TRAINED)
    assert not fitted.path.exists()
    monkeypatch.delenv("REPRISE_KILL_AT")
    again = fit_reward(shop(home), dataset, TRAINED)
    assert again.fresh
    assert read_manifest(again.path).files[WEIGHTS] == read_manifest(kept).files[WEIGHTS]


def test_a_model_with_a_chat_template_gets_a_head_that_begins_at_zero(tmp_path: Path) -> None:
    import torch

    model, tokenizer, _ = with_head(str(save_llama(tmp_path)), "cpu")
    ids = torch.tensor([tokenizer("the sea")["input_ids"]])
    assert model(input_ids=ids).logits.tolist() == [[0.0]]
