"""Bytes as characters: what the server said of them, then what the page says, then what they look like."""

import codecs
import re
from collections.abc import Iterator

_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_NAMED = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LATIN = {"iso8859-1", "ascii"}
"""Declared as these, the web means Windows-1252 (WHATWG Encoding Standard)."""
_BEGINNING = 4_096


def decoded(body: bytes, kind: str) -> str:
    """The text of a body with this Content-Type header. A wrong declaration is passed over.

    Bytes that nothing explains become U+FFFD.
    """
    for name in _candidates(body, kind):
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return _guessed(body)


def _candidates(body: bytes, kind: str) -> Iterator[str]:
    yield from (name for mark, name in _MARKS if body.startswith(mark))
    declared = _DECLARED.search(body[:_BEGINNING])
    for found in (_NAMED.search(kind), declared):
        if found:
            name = found[1] if isinstance(found[1], str) else found[1].decode("ascii", "replace")
            yield from _known(name)
    yield "utf-8"


def _known(name: str) -> Iterator[str]:
    """The codec of that name, if there is one and it makes characters of bytes."""
    try:
        info = codecs.lookup(name)
    except LookupError:
        return
    if info._is_text_encoding:
        yield "cp1252" if info.name in _LATIN else info.name


def _guessed(body: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(body[: 1 << 16]).best()
    return body.decode(best.encoding if best else "utf-8", "replace")
