"""How memory chooses what to show: one function for each name in the table at the end.

To add one, write a function from (Query, Sources) to Recall and give it a line in STRATEGIES.
"""

import random
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from memory.folding import fold, stack
from memory.item import Item, Matrix, Recalled, Vector
from memory.neighbours import admits, neighbours
from memory.query import Query, Recall, Sources
from memory.vectors import cosines

Strategy = Callable[[Query, Sources], Recall]

PRIOR = 0.5
"""The reward of an item that nobody has rated: the middle of the scale."""


def worth(recalled: Recalled) -> float:
    """max(similarity, 0) x reward, in [0, 1]; an unrated item counts with the prior 0.5."""
    reward = recalled.item.reward
    return max(recalled.similarity, 0.0) * (PRIOR if reward is None else reward)


def none(query: Query, sources: Sources) -> Recall:
    """Nothing: the writer's model alone."""
    return Recall((), (), query.strategy)


def recent(query: Query, sources: Sources) -> Recall:
    """The newest examples, whatever they are about."""
    items = sources.catalog.newest(query.task, 2 * query.k + len(query.exclude))
    return _listed(items, query, sources)


def draw(query: Query, sources: Sources) -> Recall:
    """Examples by lot, the same for the same seed."""
    items = sources.catalog.sample(query.task, 2 * query.k + len(query.exclude), query.seed)
    shuffled = sorted(items, key=lambda item: item.item_id)
    random.Random(f"order {query.seed}").shuffle(shuffled)  # not the stream that drew them: that would favour some
    return _listed(shuffled, query, sources)


def similar(query: Query, sources: Sources) -> Recall:
    """The nearest, whatever people thought of them."""
    return _liked(query, _distinct(neighbours(query, sources), query.k, sources))


def best(query: Query, sources: Sources) -> Recall:
    """Near and well liked: by `worth`."""
    return _liked(query, _distinct(_by_worth(neighbours(query, sources)), query.k, sources))


def diverse(query: Query, sources: Sources) -> Recall:
    """`best`, spread out: what was recalled too often lately rests, and each pick should differ from those before.

    Maximal marginal relevance (Carbonell and Goldstein 1998) on text vectors: the next pick has the highest
    (1 - diversity) x worth - diversity x (its highest cosine to a pick).
    """
    pool, vectors = _pool(query, sources)
    seen = sources.catalog.exposure([each.item.item_id for each in pool])
    rested = [each for each in pool if seen.get(each.item.item_id, 0) < sources.settings.exposure_cap]
    return _liked(query, _spread(rested, stack(rested, vectors), query.k, sources.settings.diversity))


def contrast(query: Query, sources: Sources) -> Recall:
    """`best` as examples, and the similar low-rated ones, those with a reason first, as what to avoid."""
    pool, _ = _pool(query, sources)
    low = [each for each in pool if each.item.reward is not None and each.item.reward < sources.settings.low]
    poor = {each.item.item_id for each in low}
    low.sort(key=lambda each: (not each.item.reason, -each.similarity, -each.item.seq, each.item.item_id))
    liked = [each for each in pool if each.item.item_id not in poor]
    return Recall(tuple(liked[: query.k]), tuple(low[: query.k]), query.strategy)


def _liked(query: Query, found: Sequence[Recalled]) -> Recall:
    return Recall(tuple(found[: query.k]), (), query.strategy)


def _by_worth(found: Sequence[Recalled]) -> list[Recalled]:
    return sorted(found, key=lambda each: (-worth(each), -each.similarity, -each.item.seq, each.item.item_id))


def _distinct(ranked: Sequence[Recalled], k: int, sources: Sources) -> list[Recalled]:
    """The first k without near-duplicates, where those stand among the first 2 k; further ones only if need be.

    Vectors are what recall costs beside the query, so only as many as may be needed are fetched.
    """
    head = min(len(ranked), 2 * k + 4)
    while True:
        vectors = _vectors(ranked[:head], sources)
        kept = fold(ranked[:head], vectors, sources.settings.duplicate)
        if len(kept) >= k or head == len(ranked):
            return kept[:k]
        head = len(ranked)


def _pool(query: Query, sources: Sources) -> tuple[list[Recalled], Mapping[str, Vector]]:
    """All neighbours by worth, near-duplicates folded, with their text vectors."""
    ranked = _by_worth(neighbours(query, sources))
    vectors = _vectors(ranked, sources)
    return fold(ranked, vectors, sources.settings.duplicate), vectors


def _vectors(found: Sequence[Recalled], sources: Sources) -> Mapping[str, Vector]:
    return sources.catalog.vectors([each.item.item_id for each in found])


def _listed(items: Sequence[Item], query: Query, sources: Sources) -> Recall:
    """Items of the catalog in the order given, with the similarity of their text to the query."""
    wanted = [item for item in items if admits(query, item)]
    vectors = sources.catalog.vectors([item.item_id for item in wanted])
    found = [Recalled(item=item, similarity=_cosine(vectors.get(item.item_id), query.vector)) for item in wanted]
    return _liked(query, fold(found, vectors, sources.settings.duplicate))


def _cosine(vector: Vector | None, other: Vector) -> float:
    return 0.0 if vector is None else float(cosines(vector.reshape(1, -1), other)[0])


def _spread(pool: Sequence[Recalled], rows: Matrix, k: int, share: float) -> list[Recalled]:
    """The k picks of maximal marginal relevance; `rows` are the (n, d) text vectors of the pool."""
    value = np.array([worth(each) for each in pool])
    closest = np.zeros(len(pool))
    free = np.ones(len(pool), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < k and free.any():
        gain = np.where(free, (1 - share) * value - share * closest, -np.inf)
        pick = int(np.argmax(gain))
        chosen.append(pick)
        free[pick] = False
        closest = np.maximum(closest, rows @ rows[pick])
    return [pool[pick] for pick in chosen]


STRATEGIES: dict[str, Strategy] = {
    "none": none,
    "recent": recent,
    "random": draw,
    "similar": similar,
    "best": best,
    "diverse": diverse,
    "contrast": contrast,
}
