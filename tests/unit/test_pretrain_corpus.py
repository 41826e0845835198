"""The training text of the starter: the same for a seed, whole sentences, on topic, from open sources only."""

import gzip
import random
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from jobs.pretrain import sources
from jobs.pretrain.corpus import WEIGHTS, Corpus, is_held_out, split_key
from jobs.pretrain.grammar import Grammar, right_article, tidy
from jobs.pretrain.personas import bio, hobbies, told_back
from jobs.pretrain.plan import STARTER, rate_at
from jobs.pretrain.proof import people
from jobs.pretrain.topics import gerund, is_plural, thing_words
from loop.settings import TASKS

LEFT_OVER = re.compile(r"[{}|¦~]|\[|\]|  |\bNone\b")
OPEN = {"nycc_caption_ratings", "aut_originality_ocsai", "ukp_humour_pairs", "lm_corpus_small", "conversation_starters"}
OPEN |= {"lm_corpus_standardebooks", "personas_synthetic_persona_chat", "brainstorm_wordlists"}


@pytest.fixture(scope="module")
def corpus(data: Path) -> Corpus:
    return Corpus(data)


def test_a_seed_always_gives_the_same_rows(corpus: Corpus, data: Path) -> None:
    again = Corpus(data)
    assert list(again.rows(0, 200)) == list(corpus.rows(0, 200))
    assert corpus.row(150) == list(corpus.rows(100, 60))[50]
    again.seed = 1
    assert again.row(0) != corpus.row(0)


def test_every_task_and_every_source_has_its_share(corpus: Corpus) -> None:
    rows = list(corpus.rows(0, 6000))
    assert set(WEIGHTS) == set(TASKS)
    for task in TASKS:
        assert sum(row.task == task for row in rows) >= 200
    for source in sources.SOURCES:
        assert sum(row.source == source.name for row in rows) == pytest.approx(6000 * source.share, rel=0.6)
    assert sum(row.source == "generator" for row in rows) > 0.75 * len(rows)


@pytest.mark.parametrize("task", TASKS)
def test_patterns_leave_no_slot_open(corpus: Corpus, task: str) -> None:
    rng = random.Random(7)
    writer = corpus.writers[task]
    for _ in range(150):
        scene = writer.scene(rng)
        asked = " ".join([scene.prompt, *scene.fields.values()])
        for text in [asked, *(writer.text(scene, style, rng) for style in dict.fromkeys(scene.styles))]:
            assert text.strip()
            assert not LEFT_OVER.search(text), text


@pytest.mark.parametrize("task", TASKS)
def test_completions_fit_the_task(corpus: Corpus, task: str) -> None:
    rng = random.Random(3)
    profile = TASKS[task]
    for _ in range(200):
        row = corpus.generated(task, rng)
        assert len(row.completion) <= profile.max_chars
        assert len(row.completion.splitlines()) <= profile.lines
        assert not row.completion[0].islower()


@pytest.mark.parametrize(
    ("task", "least"), [("tweet", 0.9), ("copy", 0.9), ("story", 0.8), ("caption", 0.5), ("email", 0.6)]
)
def test_completions_take_up_words_of_the_prompt(corpus: Corpus, task: str, least: float) -> None:
    rng = random.Random(5)
    rows = [corpus.generated(task, rng, 0) for _ in range(300)]
    assert sum(_shares_a_word(row.prompt, row.completion) for row in rows) / len(rows) >= least


def _shares_a_word(prompt: str, text: str) -> bool:
    said = set(re.findall(r"[a-z]{3,}", text.lower()))
    return any(
        word in said for word in re.findall(r"[a-z]{3,}", prompt.lower()) if word not in {"the", "and", "for", "with"}
    )


def test_completions_differ(corpus: Corpus) -> None:
    rng = random.Random(2)
    writer = corpus.writers["tweet"]
    scene = writer.scene(rng)
    texts = [writer.text(scene, rng.choice(scene.styles), rng) for _ in range(60)]
    assert len(set(texts)) >= 45


def test_prompts_are_the_loops_and_hide_the_answer(corpus: Corpus) -> None:
    rows = list(corpus.rows(0, 600))
    assert {len(row.liked) for row in rows} == {0, 1, 2, 3, 4}
    for row in rows:
        system, user = row.messages()
        assert system["content"] == TASKS[row.task].instruction
        assert user["content"].count("\n- ") == len(row.liked) + len(row.avoid)
        assert row.completion not in row.liked
    assert any(row.avoid for row in rows)


def test_real_text_is_called_up_by_examples_alone(corpus: Corpus) -> None:
    """A bare request leads to the generator's plain sentences, not to scraps of what so small a model cannot learn."""
    rows = [row for row in corpus.rows(0, 3000) if row.source != "generator"]
    few = [row for row in rows if not row.liked]
    assert len(rows) > 150
    assert len(few) <= 0.02 * len(rows), "but for a group of a single text"
    assert any("unusual uses for" in row.prompt for row in rows)


