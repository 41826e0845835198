"""The entries of an RSS or Atom feed."""

import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from loop.collecting.addresses import LONGEST_URL, SCHEMES
from loop.collecting.pages import fragment, tidy
from loop.collecting.refused import NotCollected

_CUT = re.compile(r"(?:\[(?:…|\.\.\.)\]|\(more…\)|\bread more|\bcontinue reading)\W*$", re.I)
_APPEARED = re.compile(r"^The post .* (?:appeared first|first appeared) on .*$")


class Entry(msgspec.Struct, frozen=True):
    """One entry: its title, its text by paragraphs, and where it stands."""

    title: str
    paragraphs: list[str]
    link: str


def entries(body: bytes, kind: str, url: str) -> Iterator[Entry]:
    """The entries as the feed orders them; raises NotCollected for what is no feed.

    An entry's text is its content, or its summary where it has none. Paragraphs that a feed cut off ("[…]") and
    the "appeared first on" of blogs are left out.
    """
    import feedparser

    # A stream, since bytes would be taken for an address or a file where they look like one.
    found: Any = feedparser.parse(io.BytesIO(body), response_headers={"content-type": kind, "content-location": url})
    if not found.version and not found.entries:
        raise NotCollected("it is no RSS or Atom feed that can be read; give the address of a page or of a feed")
    for each in found.entries:
        yield Entry(_title(each), _text(each), _link(each, url))


def _title(entry: Any) -> str:
    detail = entry.get("title_detail") or {}
    return " ".join(_blocks(entry.get("title", ""), detail.get("type", "")))


def _text(entry: Any) -> list[str]:
    for detail in (*(entry.get("content") or []), entry.get("summary_detail") or {}):
        blocks = _blocks(detail.get("value") or "", detail.get("type") or "")
        if blocks:
            return [block for block in blocks if not _CUT.search(block) and not _APPEARED.match(block)]
    return []


def _blocks(value: str, kind: str) -> list[str]:
    return [found for found in [tidy(value)] if found] if kind == "text/plain" else fragment(value)


def _link(entry: Any, url: str) -> str:
    """The entry's own address; the feed's where it names none that could be opened."""
    link = str(entry.get("link") or "")
    return link if link.partition(":")[0] in SCHEMES and len(link) <= LONGEST_URL else url
