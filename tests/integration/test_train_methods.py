"""SFT and DPO learn what they are shown, on texts that they were not shown; the same seed gives the same weights."""

from pathlib import Path
from typing import Any

import pytest

from jobs.evaluation.preferred import preferred, score_pairs
from jobs.train.child import stages_done, train
from jobs.train.rows import Tokens, read_rows, set_apart
from loop.manifest import WEIGHTS, verify
from loop.models import render
from loop.models.weights import load_local
from tests.integration.models_tiny import one_thread, save_llama, stories
from tests.integration.train_rows import make_rows, make_run

__all__ = ["one_thread"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
]
BETA = 0.1


def trained(folder: Path, base: Path, method: str, **settings: Any) -> Path:
    """The finished model's folder."""
    train(make_run(folder, base, method, **settings))
    return folder / "models" / "m_1"


@pytest.fixture(scope="module")
def by_dpo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("dpo"), stories(), "dpo", epochs=2.0)


@pytest.fixture(scope="module")
def by_both(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("both"), stories(), "sft+dpo")


def test_dpo_moves_held_out_pairs_the_right_way(by_dpo: Path) -> None:
    _, pairs = make_rows(24, seed=99)
    engine = load_local(str(stories()), "cpu")
    base = score_pairs(engine, pairs, 8)
    engine.use_adapter(by_dpo)
    found = preferred(pairs, score_pairs(engine, pairs, 8), base, BETA, seed=0)
    assert found is not None
    assert found.loss_interval[1] < 0.693
    assert found.accuracy_interval[0] > 0.5
    assert found.chosen_reward > found.rejected_reward
    engine.use_adapter(None)
    untouched = preferred(pairs, score_pairs(engine, pairs, 8), base, BETA, seed=0)
    assert untouched is not None
    assert untouched.loss == pytest.approx(0.693147, abs=1e-5)
    assert untouched.accuracy == 0.5


def test_sft_lowers_the_loss_of_texts_that_it_did_not_see(by_both: Path) -> None:
    from jobs.evaluation.preferred import perplexity

    rows, _ = make_rows(24, seed=99)
    engine = load_local(str(stories()), "cpu")
    before = perplexity(engine, rows, 8)
    engine.use_adapter(by_both)
    after = perplexity(engine, rows, 8)
    assert before is not None
    assert after is not None
    assert after < 0.8 * before


def test_the_manifest_and_the_curves_tell_of_every_stage(by_both: Path) -> None:
    manifest = verify(by_both)
    assert manifest.method == "sft+dpo"
    assert {"sft_steps", "sft_validation_loss", "dpo_steps", "dpo_train_loss"} <= manifest.metrics.keys()
    assert set(manifest.files) == {WEIGHTS, "adapter_config.json"}
    done = stages_done(by_both.parents[1] / "run", "sft+dpo")
    assert [stage.stage for stage in done] == ["sft", "dpo"]
    assert all(stage.curve.train and stage.curve.validation for stage in done)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(by_dpo: Path, tmp_path: Path) -> None:
    again = trained(tmp_path / "again", stories(), "dpo", epochs=2.0)
    other = trained(tmp_path / "other", stories(), "dpo", epochs=2.0, seed=1)
    weights = [verify(folder).files[WEIGHTS] for folder in (by_dpo, again, other)]
    assert weights[0] == weights[1] != weights[2]


def test_a_model_with_a_chat_template_trains_too(tmp_path: Path) -> None:
    base = save_llama(tmp_path / "base")
    manifest = verify(trained(tmp_path, base, "sft+dpo"))
    engine = load_local(str(base), "cpu")
    engine.use_adapter(tmp_path / "models" / manifest.model_id)
    assert manifest.metrics["dpo_steps"] > 0


@pytest.mark.parametrize("templated", [False, True])
def test_a_model_is_trained_on_the_tokens_that_it_is_asked_with(tmp_path: Path, templated: bool) -> None:
    engine = load_local(str(save_llama(tmp_path / "base") if templated else stories()), "cpu")
    (row, *_), _ = make_rows(1, seed=3)
    prompt, (answer,) = Tokens(engine.tokenizer, engine.context).answers(row["prompt"], [row["completion"]])
    assert prompt == render.encode(engine.tokenizer, row["prompt"])
    assert answer[-1] == engine.end
    assert engine.decode(answer).strip() == row["completion"][0]["content"]


def test_long_rows_keep_their_answer_and_lose_the_beginning_of_the_prompt(tmp_path: Path) -> None:
    engine = load_local(str(stories()), "cpu")
    request = "the end of the request"
    row = {"prompt": [{"role": "user", "content": "word\n" * 400 + request}], "completion": "a short answer"}
    prompt, (answer,) = Tokens(engine.tokenizer, 128).answers(row["prompt"], [row["completion"]])
    assert len(prompt) + len(answer) <= 128
    assert engine.decode(answer).strip() == "a short answer"
    assert request in engine.decode(prompt)


def test_validation_rows_share_no_prompt_with_training_rows(tmp_path: Path) -> None:
    rows, _ = make_rows(40, seed=0)
    train_rows, validation = set_apart(rows + rows, 0.2, seed=0)
    assert len(validation) == 16
    assert not {row["prompt_id"] for row in train_rows} & {row["prompt_id"] for row in validation}
    assert read_rows(tmp_path / "nothing.jsonl") == []