def test_held_out_prompts_are_never_trained_on(corpus: Corpus) -> None:
    for name in corpus.real:
        kept = {split_key(sample) for group in corpus.train[name].values() for sample in group}
        held = {split_key(sample) for group in corpus.held[name].values() for sample in group}
        assert held
        assert not kept & held
    nouns = corpus.writers["tweet"].nouns  # type: ignore[attr-defined]
    assert not any(is_held_out(noun) for noun in nouns)


def test_only_open_sources_are_read(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    real = gzip.open

    def watched(path: Any, *args: Any, **kwargs: Any) -> Any:
        opened.append(Path(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(gzip, "open", watched)
    Corpus(data)
    assert {path.parent.name for path in opened} == OPEN
    small = {path.name for path in opened if path.parent.name == "lm_corpus_small"}
    assert small == {"quotes.csv.gz", "hn_top2000_titles.csv.gz"}


def test_every_source_names_its_licence() -> None:
    for source in sources.SOURCES:
        assert source.licence in {"CC BY 4.0", "MIT", "Apache-2.0", "CC0 1.0"}
        assert source.credit


def test_a_missing_data_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Corpus(tmp_path)


def test_clean_refuses_what_does_not_belong() -> None:
    assert sources.clean("It’s  a “good” day…") == 'It\'s a "good" day...'
    assert sources.clean("STOP SHOUTING") is None
    assert sources.clean("что это") is None
    assert sources.clean("what the hell") is None
    assert sources.clean("see http://x.org") is None


def test_a_slot_with_a_key_keeps_its_word() -> None:
    grammar = Grammar({"x": ("one", "two", "three"), "deep": ("[a|b] {x:k}",)})
    for seed in range(20):
        first, second = grammar.expand("{x:k} {x:k}", random.Random(seed)).split()
        assert first.lower() == second
    with pytest.raises(KeyError):
        grammar.expand("{unknown}", random.Random(0))


def test_sentences_are_put_right() -> None:
    assert tidy("a  apple. it is an day ! so i said") == "An apple. It is a day! So I said"
    assert right_article("a hour, an unicorn, a old one") == "an hour, a unicorn, an old one"


@pytest.mark.parametrize(
    ("base", "form"),
    [
        ("bake bread", "baking bread"),
        ("run", "running"),
        ("tie a knot", "tying a knot"),
        ("see a dentist", "seeing a dentist"),
    ],
)
def test_gerunds(base: str, form: str) -> None:
    assert gerund(base) == form


def test_number_decides_the_verb() -> None:
    assert is_plural("old maps")
    assert is_plural("bread and butter")
    assert not is_plural("a box of letters")
    assert not is_plural("chess")
    assert thing_words("my shoes")["is"] == "are"
    assert thing_words("a lamp")["the"] == "the lamp"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("I have a dog.", "you have a dog"),
        ("My mother is a nurse.", "your mother is a nurse"),
        ("My dad died.", ""),
        ("I am 6 feet tall and I ...é", ""),
        ("Cats are nice.", ""),
    ],
)
def test_plain_lines_of_a_persona_are_told_back(line: str, told: str) -> None:
    assert told_back(line) == told


def test_hobbies_are_what_a_persona_likes() -> None:
    assert hobbies(("I have a dog.", "I love to bake cookies.", "I like jazz.")) == ("baking cookies", "jazz")


def test_a_bio_holds_lines_that_cannot_be_told_back(corpus: Corpus) -> None:
    """Real profiles say more than an opener can take up: a model must have learned to choose."""
    rng = random.Random(4)
    bios = [
        row.fields["Bio"] for row in (corpus.generated("opener", rng, 0) for _ in range(300)) if "Bio" in row.fields
    ]
    lines = [line for text in bios for line in re.split(r"(?<=[.!?]) ", text)]
    assert max(text.count(". ") for text in bios) >= 4
    assert 0.1 < sum(not told_back(line) for line in lines) / len(lines) < 0.5


def test_the_people_of_the_proof_are_never_trained_on(corpus: Corpus, data: Path) -> None:
    met = {bio(persona) for persona in people(data, 200)}
    assert len(met) == 200
    writer = corpus.writers["opener"]
    assert not met & {bio(persona) for persona in writer.people}  # type: ignore[attr-defined]


def test_bare_rows_are_the_same_rows_without_examples(corpus: Corpus, data: Path) -> None:
    bare = Corpus(data, examples=False)
    rows = list(corpus.rows(0, 100))
    assert [row._replace(liked=(), avoid=()) for row in rows] == list(bare.rows(0, 100))
    assert any(row.liked for row in rows)


def test_the_rate_rises_stays_and_falls() -> None:
    rates = [rate_at(STARTER, step / 100) for step in range(101)]
    assert rates[0] < 0.1
    assert rates[30] == 1.0
    assert all(later <= sooner for sooner, later in pairwise(rates[60:]))
    assert 0 < rates[100] < 0.1
