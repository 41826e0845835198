"""The one way into memory: a query by a strategy's name."""

from memory.errors import UnknownStrategy
from memory.index import Nearest
from memory.item import Catalog
from memory.query import Query, Recall, Sources
from memory.settings import MemorySettings
from memory.strategies import STRATEGIES, Strategy

__all__ = ["STRATEGIES", "Query", "Recall", "Strategy", "recall"]


def recall(query: Query, *, index: Nearest, catalog: Catalog, settings: MemorySettings) -> Recall:
    """Answer a query by its strategy; the same query over the same memory gives the same answer.

    Raises UnknownStrategy when no strategy bears the name.
    """
    strategy = STRATEGIES.get(query.strategy)
    if strategy is None:
        raise UnknownStrategy(f"there is no recall strategy '{query.strategy}'; choose one of {', '.join(STRATEGIES)}")
    if query.k < 1:
        return Recall((), (), query.strategy)
    return strategy(query, Sources(index, catalog, settings))
