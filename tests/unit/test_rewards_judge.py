import numpy as np
import pytest

from rewards.errors import TooFew
from rewards.judge import Judge, Texts, fit_report
from rewards.ranks import pair_accuracy, ranks, spearman, spearman_within


def world(n=400, d=12, length_bias=0.0, seed=0):
    """Texts whose reward is a direction of their vectors, plus what length alone earns."""
    rng = np.random.default_rng(seed)
    vectors, prompts = rng.normal(size=(n, d)), rng.normal(size=(20, d))
    groups = rng.integers(20, size=n)
    lengths = np.exp(rng.normal(4, 0.5, n))
    quality = vectors[:, 0] - 0.5 * vectors[:, 1]
    rewards = quality + length_bias * np.log(lengths) + rng.normal(0, 0.5, n)
    return (vectors, prompts[groups], lengths), rewards, groups.tolist(), quality


def test_ranks_and_spearman_are_scipys():
    from scipy.stats import rankdata, spearmanr

    rng = np.random.default_rng(0)
    a, b = rng.integers(6, size=50).astype(float), rng.integers(6, size=50).astype(float)
    assert ranks(a) == pytest.approx(rankdata(a))
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert spearman(a, np.ones(50)) == 0.0


def test_pairs_and_within_by_hand():
    scores, rewards, groups = np.array([1.0, 2, 3, 9, 9]), np.array([1.0, 3, 2, 1, 2]), ["a", "a", "a", "b", "b"]
    assert pair_accuracy(scores, rewards, groups) == pytest.approx((2 + 0.5) / 4)
    assert spearman_within(scores, rewards, groups) == pytest.approx(0.5)
    with pytest.raises(TooFew):
        pair_accuracy(scores, np.ones(5), groups)


def test_learns_what_was_liked():
    texts, rewards, groups, _ = world()
    judge = Judge.fit(*texts, rewards, groups)
    fresh, _, _, quality = world(seed=1)
    scores = judge.score(*fresh)
    assert spearman(scores, quality) > 0.95
    better, worse = quality > 0.5, quality < -0.5
    n = min(better.sum(), worse.sum())
    sides = [Texts(*(part[some][:n] for part in fresh)) for some in (better, worse)]
    assert judge.accuracy_on_pairs(*sides) > 0.95
    assert judge.accuracy_on_pairs(sides[0], sides[0]) == 0.5


def test_is_ridge_regression_as_sklearn_has_it():
    from sklearn.linear_model import Ridge
    from sklearn.preprocessing import StandardScaler

    texts, rewards, groups, _ = world(n=150)
    judge = Judge.fit(*texts, rewards, groups)
    vectors, prompts, lengths = texts
    cosine = (vectors * prompts).sum(1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(prompts, axis=1)
    x = StandardScaler().fit_transform(np.column_stack([vectors, vectors * prompts, cosine, np.log1p(lengths)]))
    assert judge.score(*texts) == pytest.approx(Ridge(alpha=judge.alpha).fit(x, rewards).predict(x))


def test_the_report_is_honest_about_noise_and_about_signal():
    texts, rewards, groups, _ = world()
    assert fit_report(*texts, rewards, groups).spearman > 0.8
    noise = fit_report(*texts, np.random.default_rng(5).permutation(rewards), groups)
    assert noise.spearman < 0.1
    assert noise.accuracy < 0.55
    assert (noise.n, noise.prompts) == (400, 20)


def test_a_length_controlled_judge_does_not_pay_for_length():
    texts, rewards, groups, quality = world(length_bias=2.0)
    lengths = np.log(texts[2])
    plain = Judge.fit(*texts, rewards, groups).score(*texts)
    level = Judge.fit(*texts, rewards, groups, length_controlled=True).score(*texts)
    assert np.corrcoef(plain, lengths)[0, 1] > 0.5
    assert abs(np.corrcoef(level, lengths)[0, 1]) < 0.02
    assert spearman(level, quality) > 0.9


def test_texts_without_prompts_and_too_few_texts():
    (vectors, _, lengths), rewards, groups, quality = world()
    judge = Judge.fit(vectors, np.zeros_like(vectors), lengths, rewards, groups)
    assert spearman(judge.score(vectors, np.zeros_like(vectors), lengths), quality) > 0.9
    with pytest.raises(TooFew, match="at least 10 texts"):
        Judge.fit(vectors[:5], vectors[:5], lengths[:5], rewards[:5], groups[:5])
    with pytest.raises(TooFew, match="of 1"):
        Judge.fit(vectors, vectors, lengths, rewards, ["one"] * 400)
