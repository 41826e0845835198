"""The shipped starter, loaded as any model is, and the recipe that makes it, on a very small scale."""

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobs.pretrain.plan import Plan
from loop.brief import build_messages
from loop.settings import TASKS

STARTER = Path(__file__).parents[2] / "loop" / "starter"
MOST_BYTES = 16 * 2**20
PROMPTS: dict[str, tuple[str, dict[str, str]]] = {
    "tweet": ("rainy mornings", {}),
    "opener": ("Maya", {"Bio": "I work as a nurse. I live with two cats.", "Interests": "hiking, jazz"}),
    "story": ("a lighthouse", {}),
    "brainstorm": ("unusual uses for a brick", {}),
    "caption": ("A man and a shark sit at a desk.", {}),
    "email": ("asking for a day off on Friday", {}),
    "copy": ("a bakery that opens at midnight", {}),
}


@pytest.fixture(scope="module")
def starter() -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(STARTER, local_files_only=True).eval()
    return model, AutoTokenizer.from_pretrained(STARTER, local_files_only=True)


def prompt_ids(tokenizer: Any, task: str, **examples: Any) -> Any:
    prompt, fields = PROMPTS[task]
    messages = build_messages(TASKS[task], prompt, fields, **examples)
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt", return_dict=True)


def write(starter: tuple[Any, Any], task: str, count: int, seed: int = 0, **examples: Any) -> list[tuple[str, bool]]:
    """Texts sampled as the loop samples them, each with whether it ended by itself."""
    import torch

    model, tokenizer = starter
    asked, profile = prompt_ids(tokenizer, task, **examples), TASKS[task]
    torch.manual_seed(seed)
    with torch.inference_mode():
        out = model.generate(
            **asked,
            do_sample=True,
            num_return_sequences=count,
            temperature=profile.temperature,
            top_p=profile.top_p,
            max_new_tokens=profile.max_tokens,
        )[:, asked["input_ids"].shape[1] :]
    texts = tokenizer.batch_decode(out, skip_special_tokens=True)
    return [(text.strip(), tokenizer.eos_token_id in ids) for text, ids in zip(texts, out.tolist(), strict=True)]


