"""The passages of a page: paragraphs, list items and quotes of its main text, without menus and footers."""

import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

PASSAGES = ("p", "item", "quote")
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "h1", "h2",
    "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
))  # fmt: skip
SILENT = frozenset(("script", "style", "noscript", "template"))
_BLANK = re.compile(r"\n\s*\n")


def paragraphs(html: str) -> Iterator[str]:
    """The passages of a whole page, in order; `<br>` becomes a line break. Headings and tables are not taken."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it says of bad pages, we say
    # Precise, since otherwise a page with little text gives all that is on it, its menu too, as one passage.
    found: Any = bare_extraction(html, include_comments=False, include_tables=False, favor_precision=True)
    if found is None or found.body is None:
        return
    for element in found.body.iter(*PASSAGES):
        if element.find(".//p") is None and element.find(".//item") is None:  # what holds passages is none itself
            for line_break in element.iter("lb"):
                line_break.text = "\n"
            yield tidy("".join(element.itertext()))


def plain(text: str) -> Iterator[str]:
    """The paragraphs of a plain text: what stands between blank lines, its lines joined."""
    return (" ".join(each.split()) for each in _BLANK.split(text) if each.strip())


def fragment(html: str) -> list[str]:
    """The paragraphs of a piece of HTML, as feeds carry it: all of it is the main text."""
    reader = _Blocks()
    reader.feed(html)
    reader.close()
    return [block for block in map(tidy, reader.blocks) if block]


def tidy(text: str) -> str:
    """One space between words, line breaks kept where they were, no empty lines."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


class _Blocks(HTMLParser):
    """Collects the text between the tags that begin or end a block."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [""]
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins, or a line."""
        if tag in SILENT:
            self._silent += 1
        elif tag in BLOCKS:
            self.blocks.append("")
        elif tag == "br":
            self.blocks[-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        """Words; line breaks in the source are spaces."""
        if not self._silent:
            self.blocks[-1] += data.replace("\n", " ")
