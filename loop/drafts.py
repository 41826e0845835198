"""Writing until the texts differ: from each other, and from what was written for other fields.

Where a reward model serves, more is written than is shown, and it chooses.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from loop.brief import Brief, Message
from loop.checks import MOST_CANDIDATES
from loop.cleaning import clean, distinct
from loop.events import Choice
from loop.models.base import Piece, Sampling, Writer
from loop.prompts import Asked
from loop.remember import Memory
from loop.settings import TaskProfile
from memory.item import Vector
from memory.repeats import Repeat
from rewards.choose import show
from rewards.scorer import Scorer

Listener = Callable[[Piece], None]
SPARE = 2
"""So many texts are written for each that is missing, once the model was seen to repeat what others were given."""


class Draft(msgspec.Struct, frozen=True):
    """A text before it is a candidate."""

    text: str
    vector: Vector
    strategy: str
    """What it was written with."""
    repeat: Repeat | None = None
    """What it has in common with a text for other fields, where no round of writing wrote anything newer."""
    choice: Choice | None = None
    """Why it is shown, where others are not."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What one turn writes with."""

    brief: Brief
    profile: TaskProfile
    model: Writer
    memory: Memory
    seed: int
    tries: int
    """Rounds of writing before a model that repeats itself gets away with it."""
    listen: Listener | None = None
    scorer: Scorer | None = None
    """What chooses, where more is written than is shown."""
    best_of: int = 1
    """How many texts are written for each that is shown, if there is a scorer."""

    def wanted(self, n: int) -> int:
        """How many texts are written at first, so that n can be shown."""
        return n if self.scorer is None else max(n, min(n * self.best_of, MOST_CANDIDATES))


def write_drafts(desk: Desk, messages: list[Message], n: int, strategy: str, first: int = 0) -> list[Draft]:
    """Up to n texts that differ, writing again for those that came out empty, twice, or as for somebody else.

    Where the rounds run out, those that repeat least are kept after the others. A listener hears n texts as the turn's
    candidates from `first` on, as they are written, though others may be chosen.
    """
    new: list[Draft] = []
    repeating: list[Draft] = []
    for attempt in range(desk.tries):
        missing = (n if attempt else desk.wanted(n)) - len(new)
        if missing <= 0:
            break
        heard = _part(desk.listen, first + len(new), n - len(new))
        texts = _round(desk, messages, missing * SPARE if repeating else missing, attempt, heard)
        seen = {draft.text for draft in (*new, *repeating)}
        for draft in _drafts(desk, [text for text in texts if text not in seen], strategy):
            (repeating if draft.repeat else new).append(draft)
    repeating.sort(key=_sameness)
    return [*_chosen(desk, new, n), *repeating][:n]


def _chosen(desk: Desk, drafts: list[Draft], n: int) -> list[Draft]:
    """The n to show, in the order in which they were written: of high expected reward, and unlike one another.

    The order stays that of chance, since whoever picks favours some places: best first would be taken for such a bias.
    """
    if desk.scorer is None or len(drafts) <= n:
        return drafts
    asked = Asked(desk.brief.prompt, desk.brief.fields).words
    expected = desk.scorer.score([asked] * len(drafts), [draft.text for draft in drafts])
    shown = show(expected, np.stack([draft.vector for draft in drafts]), n)
    by, of = desk.scorer.name, len(drafts)
    return [
        msgspec.structs.replace(drafts[place], choice=Choice(by=by, of=of, expected=float(expected[place])))
        for place in sorted(shown)
    ]


def _sameness(draft: Draft) -> tuple[bool, float]:
    """Higher for what repeats more; nothing is more of a repeat than the same words."""
    return (draft.repeat.shared == "words", draft.repeat.closeness) if draft.repeat else (False, 0.0)


def _round(desk: Desk, messages: list[Message], n: int, attempt: int, heard: Listener | None) -> list[str]:
    """n texts that say something, each once, as far as the model writes any."""
    sampling = Sampling.of(desk.profile, (desk.seed + attempt) % 2**31)
    written = desk.model.write(messages, n, sampling, heard)
    return distinct(clean(completion.text, desk.profile) for completion in written)


def _drafts(desk: Desk, texts: Sequence[str], strategy: str) -> list[Draft]:
    if not texts:
        return []
    vectors = desk.memory.embedder.embed(texts)
    repeats = desk.memory.given.repeats(desk.brief, texts, vectors)
    found = zip(texts, vectors, repeats, strict=True)
    return [Draft(text, vector, strategy, repeat) for text, vector, repeat in found]


def _part(listen: Listener | None, first: int, n: int) -> Listener | None:
    """A listener that hears n candidates from 0 on as those from `first` on, and nothing of spare ones."""
    if listen is None:
        return None
    return lambda piece: listen(Piece(piece.index + first, piece.text)) if piece.index < n else None
