"""To a Hub and back: the same bytes, private, with a card that tells everything but the texts; and what is refused."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from jobs.publish.hub import HubFailed
from jobs.publish.pull import Pulled, pull
from jobs.publish.push import Pushed, Wish, push, rehearse
from jobs.steps import dataset_for
from loop.errors import BadInput, ModelUnusable, NotFound
from loop.events import DatasetDistilled, ItemForgotten, ModelEvaluated, TrainingFinished
from loop.handlers import HANDLERS
from loop.ledger import Ledger
from loop.manifest import MANIFEST, WEIGHTS, Manifest, complete, hashes
from loop.models.files import STARTER
from loop.projector import Projector
from loop.registry import Registry
from rewards.settings import RewardSettings
from tests.e2e.cli import Cli, environment
from tests.integration.hub_server import TOKEN, Hub, serving

pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),  # the Hub's client over httpx 0.28
    pytest.mark.filterwarnings(
        "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"
    ),  # PEFT, in save_adapter
]
SECRET = "my grandmother's recipe for plum dumplings"
DATASET = "d_0123456789abcdef"
TO = "ann/tweets"
CONFIG = {
    "peft_type": "LORA",
    "base_model_name_or_path": "/home/ann/private/starter",
    "r": 4,
    "target_modules": ["q_proj"],
}


class PublishHome:
    """A home with models that are made in a moment, and a ledger that tells of them."""

    def __init__(self, folder: Path, base: str = "starter") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.ledger = Ledger.in_home(folder)
        self.ledger.project(Projector(self.ledger, HANDLERS, RewardSettings()))
        self.registry = Registry(self.ledger, folder, base)

    def trained(self, model_id: str = "m_1", base: str = "starter", seed: int = 0) -> Path:
        """An adapter with its dataset, its figures, and words that must not be told."""
        partial = self.folder / "models" / f"{model_id}.partial"
        partial.mkdir(parents=True)
        weights = np.random.default_rng(seed).standard_normal((64, 8)).astype(np.float32)
        save_file({"a": weights}, partial / WEIGHTS)
        (partial / "adapter_config.json").write_text(json.dumps(CONFIG))
        files = hashes(partial)
        made = Manifest(
            model_id=model_id, base=base, method="sft+dpo", dataset_id=DATASET, dataset_sha256="5" * 64, parent=None,
            seed=7, options={"rank": 4, "beta": 0.1, "device": "/dev/private"}, version="0.1.0", files=files,
            metrics={"sft_loss": 1.25},
        )  # fmt: skip
        complete(partial, made, self.folder / "models" / model_id)
        self._dataset()
        self.ledger.append(
            TrainingFinished(
                run_id="r_1", model_id=model_id, dataset_id=DATASET, method=made.method, base=base, parent=None,
                sha256=files[WEIGHTS], metrics=made.metrics,
            )
        )  # fmt: skip
        return self.folder / "models" / model_id

    def _dataset(self) -> None:
        folder = self.folder / "datasets" / DATASET
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"source": kind, "completion": SECRET} for kind in ("rated", "human", "human", "edit")]
        (folder / "sft.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / "preference.jsonl").write_text(json.dumps({"source": "pick", "chosen": SECRET}) + "\n")
        self.ledger.append(
            DatasetDistilled(
                dataset_id=DATASET, task="tweet", upto=1, sft=4, pairs=1, unpaired=0, held_out=9, sha256="5" * 64
            ),
            key=DATASET,
        )

    def judged(self, model_id: str, ok: bool = True) -> None:
        bars = ({"name": "win_rate", "value": 0.534, "limit": 0.5, "ok": True, "why": f"because of {SECRET}"},)
        self.ledger.append(
            ModelEvaluated(
                run_id="r_1", model_id=model_id, against="starter", win_rate=0.611, interval=(0.534, 0.688), bars=bars,
                ok=ok,
            )
        )  # fmt: skip

    def push(self, model: str = "m_1", **wish: Any) -> Pushed:
        return push(self.ledger, self.registry, Wish(**{"model": model, "to": TO, **wish}))

    def rehearse(self, folder: Path, model: str = "m_1", **wish: Any) -> Pushed:
        return rehearse(self.ledger, self.registry, Wish(**{"model": model, "to": TO, **wish}), folder)

    def pull(self, name: str = TO, revision: str | None = None) -> Pulled:
        return pull(self.ledger, self.registry, name, revision)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[PublishHome]:
    opened = PublishHome(tmp_path / "home")
    yield opened
    opened.ledger.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[PublishHome]:
    opened = PublishHome(tmp_path / "other")
    yield opened
    opened.ledger.close()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hub that the real client talks to, in this process, as Ann."""
    from huggingface_hub import constants

    with serving() as running:
        monkeypatch.setattr(constants, "ENDPOINT", running.url)
        monkeypatch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", running.url + "/{repo_id}/resolve/{revision}/{filename}"
        )
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield running


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# --- there and back --------------------------------------------------------------------------------------------------


