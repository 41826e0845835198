"""Log-probabilities of completions against an oracle that goes token by token, one text at a time, without padding."""

import math
from pathlib import Path
from typing import Any

import pytest

from loop.brief import Message
from loop.errors import BadInput
from loop.models.engine import Engine
from loop.models.logprobs import completion_logprobs
from loop.models.weights import load_local
from tests.integration.models_tiny import TALK, one_thread, save_adapter, save_gpt2, save_llama, stories

__all__ = ["one_thread"]
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
PROMPTS: list[list[Message]] = [
    TALK,
    [{"role": "user", "content": "rain"}],
    [{"role": "user", "content": "a much longer request about the roof and the rain and the sea"}],
    TALK,
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "é"}],
]
ANSWERS = ["The sea was loud.", "ra", "", "One day, Lily went to the park. 😀", "x\ny"]


def one_by_one(engine: Engine, messages: list[Message], answer: str) -> tuple[float, int]:
    """The same, slowly: a forward pass for each token; chat texts are split at the template's own border."""
    import torch

    words = engine.tokenizer
    if words.chat_template is None:
        prompt = words("\n".join(m["content"] for m in messages) + "\n")["input_ids"]
        whole = words("\n".join(m["content"] for m in messages) + "\n" + answer)["input_ids"] + [words.eos_token_id]
    else:
        prompt = words.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
        whole = words.apply_chat_template([*messages, {"role": "assistant", "content": answer}])["input_ids"][:-1]
    total = 0.0
    with torch.inference_mode():
        for at in range(len(prompt), len(whole)):
            logits = engine.model(torch.tensor([whole[:at]])).logits[0, -1]
            total += float(logits.log_softmax(-1)[whole[at]])
    return total, len(whole) - len(prompt)


def same(found: list[tuple[float, int]], wanted: list[tuple[float, int]]) -> None:
    assert [n for _, n in found] == [n for _, n in wanted]
    assert all(math.isclose(a, b, rel_tol=1e-4, abs_tol=1e-3) for (a, _), (b, _) in zip(found, wanted, strict=True))


@pytest.mark.parametrize("make", [save_gpt2, save_llama])
@pytest.mark.parametrize("batch_size", [1, 2, 8])
def test_batches_equal_one_by_one(tmp_path: Path, make: Any, batch_size: int) -> None:
    engine = load_local(str(make(tmp_path)), "cpu")
    found = completion_logprobs(engine, PROMPTS, ANSWERS, batch_size)
    same(found, [one_by_one(engine, m, a) for m, a in zip(PROMPTS, ANSWERS, strict=True)])


def test_stories260k_finds_its_own_words_likelier() -> None:
    engine = load_local(str(stories()), "cpu")
    ask: list[Message] = [{"role": "user", "content": "Once upon a time"}]
    answers = ["there was a little girl named Lily.", "Lily girl little was named a there."]
    found = completion_logprobs(engine, [ask, ask], answers)
    same(found, [one_by_one(engine, ask, a) for a in answers])
    assert found[0][0] / found[0][1] > found[1][0] / found[1][1]


def test_the_adapter_in_use_counts(tmp_path: Path) -> None:
    engine = load_local(str(save_llama(tmp_path / "base")), "cpu")
    bare = completion_logprobs(engine, PROMPTS, ANSWERS)
    engine.use_adapter(save_adapter(tmp_path / "base", tmp_path / "a", 1))
    adapted = completion_logprobs(engine, PROMPTS, ANSWERS)
    same(adapted, [one_by_one(engine, m, a) for m, a in zip(PROMPTS, ANSWERS, strict=True)])
    assert adapted != bare
    engine.use_adapter(None)
    assert completion_logprobs(engine, PROMPTS, ANSWERS) == bare


def test_what_is_too_long_is_shortened_and_still_counted(tmp_path: Path) -> None:
    engine = load_local(str(save_gpt2(tmp_path)), "cpu")
    long: list[Message] = [{"role": "user", "content": "word " * 400}]
    ((total, tokens),) = completion_logprobs(engine, [long], ["word " * 400])
    assert tokens == 128
    assert math.isfinite(total)


def test_lists_of_different_lengths_are_bad_input(tmp_path: Path) -> None:
    engine = load_local(str(save_gpt2(tmp_path)), "cpu")
    with pytest.raises(BadInput, match="2 prompts for 1"):
        completion_logprobs(engine, PROMPTS[:2], ["x"])
    assert completion_logprobs(engine, [], []) == []
