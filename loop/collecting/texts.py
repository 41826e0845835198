"""From an answer's bytes to texts: what a page or a feed gives, and which of it fits."""

from collections.abc import Iterator

import msgspec

from loop.collecting.charset import decoded
from loop.collecting.feeds import entries
from loop.collecting.pages import paragraphs, plain
from loop.collecting.refused import NotCollected
from loop.collecting.web import Answer

HTML = ("text/html", "application/xhtml+xml")
PLAIN = ("text/plain", "text/markdown")
XML = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml")
_FEEDS = (b"<rss", b"<feed", b"<rdf:rdf", b"<atom:feed")
_BEGINNING = 4_096
_UNREADABLE = "\ufffd"


class Lengths(msgspec.Struct, frozen=True):
    """How many characters a text may have, both included."""

    least: int
    most: int

    def fit(self, text: str) -> bool:
        """Whether a text is neither too short nor too long."""
        return self.least <= len(text) <= self.most


class Text(msgspec.Struct, frozen=True):
    """One text, and the address that it stands at."""

    text: str
    source: str


class Found(msgspec.Struct, frozen=True):
    """What an answer gave: the texts that fit, each once and in order, and how many passages there were in all."""

    texts: list[Text]
    passages: int


def read(answer: Answer, lengths: Lengths, as_feed: bool = False) -> Found:
    """The texts of a page, a plain text or a feed. Raises NotCollected for anything else.

    A page gives its paragraphs, list items and quotes. An entry of a feed gives its title, and its text as a whole
    if that is not too long, else its paragraphs. Nothing is ever cut to fit.
    """
    try:
        passages = list(_passages(answer, lengths, as_feed))
    except NotCollected:
        raise
    except Exception as error:  # whatever a library says of bytes that anybody may send
        raise NotCollected(f"it cannot be read ({type(error).__name__}); give another address") from error
    first: dict[str, Text] = {}
    for each in passages:
        if lengths.fit(each.text) and _UNREADABLE not in each.text:
            first.setdefault(each.text, each)
    return Found(list(first.values()), len(passages))


def _passages(answer: Answer, lengths: Lengths, as_feed: bool) -> Iterator[Text]:
    kind = answer.kind.partition(";")[0].strip().lower()
    if as_feed or _is_feed(kind, answer.body):
        yield from _of_feed(answer, lengths)
    elif kind in PLAIN:
        yield from (Text(each, answer.url) for each in plain(decoded(answer.body, answer.kind)))
    elif kind in HTML or kind in XML or not kind:
        yield from (Text(each, answer.url) for each in paragraphs(decoded(answer.body, answer.kind)))
    else:
        raise NotCollected(f"it is {kind:.60}; pages (HTML), plain text, RSS and Atom are read")


def _is_feed(kind: str, body: bytes) -> bool:
    """Whether it says so in its content; many feeds are sent as text/html or text/plain."""
    beginning = body[:_BEGINNING].replace(b"\0", b"").lower()
    return kind in XML[:3] or (b"<html" not in beginning and any(mark in beginning for mark in _FEEDS))


def _of_feed(answer: Answer, lengths: Lengths) -> Iterator[Text]:
    for entry in entries(answer.body, answer.kind, answer.url):
        whole = "\n".join(entry.paragraphs)
        if entry.title and not whole.startswith(entry.title.rstrip(".… ")):
            yield Text(entry.title, entry.link)
        for text in [whole] if len(whole) <= lengths.most else entry.paragraphs:
            if text:
                yield Text(text, entry.link)
