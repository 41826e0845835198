"""Hashtags as words: `#ThrowbackThursday` by its capitals, `#throwbackthursday` by how common words are."""

import re
from functools import cache, lru_cache
from typing import Any

_HUMPS = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|\d+")
COMMON = 1e6
"""Occurrences among the 10¹² words that were counted, from which a word is not looked into."""
_LONGEST = 40
"""Letters; a longer tag without capitals is left whole, for the search of its words would take long."""


@lru_cache(maxsize=65_536)
def words_of(tag: str) -> str:
    """The words of a tag without its `#`, in the writer's own capitals."""
    words = [word for part in tag.split("_") if part for word in _humps(part)]
    return " ".join(words) or tag


def _humps(part: str) -> list[str]:
    humps = re.findall(_HUMPS, part)
    if part[:1].islower() and len(humps) > 1 and len(humps[0]) == 1:
        return [part]  # iPhone
    if "".join(humps) != part:
        return [part]
    return [word for hump in humps for word in _by_frequency(hump)]


def _by_frequency(letters: str) -> list[str]:
    """English words by `wordsegment`, which knows lower-case ASCII only."""
    if not (letters.isascii() and letters.isalpha() and 3 < len(letters) <= _LONGEST):
        return [letters]
    if letters[0].isupper() and letters[1:].islower():
        return [letters]
    segmenter = _segmenter()
    if segmenter.unigrams.get(letters.lower(), 0) >= COMMON:
        return [letters]
    found, start = [], 0
    for word in segmenter.segment(letters):
        found.append(letters[start : start + len(word)])
        start += len(word)
    return found


@cache
def _segmenter() -> Any:
    from wordsegment import Segmenter

    made = Segmenter()
    made.load()
    divide = made.divide
    # Only words that it knows are tried as the next one: the same words, found twice as fast.
    made.divide = lambda text: ((word, rest) for word, rest in divide(text) if not rest or word in made.unigrams)
    return made
