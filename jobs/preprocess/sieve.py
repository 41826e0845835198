"""One row, cleaned, and whether it stays: the part of the work that needs no other row."""

import re

import msgspec

from jobs.preprocess.clean import Cleaned, Cleaner
from jobs.preprocess.language import in_language
from jobs.preprocess.pii import check_region
from jobs.preprocess.rows import CleanRow
from jobs.preprocess.settings import Preprocessing
from jobs.preprocess.shield import Shield, has_held

EMPTY, SHORT, LONG, LANGUAGE = "empty", "too_short", "too_long", "language"
_MASKS = re.compile(r"\[(?:url|email|phone|card|iban|ip)\]|@user", re.I)


class Sifted(msgspec.Struct, frozen=True):
    """A row after cleaning, what was done to its text, and why it goes, if it does."""

    row: CleanRow
    changes: tuple[str, ...] = ()
    reason: str = ""


class Sieve:
    """Cleans rows and tells those that are not wanted. Raises BadInput for a language or a region that is none."""

    def __init__(self, settings: Preprocessing) -> None:
        self._settings = settings
        self._cleaner = Cleaner(settings)
        check_region(settings.region)
        self._in_language = in_language(settings.language)

    def sift(self, raw: CleanRow) -> Sifted:
        """The row with text, prompt and fields cleaned; the text alone decides whether it stays."""
        cleaned, clean = self._cleaner.clean(raw.text), self._cleaner.clean
        row = CleanRow(
            text=cleaned.text,
            task=raw.task,
            prompt=clean(raw.prompt).text if raw.prompt else "",
            fields={name: told for name, value in raw.fields.items() if (told := clean(value).text)},
        )
        return Sifted(row, cleaned.changes, self._reason(cleaned))

    def _reason(self, cleaned: Cleaned) -> str:
        length = len(cleaned.text)
        if not says_something(cleaned.text):
            return EMPTY
        if length < self._settings.min_length:
            return SHORT
        if 0 < self._settings.max_length < length:
            return LONG
        return "" if self._in_language(cleaned.words) else LANGUAGE


def says_something(text: str) -> bool:
    """Whether there is a letter, a digit or an emoji beside the masks."""
    bare = _MASKS.sub("", text)
    return any(letter.isalnum() for letter in bare) or has_held(Shield().over_emoji(bare))
