"""One text, cleaned: repaired, its marks settled, its numbers masked, its runs shortened, its spaces put right."""

import re
from typing import NamedTuple

from jobs.preprocess.marks import Marks
from jobs.preprocess.pii import masked_numbers
from jobs.preprocess.repair import repaired, tidied
from jobs.preprocess.settings import Preprocessing
from jobs.preprocess.shield import Shield, without_held

RUNS, SPACES = "repeated_characters", "spaces"


class Cleaned(NamedTuple):
    """A text after cleaning."""

    text: str
    changes: tuple[str, ...]
    """What was done, by name."""
    words: str
    """The text without emoji, kept addresses, tags and masks: what tells its language."""


class Cleaner:
    """Cleans texts as the settings say; the same text becomes the same."""

    def __init__(self, settings: Preprocessing) -> None:
        self._settings = settings
        self._marks = Marks(settings)
        longest = settings.repeat
        self._run = re.compile(rf"([^\W\d_]|[!-/:-@\[-`{{-~…–—])\1{{{longest},}}") if longest else None

    def clean(self, text: str) -> Cleaned:
        """The cleaned text, which may be empty."""
        shield = Shield()
        held, changes = repaired(text, shield)
        held, settled = self._marks.settle(held, shield)
        changes = changes + settled
        if self._settings.pii == "mask":
            held, masked = masked_numbers(held, self._settings.region, shield)
            changes += masked
        if self._run:
            held, count = self._run.subn(lambda run: run.group(1) * self._settings.repeat, held)
            changes += [RUNS] * bool(count)
        held = tidied(held)
        cleaned = shield.lifted(held)
        if cleaned != text and not changes:
            changes = [SPACES]
        return Cleaned(cleaned, tuple(changes), without_held(held))
