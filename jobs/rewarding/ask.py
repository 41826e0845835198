"""Which unrated texts a reward model would most like to have rated."""

import msgspec
import sqlalchemy as sa

from loop import schema
from loop.catalog import VISIBLE
from loop.ledger import Ledger
from loop.prompts import unpack
from memory.embedder import Embedder
from rewards.choose import spread
from rewards.scorer import Scorer

NEWEST = 500
"""So many unrated texts are looked at."""


class Question(msgspec.Struct, frozen=True):
    """A text to rate: what was asked, what is expected of it, and a reward that it surely reaches."""

    item_id: str
    prompt: str
    text: str
    expected: float
    lower: float


def questions(ledger: Ledger, scorer: Scorer, embedder: Embedder, n: int, task: str | None = None) -> list[Question]:
    """At most n texts whose ratings would tell most: unsure, and unlike one another."""
    c = schema.items.c
    unrated = sa.and_(VISIBLE, c.reward.is_(None), c.echo_of.is_(None), c.task == task if task else sa.true())
    with ledger.reading() as db:
        rows = db.execute(sa.select(c.item_id, c.prompt_id).where(unrated).order_by(c.seq.desc()).limit(NEWEST)).all()
    words = ledger.texts([id_ for row in rows for id_ in row if id_])
    ids = [(item_id, words.get(prompt_id or "")) for item_id, prompt_id in rows if item_id in words]
    prompts, texts = [unpack(prompt).words for _, prompt in ids], [words[item_id] for item_id, _ in ids]
    if not ids:
        return []
    score, lower = scorer.score(prompts, texts), scorer.lower(prompts, texts)
    return [
        Question(ids[place][0], prompts[place], texts[place], float(score[place]), float(lower[place]))
        for place in spread(score - lower, embedder.embed(texts), n)
    ]
