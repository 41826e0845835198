"""KTO, reward-weighted SFT and DPO's options move a model the right way on texts that it was not shown."""

import random
from pathlib import Path
from typing import Any

import pytest

from jobs.evaluation.preferred import Scored, preferred, score_pairs
from jobs.train.child import stages_done, train
from loop.manifest import verify
from loop.models.engine import Engine
from loop.models.weights import load_local
from tests.integration.models_tiny import one_thread, stories
from tests.integration.train_rows import make_rows, make_run, write_rows

__all__ = ["one_thread"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
BETA = 0.1
_, HELD_OUT = make_rows(24, seed=99)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_local(str(stories()), "cpu")


@pytest.fixture(scope="module")
def base(engine: Engine) -> Scored:
    engine.use_adapter(None)
    return score_pairs(engine, HELD_OUT, 24)


def trained(run: Path, engine: Engine, base: Scored) -> Any:
    """Train; how the held-out pairs stand with the finished model."""
    train(run)
    engine.use_adapter(run.parent / "models" / "m_1")
    found = preferred(HELD_OUT, score_pairs(engine, HELD_OUT, 24), base, BETA, seed=0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("method", "settings"),
    [
        ("dpo", {"dpo_loss": "conservative", "pair_weights": "both"}),
        ("dpo", {"dpo_loss": "length"}),
        ("kto", {"beta": 0.3}),
    ],
    ids=lambda told: told if isinstance(told, str) else "-".join(str(value) for value in told.values()),
)
def test_held_out_pairs_move_the_right_way(
    tmp_path: Path, method: str, settings: dict[str, Any], engine: Engine, base: Scored
) -> None:
    run = make_run(tmp_path, stories(), method, **settings)
    rng = random.Random(0)
    _, pairs = make_rows(48, seed=0)
    for pair in pairs:
        pair |= {"weight": rng.uniform(0.6, 1.0), "deviation": rng.uniform(0.2, 0.9)}
    write_rows(tmp_path / "dataset" / "preference.jsonl", pairs)
    found = trained(run, engine, base)
    assert found.loss_interval[1] < 0.693
    assert found.accuracy_interval[0] > 0.5
    (done,) = stages_done(run, method)
    assert done.curve.train[-1][1] < done.curve.train[0][1]
    assert done.curve.table[-1].keys() >= {"step", "loss", "validation_loss", "rewards/chosen", "rewards/margins"}
    assert verify(tmp_path / "models" / "m_1").method == method


def test_pairs_of_no_weight_teach_nothing_and_the_others_all(tmp_path: Path, engine: Engine, base: Scored) -> None:
    _, pairs = make_rows(48, seed=0)
    wrong = [pair | {"chosen": pair["rejected"], "rejected": pair["chosen"], "weight": 0.5} for pair in pairs]
    run = make_run(tmp_path, stories(), "dpo", pair_weights="weight", epochs=2.0, validation=0.0, sft_weight=0.0)
    write_rows(
        tmp_path / "dataset" / "preference.jsonl", [*(pair | {"weight": 1.0} for pair in pairs[:24]), *wrong[24:]]
    )
    assert trained(run, engine, base).accuracy > 0.8


def test_the_better_a_text_was_liked_the_more_it_is_learned(tmp_path: Path, engine: Engine) -> None:
    _, pairs = make_rows(48, seed=0)
    margins = {}
    for liked, disliked in (("chosen", "rejected"), ("rejected", "chosen")):
        run = make_run(tmp_path / liked, stories(), "weighted", learning_rate=2e-3)
        rows = [
            {"prompt": pair["prompt"], "prompt_id": pair["prompt_id"], "completion": pair[side], "reward": reward}
            for pair in pairs
            for side, reward in ((liked, 0.9), (disliked, 0.1))
        ]
        write_rows(tmp_path / liked / "dataset" / "sft.jsonl", rows)
        train(run)
        engine.use_adapter(tmp_path / liked / "models" / "m_1")
        margins[liked] = score_pairs(engine, HELD_OUT, 24)
    found = preferred(HELD_OUT, margins["chosen"], margins["rejected"], BETA, seed=0)
    assert found is not None
    assert found.loss_interval[1] < 0.693
    assert found.accuracy > 0.9
