"""Tiny models for tests: the really trained stories260k, and random ones that are made in a moment."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loop.brief import Message

ROOT = Path(__file__).parents[2]
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
TALK: list[Message] = [
    {"role": "system", "content": "You write short posts."},
    {"role": "user", "content": "Liked before:\n- rain on the roof\n\nWrite a post about: the sea"},
]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Models this small are much slower on many threads when the machine has other work."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def stories() -> Path:
    """The folder of stories260k, or the test is skipped."""
    shared = Path(os.environ.get("REPRISE_DATA", ROOT.parent / "shared" / "data")).parent
    folder = (shared / "models" / "stories260k").resolve()  # PEFT warns of a base that is reached by a link
    if not (folder / "model.safetensors").is_file():
        pytest.skip(f"the model stories260k is not at {folder}")
    return folder


def tokenizer(template: str | None = CHATML) -> Any:
    """A byte-level tokenizer: the 256 bytes and a few merges, so that characters fall apart into tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bare.train_from_iterator(["the sea and the rain on the roof, write a post about the user"], trainer)
    whole = PreTrainedTokenizerFast(tokenizer_object=bare, eos_token="<|endoftext|>", model_max_length=256)
    whole.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    whole.chat_template = template
    return whole


def save_gpt2(folder: Path, template: str | None = CHATML, seed: int = 0) -> Path:
    """A random GPT-2 whose logits are far apart."""
    from transformers import GPT2Config, GPT2LMHeadModel

    words = tokenizer(template)
    ends = {"bos_token_id": words.eos_token_id, "eos_token_id": words.eos_token_id}
    config = GPT2Config(vocab_size=len(words), n_positions=256, n_embd=32, n_layer=2, n_head=2, **ends)
    return _save(GPT2LMHeadModel, config, words, folder, seed)


def save_gpt_neo(folder: Path, template: str | None = None, seed: int = 0) -> Path:
    """A random GPT-Neo: one layer of global and one of local attention."""
    from transformers import GPTNeoConfig, GPTNeoForCausalLM

    words = tokenizer(template)
    ends = {"bos_token_id": words.eos_token_id, "eos_token_id": words.eos_token_id}
    shape = {"hidden_size": 32, "num_layers": 2, "num_heads": 2, "intermediate_size": 64, "window_size": 64}
    kinds = [[["global", "local"], 1]]
    config = GPTNeoConfig(vocab_size=len(words), max_position_embeddings=256, attention_types=kinds, **(shape | ends))
    return _save(GPTNeoForCausalLM, config, words, folder, seed)


def save_llama(folder: Path, seed: int = 0, **options: Any) -> Path:
    """A random Llama; `options` go to its configuration."""
    from transformers import LlamaConfig, LlamaForCausalLM

    words = tokenizer()
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = LlamaConfig(
        vocab_size=len(words), max_position_embeddings=256, num_key_value_heads=2, eos_token_id=0, **(shape | options)
    )
    return _save(LlamaForCausalLM, config, words, folder, seed)


def _save(kind: Any, config: Any, words: Any, folder: Path, seed: int) -> Path:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = kind(config)
        for weights in model.parameters():
            weights.data.mul_(4.0 if weights.dim() > 1 else 1.0)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def save_adapter(base: Path, folder: Path, seed: int, **options: Any) -> Path:
    """A LoRA adapter with random weights on both sides, as PEFT saves it."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        config = LoraConfig(
            **({"r": 4, "target_modules": "all-linear", "init_lora_weights": False, "task_type": "CAUSAL_LM"} | options)
        )
        get_peft_model(AutoModelForCausalLM.from_pretrained(base), config).save_pretrained(folder)
    return folder
