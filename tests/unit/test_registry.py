"""The champion is a fold of promotions and rollbacks, and only a whole model ever serves."""

import json
from pathlib import Path

import pytest

from loop.errors import BadInput, ModelUnusable, NotFound
from loop.events import ItemForgotten, ModelEvaluated, ModelPromoted, TrainingFinished
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.manifest import MANIFEST, WEIGHTS, Manifest, complete, hashes
from loop.projector import Projector
from loop.registry import Registry
from rewards.settings import RewardSettings

BASE = "starter"


class Shelf:
    """A registry over an own ledger, and models that are made in a moment."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ledger = Ledger.in_home(home)
        self.projector = Projector(self.ledger, HANDLERS, RewardSettings())
        self.ledger.project(self.projector)
        self.registry = Registry(self.ledger, home, BASE)

    def model(self, model_id: str, *, verdict: bool | None = True, base: str = BASE) -> Path:
        """A trained model, and its evaluation unless there is to be none."""
        partial, target = self.home / "models" / f"{model_id}.partial", self.home / "models" / model_id
        partial.mkdir(parents=True)
        (partial / WEIGHTS).write_bytes(f"weights of {model_id}".encode())
        (partial / "adapter_config.json").write_text("{}")
        files = hashes(partial)
        made = Manifest(
            model_id=model_id, base=base, method="sft", dataset_id="d", dataset_sha256="x", parent=None, seed=0,
            options={}, version="0", files=files, metrics={"sft_steps": 3.0},
        )  # fmt: skip
        complete(partial, made, target)
        trained = TrainingFinished(
            run_id=f"r_{model_id}", model_id=model_id, dataset_id="d", method="sft", base=base, parent=None,
            sha256=files[WEIGHTS], metrics=made.metrics,
        )  # fmt: skip
        self.ledger.append(trained)
        if verdict is not None:
            self.evaluated(model_id, verdict)
        return target

    def evaluated(self, model_id: str, ok: bool) -> None:
        self.ledger.append(
            ModelEvaluated(
                run_id="r", model_id=model_id, against=BASE, win_rate=0.6, interval=(0.5, 0.7), bars=(), ok=ok
            )
        )

    @property
    def champion(self) -> str:
        return self.registry.champion().model_id


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_at_first_the_base_writes(shelf: Shelf) -> None:
    champion = shelf.registry.champion()
    assert (champion.model_id, champion.adapter, champion.warning) == (BASE, None, "")
    assert shelf.registry.models() == []


def test_a_promoted_model_writes(shelf: Shelf) -> None:
    folder = shelf.model("m_1")
    assert shelf.champion == BASE
    champion = shelf.registry.promote("m_1", run_id="r_m_1")
    assert (champion.model_id, champion.adapter, champion.warning) == ("m_1", folder, "")
    (known,) = shelf.registry.models()
    assert (known.verdict, known.metrics, known.problem) == ("promotable", {"sft_steps": 3.0}, "")


def test_rollbacks_walk_back_to_the_base(shelf: Shelf) -> None:
    for name in ("m_1", "m_2"):
        shelf.model(name)
        shelf.registry.promote(name)
    assert shelf.registry.rollback().model_id == "m_1"
    shelf.model("m_3")
    shelf.registry.promote("m_3")
    seen = [shelf.registry.rollback().model_id for _ in range(2)]
    assert seen == ["m_1", BASE]
    with pytest.raises(BadInput, match="nothing to roll back"):
        shelf.registry.rollback()


def test_a_model_that_was_rolled_back_can_be_promoted_again(shelf: Shelf) -> None:
    shelf.model("m_1")
    for _ in range(2):
        shelf.registry.promote("m_1")
        shelf.registry.rollback()
    shelf.registry.promote("m_1")
    assert shelf.champion == "m_1"


def test_a_promotion_is_one_event_and_its_key_counts_once(shelf: Shelf) -> None:
    shelf.model("m_1")
    head = shelf.ledger.head()
    for _ in range(3):
        shelf.registry.promote("m_1", key="k")
    assert shelf.ledger.head() == head + 1
    for _ in range(3):
        shelf.registry.rollback(key="back")
    assert shelf.ledger.head() == head + 2
    assert shelf.champion == BASE


@pytest.mark.parametrize(("verdict", "words"), [(None, "was not evaluated"), (False, "the gate refused")])
def test_what_was_not_proven_needs_force(shelf: Shelf, verdict: bool | None, words: str) -> None:
    shelf.model("m_1", verdict=verdict)
    head = shelf.ledger.head()
    with pytest.raises(BadInput, match=words):
        shelf.registry.promote("m_1")
    assert (shelf.ledger.head(), shelf.champion) == (head, BASE)
    assert shelf.registry.promote("m_1", force=True).model_id == "m_1"


def test_a_model_that_was_trained_on_a_forgotten_text_needs_force(shelf: Shelf) -> None:
    shelf.model("m_1")
    shelf.ledger.append(ItemForgotten(item_id="c_1", models=("m_1",)))
    with pytest.raises(BadInput, match="forgotten"):
        shelf.registry.promote("m_1")
    assert shelf.registry.promote("m_1", force=True).model_id == "m_1"


def test_an_unknown_model_or_the_champion_itself_is_refused(shelf: Shelf) -> None:
    with pytest.raises(NotFound):
        shelf.registry.promote("m_9", force=True)
    with pytest.raises(BadInput, match="champion already"):
        shelf.registry.promote(BASE)


def test_the_base_can_be_promoted_back(shelf: Shelf) -> None:
    shelf.model("m_1")
    shelf.registry.promote("m_1")
    assert shelf.registry.promote(BASE).adapter is None
    assert shelf.registry.rollback().model_id == "m_1"


def test_changed_weights_never_serve(shelf: Shelf) -> None:
    for name in ("m_1", "m_2"):
        folder = shelf.model(name)
        shelf.registry.promote(name)
    assert shelf.champion == "m_2"
    (folder / WEIGHTS).write_bytes(b"weights of m_x")
    champion = shelf.registry.champion()
    assert champion.model_id == "m_1"
    assert WEIGHTS in champion.warning
    assert "'m_1' writes instead" in champion.warning
    with pytest.raises(ModelUnusable, match="was changed"):
        shelf.registry.adapter_path("m_2")


def test_weights_and_manifest_changed_together_are_found_by_the_ledger(shelf: Shelf) -> None:
    folder = shelf.model("m_1")
    (folder / WEIGHTS).write_bytes(b"others")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"] = hashes(folder)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ModelUnusable, match="recorded"):
        shelf.registry.promote("m_1", force=True)


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS])
def test_an_incomplete_folder_never_serves(shelf: Shelf, name: str) -> None:
    folder = shelf.model("m_1")
    shelf.registry.promote("m_1")
    (folder / name).unlink()
    champion = shelf.registry.champion()
    assert (champion.model_id, champion.adapter) == (BASE, None)
    assert "m_1" in champion.warning
    assert shelf.registry.models()[0].problem


def test_a_model_of_another_base_does_not_serve(shelf: Shelf) -> None:
    shelf.model("m_1")
    shelf.registry.promote("m_1")
    other = Registry(shelf.ledger, shelf.home, "another")
    assert other.champion().model_id == "another"
    assert "trained on the base" in other.champion().warning
    with pytest.raises(ModelUnusable, match="trained on the base"):
        other.promote("m_1", force=True)


def test_a_rollback_passes_over_what_cannot_serve(shelf: Shelf) -> None:
    folders = {}
    for name in ("m_1", "m_2", "m_3"):
        folders[name] = shelf.model(name)
        shelf.registry.promote(name)
    (folders["m_2"] / MANIFEST).unlink()
    assert shelf.registry.rollback().model_id == "m_1"
    assert shelf.registry.rollback().model_id == BASE


def test_a_replay_of_the_ledger_gives_the_same_champion(shelf: Shelf) -> None:
    for name in ("m_1", "m_2"):
        shelf.model(name)
        shelf.registry.promote(name)
    shelf.registry.rollback()
    before = (shelf.registry.champion(), shelf.registry.models())
    shelf.projector.rebuild()
    assert (shelf.registry.champion(), shelf.registry.models()) == before
    promotions = [r for r in shelf.ledger.read() if isinstance(r.event, ModelPromoted)]
    assert [p.event.previous for p in promotions] == [BASE, "m_1"]
