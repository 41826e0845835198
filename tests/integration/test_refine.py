"""A refinement end to end; killed anywhere it goes on, and never trains or promotes twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from jobs.lease import LeaseHeld, lease
from jobs.refine import JOB, refine
from jobs.run_state import ATTEMPTS, STATE, State, save
from jobs.settings import GateSettings, TrainSettings
from jobs.train.parent import Killed
from loop import schema
from loop.errors import BadInput
from loop.events import Event, JobFinished, JobStarted, ModelEvaluated, ModelPromoted, TrainingFinished
from loop.settings import GeneratorSettings
from tests.integration.models_tiny import one_thread, stories
from tests.refine_home import QUICK, RefineHome

__all__ = ["one_thread"]
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NO_BARS = ("judge", "win_rate", "preference_loss", "preference_accuracy", "chosen_reward", "diversity_champion",
           "diversity_base", "length")  # fmt: skip
OPEN = GateSettings(ignore=NO_BARS)
RUN = """
import sys
from pathlib import Path
from jobs.refine import refine
from tests.integration.test_refine import OPEN
from tests.refine_home import RefineHome
refine(RefineHome(Path(sys.argv[1])).shop(sys.argv[2], gate=OPEN), run_key="night")
"""


@pytest.fixture
def home(tmp_path: Path) -> RefineHome:
    return RefineHome(tmp_path / "home").fill(prompts=20)


def events(home: RefineHome, kind: type[Event]) -> list[Any]:
    return [r.event for r in home.ledger.read(limit=100_000) if isinstance(r.event, kind)]


def test_a_refinement_promotes_reports_and_does_not_repeat_itself(home: RefineHome) -> None:
    shop = home.shop(stories(), gate=OPEN, train=TrainSettings(**QUICK, seed=5))
    done = refine(shop)
    assert done.promoted
    manifest = json.loads((home.folder / "models" / str(done.model_id) / "manifest.json").read_text())
    assert (manifest["method"], manifest["seed"], manifest["options"]["rank"]) == ("sft+dpo", 5, QUICK["rank"])
    assert shop.registry.champion().model_id == done.model_id
    assert [bar.name for bar in done.bars] == list(NO_BARS)
    _check_report(home, done.run_id)
    (evaluated,) = events(home, ModelEvaluated)
    assert evaluated.against == str(stories())

    again = refine(shop)
    assert not again.promoted
    assert "nothing has changed" in again.outcome
    assert len(events(home, TrainingFinished)) == 1

    assert shop.registry.rollback().adapter is None


def _check_report(home: RefineHome, run_id: str) -> None:
    folder = home.folder / "runs" / run_id
    told = json.loads((folder / "report.json").read_text())
    found = told["evaluation"]["preferred"]
    assert found["loss"] < 0.693
    assert found["accuracy_interval"][0] > 0.5
    assert set(told["seconds"]) == {"distill", "train", "evaluate"}
    page = (folder / "report.html").read_text()
    for words in ("A new model writes", "preference loss", "<svg", "reprise models rollback", "a picture of thing"):
        assert words in page
    assert page.count("Which is which?") == len(told["evaluation"]["samples"]) >= 2
    assert "words that come twice" in page
    with home.ledger.reading() as db:
        known = {id_ for (id_,) in db.execute(sa.select(schema.items.c.item_id))}
    assert told["trained_on"]
    assert set(told["trained_on"]) <= known
    assert sum(told["rows_by_source"].values()) >= sum(stage["rows"] for stage in told["stages"])
    for outside in ("http:", "https:", "<script", "src="):
        assert outside not in page


def test_a_strict_gate_refuses_and_says_which_bar_and_by_how_much(home: RefineHome) -> None:
    others = tuple(name for name in NO_BARS if name != "preference_loss")
    shop = home.shop(stories(), gate=GateSettings(preference_loss=0.001, ignore=others))
    done = refine(shop, method="dpo")
    assert not done.promoted
    assert "refused: preference_loss: held-out preference loss is 0." in done.outcome
    assert "short" in done.outcome
    assert shop.registry.champion().adapter is None
    with pytest.raises(BadInput, match="gate refused"):
        shop.registry.promote(str(done.model_id))
    assert "--force" in Path(str(done.report)).read_text()


def test_killed_in_training_and_at_both_sides_of_the_promotion_it_ends_once(
    home: RefineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = home.shop(stories(), gate=OPEN)
    monkeypatch.setenv("REPRISE_KILL_AT", "mid-train:7")
    with pytest.raises(Killed):
        refine(shop, run_key="night")
    monkeypatch.delenv("REPRISE_KILL_AT")
    assert not shop.registry.models()

    for place in ("mid-promote:1", "mid-promote:2"):
        assert _refine_in_child(home, place) == -9
        assert shop.registry.champion().model_id == str(stories()) or place.endswith("2")
    done = refine(shop, run_key="night")
    assert done.promoted
    assert shop.registry.champion().model_id == done.model_id
    for kind in (JobStarted, TrainingFinished, ModelEvaluated, ModelPromoted, JobFinished):
        assert len(events(home, kind)) == 1, kind
    assert len(list((home.folder / "models").iterdir())) == 1
    with pytest.raises(LeaseHeld, match="was done already"):
        refine(shop, run_key="night")


def _refine_in_child(home: RefineHome, place: str) -> int:
    environment = {**os.environ, "REPRISE_KILL_AT": place, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", RUN, str(home.folder), str(stories())]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False).returncode


def test_with_nothing_to_train_on_it_says_so_and_is_done(tmp_path: Path) -> None:
    empty = RefineHome(tmp_path)
    done = refine(empty.shop("no-model-is-needed"), run_key="night")
    assert (done.promoted, done.model_id) == (False, None)
    assert "nothing to train on" in done.outcome
    (finished,) = events(empty, JobFinished)
    assert finished.ok


def test_a_dry_run_says_what_it_would_do_and_leaves_no_run(home: RefineHome) -> None:
    done = refine(home.shop("no-model-is-needed"), dry_run=True)
    assert "would train sft+dpo on" in done.outcome
    assert not events(home, JobStarted)
    assert not list((home.folder / "runs").glob(f"*/{STATE}"))


def test_a_remote_model_is_distilled_for_and_not_trained(home: RefineHome) -> None:
    from dataclasses import replace

    shop = replace(home.shop("x"), generator=GeneratorSettings(model="openai:gpt"))
    done = refine(shop)
    assert "is remote" in done.outcome
    assert done.dataset_id
    assert not events(home, TrainingFinished)


def test_a_run_that_always_dies_is_given_up_and_a_new_one_is_tried(home: RefineHome) -> None:
    shop = home.shop("no-model-is-needed", train=TrainSettings(min_rows=10_000, min_pairs=10_000))
    dead = State(run_id="r_dead", run_key="night", task=None, method=None, started="2026", attempts=ATTEMPTS)
    save(home.folder / "runs", dead)
    done = refine(shop, run_key="night")
    assert done.run_id != "r_dead"
    told = {job.run_id: (job.ok, job.outcome) for job in events(home, JobFinished)}
    assert told["r_dead"][0] is False
    assert "given up after" in told["r_dead"][1]
    assert told[done.run_id][0] is True


def test_two_refinements_of_one_home_do_not_meet(home: RefineHome) -> None:
    with lease(home.ledger, JOB), pytest.raises(LeaseHeld, match="another process"):
        refine(home.shop("x"))


def test_a_training_that_fails_is_told_and_the_next_run_is_a_new_one(home: RefineHome, tmp_path: Path) -> None:
    from loop.errors import RepriseError

    shop = home.shop(tmp_path / "no-model")
    for _ in range(2):
        with pytest.raises(RepriseError, match="is no model"):
            refine(shop)
    finished = events(home, JobFinished)
    assert [job.ok for job in finished] == [False, False]
    assert len({job.run_id for job in finished}) == 2
    assert shop.registry.champion().adapter is None


def test_methods_are_checked_before_anything_begins(home: RefineHome) -> None:
    with pytest.raises(BadInput, match="no training method"):
        refine(home.shop("x"), method="magic")
    assert not (home.folder / "datasets").exists()
