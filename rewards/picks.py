"""What picks say: how good each text is, and how much of a pick is owed to the place where the text stood.

The model is Plackett and Luce's for a first choice, for two texts Bradley and Terry's: of the texts shown together
one is chosen with probability  softmax(worth + bias),  where the bias belongs to the place (0 is the first) and to
the rater. Worths are drawn to 0 with variance 1, the crowd's biases to 0 and each rater's to the crowd's; how far is
learned: their variances are those that make the picks likely (empirical Bayes; expectation-maximisation with Laplace's
approximation). The mode is found block by block with the lower bound on the curvature of Böhning and Lindsay
("Monotonicity of quadratic-approximation algorithms", 1988), which never overshoots.

The crowd's bias can only be told from the texts' worth because which text comes first is chance. Where texts are shown
best first, their worth is taken for bias.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

ROUNDS, STEPS, ENOUGH = 60, 8, 1e-5
LEAST_VARIANCE = 1e-4


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One pick: the ids of the texts that were shown, each with its place from 0, and the one that was chosen."""

    rater: str
    shown: tuple[tuple[str, int], ...]
    chosen: str


class Picks(msgspec.Struct, frozen=True, kw_only=True):
    """The model's parameters, in logits."""

    worth: dict[str, float]
    """Of every text that was shown, the place taken out."""
    crowd: tuple[float, ...]
    """The bias to each place, of a rater of whom nothing is known."""
    raters: dict[str, tuple[float, ...]]
    """The bias to each place of each rater."""
    counts: dict[str, int]
    """Picks of each rater."""

    def bias(self, rater: str) -> tuple[float, ...]:
        """The rater's bias to each place; the crowd's for who never picked."""
        return self.raters.get(rater, self.crowd)


def shares(bias: Sequence[float], places: Sequence[int]) -> list[float]:
    """With which probability each of these places is picked, whatever text stands there.

    The worth of texts that were shown once is drawn to 0 so far that the biases come out as small as chance among
    unlike texts leaves them: these are the shares of picks that are seen.
    """
    logits = np.array([bias[place] if place < len(bias) else 0.0 for place in places])
    raised = np.exp(logits - logits.max())
    return [float(share) for share in raised / raised.sum()]


def agreeing(bias: Sequence[float], places: Sequence[int], chosen: int) -> float:
    """The weight of a pick's preference: the share of people thought to agree with it, in (0.5, 1].

    The least favoured place is picked for the text alone. Whatever share another place gets above that one's is
    owed to the place: it says nothing of the text, and half would agree with it. `chosen` is an index into `places`.
    """
    of = shares(bias, places)
    return 0.5 + 0.5 * min(of) / of[chosen]


def fit_picks(choices: Iterable[Choice]) -> Picks:
    """Worths and biases from picks; picks of fewer than two texts are left out."""
    told = [each for each in choices if len(each.shown) > 1 and any(each.chosen == id_ for id_, _ in each.shown)]
    if not told:
        return Picks(worth={}, crowd=(), raters={}, counts={})
    data = _Shown.of(told)
    worth, crowd, own = _fitted(data)
    return Picks(
        worth={id_: float(worth[k]) for k, id_ in enumerate(data.items)},
        crowd=tuple(float(each) for each in crowd),
        raters={name: tuple(float(each) for each in crowd + own[k]) for k, name in enumerate(data.raters)},
        counts={name: sum(1 for each in told if each.rater == name) for name in data.raters},
    )


class _Shown(msgspec.Struct, frozen=True):
    """Every text of every choice, one after the other; arrays of one length."""

    items: list[str]
    raters: list[str]
    places: int
    start: Places
    """Where each choice begins."""
    choice: Places
    item: Places
    place: Places
    rater: Places
    won: Floats

    @classmethod
    def of(cls, told: Sequence[Choice]) -> "_Shown":
        items = {id_: k for k, id_ in enumerate(dict.fromkeys(id_ for each in told for id_, _ in each.shown))}
        raters = {name: k for k, name in enumerate(dict.fromkeys(each.rater for each in told))}
        sizes = np.array([len(each.shown) for each in told], dtype=np.intp)
        rows = [
            (items[id_], place, raters[each.rater], id_ == each.chosen) for each in told for id_, place in each.shown
        ]
        item, place, rater, won = (np.array(column) for column in zip(*rows, strict=True))
        return cls(
            items=list(items), raters=list(raters), places=int(place.max()) + 1, start=np.cumsum(sizes) - sizes,
            choice=np.repeat(np.arange(len(told)), sizes), item=item, place=place, rater=rater,
            won=won.astype(np.float64),
        )  # fmt: skip

    def probabilities(self, logits: Floats) -> Floats:
        """Softmax within each choice."""
        raised = np.exp(logits - np.maximum.reduceat(logits, self.start)[self.choice])
        return np.asarray(raised / np.add.reduceat(raised, self.start)[self.choice], dtype=np.float64)


def _fitted(data: _Shown) -> tuple[Floats, Floats, Floats]:
    """Worths (items,), the crowd's bias (places,), and each rater's beyond it (raters, places)."""
    cell = data.rater * data.places + data.place
    worth, crowd = np.zeros(len(data.items)), np.zeros(data.places)
    own = np.zeros(len(data.raters) * data.places)
    blocks = ((worth, data.item), (crowd, data.place), (own, cell))
    variances = [1.0, 0.5, 0.25]
    for _ in range(ROUNDS):
        before = list(variances)
        for _ in range(STEPS):
            for (values, where), variance in zip(blocks, variances, strict=True):
                _climb(data, values, where, variance, worth, crowd, own, cell)
        chances = data.probabilities(worth[data.item] + crowd[data.place] + own[cell])
        for number in (1, 2):
            values, where = blocks[number]
            variances[number] = _variance(values, where, chances, variances[number])
        if max(abs(new - old) for new, old in zip(variances, before, strict=True)) < ENOUGH:
            break
    return worth, crowd, own.reshape(len(data.raters), data.places)


def _climb(
    data: _Shown,
    values: Floats,
    where: Places,
    variance: float,
    worth: Floats,
    crowd: Floats,
    own: Floats,
    cell: Places,
) -> None:
    """One step of one block, in place, uphill for certain: the curvature of a softmax is at most one half."""
    chances = data.probabilities(worth[data.item] + crowd[data.place] + own[cell])
    slope = np.bincount(where, data.won - chances, values.size) - values / variance
    values += slope / (np.bincount(where, minlength=values.size) / 2 + 1 / variance)


def _variance(values: Floats, where: Places, chances: Floats, variance: float) -> float:
    """The variance under which values like these, known as well as they are, are the likeliest."""
    seen = np.bincount(where, minlength=values.size) > 0
    known = np.bincount(where, chances * (1 - chances), values.size)[seen]
    return max(LEAST_VARIANCE, float(np.mean(values[seen] ** 2 + 1 / (known + 1 / variance))))
