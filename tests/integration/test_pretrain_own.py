"""Pretraining on one's own corpora, on a very small scale: it learns, it says how well, it goes on after a kill."""

import math
import random
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jobs.pretrain.own import plan as sizes
from jobs.pretrain.own import run
from jobs.pretrain.own.plan import OwnPlan
from jobs.pretrain.own.run import pretrain
from jobs.pretrain.plan import Plan
from jobs.unfinished import work_folder
from loop.alone import learned_task, write_alone
from loop.brief import Brief
from loop.manifest import read_manifest
from loop.models.base import Sampling
from loop.models.load import open_writer
from loop.settings import TASKS, GeneratorSettings
from tests.clean_rows import make_clean
from tests.e2e.cli import environment
from tests.integration.models_tiny import one_thread

__all__ = ["one_thread"]
pytestmark = pytest.mark.slow
SHAPE = {
    "width": 32, "layers": 2, "inner": 64, "heads": 2, "key_heads": 1, "context": 64, "batch_tokens": 512,
    "vocabulary": 320,
}  # fmt: skip
CODE = f"""
import sys
from jobs.pretrain import steps
from jobs.pretrain.own import plan, run
from jobs.pretrain.plan import Plan
plan.SIZES["tiny"] = Plan(**{SHAPE})
run._bf16 = lambda bench: False
steps.SAVE_EVERY_S = 0.0
from studio.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def mini(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tiny is tinier, and no trial decides on the precision, so that runs can be compared."""
    monkeypatch.setitem(sizes.SIZES, "tiny", Plan(**SHAPE))
    monkeypatch.setattr(run, "_bf16", lambda bench: False)


@contextmanager
def no_bar(what: str, unit: str) -> Iterator[Any]:
    """A bar that nobody sees."""
    yield lambda done, total, note="": None


def sea_texts(folder: Path, count: int = 1_500) -> Path:
    lot = random.Random(0)
    rows = [
        f"the {lot.choice(('sea', 'rain', 'ship'))} is {lot.choice(('blue', 'grey', 'old'))} {n}" for n in range(count)
    ]
    file = folder / "sea.csv"
    file.write_text("\n".join(["text", *rows]))
    return file


def trained(folder: Path, out: Path, **options: Any) -> Any:
    chosen = {"epochs": 2.0, "device": "cpu"} | options
    return pretrain(out, OwnPlan(corpora=(str(sea_texts(folder)),), **chosen), TASKS, no_bar)


def written(model: Path, task: str, prompt: str) -> str:
    sampling = Sampling(max_tokens=12, temperature=0.0, top_p=1.0, seed=1)
    writer = open_writer(GeneratorSettings(model=str(model), device="cpu"))
    return (
        write_alone(writer, Brief(task=task, prompt=prompt, n=1), sampling, TASKS, GeneratorSettings())
        .candidates[0]
        .text
    )


def slow_nats(model: Path, texts: list[str]) -> tuple[float, int, int]:
    """Nats, tokens and bytes of texts in a row, by transformers alone, in windows of 64."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    words, net = AutoTokenizer.from_pretrained(model), AutoModelForCausalLM.from_pretrained(model)
    ids = [words.eos_token_id]
    for text in texts:
        ids += [*words(text, add_special_tokens=False)["input_ids"], words.eos_token_id]
    nats, tokens = 0.0, 0
    for start in range(0, len(ids) - 1, 64):
        window = torch.tensor([ids[start : start + 65]])
        with torch.inference_mode():
            nats += float(net(window, labels=window).loss) * (window.shape[1] - 1)
        tokens += window.shape[1] - 1
    return nats, tokens, sum(len(text.encode()) for text in texts)


def test_it_learns_its_corpus_and_says_how_well(tmp_path: Path) -> None:
    from jobs.pretrain.own.documents import Corpora

    done = trained(tmp_path, tmp_path / "out")
    assert done.perplexity < 0.2 * done.vocabulary
    assert done.tokens >= 2 * done.train.tokens
    assert done.tokens_per_s > 0
    held = list(Corpora([sea_texts(tmp_path)], [], TASKS).held())
    nats, tokens, size = slow_nats(tmp_path / "out", held)
    assert done.perplexity == pytest.approx(math.exp(nats / tokens), rel=1e-3)
    assert done.bits_per_byte == pytest.approx(nats / math.log(2) / size, rel=2e-2)
    assert learned_task(tmp_path / "out") == ""
    assert read_manifest(tmp_path / "out").metrics["perplexity"] == done.perplexity
    assert "<polyline" in (tmp_path / "out" / "loss.svg").read_text()
    assert not work_folder(tmp_path / "out").exists()
    assert "is" in written(tmp_path / "out", "", "the sea")


def test_a_cleaned_dataset_teaches_the_loops_prompts(tmp_path: Path) -> None:
    clean = make_clean(tmp_path / "clean", train=400)
    plan = OwnPlan(corpora=(str(clean),), epochs=6.0, device="cpu")
    done = pretrain(tmp_path / "out", plan, TASKS, no_bar)
    assert done.tasks == ["tweet"]
    assert learned_task(tmp_path / "out") == "tweet"
    assert written(tmp_path / "out", "tweet", "rain").startswith("the")


def call(folder: Path, out: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    words = ["pretrain", str(sea_texts(folder)), "--out", str(out), "--epochs", "2.0", "--device", "cpu"]
    given = {"env": environment(), "capture_output": True, "text": True} | options
    return subprocess.run([sys.executable, "-c", CODE, *words, "--home", str(folder / "home")], check=False, **given)


def test_a_killed_training_goes_on_and_ends_in_the_same_weights(tmp_path: Path) -> None:
    trained(tmp_path, tmp_path / "quiet")
    out = tmp_path / "out"
    killed = call(tmp_path, out, env=environment(REPRISE_KILL_AT="mid-train:20"))
    assert killed.returncode == -9, killed.stderr
    assert (work_folder(out) / "checkpoint.safetensors").is_file()
    assert not out.exists()
    done = trained(tmp_path, out)
    assert done.steps > 20
    found = [(folder / "model.safetensors").read_bytes() for folder in (tmp_path / "quiet", out)]
    assert found[0] == found[1]


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))  # noqa: E731
    done = call(tmp_path, tmp_path / "out", preexec_fn=limit)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no space left" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert not list(work_folder(tmp_path / "out").glob("*.part"))
