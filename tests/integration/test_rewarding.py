"""A reward model from a home's dataset: what it learned, how it is kept, and that it tells good from bad."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from jobs.rewarding.ask import questions
from jobs.rewarding.examples import held_out_part, training_part
from jobs.rewarding.fit import Fitted, fit_reward, is_trained
from jobs.rewarding.model import REPORT, kept
from jobs.rewarding.on_vectors import WEIGHTS
from jobs.rewarding.open import open_scorer
from jobs.rewarding.serving import Serving, marked
from loop.errors import BadInput, ModelUnusable, NotFound
from loop.events import ItemForgotten, RewardFitted
from loop.manifest import MANIFEST, sha256
from rewards.settings import RewardModelSettings
from tests.distill_home import TASK, rows, text_of
from tests.fakes import WordEmbedder
from tests.refine_home import RefineHome

SETTINGS = RewardModelSettings()
PROMPT = "a picture of thing 3"
LIKED = "sea sings to the old moon while gulls laugh"
DISLIKED = "printer tax queue memo stapler rust invoice cable"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> RefineHome:
    return RefineHome(tmp_path_factory.mktemp("home")).fill(prompts=30)


@pytest.fixture(scope="module")
def fitted(home: RefineHome) -> Fitted:
    return fit(home)


def fit(home: RefineHome, settings: RewardModelSettings = SETTINGS, into: Path | None = None) -> Fitted:
    """Fitted in the home, or in another folder that has nothing but its dataset."""
    dataset = home.distill(into=into)
    shop = dataclasses.replace(home.shop("none"), home=into or home.folder)
    return fit_reward(shop, dataset.dataset_id, settings)


def test_it_orders_held_out_pairs_and_says_how_much_of_it_similarity_and_length_do_alone(fitted: Fitted) -> None:
    found = fitted.report.held_out
    assert found is not None
    assert found.accuracy.interval[0] > 0.9
    assert found.over_length.interval[0] >= 0
    assert found.accuracy.value == pytest.approx(found.by_length.value + found.over_length.value)
    assert found.accuracy.value == pytest.approx(found.by_similarity.value + found.over_similarity.value)


def test_its_report_tells_whether_rewards_are_what_it_expects(fitted: Fitted) -> None:
    found = fitted.report.calibration
    assert found is not None
    assert found.error < 0.1
    assert sum(n for *_, n in found.reliability) == found.texts
    assert found.stated == SETTINGS.coverage


def test_an_opened_model_prefers_what_people_like(fitted: Fitted) -> None:
    scorer = open_scorer(fitted.path, WordEmbedder())
    assert scorer.name == fitted.report.reward_id == fitted.path.name
    texts = [DISLIKED, LIKED]
    score, lower = scorer.score([PROMPT] * 2, texts), scorer.lower([PROMPT] * 2, texts)
    assert score[1] > 0.6 > 0.4 > score[0]
    assert (lower <= score).all()
    assert ((lower >= 0) & (score <= 1)).all()
    assert lower[1] > lower[0]
    assert scorer.score([], []).shape == (0,)
    with pytest.raises(ValueError, match="as many prompts"):
        scorer.score([PROMPT], texts)


def test_prompts_are_embedded_once(fitted: Fitted) -> None:
    embedder = WordEmbedder()
    scorer = open_scorer(fitted.path, embedder)
    scorer.score([PROMPT] * 3, ["one", "two", "three"])
    assert embedder.embedded == 4
    scorer.lower([PROMPT] * 3, ["one", "two", "four"])
    assert embedder.embedded == 5


def test_the_same_data_is_fitted_once_and_other_settings_are_another_model(home: RefineHome, fitted: Fitted) -> None:
    again = fit(home)
    assert (again.fresh, again.path) == (False, fitted.path)
    assert again.report == fitted.report
    other = fit(home, RewardModelSettings(seed=1))
    assert other.path != fitted.path
    assert [report.reward_id for report in kept(home.folder)] == [fitted.path.name, other.path.name]


def test_the_same_data_gives_the_same_bytes_elsewhere(home: RefineHome, fitted: Fitted, tmp_path: Path) -> None:
    again = fit(home, into=tmp_path)
    assert again.fresh
    assert again.path.name == fitted.path.name
    assert (again.path / WEIGHTS).read_bytes() == (fitted.path / WEIGHTS).read_bytes()


def test_a_damaged_or_half_written_model_is_refused_and_fitted_again(home: RefineHome, tmp_path: Path) -> None:
    made = fit(home, into=tmp_path)
    half = made.path.with_name(f"{made.path.name}.partial")
    half.mkdir()
    (half / WEIGHTS).write_bytes(b"half")
    with (made.path / WEIGHTS).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelUnusable, match="was changed"):
        open_scorer(made.path, WordEmbedder())
    assert fit(home, into=tmp_path).fresh
    assert open_scorer(made.path, WordEmbedder())
    assert not half.exists()
    (made.path / REPORT).unlink()
    with pytest.raises(ModelUnusable, match="misses its file"):
        open_scorer(made.path, WordEmbedder())


def test_what_is_no_reward_model_and_another_embedder_are_refused(fitted: Fitted, tmp_path: Path) -> None:
    class Other(WordEmbedder):
        fingerprint = "other:1"

    with pytest.raises(BadInput, match="fitted on vectors of 'words:1'"):
        open_scorer(fitted.path, Other())
    with pytest.raises(BadInput, match="there is no reward model 'w_1'"):
        open_scorer(tmp_path / "w_1")
    with pytest.raises(ModelUnusable, match="incomplete"):
        open_scorer(tmp_path)


def test_too_little_to_learn_from_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    home = RefineHome(tmp_path)
    home.fill(prompts=1)
    with pytest.raises(BadInput, match="too little to learn a reward from"):
        fit(home)
    assert kept(tmp_path) == []
    with pytest.raises(NotFound):
        fit_reward(home.shop("none"), "d_0000000000000000", SETTINGS)


def test_held_out_prompts_take_no_part_in_the_fit(home: RefineHome) -> None:
    dataset = home.distill()
    known, held = training_part(dataset.path), held_out_part(dataset.path)
    assert known.texts
    assert held.texts
    assert not set(known.requests) & set(held.requests)
    assert set(held.texts) == {text_of(row) for row in rows(dataset, "held_out_texts")}
    assert len(held.opinions.pairs) == len(rows(dataset, "held_out_preference"))


def test_pairs_that_restate_rewards_are_left_out_and_stated_ones_are_not(tmp_path: Path) -> None:
    home = RefineHome(tmp_path)
    home.fill(prompts=12)
    for n in range(12):
        prompt = f"a picture of thing {n}"
        ids = [home.imported(f"{text} {n}", prompt) for text in (LIKED, DISLIKED)]
        home.prefer(prompt, *ids, votes=(4, 1))
    dataset = home.distill()
    known, every = training_part(dataset.path), training_part(dataset.path, every_pair=True)
    assert len(every.opinions.pairs) == len(rows(dataset, "preference"))
    stated = [row for row in rows(dataset, "preference") if row["source"] == "import"]
    assert len(known.opinions.pairs) == len(stated) > 0
    assert known.opinions.shares == pytest.approx(0.8)
    assert not known.opinions.rated[known.opinions.pairs].any()


def test_texts_without_prompts_can_be_learned_from(tmp_path: Path) -> None:
    from loop.events import Votes

    home = RefineHome(tmp_path)
    for n in range(60):
        home.imported(f"{LIKED if n % 2 else DISLIKED} {n * 7919}", None, [Votes(value=n % 2, weight=5)])
    made = fit(home)
    scorer = open_scorer(made.path, WordEmbedder())
    assert scorer.score([PROMPT] * 2, [DISLIKED, LIKED]).argmax() == 1


def proven(home: RefineHome, path: Path, **figures: float) -> None:
    """As if it had been fitted once more, and had come out with these figures."""
    event = RewardFitted(
        reward_id=path.name,
        kind="head",
        tasks=(TASK,),
        dataset_id="d_1",
        sha256=sha256(path / MANIFEST),
        metrics=dict(figures),
    )
    home.ledger.append(event)


def test_the_newest_that_is_better_than_chance_serves(tmp_path: Path) -> None:
    home = RefineHome(tmp_path).fill(prompts=30)
    serving = Serving(home.ledger, home.folder, WordEmbedder)
    older, newer = fit(home), fit(home, RewardModelSettings(seed=2))
    assert serving.scorer(TASK).name == newer.path.name
    assert serving.scorer(TASK) is serving.scorer(TASK), "opened once"
    assert serving.scorer("story") is None, "it learned from none"
    assert "no reward model serves story" in serving.problem
    assert fit(home).path == older.path
    assert serving.scorer(TASK).name == newer.path.name, "what was there already is not newer"
    proven(home, newer.path, accuracy_low=0.5)
    assert serving.scorer(TASK).name == older.path.name
    assert serving.problem == ""
    home.ledger.append(ItemForgotten(item_id="i_1", rewards=(older.path.name,)))
    assert marked(home.ledger) == {older.path.name: "i_1"}
    assert serving.scorer(TASK) is None
    assert "no reward model serves" in serving.problem


def test_one_that_was_changed_serves_no_more_and_the_one_before_does(tmp_path: Path) -> None:
    home = RefineHome(tmp_path).fill(prompts=30)
    older, newer = fit(home), fit(home, RewardModelSettings(seed=1))
    manifest = newer.path / MANIFEST
    manifest.write_text(manifest.read_text().replace('"seed": 1', '"seed": 7'))
    serving = Serving(home.ledger, home.folder, WordEmbedder)
    assert serving.scorer(TASK).name == older.path.name
    assert f"'{newer.path.name}' was changed" in serving.problem
    (older.path / WEIGHTS).write_bytes(b"torn")
    proven(home, older.path, accuracy_low=0.9)
    assert serving.scorer(TASK) is None
    assert "was changed" in serving.problem


def test_a_fit_that_was_killed_before_the_ledger_knew_is_told_by_the_next(home: RefineHome, tmp_path: Path) -> None:
    made = fit(home, RewardModelSettings(seed=3))
    with home.ledger.writing() as db:
        db.exec_driver_sql(f"DELETE FROM commands WHERE key LIKE '{made.path.name}:%'")
        db.exec_driver_sql(f"DELETE FROM reward_models WHERE reward_id = '{made.path.name}'")
    assert not fit(home, RewardModelSettings(seed=3)).fresh
    assert Serving(home.ledger, home.folder, WordEmbedder).scorer(TASK).name == made.path.name


def test_it_asks_about_unrated_texts_and_not_twice_about_one(home: RefineHome, fitted: Fitted) -> None:
    embedder = WordEmbedder()
    ids = home.turn("a picture of thing 500", [LIKED, f"{LIKED} ", "a quiet violet engine hums in tune"])
    asked = questions(home.ledger, open_scorer(fitted.path, embedder), embedder, 2)
    assert {each.item_id for each in asked} <= set(ids)
    assert len({each.text.strip() for each in asked}) == 2
    assert all(each.lower <= each.expected for each in asked)
    assert asked[0].prompt == "a picture of thing 500"
    assert questions(home.ledger, open_scorer(fitted.path, embedder), embedder, 2, task="tweet") == []


def test_the_kind_is_chosen_by_the_number_of_pairs() -> None:
    assert not is_trained(RewardModelSettings(trained_from=100), 99)
    assert is_trained(RewardModelSettings(trained_from=100), 100)
    assert is_trained(RewardModelSettings(kind="trained"), 1)
    assert not is_trained(RewardModelSettings(kind="head"), 10**6)


def test_scores_are_finite_for_any_text(fitted: Fitted) -> None:
    scorer = open_scorer(fitted.path, WordEmbedder())
    texts = ["", " ", "a" * 5_000, "\u0000", "¿ñ?"]
    assert np.isfinite(scorer.score([""] * 5, texts)).all()
    assert np.isfinite(scorer.lower([PROMPT] * 5, texts)).all()
