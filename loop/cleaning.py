"""From what a model wrote to what a person reads."""

import re
from collections.abc import Iterable

from loop.settings import TaskProfile

_LEAD = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)")
_QUOTES = {'"': '"', "“": "”", "'": "'", "«": "»"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def clean(text: str, profile: TaskProfile) -> str:
    """The text without list marks, wrapping quotes and control characters, within the task's lines and length."""
    lines = [line.strip() for line in _CONTROL.sub("", text).strip().splitlines()]
    kept = "\n".join(_first(lines, profile.lines)).strip()
    kept = _unquoted(_LEAD.sub("", kept))
    return _shortened(kept, profile.max_chars)


def distinct(texts: Iterable[str]) -> list[str]:
    """The texts that say something, each once, in order."""
    return list(dict.fromkeys(text for text in texts if text))


def _first(lines: list[str], count: int) -> list[str]:
    """The first lines that are not empty, and the empty ones between them."""
    kept: list[str] = []
    for line in lines:
        if sum(1 for k in kept if k) == count:
            break
        kept.append(line)
    return kept


def _unquoted(text: str) -> str:
    if len(text) > 2 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def _shortened(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[: limit + 1]
    return (cut.rsplit(maxsplit=1)[0] if re.search(r"\s", cut) else text[:limit]).rstrip()
