"""Which texts of one group become rows. A pure function of the group's texts, preferences and near-duplicates."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from jobs.distill.hold_out import GroupKey
from jobs.distill.near import Near
from jobs.distill.text import Preference, Text, words_mark
from jobs.settings import DistillSettings
from rewards.pairs import PreferencePair, Rewarded, margin_pairs, unpaired

NEAR_HELD_OUT = "near a held-out text"
TWIN = "near-duplicate of a better text of its prompt"
DISAGREE = "raters disagree evenly"
SAME = "both texts read the same"
GONE = "a text is hidden, forgotten or an echo"
ACROSS = "one text is held out"
PROMPT_GONE = "its prompt was forgotten"

MADE = "margin"
"""The source of a pair that was made of ratings; others somebody stated."""
ENDS = 3
"""For each pair that is wanted, so many of the best and of the worst texts are tried: all would be quadratic."""


class Chosen(msgspec.Struct, frozen=True):
    """A preference pair to be, with the events that stated it."""

    chosen: str
    rejected: str
    margin: float
    source: str
    weight: float
    stated: tuple[int, ...] = ()


class Selection(msgspec.Struct, kw_only=True):
    """What one group gives: ids of its texts, in order."""

    sft: list[str] = []
    human: list[str] = []
    """Human texts that may be mixed in."""
    pairs: list[Chosen] = []
    labels: list[tuple[str, bool]] = []
    texts: list[str] = []
    """All that was looked at, near-duplicates left out."""
    drops: Counter[str] = msgspec.field(default_factory=Counter)


class Limits(msgspec.Struct, frozen=True):
    """What is asked of rewards in a task."""

    mean: float
    margin: float

    @property
    def high(self) -> float:
        """The least reward of a liked text."""
        return self.mean + self.margin

    @property
    def low(self) -> float:
        """The highest reward of a disliked text."""
        return self.mean - self.margin


def select(
    key: GroupKey,
    ends: Sequence[str],
    texts: Mapping[str, Text],
    preferences: Sequence[Preference],
    mean: float,
    near: Near,
    settings: DistillSettings,
) -> Selection:
    """Rows of a group; `ends` are the ids of its best, worst and unrated human texts."""
    made = Selection()
    limits = Limits(mean, settings.margin)
    times = 1 if key.prompt_id else settings.unprompted
    ranked = sorted((texts[id_] for id_ in ends if id_ in texts), key=_rank)
    folded = _folded(ranked, key, near, made.drops)
    made.texts = [text.item_id for text in folded]
    liked = [text for text in folded if _liked(text, limits)]
    made.sft = [text.item_id for text in liked[: settings.per_prompt * times]]
    made.human = _human(folded, set(made.sft), limits)[: settings.per_prompt * times]
    rated = [Rewarded(text.item_id, text.text, text.reward) for text in folded if text.reward is not None]
    made.labels = _labels(rated, limits, settings.labels_per_prompt * times)
    stated = _stated(preferences, texts, key, near, made.drops)
    made.pairs = stated + _by_margin(key, rated, stated, times, settings)
    return made


def _rank(text: Text) -> tuple[float, int, str]:
    """Best first; the unrated last, the newest of them first."""
    return (2.0 if text.reward is None else -text.reward, -text.seq if text.reward is None else 0, text.item_id)


def _liked(text: Text, limits: Limits) -> bool:
    """Rated well above the task's mean; somebody took the trouble to write an edit, so it needs the mean alone."""
    return text.reward is not None and text.reward >= (limits.mean if text.kind == "edit" else limits.high)


def _folded(ranked: Iterable[Text], key: GroupKey, near: Near, drops: Counter[str]) -> list[Text]:
    """The texts that no held-out text and no better text of the group is near to."""
    kept: dict[str, Text] = {}
    marks: set[int] = set()
    for text in ranked:
        mark = words_mark(text.text)
        if not key.held and near.blocked(text.item_id):
            drops[NEAR_HELD_OUT] += 1
        elif mark in marks or any(twin in kept for twin in near.twins(text.item_id)):
            drops[TWIN] += 1
        else:
            kept[text.item_id] = text
            marks.add(mark)
    return list(kept.values())


