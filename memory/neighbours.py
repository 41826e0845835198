"""From a query to the neighbours that may be answered with.

A filter inside Chroma costs by the rows it matches (over 10,000 rows, one that matches 60 % makes a query 15 times
slower). So one unfiltered query asks for more than is wanted and the filter comes after it; only where too few pass,
a filter that is selective, does a second query let Chroma filter, which is then cheap.
"""

from memory.index import Neighbours, Where, may_be_example
from memory.item import Item, Recalled
from memory.query import Query, Sources

AHEAD = 4
"""So many neighbours for each wanted item at least."""
WIDER = 4
"""How many times more each further query asks for: what came first may have been copies of one text."""


def neighbours(query: Query, sources: Sources) -> list[Recalled]:
    """Items near the query that pass its filters, most similar first."""
    reach = max(sources.settings.oversample, AHEAD * query.k)
    where: Where | None = None
    while True:
        found = sources.index.query(query.vector, reach, where)
        passed = _passed(found, query, sources)
        if len({each.item.text for each in passed}) >= query.k or len(found) < reach:
            return passed
        reach, where = WIDER * reach, _where(query)


def admits(query: Query, item: Item) -> bool:
    """Whether the query's filters let the item pass."""
    in_task = query.task is None or item.task == query.task
    return in_task and item.item_id not in query.exclude and (not query.examples or may_be_example(item))


def _passed(found: Neighbours, query: Query, sources: Sources) -> list[Recalled]:
    items = sources.catalog.items([item_id for item_id, _ in found])
    passed = [
        Recalled(item=items[item_id], similarity=similarity)
        for item_id, similarity in found
        if item_id in items and admits(query, items[item_id])
    ]
    passed.sort(key=lambda each: (-each.similarity, -each.item.seq, each.item.item_id))
    return passed


def _where(query: Query) -> Where | None:
    conditions: list[Where] = []
    if query.task is not None:
        conditions.append({"task": query.task})
    if query.examples:
        conditions.append({"example": True})
    return {"$and": conditions} if len(conditions) > 1 else (conditions[0] if conditions else None)
