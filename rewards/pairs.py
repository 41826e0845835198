"""Preference pairs and labels from the rewards of texts that answer one prompt."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rewards.settings import PairSettings


class Rewarded(msgspec.Struct, frozen=True):
    """A text with its reward in [0, 1]."""

    item_id: str
    text: str
    reward: float


class PreferencePair(msgspec.Struct, frozen=True, kw_only=True):
    """One text preferred over another for the same prompt; `chosen` and `rejected` are item ids."""

    prompt_id: str
    chosen: str
    rejected: str
    margin: float
    """Reward of chosen minus reward of rejected."""
    source: str
    """margin, pick, edit or import."""
    weight: float
    """The share of people thought to agree, in (0.5, 1]."""


def margin_pairs(
    prompt_id: str, items: Iterable[Rewarded], settings: PairSettings, source: str = "margin"
) -> list[PreferencePair]:
    """At most `settings.cap` pairs, the same for the same items in any order.

    Widest margins first, but every text is used once before any is used twice, so that the pairs cover many texts
    and not the best against the worst again and again.
    """
    ranked = _extremes(sorted(items, key=lambda item: (-item.reward, item.item_id)), settings.cap)
    possible = sorted(_possible(ranked, settings), key=lambda pair: -pair.margin)
    made = [_pair(prompt_id, source, pair) for pair in possible]
    return _spread(made, settings)


def unpaired(items: Iterable[Rewarded], high: float, low: float) -> list[tuple[str, bool]]:
    """(item id, True) for a reward of at least `high`, (item id, False) for one of at most `low`; others drop out."""
    return [(item.item_id, item.reward >= high) for item in items if item.reward >= high or item.reward <= low]


def length_ratio(a: str, b: str) -> float:
    """How many times longer, in characters, the longer one is; at least 1."""
    short, long = sorted((len(a), len(b)))
    return long / max(short, 1)


class _Possible(msgspec.Struct, frozen=True):
    margin: float
    chosen: str
    rejected: str


def _extremes(ranked: list[Rewarded], cap: int) -> list[Rewarded]:
    """The best and the worst of a long list: pairs with wide margins are made of these, and all would be n squared."""
    k = max(64, 4 * cap)
    return ranked if len(ranked) <= 2 * k else ranked[:k] + ranked[-k:]


def _possible(ranked: Sequence[Rewarded], settings: PairSettings) -> Iterator[_Possible]:
    for place, better in enumerate(ranked):
        for worse in reversed(ranked[place + 1 :]):
            margin = better.reward - worse.reward
            if margin < settings.min_margin or margin <= 0:
                break
            if better.text != worse.text and length_ratio(better.text, worse.text) <= settings.max_length_ratio:
                yield _Possible(margin, better.item_id, worse.item_id)


def _pair(prompt_id: str, source: str, pair: _Possible) -> PreferencePair:
    return PreferencePair(
        prompt_id=prompt_id,
        chosen=pair.chosen,
        rejected=pair.rejected,
        margin=pair.margin,
        source=source,
        weight=(1 + pair.margin) / 2,
    )


def _spread(pairs: Sequence[PreferencePair], settings: PairSettings) -> list[PreferencePair]:
    taken: dict[PreferencePair, None] = {}
    used: Counter[str] = Counter()
    for times in range(1, settings.per_text + 1):
        for pair in pairs:
            if len(taken) == settings.cap:
                return list(taken)
            if pair not in taken and used[pair.chosen] < times and used[pair.rejected] < times:
                taken[pair] = None
                used.update((pair.chosen, pair.rejected))
    return list(taken)
