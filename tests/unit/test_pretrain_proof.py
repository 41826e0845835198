"""What is said of the starter: copied runs, unknown words, doubles, and how the evaluation asks."""

import random
from pathlib import Path
from typing import Any

import pytest

from jobs.pretrain.card import Measured, card
from jobs.pretrain.corpus import Corpus
from jobs.pretrain.evaluate import HeldOut, Loss, Shown, same_prompt
from jobs.pretrain.model import Progress
from jobs.pretrain.plan import STARTER
from jobs.pretrain.proof import (
    Copied,
    Different,
    Openers,
    Proof,
    asking,
    copying,
    different,
    people,
    shared,
    told,
    trained_on,
)
from jobs.pretrain.rows import Row
from loop.settings import TASKS

LINE = "one two three four five six seven eight"


def row(text: str, liked: tuple[str, ...] = ()) -> Row:
    return Row("tweet", "a lamp", {}, text, liked, (), "generator")


def shown(text: str, prompt: str = "a lamp") -> Shown:
    return Shown(row("")._replace(prompt=prompt), text, True)


@pytest.fixture(scope="module")
def corpus(data: Path) -> Corpus:
    return Corpus(data)


def test_a_run_of_eight_words_is_copied_wherever_it_stood() -> None:
    samples = [shown(f"So {LINE}!"), shown("One two three, four five six seven nine"), shown("too short")]
    for trained in (row(f"{LINE} and more"), row("x", liked=(f"and {LINE.upper()}.",))):
        found = copying({"samples": samples}, [trained])["samples"]
        assert found.texts == 1 / 2  # of the two that have eight words
        assert found.runs == 1 / 3
    assert copying({"samples": samples}, [row("one two three four five six seven")])["samples"].texts == 0


def test_words_are_known_from_training_or_from_the_request() -> None:
    trained = [row("the lamp is on")] * 3 + [row("wiltakin")]
    found = copying({"samples": [shown("The lamp is wiltakin"), shown("The zebra is on", prompt="a Zebra")]}, trained)
    assert found["samples"].known_words == 7 / 8
    assert found["samples"].known_texts == 1 / 2


def test_doubles_are_texts_that_another_one_equals() -> None:
    assert shared(["Hi  there", "hi there", "hello"]) == 2 / 3
    assert shared(["a", "b"]) == 0
    alike, apart = different(["a cat on a mat", "a cat on a mat."]), different(["a cat on a mat", "dogs bark loudly"])
    assert alike.self_bleu > apart.self_bleu
    assert alike.distinct_2 < apart.distinct_2


def test_perplexity_is_per_token_and_its_fall_a_share() -> None:
    assert Loss(0.0, 3).perplexity == 1
    assert HeldOut("x", 10.0, 8.0).fall == pytest.approx(0.2)


@pytest.mark.parametrize("task", TASKS)
def test_examples_answer_the_prompt_and_are_never_the_text_itself(corpus: Corpus, task: str) -> None:
    rows = same_prompt(corpus, task, 20)
    assert rows == same_prompt(corpus, task, 20)
    assert len({found.prompt for found in rows}) > 10
    for found in rows:
        assert len(found.liked) == len(set(found.liked)) == 3
        assert found.completion not in found.liked


def test_what_a_training_read_is_as_many_rows_as_its_tokens(corpus: Corpus) -> None:
    class Words:
        """A tokenizer with a token for each character."""

        def __call__(self, text: str, **_: Any) -> dict[str, Any]:
            return {"input_ids": list(text), "offset_mapping": [(k, k + 1) for k in range(len(text))]}

    every = list(corpus.rows(0, 30))
    sizes = [len("".join(part["content"] for part in found.messages()) + found.completion) for found in every]
    few = list(trained_on(corpus, Words(), sum(sizes[:5]), 10**6))
    assert few == every[: len(few)]
    assert 4 <= len(few) <= 6
    short = sorted(sizes)[10]
    assert all(len(found.messages()[1]["content"]) <= short for found in trained_on(corpus, Words(), 5_000, short))


def test_people_are_whole_and_drawn_once(data: Path) -> None:
    found = people(data, 200)
    assert found == people(data, 200)
    assert len(set(found)) > 190
    persona = random.Random(0).choice(found)
    assert asking(persona).fields["Bio"].count(" ") >= 4
    assert all(line.strip() in asking(persona).fields["Bio"] for line in persona)


def test_the_card_holds_the_starter_against_one_that_saw_no_examples() -> None:
    held = [HeldOut("tweet (generator)", 3.0, 2.5, 2.875), HeldOut("all tasks (generator)", 4.0, 3.5, 3.875)]
    text = card(4_000_000, STARTER, Progress(tokens=10, seconds=5), Measured(held, [shown("A lamp.")]), "a machine")
    assert "| text | no example | three examples | trained without examples |" in text
    assert "| tweet (generator) | 3.00 | 2.50 | 2.88 |" in text
    alone = Measured([HeldOut("tweet (generator)", 3.0, 2.5)], [shown("A lamp.")])
    assert "| text | no example | three examples |\n" in card(4_000_000, STARTER, Progress(), alone, "a machine")


def test_the_card_tells_every_figure() -> None:
    openers = Openers(0.015, 0.82, [shown("Hi!")] * 4)
    proof = Proof(
        [shown("x")] * 3, openers, Different(0.0, 0.125, 0.9), Copied(0.4, 0.2, 0.99, 0.9), Copied(0.5, 0, 1, 1)
    )
    text = told(proof)
    for figure in ("3 samples", "40.0% | 50.0%", "20.0%", "99.0%", "self-BLEU", "0.12", "4 personas", "1.5%", "82%"):
        assert figure in text