def test_it_is_small_and_holds_no_pickle() -> None:
    files = [path for path in STARTER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    assert {path.suffix for path in files} <= {".safetensors", ".json", ".jinja", ".md"}


def test_it_loads_as_a_llama_in_full_precision(starter: tuple[Any, Any]) -> None:
    import torch

    model, tokenizer = starter
    assert type(model).__name__ == "LlamaForCausalLM"
    assert model.dtype == torch.float32
    assert model.config.tie_word_embeddings
    assert model.config.max_position_embeddings >= 1024
    assert model.config.eos_token_id == tokenizer.eos_token_id == model.generation_config.eos_token_id
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert len(tokenizer) == model.config.vocab_size


@pytest.mark.parametrize("task", TASKS)
def test_the_template_holds_the_loops_messages(starter: tuple[Any, Any], task: str) -> None:
    _, tokenizer = starter
    ids = prompt_ids(tokenizer, task, liked=["Liked one."], avoid=[("Bad one.", "too long")])["input_ids"][0]
    text = tokenizer.decode(ids)
    assert text.startswith("<|system|>" + TASKS[task].instruction)
    assert "Liked before:\n- Liked one.\n\nAvoid:\n- Bad one. (too long)\n\n" in text
    assert text.endswith("<|end|><|assistant|>")


def test_the_template_marks_the_answer_for_training(starter: tuple[Any, Any]) -> None:
    _, tokenizer = starter
    messages = [*build_messages(TASKS["tweet"], "rain"), {"role": "assistant", "content": "It rains."}]
    found = tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    marked = [token for token, mark in zip(found["input_ids"], found["assistant_masks"], strict=True) if mark]
    assert tokenizer.decode(marked) == "It rains.<|end|>"


def test_any_text_survives_the_tokenizer(starter: tuple[Any, Any]) -> None:
    _, tokenizer = starter
    for text in ("Grüße aus Köln 🙂", "a  b\n\n c .", "日本語", "don't ."):
        assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_written_and_ends(starter: tuple[Any, Any], task: str) -> None:
    written = write(starter, task, 10)
    assert all(text for text, _ in written)
    assert sum(ended for _, ended in written) >= 8


def test_twenty_candidates_are_mostly_different(starter: tuple[Any, Any]) -> None:
    for task in ("tweet", "opener", "brainstorm"):
        assert len({text for text, _ in write(starter, task, 20)}) >= 15


def test_what_is_written_takes_up_the_prompt(starter: tuple[Any, Any]) -> None:
    assert sum("rain" in text.lower() or "morning" in text.lower() for text, _ in write(starter, "tweet", 20)) >= 10
    assert sum("brick" in text.lower() for text, _ in write(starter, "brainstorm", 20)) >= 4
    assert sum("hiking" in text.lower() or "jazz" in text.lower() for text, _ in write(starter, "opener", 20)) >= 10


def test_liked_examples_change_what_is_written(starter: tuple[Any, Any]) -> None:
    """Questions among the examples call up questions, three of them more often than none."""
    asked = ["Why does nobody talk about soup?", "Who else smiles at snow?", "How do children live without cake?"]
    told = ["Three things I love: soup, snow, and cake.", "My list of joys: tea, bread, socks.", "What I own: a map."]
    ends = [sum(text.endswith("?") for text, _ in write(starter, "tweet", 24, liked=liked)) for liked in (asked, told)]
    assert ends[0] >= ends[1] + 5


@pytest.fixture(scope="module")
def corpus(data: Path) -> Any:
    from jobs.pretrain.corpus import Corpus

    return Corpus(data)


def test_real_examples_make_real_text_likelier(starter: tuple[Any, Any], corpus: Any) -> None:
    """The same held-out texts, three recalled ones of their kind before them or none: perplexity falls by a tenth."""
    from jobs.pretrain.evaluate import paired

    rows = [row for source in ("aut", "quotes", "humour", "starters") for row in corpus.held_out_real(source, 12, 3)]
    found = paired(*starter, rows)
    assert found.alone.tokens == found.recalled.tokens > 400
    assert found.recalled.perplexity <= 0.9 * found.alone.perplexity


def test_a_model_is_held_against_itself_as_equal(starter: tuple[Any, Any], corpus: Any) -> None:
    from jobs.pretrain.evaluate import Learned, paired

    found = paired(*starter, corpus.held_out_real("quotes", 4, 3), Learned(*starter))
    assert found.held_out("quotes").bare == pytest.approx(found.alone.perplexity)


def test_openers_to_different_people_differ(starter: tuple[Any, Any], data: Path) -> None:
    from jobs.pretrain.proof import openers, people
    from memory.embedder import load_embedder

    met = openers(*starter, load_embedder("minilm"), people(data, 30))
    assert met.shared <= 0.1
    assert met.closer >= 0.6


def test_samples_differ_and_end(starter: tuple[Any, Any], corpus: Any) -> None:
    from jobs.pretrain.evaluate import samples
    from jobs.pretrain.proof import different

    shown = samples(*starter, corpus, 14)
    assert {each.row.task for each in shown} == set(TASKS)
    assert [bool(each.row.liked) for each in shown] == [False, True] * 7
    apart = different([each.text for each in shown])
    assert apart.doubles == 0
    assert apart.self_bleu < 0.25
    assert apart.distinct_2 > 0.7
    assert sum(each.stopped for each in shown) >= 12


def test_four_candidates_with_three_examples_are_quick(starter: tuple[Any, Any], corpus: Any) -> None:
    from benchmarks.starter import four_candidates
    from loop.models.engine import Engine

    assert four_candidates(Engine(*starter, "starter"), corpus) < 2


def test_a_long_prompt_does_no_harm(starter: tuple[Any, Any]) -> None:
    liked = [
        "The old lighthouse had been dark for nine years, and nobody in the village would say why it was so. " * 6
    ] * 4
    assert prompt_ids(starter[1], "story", liked=liked)["input_ids"].shape[1] > 500
    assert all(text for text, _ in write(starter, "story", 2, liked=liked))


def test_the_card_names_every_source() -> None:
    from jobs.pretrain.sources import PERSONAS, SOURCES, WORDLISTS

    card = (STARTER / "README.md").read_text(encoding="utf-8")
    for source in SOURCES:
        assert source.credit in card
        assert source.licence in card
    assert PERSONAS in card
    assert WORDLISTS in card


TINY = Plan(vocabulary=400, width=32, layers=1, inner=64, heads=2, key_heads=1, batch_tokens=1024, chunk_rows=48,
            tokenizer_rows=60, minutes=0.05, threads=2)  # fmt: skip


def quiet(model: Any, tokenizer: Any, progress: Any) -> None:
    """A report that says nothing."""


def loss(model: Any, batch: Any) -> float:
    from jobs.pretrain.train import loss_of

    return float(loss_of(model, batch, 0, False).detach())


def test_a_stopped_run_goes_on_where_it_was(data: Path, tmp_path: Path) -> None:
    from jobs.pretrain.corpus import Corpus
    from jobs.pretrain.model import learner, load_checkpoint, new_model
    from jobs.pretrain.train import batches, step, train

    corpus = Corpus(data)
    model, tokenizer, first = train(TINY, corpus, tmp_path, quiet)
    again = learner(new_model(TINY, tokenizer), TINY)
    assert load_checkpoint(tmp_path / "checkpoint.safetensors", again) == first
    batch = batches(TINY, corpus, tokenizer, 1)[0]
    assert loss(again.model, batch) == pytest.approx(loss(model, batch))
    before = step(again, batch, 0, False)
    assert loss(again.model, batch) < before
    longer = msgspec.structs.replace(TINY, minutes=0.07)
    _, _, second = train(longer, corpus, tmp_path, quiet)
    assert (second.chunk, second.batch) > (first.chunk, first.batch)
    assert second.steps > first.steps


def test_an_export_loads_as_it_was(data: Path, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from jobs.pretrain.corpus import Corpus
    from jobs.pretrain.export import export
    from jobs.pretrain.model import new_model
    from jobs.pretrain.train import prepare

    tokenizer = prepare(TINY, Corpus(data), tmp_path)
    model = new_model(TINY, tokenizer).eval()
    export(model, tokenizer, tmp_path / "model", "card")
    export(model, tokenizer, tmp_path / "model", "card, again")
    assert (tmp_path / "model" / "README.md").read_text() == "card, again"
    assert not (tmp_path / "model.part").exists()
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "model").eval()
    ids = AutoTokenizer.from_pretrained(tmp_path / "model")("a brick", return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        torch.testing.assert_close(loaded(ids).logits, model(ids).logits, atol=2e-3, rtol=2e-3)


def test_the_loss_counts_each_next_token_by_its_weight() -> None:
    """Against a plain loop over positions."""
    import torch

    from jobs.pretrain.tokens import Encoded

    class Words:
        pad_token_id, eos_token_id = 0, 1

        def __len__(self) -> int:
            return 400

    from jobs.pretrain.model import new_model

    model = new_model(TINY, Words()).eval()
    rng = random.Random(0)
    batch = [
        Encoded([rng.randrange(2, 400) for _ in range(size)], [0.2] * 3 + [1.0] * (size - 3), 3) for size in (5, 9)
    ]
    total, weight = 0.0, 0.0
    for row in batch:
        with torch.inference_mode():
            logs = model(torch.tensor([row.ids])).logits[0].log_softmax(-1)
        for at in range(1, len(row.ids)):
            total -= row.weights[at] * float(logs[at - 1, row.ids[at]])
            weight += row.weights[at]
    assert loss(model, batch) == pytest.approx(total / weight, rel=1e-4)


def test_missing_data_is_said_in_one_sentence(tmp_path: Path) -> None:
    from jobs.pretrain.starter import make_starter
    from loop.errors import BadInput

    with pytest.raises(BadInput, match="--data"):
        make_starter(TINY, tmp_path / "none", tmp_path / "out", "a machine")
    with pytest.raises(BadInput, match="misses"):
        make_starter(TINY, tmp_path, tmp_path / "out", "a machine")
    assert not (tmp_path / "out").exists()