def test_what_is_pushed_is_what_a_dry_run_wrote_and_what_is_pulled(
    home: PublishHome, other: PublishHome, hub: Hub, tmp_path: Path
) -> None:
    folder = home.trained()
    dry = home.rehearse(tmp_path / "dry")
    assert hub.asked == []
    sent = home.push()
    assert hub.repositories[TO].files == contents(tmp_path / "dry")
    assert sorted(hub.repositories[TO].files) == dry.files == sent.files
    assert (sent.private, hub.repositories[TO].private, sent.commit) == (
        True,
        True,
        hub.repositories[TO].commits[-1][0],
    )
    pulled = other.pull()
    assert (pulled.model_id, pulled.kind, pulled.base, pulled.fresh, pulled.problem) == (
        "m_1",
        "adapter",
        "starter",
        True,
        "",
    )
    assert (pulled.path / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
    there = contents(pulled.path)
    assert json.loads(there.pop(MANIFEST)) == json.loads((tmp_path / "dry" / MANIFEST).read_bytes())
    assert there == {name: content for name, content in contents(tmp_path / "dry").items() if name != MANIFEST}
    assert list(other.registry.folder.iterdir()) == [pulled.path]


def test_a_pulled_model_is_in_the_registry_and_may_be_promoted(home: PublishHome, other: PublishHome, hub: Hub) -> None:
    home.trained()
    home.push()
    other.pull()
    (known,) = other.registry.models()
    assert (known.model_id, known.method, known.metrics, known.verdict) == ("m_1", "sft+dpo", {"sft_loss": 1.25}, None)
    with pytest.raises(BadInput, match="not evaluated"):
        other.registry.promote("m_1")
    other.judged("m_1")
    assert other.registry.promote("m_1").adapter == other.registry.folder / "m_1"
    head = other.ledger.head()
    assert other.pull().fresh is False
    assert other.ledger.head() == head


def test_a_model_from_elsewhere_is_compared_on_the_newest_dataset_here(
    home: PublishHome, other: PublishHome, hub: Hub
) -> None:
    home.trained()
    home.push()
    other.pull()
    shop: Any = SimpleNamespace(ledger=other.ledger, registry=other.registry)
    with pytest.raises(BadInput, match="no dataset"):
        dataset_for(shop, "m_1")
    for name in ("d_old", "d_new"):
        counts = {"sft": 1, "pairs": 0, "unpaired": 0, "held_out": 1}
        other.ledger.append(DatasetDistilled(dataset_id=name, task=None, upto=1, sha256="", **counts))
    assert dataset_for(shop, "m_1") == "d_new"
    own: Any = SimpleNamespace(ledger=home.ledger, registry=home.registry)
    assert dataset_for(own, "m_1") == DATASET


def test_public_only_when_asked_for(home: PublishHome, hub: Hub) -> None:
    home.trained()
    assert home.push(public=True).private is False
    assert hub.repositories[TO].private is False
    hub.put("ann/known", {"README.md": b"everybody reads this"})
    before = dict(hub.repositories["ann/known"].files)
    with pytest.raises(BadInput, match="everybody can see it"):
        home.push(to="ann/known")
    assert hub.repositories["ann/known"].files == before
    assert home.push(to="ann/known", public=True).commit
    hub.put("ann/hidden", {}, private=True)
    assert home.push(to="ann/hidden", public=True).private is True  # a push does not open what is closed


def test_a_push_that_broke_off_is_pushed_again(home: PublishHome, hub: Hub) -> None:
    home.trained()
    hub.refuse = (r"PUT /large/", 403)
    with pytest.raises(HubFailed, match="broke off"):
        home.push()
    hub.asked.clear()
    hub.refuse = (r"POST .*/commit/", 400)
    with pytest.raises(HubFailed, match="refused to write"):
        home.push()
    assert hub.repositories[TO].files == {}
    hub.refuse = None
    home.push()
    assert WEIGHTS in hub.repositories[TO].files
    assert sum(method == "PUT" for method, _ in hub.asked) == 1  # the weights had arrived the first time
    assert not list(home.registry.folder.glob(".push-*"))


def test_a_killed_push_is_pushed_again(home: PublishHome, hub: Hub) -> None:
    home.trained()
    home.ledger.close()
    command = [
        sys.executable,
        "-m",
        "studio.cli",
        "models",
        "push",
        "m_1",
        "--to",
        TO,
        "--json",
        "--home",
        str(home.folder),
    ]
    env = environment(HF_ENDPOINT=hub.url, HF_TOKEN=TOKEN, HF_HUB_OFFLINE="0", HF_HUB_DISABLE_XET="1")
    hub.hang = r"POST .*/commit/"
    victim = subprocess.Popen(command, env=env, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not any("/commit/" in path for _, path in hub.asked) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    hub.hang = None
    assert hub.repositories[TO].files == {}
    done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["private"] is True
    assert WEIGHTS in hub.repositories[TO].files
    assert not list((home.folder / "models").glob(".push-*"))


def test_pushed_again_old_weights_go_and_other_files_stay(home: PublishHome, hub: Hub) -> None:
    hub.put(TO, {"model.safetensors": b"old", "config.json": b"{}", "notes.md": b"mine"}, private=True)
    home.trained()
    home.push()
    names = set(hub.repositories[TO].files)
    assert names == {WEIGHTS, "adapter_config.json", MANIFEST, "README.md", "notes.md"}


def test_a_pull_that_broke_off_goes_on(home: PublishHome, other: PublishHome, hub: Hub) -> None:
    home.trained()
    home.push()
    hub.refuse = (rf"\w+ .*/resolve/.*{WEIGHTS}", 403)
    with pytest.raises(HubFailed, match="may not read"):
        other.pull()
    assert other.registry.models() == []
    hub.refuse = None
    hub.repositories[TO].commit(hub.repositories[TO].files, "newer")  # what was begun of the older one goes
    assert other.pull().fresh
    assert list(other.registry.folder.iterdir()) == [other.registry.folder / "m_1"]


# --- the card --------------------------------------------------------------------------------------------------------


def test_the_card_tells_everything_but_the_texts(home: PublishHome, hub: Hub, tmp_path: Path) -> None:
    home.trained()
    home.judged("m_1")
    home.rehearse(tmp_path / "dry")
    files = contents(tmp_path / "dry")
    card = files["README.md"].decode()
    for said in (
        "license: apache-2.0", "library_name: peft", "- reprise", "starter", DATASET, "the task tweet", "5" * 64,
        "| texts | 4 | human 2, rated 1, edit 1 |", "| pairs | 1 | pick 1 |", "`sft+dpo` with seed 7", "| `rank` | 4 |",
        "| `sft_loss` | 1.25 |", "win rate 61.1%, 95 % interval 53.4% to 68.8%", "| `win_rate` | 0.534 | 0.5 | yes |",
        "let it pass", "Nothing that it was trained on had been forgotten", f"reprise models pull {TO}",
    ):  # fmt: skip
        assert said in card, said
    together = b"".join(files.values())
    assert not any(
        word in together for word in (SECRET.encode(), b"/home/ann", b"/dev/private", b"base_model: starter")
    )
    assert json.loads(files["adapter_config.json"])["base_model_name_or_path"] == "starter"


def test_a_win_rate_that_was_not_measured_is_not_told(home: PublishHome, tmp_path: Path) -> None:
    home.trained()
    bars = ({"name": "win_rate", "value": None, "limit": 0.5, "ok": False, "why": "too little"},)
    home.ledger.append(
        ModelEvaluated(
            run_id="r_1", model_id="m_1", against="starter", win_rate=0.5, interval=(0.0, 1.0), bars=bars, ok=False
        )
    )
    home.rehearse(tmp_path / "dry")
    card = (tmp_path / "dry" / "README.md").read_text()
    assert "too little to measure a win rate by. The gate refused it." in card
    assert "50.0%" not in card


def test_what_was_forgotten_since_is_told_and_wants_force(home: PublishHome, hub: Hub, tmp_path: Path) -> None:
    home.trained()
    for item in ("i_1", "i_2"):
        home.ledger.append(ItemForgotten(item_id=item, datasets=(DATASET,), models=("m_1",)))
    home.ledger.append(ItemForgotten(item_id="i_3", datasets=(), models=()))
    with pytest.raises(BadInput, match="2 texts that were forgotten"):
        home.push()
    assert hub.asked == []
    home.push(force=True)
    assert b"2 of the texts that it was trained on were deleted" in hub.repositories[TO].files["README.md"]


def test_the_licence_is_the_bases_or_asked_for(home: PublishHome, hub: Hub, tmp_path: Path) -> None:
    home.trained("m_2", base="some/base")
    with pytest.raises(BadInput, match=r"licence of its base 'some/base' is not known; .*--license"):
        home.push("m_2")
    with pytest.raises(BadInput, match="no licence"):
        home.push("m_2", licence="Free For All!")
    assert home.push("m_2", licence="mit").licence == "mit"
    hub.put("some/base", {"config.json": b"{}"})
    hub.card_data["some/base"] = {"license": "llama3.2"}
    assert home.push("m_2", to="ann/again").licence == "llama3.2"
    card = hub.repositories["ann/again"].files["README.md"]
    assert b"license: llama3.2" in card
    assert b"base_model: some/base" in card


def test_a_base_that_nobody_else_has_must_be_named(home: PublishHome, hub: Hub, tmp_path: Path) -> None:
    home.trained("m_3", base=str(tmp_path))
    with pytest.raises(BadInput, match="--base OWNER/NAME"):
        home.push("m_3", licence="mit")
    with pytest.raises(BadInput, match="no name on the Hub"):
        home.push("m_3", licence="mit", base="../x")
    home.push("m_3", licence="mit", base="some/base")
    assert not any(str(tmp_path).encode() in content for content in hub.repositories[TO].files.values())
    assert json.loads(hub.repositories[TO].files[MANIFEST])["base"] == "some/base"


# --- whole models ----------------------------------------------------------------------------------------------------


def test_a_whole_model_goes_with_its_card_and_without_what_else_lies_there(
    home: PublishHome, other: PublishHome, hub: Hub, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(STARTER, mine)
    for name in ("tweets.txt", "samples.json", "pytorch_model.bin", "optimizer.safetensors"):
        (mine / name).write_text(SECRET)
    config = json.loads((mine / "config.json").read_text())
    (mine / "config.json").write_text(json.dumps(config | {"_name_or_path": "/home/ann/private"}))
    home.push(str(mine), to="ann/whole")
    files = hub.repositories["ann/whole"].files
    assert not {"tweets.txt", "samples.json", "pytorch_model.bin", "optimizer.safetensors"} & set(files)
    assert not any(b"/home/ann" in content for content in files.values())
    assert files["README.md"] == (STARTER / "README.md").read_bytes()
    pulled = other.pull("ann/whole")
    assert (pulled.kind, pulled.path.parent) == ("whole", other.registry.folder)
    assert {name: content for name, content in contents(pulled.path).items() if name != MANIFEST} == files
    assert other.registry.models() == []
    assert other.pull("ann/whole").fresh is False


def test_a_tuned_model_goes_with_our_card_and_its_hashes(
    home: PublishHome, other: PublishHome, hub: Hub, tmp_path: Path
) -> None:
    partial, mine = tmp_path / "mine.partial", tmp_path / "mine"
    shutil.copytree(STARTER, partial)
    made = Manifest(
        model_id="mine", base=str(tmp_path / "base"), method="sft-full", dataset_id="clean", parent=None, seed=0,
        dataset_sha256="7" * 64, options={"rank": 8}, version="0.1.0", files=hashes(partial), metrics={"after": 12.5},
    )  # fmt: skip
    complete(partial, made, mine)
    home.push(str(mine), to="ann/mine")
    files = hub.repositories["ann/mine"].files
    card = files["README.md"].decode()
    assert all(
        said in card for said in ("`clean` (SHA-256 777", "`sft-full`", "| `after` | 12.5 |", "license: apache-2.0")
    )
    assert not any(str(tmp_path).encode() in content for content in files.values())
    assert other.pull("ann/mine").path == other.registry.folder / "mine"
    assert (other.registry.folder / "mine" / "model.safetensors").read_bytes() == files["model.safetensors"]
    hub.put("ann/mine", files | {"config.json": files["config.json"] + b" "})
    shutil.rmtree(other.registry.folder / "mine")
    with pytest.raises(ModelUnusable, match=r"config\.json .* was changed"):
        other.pull("ann/mine")


def test_an_adapter_and_its_base_merged_write_the_same(home: PublishHome, hub: Hub, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from loop.models.weights import load_local
    from tests.integration.models_tiny import save_adapter, save_llama

    base = save_llama(tmp_path / "base")
    adapter = save_adapter(base, tmp_path / "adapter", seed=3)
    home.rehearse(tmp_path / "dry", str(adapter), licence="mit", merged=True)
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(contents(tmp_path / "dry"))
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        engine = load_local(str(base), "cpu")
        engine.use_adapter(adapter)
        expected = engine.model(ids).logits
        got = AutoModelForCausalLM.from_pretrained(tmp_path / "dry")(ids).logits
    assert torch.allclose(expected, got, atol=1e-4)
    assert not any(str(tmp_path).encode() in content for content in contents(tmp_path / "dry").values())
    with pytest.raises(BadInput, match="whole already"):
        home.rehearse(tmp_path / "again", str(base), licence="mit", merged=True)


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["tweets", "ann/twe/ets", "../x", "ann/../x", "ann/", "", "ann/a--b", "ann/a b", "/etc/x"]
)
def test_what_is_no_repository(name: str, home: PublishHome) -> None:
    home.trained()
    for attempt in (lambda: home.push(to=name), lambda: home.pull(name)):
        with pytest.raises(BadInput, match="OWNER/NAME"):
            attempt()


def test_what_is_no_model_or_has_a_place_already(home: PublishHome, tmp_path: Path) -> None:
    for name in ("m_none", str(tmp_path / "nowhere"), "../models"):
        with pytest.raises(NotFound):
            home.rehearse(tmp_path / "dry", name)
    with pytest.raises(BadInput, match="no model"):
        home.rehearse(tmp_path / "dry", str(tmp_path))
    folder = home.trained()
    with pytest.raises(BadInput, match="there already"):
        home.rehearse(folder)
    (folder / WEIGHTS).write_bytes(b"changed")
    with pytest.raises((BadInput, ModelUnusable)):
        home.rehearse(tmp_path / "dry")
    assert not (tmp_path / "dry").exists()


def test_the_hubs_refusals_are_sentences(home: PublishHome, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    home.trained()
    with pytest.raises(HubFailed, match="your token may not write to ben/tweets"):
        home.push(to="ben/tweets")
    with pytest.raises(HubFailed, match="there is no ann/lost"):
        home.pull("ann/lost")
    hub.put(TO, {"a.safetensors": b""}, private=True)
    with pytest.raises(HubFailed, match="no such revision"):
        home.pull(revision="nowhere")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(HubFailed, match="log in with `hf auth login`"):
        home.push(to="ann/new")
    with pytest.raises(HubFailed, match="you may not see it"):
        home.pull()


def test_without_a_network_or_when_it_is_forbidden(
    home: PublishHome, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    home.trained()
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    for attempt in (home.push, home.pull):
        with pytest.raises(HubFailed, match="cannot be reached"):
            attempt()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    for attempt in (home.push, home.pull):
        with pytest.raises(HubFailed, match="HF_HUB_OFFLINE"):
            attempt()


WELL = {"a": np.zeros((2, 2), np.float32)}
LORA = json.dumps({"peft_type": "LORA", "base_model_name_or_path": "starter"}).encode()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"pytorch_model.bin": b"pickle", "config.json": b"{}"}, "pickle"),
        ({"adapter_model.bin": b"pickle", "adapter_config.json": LORA}, "pickle"),
        ({"README.md": b"nothing else"}, "no model in safetensors"),
        ({WEIGHTS: save(WELL)[:-3], "adapter_config.json": LORA}, "damaged"),
        ({WEIGHTS: save(WELL), "adapter_config.json": b'{"peft_type": "IA3"}'}, "no LoRA adapter"),
        ({WEIGHTS: save(WELL), "adapter_config.json": b"["}, "cannot be read"),
        ({"sub/model.safetensors": save(WELL)}, "no config.json"),
        ({WEIGHTS: save(WELL), "adapter_config.json": LORA, MANIFEST: b"{}"}, "damaged"),
    ],
)
def test_what_is_no_model_is_not_kept(files: dict[str, bytes], said: str, home: PublishHome, hub: Hub) -> None:
    hub.put("ben/model", files)
    with pytest.raises((BadInput, ModelUnusable), match=said):
        home.pull("ben/model")
    assert home.registry.models() == []
    assert not [path for path in home.registry.folder.glob("*") if not path.name.startswith(".")]


def manifest(**changes: Any) -> bytes:
    import hashlib

    import msgspec

    files = {WEIGHTS: hashlib.sha256(save(WELL)).hexdigest(), "adapter_config.json": hashlib.sha256(LORA).hexdigest()}
    made = Manifest(
        model_id="m_9", base="starter", method="sft", dataset_id="d_9", dataset_sha256="", parent=None, seed=0,
        options={}, version="9", files=files, metrics={},
    )  # fmt: skip
    return msgspec.json.encode(msgspec.structs.replace(made, **changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model_id": "../../evil"}, "names no model"),
        ({"model_id": ""}, "names no model"),
        ({"model_id": "starter"}, "called 'starter' too"),
        ({"files": {WEIGHTS: "0" * 64}}, "was changed"),
        ({"files": {"../../secret": "0" * 64}}, "misses its file"),
        ({"files": {}}, "names no model"),
    ],
)
def test_a_manifest_from_elsewhere_is_not_believed(
    changes: dict[str, Any], said: str, home: PublishHome, hub: Hub
) -> None:
    hub.put("ben/model", {WEIGHTS: save(WELL), "adapter_config.json": LORA, MANIFEST: manifest(**changes)})
    with pytest.raises((BadInput, ModelUnusable), match=said):
        home.pull("ben/model")
    assert list(home.registry.folder.glob("*")) == []
    assert not (home.folder.parent / "evil").exists()


def test_names_that_lead_elsewhere_are_not_fetched(home: PublishHome, hub: Hub) -> None:
    extra = {
        "../../evil.json": b"{}",
        "sub/config.json": b"{}",
        "run.py": b"import os",
        "evil.bin": b"pickle",
        "a.json": b"{}",
    }
    hub.put("ben/model", {WEIGHTS: save(WELL), "adapter_config.json": LORA, MANIFEST: manifest(), **extra})
    pulled = home.pull("ben/model")
    assert set(contents(pulled.path)) == {WEIGHTS, "adapter_config.json", MANIFEST}
    assert not any("evil" in path or "run.py" in path for _, path in hub.asked)


def test_an_adapter_of_others_is_known_by_name_and_commit(home: PublishHome, hub: Hub) -> None:
    config = json.dumps({"peft_type": "LORA", "base_model_name_or_path": "some/base"}).encode()
    commit = hub.put("ben/lora", {WEIGHTS: save(WELL), "adapter_config.json": config})
    pulled = home.pull("ben/lora")
    assert (pulled.model_id, pulled.base) == (f"lora-{commit[:7]}", "some/base")
    assert "'some/base'" in pulled.problem
    with pytest.raises(ModelUnusable, match="some/base"):
        home.registry.promote(pulled.model_id, force=True)


def test_another_model_of_the_same_name_is_not_overwritten(home: PublishHome, hub: Hub) -> None:
    home.trained()
    home.push()
    hub.put("ben/model", {WEIGHTS: save(WELL), "adapter_config.json": LORA, MANIFEST: manifest(model_id="m_1")})
    before = contents(home.registry.folder / "m_1")
    with pytest.raises(BadInput, match="another model is called 'm_1'"):
        home.pull("ben/model")
    assert contents(home.registry.folder / "m_1") == before


def test_an_adapter_of_another_starter_is_told(home: PublishHome, hub: Hub) -> None:
    foreign = manifest(options={"base_sha256": "0" * 64})
    hub.put("ben/model", {WEIGHTS: save(WELL), "adapter_config.json": LORA, MANIFEST: foreign})
    assert "another version" in home.pull("ben/model").problem


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_commands(home: PublishHome, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.integration.models_tiny import save_adapter

    home.trained()
    folder = home.registry.folder / "m_1"
    tuned = save_adapter(STARTER, tmp_path / "tuned", seed=1)
    cli, elsewhere = Cli(home.folder, capsys), Cli(tmp_path / "elsewhere", capsys)
    dry = cli.json("models", "push", "m_1", "--to", TO, "--dry-run", str(tmp_path / "dry"))
    assert (dry["folder"], dry["commit"], dry["private"]) == (str(tmp_path / "dry"), None, True)
    sent = cli.json("models", "push", "m_1", "--to", TO)
    assert sent["url"] == f"{hub.url}/{TO}"
    assert elsewhere.json("models", "pull", TO)["model_id"] == folder.name
    assert [m["model_id"] for m in elsewhere.json("models")["models"]] == ["m_1"]
    wrong = cli("models", "push", "m_1", "--to", "nowhere")
    assert (wrong.status, "OWNER/NAME" in wrong.sentence) == (2, True)
    lost = elsewhere("models", "pull", "ann/lost")
    assert (lost.status, "there is no ann/lost" in lost.sentence) == (1, True)
    assert cli.json("models", "push", str(tuned), "--to", "ann/tuned", "--base", "starter")["licence"] == "apache-2.0"
    mine = elsewhere.json("models", "pull", "ann/tuned")["model_id"]
    written = elsewhere.json("write", "the sea", "--task", "tweet", "-n", "1", "--model", mine, "--seed", "1")
    assert written["candidates"]
    assert elsewhere.json("models", "promote", mine, "--force")["champion"] == mine
    cli.json("models", "push", "starter", "--to", "ann/whole")
    whole = elsewhere.json("models", "pull", "ann/whole")["model_id"]
    assert elsewhere.json("write", "the sea", "--task", "tweet", "-n", "1", "--model", whole)["candidates"]
