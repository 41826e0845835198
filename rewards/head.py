"""A reward model on embeddings: a linear head, an ensemble that knows where it guesses, and a calibration.

The features are the judge's: the text's vector, its product with the prompt's, their cosine, the length, here with its
square. The head is fitted to ratings and comparisons at once (`rewards.utility`): cosine and length nearly free, the
vectors with a ridge penalty, in the directions in which they differ most. Uncertainty comes from heads fitted to
bootstrap draws of prompts. What a utility is worth as a reward (Platt, "Probabilistic outputs for support vector
machines", 1999) and how far rewards fall below what was expected (Lei et al., "Distribution-free predictive inference
for regression", 2018) are both measured on prompts left out.
"""

from collections.abc import Iterator
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from rewards.errors import TooFew
from rewards.judge import PENALTIES, Texts, features, prompt_folds
from rewards.settings import RewardModelSettings
from rewards.utility import Evidence, Floats, Opinions, Places, evidence, solve
from rewards.worth import earned, platt, scale, shortfall, worth

NEARLY = 3  # steps from one penalty's weights to the next: enough to compare penalties
DIRECTIONS = 256
"""Principal directions of the vectors that a head looks at; ridge leaves the others next to nothing."""
PLAIN, FREE = 3, 0.01
"""The last features, cosine and length with its square, have this penalty per opinion whatever the others have."""


class Head(msgspec.Struct, frozen=True):
    """A fitted head: `reward = logistic(offset + slope * (features - centre) / spread @ weights)`."""

    centre: Floats
    """(p,)"""
    spread: Floats
    """(p,)"""
    weights: Floats
    """(p,)"""
    draws: Floats
    """(k, p): the weights of the ensemble."""
    offset: float
    slope: float
    z: float
    """How many of the ensemble's standard deviations the lower bound lies under the expected reward."""
    penalty: float
    """The ridge penalty per opinion that cross-validation by prompt chose."""

    @classmethod
    def fit(cls, texts: Texts, opinions: Opinions, settings: RewardModelSettings | None = None) -> Self:
        """A head from what people said of n texts. Fewer than 10 texts, or a single prompt, raise TooFew."""
        chosen = settings or RewardModelSettings()
        plane = Plane.of(_features(texts), opinions)
        penalty = plane.best_penalty()
        weights = plane.solved(penalty)
        draws = plane.drawn(penalty, weights, chosen.draws, chosen.seed)
        left_out = plane.left_out(penalty, chosen)
        known = earned(opinions)
        offset, slope = platt(left_out.utility, known)
        score, sd = worth(left_out.utility, left_out.draws, offset, slope)
        back = plane.directions.T
        return cls(
            centre=plane.centre,
            spread=plane.spread,
            weights=weights @ back,
            draws=draws @ back,
            offset=offset,
            slope=slope,
            z=shortfall(score, sd, known, opinions.groups, chosen.coverage),
            penalty=penalty,
        )

    def expected(self, texts: Texts) -> tuple[Floats, Floats]:
        """For n texts the reward to expect, in [0, 1], and the ensemble's standard deviation, each (n,)."""
        seen = (_features(texts) - self.centre) / self.spread
        return worth(seen @ self.weights, seen @ self.draws.T, self.offset, self.slope)

    def lower(self, texts: Texts) -> Floats:
        """What the reward of each text surely reaches, (n,)."""
        score, sd = self.expected(texts)
        return np.maximum(0.0, score - self.z * sd)


class _LeftOut(msgspec.Struct, frozen=True):
    utility: Floats
    draws: Floats