def _human(folded: Iterable[Text], taken: set[str], limits: Limits) -> list[str]:
    """What a person wrote and nobody disliked."""
    return [
        text.item_id
        for text in folded
        if text.human and text.item_id not in taken and (text.reward is None or text.reward >= limits.mean)
    ]


def _labels(rated: list[Rewarded], limits: Limits, most: int) -> list[tuple[str, bool]]:
    """The most liked and the most disliked, as many of each as there are up to the limit."""
    found = unpaired(rated, limits.high, limits.low)
    liked = [each for each in found if each[1]][:most]
    disliked = [each for each in reversed(found) if not each[1]][:most]
    return liked + disliked


def _stated(
    preferences: Iterable[Preference], texts: Mapping[str, Text], key: GroupKey, near: Near, drops: Counter[str]
) -> list[Chosen]:
    """Picks, edits and imported preferences, one for every two texts that were compared."""
    compared: dict[tuple[str, str], list[Preference]] = {}
    for each in preferences:
        reason = _refused(each, texts, key, near)
        if reason:
            drops[reason] += 1
        else:
            compared.setdefault((min(each.chosen, each.rejected), max(each.chosen, each.rejected)), []).append(each)
    made = [_majority(pair, said, texts) for pair, said in compared.items()]
    drops[DISAGREE] += sum(1 for each in made if each is None)
    return [each for each in made if each is not None]


def _refused(each: Preference, texts: Mapping[str, Text], key: GroupKey, near: Near) -> str | None:
    both = [texts.get(each.chosen), texts.get(each.rejected)]
    if any(text is None or text.echo for text in both):
        return GONE
    if any(text is not None and text.group != key for text in both):
        return ACROSS
    if not key.held and (near.blocked(each.chosen) or near.blocked(each.rejected)):
        return NEAR_HELD_OUT
    return SAME if len({words_mark(text.text) for text in both if text}) == 1 else None


def _majority(pair: tuple[str, str], said: Sequence[Preference], texts: Mapping[str, Text]) -> Chosen | None:
    """What most of those who compared the two preferred; None where they are even."""
    for_first = sum(each.weight if each.chosen == pair[0] else 1 - each.weight for each in said) / len(said)
    if abs(for_first - 0.5) < 1e-9:
        return None
    chosen, rejected = pair if for_first > 0.5 else (pair[1], pair[0])
    share = max(for_first, 1 - for_first)
    good, bad = texts[chosen].reward, texts[rejected].reward
    margin = 2 * share - 1 if good is None or bad is None else good - bad
    agreeing = [each for each in said if (each.chosen == chosen) == (each.weight > 0.5)] or list(said)
    source = "edit" if any(each.source == "edit" for each in agreeing) else agreeing[0].source
    return Chosen(chosen, rejected, margin, source, share, tuple(sorted(each.seq for each in said)))


def _by_margin(
    key: GroupKey, rated: list[Rewarded], stated: list[Chosen], times: int, settings: DistillSettings
) -> list[Chosen]:
    """Pairs whose rewards differ enough, of texts that nobody compared."""
    limits = msgspec.structs.replace(settings.pairs, cap=settings.pairs.cap * times)
    reach = ENDS * limits.cap  # `rated` is in the order of rewards: wide margins are made of its ends
    ends = rated if len(rated) <= 2 * reach else rated[:reach] + rated[-reach:]
    compared = {frozenset((each.chosen, each.rejected)) for each in stated}
    return [
        _chosen(pair)
        for pair in margin_pairs(key.prompt_id, ends, limits)
        if frozenset((pair.chosen, pair.rejected)) not in compared
    ]


def _chosen(pair: PreferencePair) -> Chosen:
    return Chosen(pair.chosen, pair.rejected, pair.margin, pair.source, pair.weight)
