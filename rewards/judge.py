"""A judge: ridge regression from what a text means and how it fits its prompt to the reward that people gave.

Features are the text's vector, its product with the prompt's vector, their cosine and the log of the length. The
judge ranks texts; it is no reward, and what trained a model must not judge it.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from rewards.errors import TooFew
from rewards.ranks import pair_accuracy, spearman, spearman_within

Floats = NDArray[np.float64]
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Ridge penalties to choose from, per text."""
FOLDS = 5


class Texts(NamedTuple):
    """n texts as a judge sees them."""

    vectors: ArrayLike
    """(n, d)"""
    prompt_vectors: ArrayLike
    """(n, d); zeros where there is no prompt."""
    lengths: ArrayLike
    """(n,) in characters."""


class JudgeReport(msgspec.Struct, frozen=True, kw_only=True):
    """How well judges do on prompts that they were not fitted on."""

    n: int
    prompts: int
    spearman: float
    """Over all texts."""
    spearman_within: float
    """The mean over prompts with at least three texts."""
    accuracy: float
    """The share of pairs of one prompt, with different rewards, that are put in the right order."""
    alpha: float


class Judge(msgspec.Struct, frozen=True):
    """A fitted judge: `score = baseline + (features - basis @ expected) / spread @ weights`."""

    expected: Floats
    """(k, p): what the features are expected to be, from the basis."""
    spread: Floats
    """(p,)"""
    weights: Floats
    """(p,)"""
    baseline: float
    length_controlled: bool
    alpha: float
    """The ridge penalty that cross-validation by prompt chose."""

    @classmethod
    def fit(
        cls,
        vectors: ArrayLike,
        prompt_vectors: ArrayLike,
        lengths: ArrayLike,
        rewards: ArrayLike,
        groups: Sequence[Hashable],
        *,
        length_controlled: bool = False,
    ) -> Self:
        """A judge from n rewarded texts; groups are the prompts, which cross-validation keeps together.

        With `length_controlled`, whatever log length and its square explain, in rewards and in features, is taken
        out first (Frisch, Waugh and Lovell): no score is then higher for length alone. Fewer than 10 texts, or a
        single prompt, raise TooFew.
        """
        texts, y = Texts(vectors, prompt_vectors, lengths), np.asarray(rewards, dtype=np.float64)
        folds = prompt_folds(groups, len(y))
        x, basis = features(texts), _basis(texts, length_controlled)
        expected = _solved(basis, x)
        x -= basis @ expected
        spread = np.maximum(x.std(axis=0), 1e-6)
        x /= spread
        left = y - basis @ _solved(basis, y)
        alpha = _best_alpha(x, left, folds)
        return cls(expected, spread, _ridge(x.T @ x, x.T @ left, alpha), float(y.mean()), length_controlled, alpha)

    def score(self, vectors: ArrayLike, prompt_vectors: ArrayLike, lengths: ArrayLike) -> Floats:
        """The expected reward of n texts, of shape (n,); not clipped to [0, 1]."""
        texts = Texts(vectors, prompt_vectors, lengths)
        surprise = (features(texts) - _basis(texts, self.length_controlled) @ self.expected) / self.spread
        return np.asarray(self.baseline + surprise @ self.weights, dtype=np.float64)

    def accuracy_on_pairs(self, chosen: Texts, rejected: Texts) -> float:
        """The share of pairs whose chosen text scores higher; a tie counts half."""
        return float(((1 + np.sign(self.score(*chosen) - self.score(*rejected))) / 2).mean())


def fit_report(
    vectors: ArrayLike,
    prompt_vectors: ArrayLike,
    lengths: ArrayLike,
    rewards: ArrayLike,
    groups: Sequence[Hashable],
    *,
    length_controlled: bool = False,
) -> JudgeReport:
    """How well such judges do: each fifth of the prompts is scored by a judge fitted on the others."""
    a, b, size, y = (np.asarray(array, dtype=np.float64) for array in (vectors, prompt_vectors, lengths, rewards))
    folds = prompt_folds(groups, len(y))
    scores, alphas = np.zeros(len(y)), []
    for fold in range(int(folds.max()) + 1):
        rest, here = folds != fold, folds == fold
        others = [group for group, kept in zip(groups, rest, strict=True) if kept]
        judge = Judge.fit(a[rest], b[rest], size[rest], y[rest], others, length_controlled=length_controlled)
        scores[here] = judge.score(a[here], b[here], size[here])
        alphas.append(judge.alpha)
    return JudgeReport(
        n=len(y),
        prompts=len(set(groups)),
        spearman=spearman(scores, y),
        spearman_within=spearman_within(scores, y, groups),
        accuracy=pair_accuracy(scores, y, groups),
        alpha=float(np.median(alphas)),
    )


def features(texts: Texts) -> Floats:
    """(n, 2 d + 2)"""
    a, b = (np.asarray(part, dtype=np.float64) for part in texts[:2])
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    cosine = np.sum(a * b, axis=1) / np.maximum(norms, 1e-12)
    return np.column_stack([a, a * b, cosine, _log_length(texts)])


def _basis(texts: Texts, length_controlled: bool) -> Floats:
    length = _log_length(texts)
    powers = (0, 1, 2) if length_controlled else (0,)
    return np.column_stack([length**power for power in powers])


def _log_length(texts: Texts) -> Floats:
    return np.asarray(np.log1p(np.asarray(texts.lengths, dtype=np.float64)))


def prompt_folds(groups: Sequence[Hashable], n: int) -> NDArray[np.intp]:
    """For each text the fold of its prompt: prompts by falling size, each into the smallest fold."""
    if len(groups) != n or n < 10 or len(set(groups)) < 2:
        raise TooFew(f"at least 10 texts of at least 2 prompts are needed, not {n} of {len(set(groups))}")
    sizes: dict[Hashable, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    filled, fold_of = [0] * min(FOLDS, len(sizes)), {}
    for group in sorted(sizes, key=lambda group: -sizes[group]):
        fold_of[group] = filled.index(min(filled))
        filled[fold_of[group]] += sizes[group]
    return np.array([fold_of[group] for group in groups], dtype=np.intp)


def _solved(basis: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(basis, y, rcond=None)[0], dtype=np.float64)


def _best_alpha(x: Floats, y: Floats, folds: NDArray[np.intp]) -> float:
    """The penalty with the least squared error on prompts left out."""
    gram, moment, errors = x.T @ x, x.T @ y, np.zeros(len(PENALTIES))
    for fold in range(int(folds.max()) + 1):
        out_x, out_y = x[folds == fold], y[folds == fold]
        kept_gram, kept_moment, kept = gram - out_x.T @ out_x, moment - out_x.T @ out_y, len(y) - len(out_y)
        for place, penalty in enumerate(PENALTIES):
            errors[place] += np.sum((out_y - out_x @ _ridge(kept_gram, kept_moment, penalty * kept)) ** 2)
    return PENALTIES[int(errors.argmin())] * len(y)


def _ridge(gram: Floats, moment: Floats, alpha: float) -> Floats:
    return np.asarray(np.linalg.solve(gram + alpha * np.eye(len(gram)), moment), dtype=np.float64)