class Plane(msgspec.Struct, frozen=True):
    """The texts seen along the principal directions of their features, with what people said of them."""

    x: Floats
    """(n, r)"""
    opinions: Opinions
    centre: Floats
    spread: Floats
    directions: Floats
    """(p, r), orthonormal."""
    folds: Places
    """(n,): prompts that are left out together."""

    @classmethod
    def of(cls, found: Floats, opinions: Opinions) -> Self:
        """Centred where the ratings are, so that the mean reward goes with the mean features."""
        folds = prompt_folds(opinions.groups.tolist(), len(found))
        if not opinions.rated.any() and not len(opinions.pairs):
            raise TooFew("nobody rated these texts and nobody compared them")
        centre = found[opinions.rated].mean(axis=0) if opinions.rated.any() else found.mean(axis=0)
        spread = np.maximum(found.std(axis=0), 1e-6)
        x = (found - centre) / spread
        kept = _directions(x)
        return cls(x @ kept, opinions, centre, spread, kept, folds)

    def evidence(self, kept: NDArray[np.bool_] | None = None, drawn: Floats | None = None) -> Evidence:
        """What is said of the kept texts, each prompt counted as often as it was drawn."""
        opinions, x = (self.opinions, self.x) if kept is None else (self.opinions.among(kept), self.x[kept])
        return evidence(x, opinions, *scale(self.opinions), drawn)

    def solved(self, penalty: float, kept: NDArray[np.bool_] | None = None) -> Floats:
        """The weights (r,) that the kept texts lead to."""
        seen = self.evidence(kept)
        return solve(seen, self._ridge(penalty, seen))

    def drawn(
        self, penalty: float, weights: Floats, draws: int, seed: int, kept: NDArray[np.bool_] | None = None
    ) -> Floats:
        """(draws, r): weights from bootstrap draws of prompts, each one step of Newton away from `weights`.

        One step is as good as all where the draws differ by little, and exact where there are only ratings. Where all
        texts are kept, so many prompts are drawn as where one part is left out: an ensemble of more would agree more.
        """
        groups = self.opinions.groups if kept is None else self.opinions.groups[kept]
        there = np.unique(groups)
        drawn = len(there) if kept is not None else round(len(there) * (1 - 1 / (self.folds.max() + 1)))
        rng, found = np.random.default_rng(seed), []
        for _ in range(draws):
            times = np.zeros(self.opinions.groups.max() + 1)
            times[there] = rng.multinomial(drawn, np.full(len(there), 1 / len(there)))
            seen = self.evidence(kept, times)
            found.append(solve(seen, self._ridge(penalty, seen), weights, steps=1))
        return np.array(found)

    def best_penalty(self) -> float:
        """The penalty with the least loss on prompts left out."""
        losses = np.zeros(len(PENALTIES))
        for rest, here in self._parts():
            seen, unseen = self.evidence(rest), self.evidence(here)
            weights = None
            for place in reversed(range(len(PENALTIES))):
                weights = solve(seen, self._ridge(PENALTIES[place], seen), weights, steps=NEARLY)
                losses[place] += unseen.loss(weights)
        return PENALTIES[int(losses.argmin())]

    def left_out(self, penalty: float, settings: RewardModelSettings) -> _LeftOut:
        """Each text as heads see it that were fitted without its prompt."""
        utility, draws = np.zeros(len(self.x)), np.zeros((len(self.x), settings.draws))
        for rest, here in self._parts():
            weights = self.solved(penalty, rest)
            utility[here] = self.x[here] @ weights
            draws[here] = self.x[here] @ self.drawn(penalty, weights, settings.draws, settings.seed, rest).T
        return _LeftOut(utility, draws)

    def _parts(self) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
        return ((self.folds != fold, self.folds == fold) for fold in range(int(self.folds.max()) + 1))

    def _ridge(self, penalty: float, seen: Evidence) -> Floats:
        each = np.full(self.x.shape[1], penalty)
        each[-PLAIN:] = FREE
        return each * max(seen.amount, 1.0)


def _features(texts: Texts) -> Floats:
    """(n, p), the plain ones last."""
    found = features(texts)
    return np.column_stack([found, found[:, -1] ** 2])


def _directions(x: Floats) -> Floats:
    """(p, r), orthonormal: the principal directions of the vectors, and each plain feature as it is."""
    vectors = x[:, :-PLAIN]
    size, axes = np.linalg.eigh(vectors.T @ vectors)
    kept = axes[:, np.argsort(-size)[:DIRECTIONS]]
    found = np.zeros((x.shape[1], kept.shape[1] + PLAIN))
    found[:-PLAIN, :-PLAIN], found[-PLAIN:, -PLAIN:] = kept, np.eye(PLAIN)
    return found
