import random
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.pairs import Rewarded, length_ratio, margin_pairs, unpaired
from rewards.settings import PairSettings

PLAIN = PairSettings(cap=8, min_margin=0.1, max_length_ratio=1.5, per_text=2)
items_of = st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), max_size=25).map(
    lambda rows: [Rewarded(f"i{k}", chr(97 + k) * size, reward) for k, (size, reward) in enumerate(rows)]
)


@settings(max_examples=60)
@given(items_of, st.integers(1, 10), st.integers(1, 3), st.randoms())
def test_every_pair_keeps_the_rules_in_any_order(items, cap, per_text, shuffle):
    rules = msgspec.structs.replace(PLAIN, cap=cap, per_text=per_text)
    pairs = margin_pairs("p", items, rules)
    by_id = {item.item_id: item for item in items}
    for pair in pairs:
        chosen, rejected = by_id[pair.chosen], by_id[pair.rejected]
        assert pair.margin == chosen.reward - rejected.reward >= rules.min_margin
        assert length_ratio(chosen.text, rejected.text) <= rules.max_length_ratio
        assert 0.5 < pair.weight <= 1
    used = Counter(id_ for pair in pairs for id_ in (pair.chosen, pair.rejected))
    assert len(pairs) == len({(pair.chosen, pair.rejected) for pair in pairs}) <= cap
    assert max(used.values(), default=0) <= per_text
    shuffle.shuffle(items)
    assert margin_pairs("p", items, rules) == pairs


def test_every_text_is_used_once_before_any_is_used_twice():
    items = [Rewarded(f"i{k}", "x" * 9 + str(k), k / 10) for k in range(8)]
    four = margin_pairs("p", items, msgspec.structs.replace(PLAIN, cap=4))
    assert {id_ for pair in four for id_ in (pair.chosen, pair.rejected)} == {item.item_id for item in items}


def test_the_widest_margin_comes_first_and_equal_rewards_make_no_pair():
    items = [Rewarded("a", "aaaa", 0.9), Rewarded("b", "bbbb", 0.1), Rewarded("c", "cccc", 0.9)]
    assert [(p.chosen, p.rejected) for p in margin_pairs("p", items, PLAIN)] == [("a", "b"), ("c", "b")]
    even = [Rewarded(str(k), str(k), 0.5) for k in range(4)]
    assert margin_pairs("p", even, msgspec.structs.replace(PLAIN, min_margin=0.0)) == []


def test_a_long_list_is_cut_to_its_extremes():
    rng = random.Random(0)
    items = [Rewarded(f"i{k}", "x" * 20 + str(k), rng.random()) for k in range(3_000)]
    pairs = margin_pairs("p", items, PLAIN)
    assert len(pairs) == PLAIN.cap
    assert min(pair.margin for pair in pairs) > 0.95


def test_labels():
    items = [Rewarded("a", "a", 0.8), Rewarded("b", "b", 0.5), Rewarded("c", "c", 0.2)]
    assert unpaired(items, high=0.8, low=0.2) == [("a", True), ("c", False)]
    assert length_ratio("aa", "aaaa") == pytest.approx(2.0)
