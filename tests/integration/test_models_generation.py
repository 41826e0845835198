"""Writing with local models: against transformers' own `generate`, and what makes it a good citizen."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from loop.brief import Message
from loop.errors import ModelUnusable
from loop.models.base import Completion, Piece, Sampling
from loop.models.choose import choose, draws
from loop.models.engine import Engine
from loop.models.weights import load_local
from tests.integration.models_tiny import TALK, one_thread, save_gpt2, save_llama, stories

__all__ = ["one_thread"]
GREEDY = Sampling(max_tokens=60, temperature=0.0, top_p=1.0, seed=1)
WARM = Sampling(max_tokens=40, temperature=1.0, top_p=0.95, seed=7)

# What the author of stories260k documents for "Once upon a time" (llama2.c, test_all.py).
DOCUMENTED = """Once upon a time, there was a little girl named Lily. She loved to play outside in the park. \
One day, she saw a big, red ball. She wanted to play with it, but it was too high.
Lily's mom said, "Lily, let's go to the park." Lily was sad and didn't know what to do. \
She said, "I want to play with your ball, but I can't find it."
Lily was sad and didn't know what to do. She said, "I'm sorry, Lily. I didn't know what to do."
Lily didn't want to help her mom, so she said, "I'm sorry, mom. I didn't know what to do." \
Her mom said, "Don't worry, Lily. We can help you."""


@pytest.fixture(scope="module")
def story_engine() -> Engine:
    return load_local(str(stories()), "cpu")


@pytest.fixture(scope="module")
def chat_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return load_local(str(save_gpt2(tmp_path_factory.mktemp("gpt2"))), "cpu")


def by_generate(engine: Engine, prompt: list[int], n: int, tokens: int) -> list[list[int]]:
    """transformers' own: n sequences, greedy (it refuses n without sampling, so it samples from one token)."""
    import torch

    made = engine.model.generate(
        torch.tensor([prompt]),
        num_return_sequences=n,
        do_sample=True,
        top_k=1,
        max_new_tokens=tokens,
        eos_token_id=sorted(engine.ends),
        pad_token_id=0,
    )
    return [row[len(prompt) :] for row in made.tolist()]


def greedy_tokens(engine: Engine, prompt: list[int], n: int, tokens: int) -> list[list[int]]:
    generation = engine.continue_tokens(prompt, n, Sampling(max_tokens=tokens, temperature=0.0, top_p=1.0, seed=None))
    for _ in generation:
        pass
    return generation.tokens()


def test_stories260k_reproduces_its_documented_text(story_engine: Engine) -> None:
    begun: list[Message] = [{"role": "assistant", "content": "Once upon a time"}]
    (done,) = story_engine.write(begun, 1, Sampling(max_tokens=260, temperature=0.0, top_p=1.0, seed=None))
    assert ("Once upon a time" + done.text).startswith(DOCUMENTED)


def test_greedy_equals_generate_token_by_token_on_a_trained_model(story_engine: Engine) -> None:
    prompt = story_engine.tokenizer("Once upon a time")["input_ids"]
    assert prompt[0] == story_engine.tokenizer.bos_token_id
    assert greedy_tokens(story_engine, prompt, 4, 120) == by_generate(story_engine, prompt, 4, 120)


@pytest.mark.parametrize("make", [save_gpt2, save_llama])
def test_greedy_equals_generate_token_by_token_with_a_chat_template(tmp_path: Path, make: Any) -> None:
    engine = load_local(str(make(tmp_path, seed=3)), "cpu")
    prompt = engine.tokenizer.apply_chat_template(TALK, add_generation_prompt=True)["input_ids"]
    ours = greedy_tokens(engine, prompt, 4, 60)
    assert ours == [row[: len(ours[0])] for row in by_generate(engine, prompt, 4, 60)]
    (done,) = engine.write(TALK, 1, GREEDY)
    assert done.text == engine.decode(ours[0])


def test_a_sliding_window_is_kept(tmp_path: Path) -> None:
    from transformers import MistralConfig, MistralForCausalLM

    folder = save_llama(tmp_path / "llama")
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    MistralForCausalLM(
        MistralConfig(vocab_size=400, num_key_value_heads=2, sliding_window=8, initializer_range=0.5, **shape)
    ).save_pretrained(folder)
    engine = load_local(str(folder), "cpu")
    prompt = engine.tokenizer("the sea and the rain on the roof, write a post")["input_ids"]
    assert greedy_tokens(engine, prompt, 3, 30) == by_generate(engine, prompt, 3, 30)


def test_the_same_seed_writes_the_same_and_siblings_differ(chat_engine: Engine) -> None:
    first = chat_engine.write(TALK, 4, WARM)
    assert first == chat_engine.write(TALK, 4, WARM)
    assert len({c.text for c in first}) == 4
    other = Sampling(max_tokens=40, temperature=1.0, top_p=0.95, seed=8)
    assert not {c.text for c in first} & {c.text for c in chat_engine.write(TALK, 4, other)}
    fresh = Sampling(max_tokens=40, temperature=1.0, top_p=0.95, seed=None)
    assert chat_engine.write(TALK, 1, fresh) != chat_engine.write(TALK, 1, fresh)


