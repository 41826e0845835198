"""Text from patterns: `[one|other]` is a choice, `{slot}` a word of a list, `{slot:x}` the same word each time."""

import random
import re
from collections.abc import Mapping, Sequence

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{([a-z_]+)(?::(\w+))?\}")
ARTICLE = re.compile(r"\b([Aa]) (?=(?!uni|use|euro|one\b|ukulele)[aeiou]|hour|honest)", re.IGNORECASE)
SENTENCE = re.compile(r"(^|[.!?][\"')]?\s+|\n)(\"?)([a-z])")
DEEPEST = 12


def lines(block: str) -> tuple[str, ...]:
    """The lines of a block of patterns, without empty ones and without white space around them."""
    return tuple(" ".join(line.split()) for line in block.splitlines() if line.strip())


def words(block: str) -> tuple[str, ...]:
    """The entries of a list that `;` or line breaks separate."""
    return tuple(word.strip() for word in re.split(r"[;\n]", block) if word.strip())


class Grammar:
    """Expands patterns with one lexicon.

    `lexicon` maps a slot to its words, which may themselves hold slots and choices. Raises KeyError for a slot
    that neither the lexicon nor the bound words know.
    """

    def __init__(self, lexicon: Mapping[str, Sequence[str]]) -> None:
        self.lexicon = lexicon

    def expand(self, pattern: str, rng: random.Random, bound: Mapping[str, str] | None = None) -> str:
        """The pattern with every choice made and every slot filled; `bound` words go before the lexicon's."""
        known = dict(bound or {})
        text = pattern
        for _ in range(DEEPEST):
            text = _choose(text, rng)
            if not SLOT.search(text):
                break
            text = SLOT.sub(lambda found: self._fill(found, rng, known), text)
        return tidy(text)

    def _fill(self, found: re.Match[str], rng: random.Random, known: dict[str, str]) -> str:
        slot, key = found.group(1), found.group(0)
        if key in known:
            return known[key]
        word = known[slot] if slot in known else rng.choice(self.lexicon[slot])
        if found.group(2):
            word = self.expand_raw(word, rng, known)
            known[key] = word
        return word

    def expand_raw(self, text: str, rng: random.Random, known: dict[str, str]) -> str:
        """Like `expand`, without tidying: for words that stand inside a sentence."""
        for _ in range(DEEPEST):
            text = _choose(text, rng)
            if not SLOT.search(text):
                break
            text = SLOT.sub(lambda found: self._fill(found, rng, known), text)
        return text


def _choose(text: str, rng: random.Random) -> str:
    while CHOICE.search(text):
        text = CHOICE.sub(lambda found: rng.choice(found.group(1).split("|")), text)
    return text


def right_article(text: str) -> str:
    """`a` and `an` as the next word wants them."""
    text = ARTICLE.sub(r"\1n ", text)
    return re.sub(r"\b([Aa])n (?=uni|use|euro|one\b|ukulele|[^aeiouhAEIOUH\W])", r"\1 ", text)


def tidy(text: str) -> str:
    """Spaces folded, `a` and `an` put right, sentences begun with a capital."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ([,.!?;:])", r"\1", text)
    text = re.sub(r"([.!?])\.(?=\s|$)", r"\1", text)
    text = right_article(text)
    text = re.sub(r"\bi\b(?=[ '])", "I", text)
    return SENTENCE.sub(lambda m: m.group(1) + m.group(2) + m.group(3).upper(), text).strip()
