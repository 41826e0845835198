"""How much a sample copies, how readable and how different samples are, and whether openers are to the person."""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from jobs.pretrain.corpus import WEIGHTS, Corpus, is_held_out
from jobs.pretrain.evaluate import Shown, same_prompt, samples, write
from jobs.pretrain.personas import Persona, bio, hobbies
from jobs.pretrain.rows import Row
from jobs.pretrain.sources import PERSONAS
from jobs.pretrain.tokens import encode
from memory.embedder import SHIPPED, Embedder, load_embedder
from rewards.metrics import distinct_n, self_bleu

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
LONG = 8
"""Words in a run that counts as copied."""
OFTEN = 3
"""A word that stands at least so often in the training text is known."""


class Copied(NamedTuple):
    """Of texts of `LONG` words and more: how many hold a run of so many words that the training text holds, too."""

    texts: float
    """The share of such texts, in [0, 1]."""
    runs: float
    """The share of their runs."""
    known_words: float
    """The share of the words of all texts that are words of the training text or of their own prompt."""
    known_texts: float
    """The share of all texts that have no other words."""


def trained_on(corpus: Corpus, tokenizer: Any, tokens: int, longest: int) -> Iterator[Row]:
    """The rows that a training of so many tokens has read, from the first; rows over `longest` tokens it skipped."""
    read, index = 0, 0
    while read < tokens:
        row = corpus.row(index)
        size = len(encode(row, tokenizer).ids)
        index += 1
        if size <= longest:
            read += size
            yield row


def copying(groups: dict[str, Sequence[Shown]], rows: Iterable[Row]) -> dict[str, Copied]:
    """What each group of samples shares with the rows; one pass over the rows serves all groups."""
    wanted = {run for shown in groups.values() for each in shown for run in _runs(each.text)}
    seen: set[str] = set()
    words: Counter[str] = Counter()
    for row in rows:
        for text in (row.prompt, *row.fields.values(), row.completion, *row.liked, *(text for text, _ in row.avoid)):
            seen |= wanted.intersection(_runs(text))
            words.update(_words(text))
    known = frozenset(word for word, count in words.items() if count >= OFTEN)
    return {name: _copied(shown, seen, known) for name, shown in groups.items()}


def _copied(shown: Sequence[Shown], seen: set[str], known: frozenset[str]) -> Copied:
    runs = [found for each in shown if (found := _runs(each.text))]
    flat = [run for found in runs for run in found]
    strange = [_strange(each, known) for each in shown]
    total = sum(len(_words(each.text)) for each in shown)
    return Copied(
        texts=_share(sum(any(run in seen for run in found) for found in runs), len(runs)),
        runs=_share(sum(run in seen for run in flat), len(flat)),
        known_words=1 - _share(sum(map(len, strange)), total),
        known_texts=_share(sum(not words for words in strange), len(shown)),
    )


def _strange(shown: Shown, known: frozenset[str]) -> list[str]:
    asked = set(_words(" ".join((shown.row.prompt, *shown.row.fields.values(), *shown.row.liked))))
    return [word for word in _words(shown.text) if word not in known and word not in asked]


def _words(text: str) -> list[str]:
    return WORD.findall(text.lower())


def _runs(text: str) -> list[str]:
    words = _words(text)
    return [" ".join(words[start : start + LONG]) for start in range(len(words) - LONG + 1)]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


class Different(NamedTuple):
    """How samples differ from each other."""

    doubles: float
    """The share of texts that another one equals."""
    self_bleu: float
    distinct_2: float


def different(texts: Sequence[str]) -> Different:
    """Of two texts or more."""
    return Different(shared(texts), self_bleu(texts), distinct_n(texts, 2))


def shared(texts: Sequence[str]) -> float:
    """The share of texts that another one equals, but for case and spaces."""
    plain = [" ".join(text.lower().split()) for text in texts]
    counts = Counter(plain)
    return _share(sum(counts[text] > 1 for text in plain), len(plain))


