"""What a text without a prompt could have been written for, so that a model learns to follow prompts.

A table of texts alone says nothing of what each was asked for. A word or two of the text itself stand in: the same
for the same text, some texts without any.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable

WORD = re.compile(r"(?<![@#\w])[^\W\d_]{4,}(?![\w'’])")
COMMON = 0.003
"""Share of the texts in which a word may stand and still say what a text is about."""
SURE = 3
"""So many texts may share a word however few there are."""
NONE_SHARE = 0.2
"""Share of texts that are left without a prompt."""


class Topics:
    """Knows how common the words of the training texts are."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = 0
        self._seen: Counter[str] = Counter()
        for text in texts:
            self._texts += 1
            self._seen.update({word.lower() for word in WORD.findall(text)})

    def of(self, text: str) -> str:
        """One or two telling words of the text as they stand in it, or nothing."""
        lot = random.Random(text)
        if lot.random() < NONE_SHARE:
            return ""
        most = max(SURE, COMMON * self._texts)
        telling = [word for word in dict.fromkeys(WORD.findall(text)) if self._seen[word.lower()] <= most]
        known = [word for word in telling if self._seen[word.lower()] > 1] or telling
        picked = lot.sample(range(len(known)), min(len(known), lot.choice((1, 1, 2))))
        return " ".join(known[place] for place in sorted(picked))
