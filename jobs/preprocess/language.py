"""Which language a text is in, by `py3langid`; where the text is too short to tell, it passes."""

import re
from collections.abc import Callable, Sequence

from loop.errors import BadInput

LEAST_LETTERS = 20
LEAST_CHANCE = 0.005
"""A text is left out when the wanted languages together are less likely than this: sentences in other languages are,
odd tweets made of names and places are not."""
_LETTERS = re.compile(r"[^\W\d_]+")


def in_language(codes: Sequence[str]) -> Callable[[str], bool]:
    """Whether words may be in one of these languages. Raises BadInput for a code that is not known."""
    if not codes:
        return lambda words: True
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    unknown = [code for code in codes if code not in identifier.labels]
    if unknown:
        raise BadInput(f"'{unknown[0]}' is no language that can be told; give ISO 639-1 codes such as en,de")

    def may_be(words: str) -> bool:
        found = _LETTERS.findall(words)
        if sum(map(len, found)) < LEAST_LETTERS:
            return True
        ranked = dict(identifier.rank(" ".join(found)))
        return sum(float(ranked[code]) for code in codes) >= LEAST_CHANCE

    return may_be