def people(data: Path, count: int) -> list[Persona]:
    """`count` whole personas that are never trained on, drawn by a fixed seed; rare words and all."""
    with gzip.open(data / PERSONAS, "rt", encoding="utf-8") as file:
        found = [tuple(json.loads(line)["persona"]) for line in file]
    return random.Random("people").sample([lines for lines in found if is_held_out(bio(lines))], count)


def asking(persona: Persona) -> Row:
    """The request for an opener to a persona: all its lines as the bio, and what it says it likes as interests."""
    fields = {"Bio": bio(persona), "Interests": ", ".join(hobbies(persona))}
    kept = {name: text for name, text in fields.items() if text}
    return Row("opener", "a match on a dating app", kept, "", (), (), "persona")


class Openers(NamedTuple):
    """Openers to many people."""

    shared: float
    """The share of people whose opener another one got, too."""
    closer: float
    """The share of openers whose cosine to their own bio is above that to another one's, drawn by a fixed seed."""
    shown: list[Shown]


def openers(model: Any, tokenizer: Any, embedder: Embedder, personas: Sequence[Persona]) -> Openers:
    """One opener for each persona, held against its bio and that of one other person."""
    shown = write(model, tokenizer, [asking(persona) for persona in personas])
    said = embedder.embed([each.text for each in shown])
    bios = embedder.embed([" ".join(each.row.fields.values()) for each in shown])
    rng = random.Random("others")
    others = [rng.choice([other for other in range(len(bios)) if other != index]) for index in range(len(bios))]
    own, other = (said * bios).sum(axis=1), (said * bios[others]).sum(axis=1)
    return Openers(shared([each.text for each in shown]), float(np.mean(own > other)), shown)


COLUMNS = (
    f"texts (of {LONG} words and more) with {LONG} words in a row that stand in the training text",
    f"runs of {LONG} words that stand in the training text",
    f"words that stand in the training text {OFTEN} times, or in the request",
    "texts without any other word",
)
"""What the figures of `Copied` say, in their order."""


class Proof(NamedTuple):
    """What is measured of a finished model beside its perplexity."""

    shown: list[Shown]
    """The samples: one draw each, none left out."""
    openers: Openers
    different: Different
    copied: Copied
    fresh: Copied
    """As `copied`, of fresh text of our generator: what its patterns alone repeat."""


def prove(
    model: Any, tokenizer: Any, corpus: Corpus, data: Path, trained: Iterable[Row], count: int = 100, persons: int = 200
) -> Proof:
    """`count` samples, held against each other and against the rows of the training, and openers to so many people."""
    shown = samples(model, tokenizer, corpus, count)
    fresh = [Shown(row, row.completion, True) for task in WEIGHTS for row in same_prompt(corpus, task, count)]
    copied = copying({"samples": shown, "fresh": fresh}, trained)
    met = openers(model, tokenizer, load_embedder(SHIPPED), people(data, persons))
    return Proof(shown, met, different([each.text for each in shown]), copied["samples"], copied["fresh"])


def told(proof: Proof) -> str:
    """The figures as a section of the card."""
    count, met = len(proof.shown), proof.openers
    rows = zip(COLUMNS, proof.copied, proof.fresh, strict=True)
    return "\n".join(
        [
            "## Copying, variety, and openers to a person",
            "",
            f"Measured on {count} samples: one draw each, in order, none left out; beside fresh text of the generator,",
            "which repeats itself as much as its patterns do. Every row that the training read was searched.",
            "",
            "| figure | samples | generator |",
            "|---|---|---|",
            *(f"| {name} | {ours:.1%} | {fresh:.1%} |" for name, ours, fresh in rows),
            "",
            f"Of the samples, {proof.different.doubles:.0%} equal another one; their self-BLEU is",
            f"{proof.different.self_bleu:.2f}, and {proof.different.distinct_2:.0%} of their pairs of words differ.",
            "",
            f"Of openers to {len(met.shown)} personas, one draw each, {met.shared:.1%} are shared by two, and",
            f"{met.closer:.0%} are closer (cosine of MiniLM) to their own bio than to that of another person.",
        ]
    )