def test_a_candidate_does_not_depend_on_how_many_siblings_it_has(story_engine: Engine) -> None:
    assert story_engine.write(TALK, 2, WARM) == story_engine.write(TALK, 5, WARM)[:2]


def test_the_global_random_numbers_are_left_alone(chat_engine: Engine) -> None:
    import torch

    before = torch.get_rng_state()
    chat_engine.write(TALK, 2, WARM)
    assert torch.equal(before, torch.get_rng_state())


def test_pieces_join_to_the_texts_and_the_texts_are_the_tokens(chat_engine: Engine) -> None:
    generation = chat_engine.start(TALK, 4, WARM)
    pieces = list(generation)
    joined = ["".join(p.text for p in pieces if p.index == i) for i in range(4)]
    assert joined == [c.text for c in generation.completions()]
    assert joined == [chat_engine.decode(tokens) for tokens in generation.tokens()]
    assert "\ufffd" in "".join(joined)  # a random model writes broken bytes; they come out, but never half a character
    order = [p.index for p in pieces]
    assert order != sorted(order)  # together, not one after the other


def test_a_stop_string_across_token_borders_ends_a_candidate(story_engine: Engine) -> None:
    begun: list[Message] = [{"role": "assistant", "content": "Once upon a time"}]
    pieces: list[Piece] = []
    sampling = Sampling(max_tokens=60, temperature=0.0, top_p=1.0, seed=None, stop=("big, red", "zzz"))
    done = story_engine.write(begun, 2, sampling, pieces.append)
    expected = DOCUMENTED.removeprefix("Once upon a time").partition("big, red")[0]
    assert [(c.text, c.finish) for c in done] == [(expected, "stop")] * 2
    assert "".join(p.text for p in pieces if p.index == 1) == expected
    assert done[0].tokens < 60


def test_the_end_marker_of_the_template_ends_a_candidate(chat_engine: Engine) -> None:
    marker = chat_engine.tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert chat_engine.end == marker
    assert marker in chat_engine.ends
    written = chat_engine.write(TALK, 8, Sampling(max_tokens=150, temperature=1.5, top_p=1.0, seed=2))
    assert {"stop", "length"} == {c.finish for c in written}
    assert all((c.tokens == 150) == (c.finish == "length") for c in written if c.tokens != 150 or c.finish == "length")
    assert not any("<|im_end|>" in c.text for c in written)


def test_giving_up_a_stream_leaves_nothing_behind(story_engine: Engine) -> None:
    seen: list[Piece] = []

    def give_up(piece: Piece) -> None:
        seen.append(piece)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        story_engine.write(TALK, 2, WARM, give_up)
    abandoned = iter(story_engine.start(TALK, 2, WARM))
    next(abandoned)
    assert not story_engine.lock.locked()
    assert story_engine.write(TALK, 1, GREEDY)[0].text


def test_threads_take_turns_and_get_what_they_would_get_alone(story_engine: Engine) -> None:
    wanted = {seed: story_engine.write(TALK, 2, seeded(seed)) for seed in range(4)}
    found: dict[int, list[Completion]] = {}
    threads = [
        threading.Thread(target=lambda s=seed: found.update({s: story_engine.write(TALK, 2, seeded(s))}))
        for seed in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == wanted


def seeded(seed: int) -> Sampling:
    return Sampling(max_tokens=20, temperature=1.0, top_p=0.9, seed=seed)


def test_a_failure_in_the_model_reaches_the_caller_and_frees_the_engine(
    chat_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory\nand a long story")

    with monkeypatch.context() as patch:
        patch.setattr(chat_engine.model, "forward", fail)
        with pytest.raises(ModelUnusable, match=r"failed while writing \(out of memory\)$"):
            chat_engine.write(TALK, 2, GREEDY)
    assert chat_engine.write(TALK, 1, GREEDY)


@pytest.mark.parametrize("top_p", [0.01, 0.3, 0.9, 0.999])
def test_the_nucleus_is_that_of_transformers(top_p: float, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from transformers import TopPLogitsWarper

    from loop.models import choose as module

    logits = torch.randn(5, 3000, generator=torch.Generator().manual_seed(1)) * 3
    kept = TopPLogitsWarper(top_p)(None, logits.clone()).isfinite()
    for first in (module.NUCLEUS, 16):  # with the short way and without
        monkeypatch.setattr(module, "NUCLEUS", first)
        weights, tokens = module.nucleus(logits - logits.amax(-1, keepdim=True), top_p)
        ours = torch.zeros_like(kept).scatter_(1, tokens, weights > 0)
        assert torch.equal(ours, kept)


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.5, 1.0), (1.0, 0.8)])
def test_tokens_are_drawn_as_often_as_they_are_likely(temperature: float, top_p: float) -> None:
    import torch
    from transformers import TopPLogitsWarper

    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0, float("-inf")]])
    warped = TopPLogitsWarper(top_p)(None, logits / temperature) if top_p < 1 else logits / temperature
    expected = warped.softmax(-1)[0]
    uniform = draws(3, 1, 20_000)[0]
    counts = Counter(choose(logits.expand(20_000, -1), temperature, top_p, uniform))
    assert all(abs(counts[token] / 20_000 - float(expected[token])) < 0.015 for token in range(5))
    assert counts[4] == 0
