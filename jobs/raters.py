"""Simulated raters for experiments: each is a stated rule, and none of them is a person.

`judge` expects what the raters of this home would say: a ridge on vectors, fitted to the home's own rewards.
`plain` likes what fits the prompt and differs from its siblings: half the cosine to the prompt, half one minus the
highest cosine to another candidate of the turn. It needs no ratings.
"""

from collections.abc import Callable

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from loop import schema
from loop.catalog import VISIBLE
from loop.errors import BadInput
from loop.ledger import Ledger
from loop.prompts import unpack
from memory.embedder import Embedder
from rewards.errors import TooFew
from rewards.judge import Judge

Matrix = NDArray[np.float32]
Rater = Callable[[Matrix, Matrix, list[str]], NDArray[np.float64]]
"""(n, d) vectors of a turn's texts, (n, d) of its prompt, and the texts, to values in [0, 1]."""
LEAST, MOST = 50, 5_000  # rated texts that a judge is fitted to


def rater(name: str, ledger: Ledger, embedder: Embedder) -> tuple[str, Rater]:
    """A rater by name; `auto` is the judge where there are ratings enough, else the plain one. Raises BadInput."""
    if name not in ("auto", "judge", "plain"):
        raise BadInput(f"there is no rater '{name}'; choose auto, judge or plain")
    if name == "plain":
        return "plain", plain
    try:
        return "judge", _judge(ledger, embedder)
    except TooFew as error:
        if name == "judge":
            raise BadInput(f"a judge cannot be fitted ({error}); rate more, or use the rater plain") from error
        return "plain", plain


def plain(vectors: Matrix, prompts: Matrix, texts: list[str]) -> NDArray[np.float64]:
    """See the module; a text alone in its turn differs from nothing and counts with its fit."""
    fit = np.clip((vectors * prompts).sum(axis=1), 0, 1)
    if len(texts) < 2:
        return np.asarray(fit, np.float64)
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1)
    return np.asarray((fit + 1 - np.clip(near.max(axis=1), 0, 1)) / 2, np.float64)


def _judge(ledger: Ledger, embedder: Embedder) -> Rater:
    vectors, prompts, lengths, rewards, groups = _rated(ledger, embedder)
    judge = Judge.fit(vectors, prompts, lengths, rewards, groups)

    def judged(texts_vectors: Matrix, prompt_vectors: Matrix, texts: list[str]) -> NDArray[np.float64]:
        return np.clip(judge.score(texts_vectors, prompt_vectors, [max(1, len(text)) for text in texts]), 0, 1)

    return judged


def _rated(ledger: Ledger, embedder: Embedder) -> tuple[Matrix, Matrix, list[int], list[float], list[str]]:
    """The newest rated texts that have a prompt."""
    c = schema.items.c
    query = sa.select(c.item_id, c.prompt_id, c.reward).where(VISIBLE, c.reward.is_not(None), c.prompt_id.is_not(None))
    with ledger.reading() as db:
        rows = db.execute(query.order_by(c.seq.desc()).limit(MOST)).all()
    if len(rows) < LEAST:
        raise TooFew(f"{len(rows)} rated texts, and {LEAST} are needed")
    words = ledger.texts([*(row.item_id for row in rows), *(row.prompt_id for row in rows)])
    rows = [row for row in rows if row.item_id in words and row.prompt_id in words]
    asked = {id_: unpack(words[id_]).words for id_ in {row.prompt_id for row in rows}}
    prompts = dict(zip(asked, embedder.embed(list(asked.values())), strict=True))
    texts = [words[row.item_id] for row in rows]
    return (
        _vectors(ledger, embedder, [row.item_id for row in rows], texts),
        np.stack([prompts[row.prompt_id] for row in rows]),
        [max(1, len(text)) for text in texts],
        [row.reward for row in rows],
        [row.prompt_id for row in rows],
    )


def _vectors(ledger: Ledger, embedder: Embedder, ids: list[str], texts: list[str]) -> Matrix:
    kept = ledger.vectors(embedder.fingerprint, ids)
    new = [place for place, id_ in enumerate(ids) if id_ not in kept]
    made = dict(zip(new, embedder.embed([texts[place] for place in new]), strict=True)) if new else {}
    return np.stack([kept[id_] if id_ in kept else made[place] for place, id_ in enumerate(ids)])
