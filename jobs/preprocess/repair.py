"""Text as it was meant: mojibake, HTML entities, control characters and odd spaces, mostly by `ftfy`."""

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from jobs.preprocess.shield import Shield

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

ENTITIES, ESCAPES, MOJIBAKE, CHARACTERS = "html_entities", "escapes", "mojibake", "characters"
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff0-\ufffb\U000e0000-\U000e007f]"
)
"""Controls, soft hyphens, zero-width spaces, marks of direction and tags. Joiners (U+200C, U+200D) are letters' own."""
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_BREAKS = re.compile(r" ?\n ?")
_MANY_BREAKS = re.compile(r"\n{3,}")
_PLAIN = re.compile(r"[\n\x20-\x25\x27-\x7e]*")
"""ASCII without ampersands and controls: nothing for ftfy to do."""
_DECODING = ("encode", "decode", "transcode")


def repaired(text: str, shield: Shield) -> tuple[str, list[str]]:
    """The text with its emoji held by the shield, and what was repaired."""
    unescaped = _ESCAPES.sub(_unescaped, text) if "\\u" in text else text
    changes = [ESCAPES] if unescaped != text else []
    if _PLAIN.fullmatch(unescaped):
        return unescaped, changes
    held = shield.over_emoji(unescaped)
    fixed, steps = _fixed(held)
    if fixed != held:
        fixed = shield.over_emoji(shield.lifted(fixed))  # repaired bytes may have become emoji
    return fixed, changes + steps


def tidied(text: str) -> str:
    """Single spaces, no spaces around line breaks, at most one empty line."""
    text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _MANY_BREAKS.sub("\n\n", _AROUND_BREAKS.sub("\n", text))
    return text.strip()


def _unescaped(escapes: re.Match[str]) -> str:
    """What JSON says; half a surrogate pair is left for ftfy."""
    return str(json.loads(f'"{escapes.group()}"'))


def _fixed(text: str) -> tuple[str, list[str]]:
    from ftfy import fix_and_explain

    fixed, plan = fix_and_explain(text, _config())
    visible = _INVISIBLE.sub("", fixed)
    steps = {_named(step.action, step.parameter) for step in plan or ()}
    if visible != fixed:
        steps.add(CHARACTERS)
    return visible, sorted(steps)


def _named(action: str, parameter: str) -> str:
    if parameter == "unescape_html":
        return ENTITIES
    return MOJIBAKE if action in _DECODING else CHARACTERS


@cache
def _config() -> "TextFixerConfig":
    """Entities are decoded beside a `<` too, which ftfy's own choice would take for HTML: people write <3."""
    from ftfy import TextFixerConfig

    return TextFixerConfig(unescape_html=True)
