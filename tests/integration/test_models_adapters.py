"""Adapters: switched in place, taken off without a trace, refused when they do not fit."""

from pathlib import Path

import pytest

from loop.errors import BadInput, ModelUnusable
from loop.models.base import Sampling
from loop.models.engine import Engine
from loop.models.load import open_writer
from loop.models.weights import load_local
from loop.settings import GeneratorSettings
from tests.integration.models_tiny import TALK, one_thread, save_adapter, save_gpt2, save_llama

__all__ = ["one_thread"]
pytestmark = pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"  # PEFT 0.21, in save_adapter
)
GREEDY = Sampling(max_tokens=20, temperature=0.0, top_p=1.0, seed=None)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("adapters")
    save_llama(home / "base")
    for seed in range(5):
        save_adapter(home / "base", home / f"a{seed}", seed)
    save_adapter(home / "base", home / "narrow", 9, r=2, target_modules=["q_proj"])
    save_adapter(save_llama(home / "wide", hidden_size=64), home / "for-wide", 1)
    save_adapter(save_gpt2(home / "gpt2"), home / "for-gpt2", 1, target_modules=["c_attn"], fan_in_fan_out=True)
    return home


@pytest.fixture
def engine(folders: Path) -> Engine:
    return load_local(str(folders / "base"), "cpu")


def logits(engine: Engine) -> object:
    import torch

    with engine.at_work(engine.adapter) as model:
        return model(torch.tensor([[5, 6, 7]])).logits.clone()


def test_an_adapter_writes_what_peft_writes_and_the_base_comes_back_exactly(engine: Engine, folders: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    bare = logits(engine)
    engine.use_adapter(folders / "a0")
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(folders / "base"), folders / "a0")
    with torch.inference_mode():
        expected = theirs(torch.tensor([[5, 6, 7]])).logits
    adapted = logits(engine)
    assert torch.allclose(adapted, expected, atol=1e-5)
    assert not torch.allclose(adapted, bare, atol=1e-2)
    engine.use_adapter(None)
    assert torch.equal(logits(engine), bare)


def test_switching_changes_the_texts_and_the_name_and_back(engine: Engine, folders: Path) -> None:
    before = engine.write(TALK, 2, GREEDY)
    texts = {}
    for name in ("a0", "a1", "narrow", "a0"):
        engine.use_adapter(folders / name)
        assert engine.model_id == name
        written = engine.write(TALK, 2, GREEDY)
        assert texts.setdefault(name, written) == written
    engine.use_adapter(None)
    assert engine.model_id == str(folders / "base")
    assert engine.write(TALK, 2, GREEDY) == before
    assert len({str(t) for t in [before, *texts.values()]}) == 4


def test_more_adapters_than_are_kept_still_write_the_same(engine: Engine, folders: Path) -> None:
    first = {}
    for name in ("a0", "a1", "a2", "a3", "a4", "a0", "a1"):
        engine.use_adapter(folders / name)
        written = engine.write(TALK, 1, GREEDY)
        assert first.setdefault(name, written) == written
    assert len(engine._adapters._names) == 3


def test_a_generation_ends_with_the_adapter_with_which_it_began(engine: Engine, folders: Path) -> None:
    engine.use_adapter(folders / "a0")
    wanted = engine.write(TALK, 1, GREEDY)
    generation = engine.start(TALK, 1, GREEDY)
    for step, _ in enumerate(generation):
        engine.use_adapter(folders / "a1" if step % 2 else None)
    assert generation.completions() == wanted
    assert generation.model_id == "a0"


def test_open_writer_puts_the_adapter_on(folders: Path) -> None:
    writer = open_writer(GeneratorSettings(model=str(folders / "base"), device="cpu"), folders / "a2")
    assert writer.model_id == "a2"


@pytest.mark.parametrize("bad", ["for-wide", "for-gpt2"])
@pytest.mark.parametrize("first", [None, "a0"])
def test_an_adapter_of_another_base_is_refused_and_nothing_changes(
    engine: Engine, folders: Path, bad: str, first: str | None
) -> None:
    engine.use_adapter(folders / first if first else None)
    before = engine.write(TALK, 1, GREEDY)
    with pytest.raises(ModelUnusable, match="does not fit"):
        engine.use_adapter(folders / bad)
    assert engine.write(TALK, 1, GREEDY) == before
    engine.use_adapter(folders / "a1")
    after = engine.write(TALK, 1, GREEDY)
    fresh = load_local(str(folders / "base"), "cpu")
    fresh.use_adapter(folders / "a1")
    assert after == fresh.write(TALK, 1, GREEDY)


def test_an_adapter_that_misses_weights_is_refused(engine: Engine, folders: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    (tmp_path / "adapter_config.json").write_bytes((folders / "a0" / "adapter_config.json").read_bytes())
    tensors = load_file(folders / "a0" / "adapter_model.safetensors")
    tensors.pop(min(tensors))
    save_file(tensors, tmp_path / "adapter_model.safetensors")
    with pytest.raises(ModelUnusable, match="does not fit"):
        engine.use_adapter(tmp_path)


def test_a_pickled_adapter_is_refused(engine: Engine, folders: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_bytes((folders / "a0" / "adapter_config.json").read_bytes())
    (tmp_path / "adapter_model.bin").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(BadInput, match="pickle"):
        engine.use_adapter(tmp_path)
    with pytest.raises(BadInput, match="adapter_config"):
        engine.use_adapter(tmp_path / "nothing")
    assert engine.adapter is None


def test_random_numbers_are_left_alone(engine: Engine, folders: Path) -> None:
    import torch

    before = torch.get_rng_state()
    engine.use_adapter(folders / "a3")
    assert torch.equal(before, torch.get_rng_state())
