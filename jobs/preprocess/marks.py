"""URLs, mentions, hashtags and e-mail addresses: found in one pass, then removed, kept or masked."""

import re
from collections.abc import Callable, Mapping

from jobs.preprocess.hashtags import words_of
from jobs.preprocess.pii import EMAIL, EMAIL_MASK
from jobs.preprocess.repair import tidied
from jobs.preprocess.settings import Preprocessing
from jobs.preprocess.shield import PRIVATE, Shield

URLS, MENTIONS, HASHTAGS, EMAILS = "urls", "mentions", "hashtags", "emails"
URL_MASK, MENTION_MASK = "[url]", "@user"

_OUTSIDE = rf"\s<>\"“”«»…©®™\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef{PRIVATE}"
"""What ends a URL: white space, quotes, letters of East Asia, which stand beside one without a space, emoji."""
_ENDINGS = "com|net|org|edu|gov|mil|int|info|biz|io|ai|app|dev|tv|ly|gg|eu|uk|de|fr|nl|ca|au|jp|ru|br|ch|se|pl"
"""Endings by which a bare host is known; others are words as often: is, it, me, so."""
_HOST = r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,8}"
_URL = rf"""
    (?:https?|ftp)://?[^{_OUTSIDE}]*
  | https?:?/?(?=…|\.\.\.)                       # cut off
  | (?<![\w@.-])www\.[^{_OUTSIDE}]+
  | [\[<{{](?:url|link)[\]>}}]                   # masked before
"""
_BARE_URL = rf"""
    {_HOST}[a-z]{{2,24}}/[^{_OUTSIDE}]+
  | {_HOST}(?:{_ENDINGS})\b(?![\w@-]|\.\w)
"""
_MENTION = r"""
    (?:\b(?:RT|MT|via|cc|h/t)\s*:?\s*(?=@))?
    (?<!@)@++\w+(?:\.(?-i:[a-z0-9_]+))*(?:@[\w-]+(?:\.[\w-]+)+)?(?:['’]s\b)?(?::(?=\s))?
  | [\[<{](?:user|mention)[\]>}]                # masked before
"""
_HASHTAG = r"(?<![\w&])\#\w*[^\W\d_]\w*"
_SIGNED = re.compile(
    rf"(?=[hfw@\#<\[{{rmvc])(?:(?P<urls>{_URL})|(?P<mentions>{_MENTION})|(?P<hashtags>{_HASHTAG}))", re.X | re.I
)
"""Marks that begin with a sign or a word of their own: four times as fast as looking for hosts as well."""
_ALL = re.compile(
    rf"(?P<urls>{_URL}|{_BARE_URL})|(?P<emails>{EMAIL})|(?P<mentions>{_MENTION})|(?P<hashtags>{_HASHTAG})", re.X | re.I
)
_MAY_HAVE_HOST = re.compile(r"\.\w\w")
_TRAILING = ".,;:!?'\"”’)]}"

_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]|<\s*>|\"\s*\"|“\s*”")
_LONELY_START = re.compile(r"^(?:[,.:;|/–—-]+\s+)+")
_SPACE_IN_QUOTES = re.compile(r"^([\"“(])\s+")
_LONELY_END = re.compile(r"(?:\s+[|/–—-]+)+\s*$")
_SPACE_BEFORE_STOP = re.compile(r"\s+([,.!?…])(?=\s|$)")

GONE = " "
Fate = Callable[[str, Shield], str]


def _removed(found: str, shield: Shield) -> str:
    return GONE


def _kept(found: str, shield: Shield) -> str:
    return shield.put(found)


def _in_words(found: str, shield: Shield) -> str:
    return words_of(found[1:])


def _masked(mask: str) -> Fate:
    return lambda found, shield: shield.put(mask)


class Marks:
    """Does with the marks of a text what the settings say. What is kept or masked is held, and so left alone later."""

    def __init__(self, settings: Preprocessing) -> None:
        self._fates: Mapping[str, Fate] = {
            URLS: {"remove": _removed, "keep": _kept, "mask": _masked(URL_MASK)}[settings.urls],
            MENTIONS: {"remove": _removed, "keep": _kept, "mask": _masked(MENTION_MASK)}[settings.mentions],
            HASHTAGS: {"keep": _kept, "strip": _removed, "split": _in_words}[settings.hashtags],
            EMAILS: {"mask": _masked(EMAIL_MASK), "keep": _kept}[settings.pii],
        }

    def settle(self, text: str, shield: Shield) -> tuple[str, list[str]]:
        """The text, and the kinds of marks that were changed."""
        changed: dict[str, bool] = {}

        def settled(match: re.Match[str]) -> str:
            kind, found = str(match.lastgroup), match.group()
            tail = _tail(found) if kind == URLS else ""
            found = found.removesuffix(tail)
            told = self._fates[kind](found, shield)
            if shield.lifted(told) != found:
                changed[kind] = changed.get(kind, False) or told == GONE
            return told + tail

        told = (_ALL if _MAY_HAVE_HOST.search(text) else _SIGNED).sub(settled, text)
        return (_mended(told) if any(changed.values()) else told), sorted(changed)


def _tail(url: str) -> str:
    """The punctuation after a URL that is not its own; a bracket is its own where it was opened in it."""
    end = len(url)
    while end and url[end - 1] in _TRAILING and not _closes(url[:end]) and url[0] not in "[<{":
        end -= 1
    return url[end:]


def _closes(url: str) -> bool:
    return url[-1] == ")" and url.count("(") >= url.count(")")


def _mended(text: str) -> str:
    """The text without the brackets, stops and spaces that lost what they belonged to."""
    text = tidied(_EMPTY_BRACKETS.sub(" ", text))
    text = _LONELY_END.sub("", _LONELY_START.sub("", text))
    return _SPACE_BEFORE_STOP.sub(r"\1", _SPACE_IN_QUOTES.sub(r"\1", text))
