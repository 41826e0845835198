"""Heads learn from ratings and from comparisons, know how surely, and keep what their lower bound states."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.baselines import by_length, by_similarity
from rewards.choose import show, spread
from rewards.errors import TooFew
from rewards.head import Head
from rewards.judge import Texts
from rewards.ranks import spearman
from rewards.settings import RewardModelSettings
from rewards.utility import Evidence, Opinions, evidence, logistic, solve
from rewards.worth import calibration_error, earned, platt, reliability, shortfall

NO_PAIRS = np.zeros((0, 2), dtype=np.intp), np.zeros(0)


class World:
    """Texts on prompts whose quality is a direction of their vectors; people see it through noise."""

    def __init__(self, n=500, d=12, prompts=40, noise=0.5, seed=0):
        rng = np.random.default_rng(seed)
        asked = rng.normal(size=(prompts, d))
        self.groups = rng.integers(prompts, size=n)
        vectors = rng.normal(size=(n, d))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        asked /= np.linalg.norm(asked, axis=1, keepdims=True)
        self.texts = Texts(vectors, asked[self.groups], np.exp(rng.normal(4, 0.5, n)))
        self.quality = 3 * (vectors[:, 0] - 0.5 * vectors[:, 1])
        self.seen = self.quality + rng.normal(0, noise, n)
        self.rewards = logistic(self.seen)
        self.rng = rng

    def rated(self):
        return Opinions(self.rewards, self.groups, *NO_PAIRS)

    def compared(self, m=1500):
        """Pairs within prompts, each decided by what people saw."""
        a, b = self.rng.integers(len(self.seen), size=(2, 6 * m))
        same = (self.groups[a] == self.groups[b]) & (a != b)
        pairs = np.column_stack([a, b])[same][:m]
        better = self.seen[pairs[:, 0]] >= self.seen[pairs[:, 1]]
        pairs = np.where(better[:, None], pairs, pairs[:, ::-1])
        return Opinions(np.full(len(self.seen), np.nan), self.groups, pairs, np.ones(len(pairs)))


def test_learns_quality_from_ratings_from_comparisons_and_from_both():
    world, fresh = World(), World(seed=1)
    both = Opinions(world.rewards, world.groups, *world.compared()[2:])
    for opinions in (world.rated(), world.compared(), both):
        score, sd = Head.fit(world.texts, opinions).expected(fresh.texts)
        assert spearman(score, fresh.quality) > 0.9
        assert ((score > 0) & (score < 1) & (sd > 0)).all()


def test_the_two_kinds_of_evidence_are_worth_more_together_where_each_is_scarce():
    def quality_of(opinions):
        found = [spearman(Head.fit(w.texts, opinions(w)).expected(fresh.texts)[0], fresh.quality) for w in worlds]
        return np.mean(found)

    worlds, fresh = [World(n=120, noise=1.0, seed=seed) for seed in range(6)], World(seed=99)
    alone = [quality_of(World.rated), quality_of(lambda w: w.compared(60))]
    both = quality_of(lambda w: Opinions(w.rewards, w.groups, *w.compared(60)[2:]))
    assert both > max(alone) - 0.01


def test_solving_is_ridge_and_logistic_regression_as_sklearn_has_them():
    from sklearn.linear_model import LogisticRegression, Ridge

    rng = np.random.default_rng(0)
    x, z, d = rng.normal(size=(80, 5)), rng.normal(size=80), rng.normal(size=(120, 5))
    q = (d[:, 0] + rng.normal(size=120) > 0).astype(float)
    none, empty = np.zeros((0, 5)), np.zeros(0)
    ridge = solve(Evidence(x, z, np.ones(80), none, empty, empty), np.full(5, 2.0))
    assert ridge == pytest.approx(Ridge(alpha=2.0, fit_intercept=False).fit(x, z).coef_)
    found = solve(Evidence(none, empty, empty, d, q, np.ones(120)), np.full(5, 2.0))
    reference = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-10, max_iter=1000).fit(d, q)
    assert found == pytest.approx(reference.coef_[0], abs=1e-5)


def test_soft_shares_count_like_that_many_people():
    rng = np.random.default_rng(1)
    d = rng.normal(size=(40, 3))
    q = rng.integers(1, 10, size=40) / 10
    empty = np.zeros(0), np.zeros(0)
    soft = solve(Evidence(np.zeros((0, 3)), *empty, d, q, np.full(40, 10.0)), np.ones(3))
    many = np.repeat(d, 10, axis=0)
    votes = np.concatenate([[1.0] * round(10 * each) + [0.0] * (10 - round(10 * each)) for each in q])
    hard = solve(Evidence(np.zeros((0, 3)), *empty, many, votes, np.ones(400)), np.ones(3))
    assert soft == pytest.approx(hard)


def test_separable_and_extreme_evidence_ends_in_finite_weights():
    d = np.array([[1e3], [2e3], [5e3]])
    found = solve(Evidence(np.zeros((0, 1)), np.zeros(0), np.zeros(0), d, np.ones(3), np.ones(3)), np.array([1e-6]))
    assert np.isfinite(found).all()
    assert found[0] > 0


def test_prompts_drawn_count_as_often_as_they_were_drawn():
    world = World(n=60, prompts=6)
    opinions = Opinions(world.rewards, world.groups, *world.compared(40)[2:])
    times = np.array([2.0, 0, 1, 1, 0, 2])
    drawn = evidence(world.texts.vectors, opinions, 0.5, 0.2, times)
    once = evidence(world.texts.vectors, opinions, 0.5, 0.2)
    x, d = (np.repeat(np.arange(len(each)), each.astype(int)) for each in (drawn.x_weights, drawn.d_weights))
    repeated = Evidence(once.x[x], once.z[x], np.ones(len(x)), once.d[d], once.q[d], np.ones(len(d)))
    assert len(x) == sum(times[world.groups])
    assert solve(drawn, np.ones(12)) == pytest.approx(solve(repeated, np.ones(12)))
    across = Opinions(world.rewards, np.arange(60), opinions.pairs, opinions.shares)
    each = np.ones(60)
    each[opinions.pairs[0, 0]] = 3.0
    assert evidence(world.texts.vectors, across, 0.5, 0.2, each).d_weights[0] == 3.0


@pytest.mark.parametrize("by", ["ratings", "comparisons"])
def test_the_lower_bound_covers_what_it_states_on_prompts_never_seen(by):
    stated, shares = 0.9, []
    for seed in range(8):
        world, fresh = World(n=400, noise=1.0, seed=seed), World(n=400, noise=1.0, seed=100 + seed)
        known, new = (w.rated() if by == "ratings" else w.compared(1200) for w in (world, fresh))
        head = Head.fit(world.texts, known, RewardModelSettings(coverage=stated))
        rewards = earned(new)
        seen = np.isfinite(rewards)
        shares.append(np.mean(rewards[seen] >= head.lower(fresh.texts)[seen]))
    assert np.mean(shares) > stated - 0.02
    assert np.mean(shares) < stated + 0.06


def test_the_expected_reward_is_calibrated_and_the_bound_below_it():
    world, fresh = World(n=800, noise=1.0), World(n=800, noise=1.0, seed=7)
    head = Head.fit(world.texts, world.rated())
    score, _ = head.expected(fresh.texts)
    assert calibration_error(score, fresh.rewards) < 0.05
    assert (head.lower(fresh.texts) <= score).all()
    assert (head.lower(fresh.texts) >= 0).all()


def test_it_is_less_sure_of_texts_unlike_those_that_it_knows():
    world = World()
    strange = Texts(-8 * world.texts.vectors, world.texts.prompt_vectors, world.texts.lengths)
    head = Head.fit(world.texts, world.rated())
    plain = [(head.draws @ ((f - head.centre) / head.spread).T).std(axis=0).mean() for f in _features(world, strange)]
    assert plain[1] > 2 * plain[0]


def _features(world, strange):
    from rewards import head

    return head._features(world.texts), head._features(strange)


def test_of_noise_every_text_is_expected_to_be_like_the_mean():
    world, fresh = World(), World(seed=1)
    shuffled = Opinions(np.random.default_rng(5).permutation(world.rewards), world.groups, *NO_PAIRS)
    score, _ = Head.fit(world.texts, shuffled).expected(fresh.texts)
    assert score.std() < 0.1 * world.rewards.std()
    assert score.mean() == pytest.approx(world.rewards.mean(), abs=0.03)


def test_the_same_seed_gives_the_same_head_and_another_seed_another_ensemble():
    world = World(n=120)
    first, again, other = (Head.fit(world.texts, world.rated(), RewardModelSettings(seed=s)) for s in (0, 0, 1))
    assert (first.draws == again.draws).all()
    assert (first.weights == other.weights).all()
    assert not (first.draws == other.draws).all()


def test_texts_without_prompts_and_prompts_never_seen():
    world = World()
    bare = world.texts._replace(prompt_vectors=np.zeros_like(world.texts.vectors))
    head = Head.fit(bare, world.rated())
    assert spearman(head.expected(bare)[0], world.quality) > 0.9
    assert head.expected(world.texts)[0] == pytest.approx(head.expected(bare)[0], abs=1e-3)


def test_too_few_opinions_are_refused():
    world = World(n=20, prompts=5)
    silent = Opinions(np.full(20, np.nan), world.groups, *NO_PAIRS)
    with pytest.raises(TooFew, match="nobody"):
        Head.fit(world.texts, silent)
    with pytest.raises(TooFew, match="at least 10 texts"):
        Head.fit(Texts(*(part[:5] for part in world.texts)), Opinions(world.rewards[:5], world.groups[:5], *NO_PAIRS))


def test_what_a_compared_text_earned_by_hand():
    opinions = Opinions(
        np.array([0.7, np.nan, np.nan, np.nan]),
        np.arange(4),
        np.array([[0, 1], [2, 1]]),
        np.array([1.0, 0.75]),
    )
    assert earned(opinions)[:3] == pytest.approx([0.7, (0 + 0.25 + 0.5) / 3, (0.75 + 0.5) / 2])
    assert np.isnan(earned(opinions)[3])


def test_platt_finds_the_curve_that_made_the_rewards_and_never_turns_the_order():
    utility = np.linspace(-3, 3, 400)
    assert platt(utility, logistic(0.5 + 1.5 * utility)) == pytest.approx((0.5, 1.5), abs=0.01)
    offset, slope = platt(utility / 1e4, logistic(0.5 + 1.5 * utility))  # whatever the scale of what is calibrated
    assert (offset, slope / 1e4) == pytest.approx((0.5, 1.5), abs=0.01)
    offset, slope = platt(utility, logistic(-utility))
    assert slope > 0
    assert logistic(np.array([offset])) == pytest.approx([logistic(-utility).mean()], abs=0.01)


def test_shortfall_is_the_quantile_counted_by_hand():
    score, rewards, groups = np.full(10, 0.5), 0.5 - np.arange(10) / 20, np.arange(10)
    assert shortfall(score, np.full(10, 0.1), rewards, groups, 0.5) == pytest.approx(2.5)
    assert shortfall(score, np.full(10, 0.1), rewards + 1, groups, 0.5) == 0.0


def test_calibration_error_by_hand():
    score, rewards = np.array([0.2, 0.2, 0.8, 0.8]), np.array([0.0, 0.2, 0.8, 1.0])
    assert reliability(score, rewards, 2) == [(pytest.approx(0.2), pytest.approx(0.1), 2), (0.8, 0.9, 2)]
    assert calibration_error(score, rewards, 2) == pytest.approx(0.1)
    assert calibration_error(rewards, rewards) == 0.0


def test_length_alone_learns_a_best_length_and_similarity_alone_what_was_liked():
    world = World()
    best = -np.abs(np.log(world.texts.lengths) - 4)
    by_size = Opinions(logistic(best), world.groups, *NO_PAIRS)
    assert spearman(by_length(world.texts, by_size, world.texts), best) > 0.9
    assert spearman(by_similarity(world.texts, world.rated(), world.texts), world.quality) > 0.8
    assert abs(spearman(by_length(world.texts, world.rated(), world.texts), world.quality)) < 0.2


rows = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(0, 1), min_size=n, max_size=n),
        st.lists(st.tuples(*[st.floats(-1, 1)] * 3), min_size=n, max_size=n),
        st.integers(0, 7),
    )
)


@given(rows)
@settings(max_examples=100, deadline=None)
def test_spread_takes_each_text_once_the_most_valuable_first_and_greedily(case):
    value, vectors, k = np.array(case[0]), np.array(case[1]), case[2]
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.where(length > 1e-3, vectors / np.maximum(length, 1e-3), [1.0, 0.0, 0.0])
    taken = spread(value, vectors, k)
    assert len(taken) == len(set(taken)) == min(k, len(value))
    assert taken[:1] == [int(value.argmax())][:k]
    for step in range(1, len(taken)):
        before = taken[:step]
        gain = value * np.clip(1 - vectors @ vectors[before].T, 0, None).min(axis=1)
        gain[before] = -1
        best = gain.max()
        assert best <= 0 or gain[taken[step]] == pytest.approx(best)


def test_what_is_shown_depends_on_the_order_of_rewards_alone():
    vectors = np.array([[1.0, 0], [0.8, 0.6], [0, 1.0], [0.6, 0.8]])
    # by hand: ranks 4/4, 3/4, 1/4, 2/4; after the first 3/4 * (1 - 0.8) = 0.15, 1/4 * 1 = 0.25, 2/4 * (1 - 0.6) = 0.2
    for expected in ([0.9, 0.8, 0.1, 0.5], [0.04, 0.03, 0.01, 0.02], [0.9, -3, -9, -5]):
        assert show(expected, vectors, 2) == [0, 2]
    assert show([0.5] * 4, vectors, 2) == [0, 2], "where nothing is known, variety alone"
    assert show([], np.zeros((0, 2)), 3) == []
    assert show([0.1], vectors[:1], 3) == [0]


def test_spread_passes_over_a_copy_for_a_lesser_text_and_keeps_order_under_scaling():
    vectors = np.array([[1.0, 0], [1.0, 0], [0, 1.0]])
    assert spread([0.9, 0.8, 0.1], vectors, 3) == [0, 2, 1]
    assert spread([9, 8, 1], vectors, 3) == [0, 2, 1]
    assert spread([], np.zeros((0, 2)), 3) == []
    with pytest.raises(ValueError, match="not negative"):
        spread([-1.0, 0, 0], vectors, 2)
