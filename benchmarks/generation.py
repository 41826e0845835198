"""Four candidates on a 600-token prompt: from one prefill, against `generate(num_return_sequences=4)`, in one run.

The weights are random Llamas, one of the starter's shape and one of 29 M parameters: timing does not depend on what
the weights say. Ours decodes text as well, token by token, which `generate` does not. transformers refuses several
sequences without sampling, so its greedy side is the same batch of four equal prompts, which is what
`num_return_sequences` makes of one.

    python -m benchmarks.generation
"""

import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import at_least, interleaved, median
from loop.models.base import Sampling
from loop.models.engine import Engine

PROMPT, NEW, N = 600, 48, 4
ROUNDS = 5
SHAPES: dict[str, dict[str, int]] = {
    "starter": {
        "vocab_size": 4096,
        "hidden_size": 256,
        "intermediate_size": 704,
        "num_hidden_layers": 4,
        "num_attention_heads": 8,
        "num_key_value_heads": 4,
    },
    "29M": {
        "vocab_size": 8192,
        "hidden_size": 512,
        "intermediate_size": 1408,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "num_key_value_heads": 8,
    },
}
GREEDY = Sampling(max_tokens=NEW, temperature=0.0, top_p=1.0, seed=None)
WARM = Sampling(max_tokens=NEW, temperature=0.9, top_p=0.95, seed=1)


def run(out: Path) -> dict[str, object]:
    """How many times faster, greedy and sampled, for both sizes; the greedy tokens must be the same."""
    figures: dict[str, Any] = {"weights": "random", "prompt_tokens": PROMPT, "new_tokens": NEW, "n": N}
    bars = []
    for name, shape in SHAPES.items():
        engine = random_engine(name, shape)
        prompt = [(7 * i * i + 13 * i) % shape["vocab_size"] for i in range(PROMPT)]
        same = ours(engine, prompt, GREEDY) == theirs_greedy(engine, prompt)
        milliseconds = timed(engine, prompt)
        figures[name] = {"parameters": engine.model.num_parameters(), "ms": milliseconds, "token_identical": same}
        bars.append(at_least(f"{name}: greedy tokens equal generate's", float(same), 1.0))
        for way in ("greedy", "sampled"):
            ratio = milliseconds[f"generate, {way}"] / milliseconds[f"ours, {way}"]
            bars.append(at_least(f"{name}: times faster than generate, {way}", ratio, 1.3))
    return {**figures, "bars": bars}


def timed(engine: Engine, prompt: list[int]) -> dict[str, float]:
    """Median milliseconds of each way."""
    contenders = {
        "generate, greedy": partial(theirs_greedy, engine, prompt),
        "ours, greedy": partial(ours, engine, prompt, GREEDY),
        "generate, sampled": partial(theirs_sampled, engine, prompt),
        "ours, sampled": partial(ours, engine, prompt, WARM),
    }
    seconds = interleaved(contenders, ROUNDS, warm_up=1)
    return {name: round(1000 * median(values), 1) for name, values in seconds.items()}


def ours(engine: Engine, prompt: list[int], sampling: Sampling) -> list[list[int]]:
    """The candidates' tokens, and their text on the way."""
    generation = engine.continue_tokens(prompt, N, sampling)
    for _ in generation:
        pass
    return generation.tokens()


def theirs_greedy(engine: Engine, prompt: list[int]) -> list[list[int]]:
    """Greedy `generate` on the prompt, N times in a batch."""
    return theirs(engine, [prompt] * N, do_sample=False)


def theirs_sampled(engine: Engine, prompt: list[int]) -> list[list[int]]:
    """Sampled `generate` with `num_return_sequences`."""
    return theirs(engine, [prompt], do_sample=True, num_return_sequences=N, temperature=0.9, top_p=0.95, top_k=0)


def theirs(engine: Engine, prompts: list[list[int]], **options: Any) -> list[list[int]]:
    """What `generate` adds to the prompts."""
    import torch

    ids = torch.tensor(prompts)
    made = engine.model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW, pad_token_id=0, **options
    )
    return [row[PROMPT:] for row in made.tolist()]


def random_engine(name: str, shape: dict[str, int]) -> Engine:
    """A Llama with random weights that never ends a text, and a tokenizer of as many words."""
    import torch
    from tokenizers import Tokenizer, decoders, models
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    torch.manual_seed(0)
    ends = {"bos_token_id": None, "eos_token_id": None}
    config = LlamaConfig(**shape, **ends, max_position_embeddings=1024, tie_word_embeddings=True)  # type: ignore[arg-type]
    words = Tokenizer(models.WordLevel({f"Ġw{i}": i for i in range(shape["vocab_size"])}, unk_token="Ġw0"))
    words.decoder = decoders.ByteLevel()
    model = LlamaForCausalLM(config).eval().requires_grad_(False)
    return Engine(model, PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=1024), name)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        json.dump(run(Path(folder)), sys.stdout, indent=2)
