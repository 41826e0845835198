"""What cleaning must not touch: each emoji, and each address that is kept, is one private character meanwhile."""

import re
from collections.abc import Callable
from functools import cache

PRIVATE = "\U00100000-\U0010ffff"
"""Plane 16, as a part of a character class: private use, no meaning of its own in any text."""
_FIRST = 0x100000
_MOST = 0xFFFE
LATIN = frozenset("©®™")
"""Letters of Western code pages that count as emoji: a part of mojibake as often, and nothing else alters them."""
_GAP = 64
_LONGEST_RUN = 2_000
"""Characters; a longer run of emoji is held in one piece, for the package's time grows with the square of joiners."""
_HELD = re.compile(f"[{PRIVATE}]")


class Shield:
    """Holds the pieces of one text that were taken out, and puts them back as they were, byte for byte."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def put(self, piece: str) -> str:
        """A character that stands for the piece; the piece itself where a text has more than 65,534 of them."""
        if len(self._held) == _MOST:
            return piece
        self._held.append(piece)
        return chr(_FIRST + len(self._held) - 1)

    def over_emoji(self, text: str) -> str:
        """The text with every emoji, as the `emoji` package knows them, held; but for LATIN ones."""
        if text.isascii():
            return text
        return _emoji_runs().sub(lambda run: _each_emoji(run.group(), self.put), _HELD.sub("", text))

    def lifted(self, text: str) -> str:
        """The text with everything that is held back in its place; a private character of the text's own goes."""
        return _HELD.sub(self._piece, text)

    def _piece(self, mark: re.Match[str]) -> str:
        place = ord(mark.group()) - _FIRST
        return self._held[place] if place < len(self._held) else ""


def has_held(text: str) -> bool:
    """Whether something of the text is held."""
    return _HELD.search(text) is not None


def without_held(text: str) -> str:
    """The text with a space for each piece that is held."""
    return _HELD.sub(" ", text)


@cache
def _emoji_runs() -> re.Pattern[str]:
    """Runs of the characters that emoji are made of, and some between; only there the package must look, one by one.

    Ranges with gaps, since Python tries the characters beyond U+FFFF of a class one after the other.
    """
    import emoji

    made_of = sorted({ord(letter) for each in emoji.EMOJI_DATA for letter in each if not letter.isascii()})
    ranges: list[list[int]] = []
    for code in made_of:
        if ranges and code - ranges[-1][1] <= _GAP:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return re.compile("(?:[0-9#*](?=\ufe0f?\u20e3)|[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges) + "])+")


def _each_emoji(run: str, put: Callable[[str], str]) -> str:
    import emoji

    if len(run) > _LONGEST_RUN:
        return put(run)
    found, done = [], 0
    for each in emoji.emoji_list(run):
        piece = each["emoji"]
        found += [run[done : each["match_start"]], piece if piece in LATIN else put(piece)]
        done = each["match_end"]
    return "".join([*found, run[done:]])
