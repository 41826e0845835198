"""Tuning on a user's own rows: each family of models, LoRA and in full, killed, and on a disk that is full."""

import json
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jobs.finetune.modelling import TEMPLATE
from jobs.finetune.plan import FinetunePlan
from jobs.finetune.run import finetune
from jobs.train.trainer import last_checkpoint
from jobs.unfinished import work_folder
from loop.alone import learned_task, write_alone
from loop.brief import Brief
from loop.models import render
from loop.models.base import Sampling
from loop.models.load import open_writer
from loop.settings import TASKS, GeneratorSettings
from tests.clean_rows import make_clean
from tests.e2e.cli import environment, process
from tests.integration.models_tiny import TALK, one_thread, save_gpt2, save_gpt_neo, save_llama, tokenizer

__all__ = ["one_thread"]
pytestmark = pytest.mark.slow
QUICK: dict[str, Any] = {"epochs": 4.0, "batch_size": 8, "learning_rate": 5e-3, "device": "cpu", "rank": 8}
FAMILIES: dict[str, Callable[[Path], Path]] = {
    "gpt2": lambda folder: save_gpt2(folder, template=None),
    "gpt_neo": save_gpt_neo,
    "llama": save_llama,
}


def silent(step: int, total: int, note: str = "") -> None:
    """Progress that nobody sees."""


def tuned(folder: Path, base: Path, task: str = "tweet", **options: Any) -> Any:
    plan = FinetunePlan(model=str(base), data=str(make_clean(folder / "clean", task=task)), **(QUICK | options))
    return finetune(folder / "out", plan, TASKS, silent)


def written(model: Path, task: str, prompt: str) -> list[str]:
    sampling = Sampling(max_tokens=24, temperature=0.0, top_p=1.0, seed=1)
    writer = open_writer(GeneratorSettings(model=str(model), device="cpu"))
    brief = Brief(task=task, prompt=prompt, n=1)
    return [c.text for c in write_alone(writer, brief, sampling, TASKS, GeneratorSettings()).candidates]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("lora", [False, True])
def test_every_family_learns_and_writes_what_it_learned(tmp_path: Path, family: str, lora: bool) -> None:
    done = tuned(tmp_path, FAMILIES[family](tmp_path / "base"), lora=lora)
    assert done.fall > 0.25
    assert done.method == ("lora" if lora else "full")
    assert not work_folder(tmp_path / "out").exists()
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["model_type"] == family
    assert not (tmp_path / "out" / "adapter_config.json").exists()
    assert learned_task(tmp_path / "out") == "tweet"
    (text,) = written(tmp_path / "out", "tweet", "rain")
    assert text.startswith("the")


def test_it_stops_when_validation_gains_no_more_and_keeps_the_best(tmp_path: Path) -> None:
    done = tuned(tmp_path, save_gpt2(tmp_path / "base"), lora=False, epochs=24.0, learning_rate=2e-2, patience=1)
    assert done.steps < 24 * 8
    assert done.fall > 0.25


def test_no_more_is_planned_than_fits_into_the_minutes(tmp_path: Path) -> None:
    done = tuned(tmp_path, save_llama(tmp_path / "base"), minutes=0.001)
    assert 1 <= done.steps < 8
    assert done.epochs < 1


def test_texts_alone_are_gone_on_with(tmp_path: Path) -> None:
    done = tuned(tmp_path, save_llama(tmp_path / "base"), task="", lora=False)
    assert done.fall > 0.25
    assert learned_task(tmp_path / "out") == ""
    (text,) = written(tmp_path / "out", "", "the storm and")
    assert text.startswith(" the ")


def test_a_base_model_gets_a_template_that_says_what_the_loop_says() -> None:
    plain, given = tokenizer(None), tokenizer(TEMPLATE)
    assert render.encode(given, TALK) == render.encode(plain, TALK)
    assert render.encode_answer(given, TALK, "so") == render.encode_answer(plain, TALK, "so")
    assert render.end_token(given) == render.end_token(plain) == plain.eos_token_id
    talk = given.apply_chat_template([*TALK, {"role": "assistant", "content": "so"}], tokenize=False)
    assert talk == f"{TALK[0]['content']}\n{TALK[1]['content']}\nso{plain.eos_token}"


def test_a_bare_text_begins_where_another_ended() -> None:
    words = tokenizer()
    assert render.bare(words, "the sea") == [words.eos_token_id, *words("the sea")["input_ids"]]
    assert render.encode(words, []) == [words.eos_token_id]
    assert render.encode_answer(words, [], "the sea") == words("the sea")["input_ids"]


def plan(folder: Path) -> FinetunePlan:
    """The same tuning wherever it is called from."""
    return FinetunePlan(model=str(folder / "base"), data=str(folder / "clean"), minutes=5.0, **QUICK)


def command(folder: Path, out: Path) -> tuple[str, ...]:
    """The command line of `plan`."""
    told = [f"--{name.replace('_', '-')}={value}" for name, value in QUICK.items()]
    home = str(folder / "home")
    return ("finetune", str(folder / "base"), str(folder / "clean"), "--out", str(out), "--home", home, *told)


def test_a_killed_tuning_goes_on_and_ends_in_the_same_weights(tmp_path: Path) -> None:
    save_llama(tmp_path / "base")
    make_clean(tmp_path / "clean")
    finetune(tmp_path / "quiet", plan(tmp_path), TASKS, silent)
    out = tmp_path / "out"
    killed = process(*command(tmp_path, out), env=environment(REPRISE_KILL_AT="mid-train:20"))
    assert killed.returncode == -9
    assert last_checkpoint(work_folder(out)) is not None
    assert not out.exists()
    finetune(out, plan(tmp_path), TASKS, silent)
    found = [(folder / "model.safetensors").read_bytes() for folder in (tmp_path / "quiet", out)]
    assert found[0] == found[1]


def test_a_full_disk_keeps_the_last_checkpoint(small_disk: Path, tmp_path: Path) -> None:
    save_llama(tmp_path / "base")
    make_clean(tmp_path / "clean")
    out = small_disk / "out"
    done = process(*command(tmp_path, out))
    assert (done.returncode, done.stdout) == (1, "")
    assert "no space left" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    work = work_folder(out)
    kept = last_checkpoint(work)
    assert kept is not None
    assert [str(folder) for folder in work.glob("checkpoint-*")] == [kept]
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    finetune(out, plan(tmp_path), TASKS, silent)
    assert written(out, "tweet", "rain")


def test_files_that_may_not_grow(tmp_path: Path) -> None:
    """The same without rights to mount: the system refuses to write beyond a size."""
    save_llama(tmp_path / "base")
    make_clean(tmp_path / "clean")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    done = process(*command(tmp_path, tmp_path / "out"), preexec_fn=limit)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no space left" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()
