"""What pairs teach beside what was liked: their sides are as long, and the chosen ones no more common."""

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.distill.assemble import HELD_PREFERENCE, PREFERENCE, assemble
from jobs.distill.balance import EVEN, TOO_COMMON, TOO_LONG, PairLine, balanced, deviations, longer
from jobs.distill.bounds import Bounds
from jobs.distill.group import GroupRows
from jobs.distill.hold_out import GroupKey
from jobs.distill.near import Near, Remembered
from jobs.settings import DistillSettings

leans = st.lists(st.tuples(st.floats(-0.7, 0.7), st.floats(-0.3, 0.3)), max_size=60)


def lines(found: list[tuple[float, float]], stated: bool = False) -> list[PairLine]:
    return [PairLine(f'"{place}"', stated, *lean) for place, lean in enumerate(found)]


@given(leans, st.randoms())
def test_neither_side_is_longer_and_the_chosen_one_is_no_more_common(found, shuffle):
    pairs, drops = lines(found), Counter()
    kept = balanced(pairs, drops)
    for all_leans, welcome in (([pair.longer for pair in kept], False), ([pair.rarer for pair in kept], True)):
        total = math.fsum(all_leans)
        even = abs(total) <= EVEN * len(kept) + 1e-9 or (welcome and total > 0)
        stuck = all(abs(total - lean) >= abs(total) - 1e-9 for lean in all_leans)
        assert even or stuck or len(kept) == (len(pairs) + 1) // 2, "or none could go, or no more"
    assert kept == [pair for pair in pairs if pair in kept], "in their order"
    assert sum(drops.values()) == len(pairs) - len(kept)
    shuffle.shuffle(pairs)
    again = balanced(pairs, Counter())
    assert {pair.json for pair in again} == {pair.json for pair in kept}, "whatever order they came in"


def test_those_that_lean_most_go_first_and_no_more_than_must():
    rng = random.Random(0)
    found = [(rng.gauss(0.05, 0.3), 0.0) for _ in range(400)]
    drops: Counter[str] = Counter()
    kept = balanced(lines(found), drops)
    gone = sorted(({lean for lean, _ in found} - {pair.longer for pair in kept}), reverse=True)
    assert gone == sorted((lean for lean, _ in found), reverse=True)[: len(gone)]
    assert drops[TOO_LONG] == len(gone) == drops.total()
    assert abs(np.mean([pair.longer for pair in kept])) <= EVEN < np.mean([*(pair.longer for pair in kept), gone[-1]])
    assert len(kept) > 350


def test_where_all_that_is_liked_is_longer_half_of_the_pairs_stay():
    found = [(0.3 + place / 1_000, 0.0) for place in range(100)]
    kept = balanced(lines(found), drops := Counter())
    assert [pair.longer for pair in kept] == [lean for lean, _ in found[:50]], "those that lean least"
    assert drops == {TOO_LONG: 50}


def test_a_common_text_is_not_preferred_for_being_common():
    """Of pairs as good as one another those go whose chosen text lies nearest to the others of its prompt."""
    drops: Counter[str] = Counter()
    kept = balanced(lines([(0.0, -0.3), (0.0, -0.1), (0.0, 0.05), (0.0, 0.04)]), drops)
    assert [pair.json for pair in kept] == ['"1"', '"2"', '"3"']
    assert drops[TOO_COMMON] == 1
    rare = lines([(0.0, 0.3), (0.0, 0.2)])
    assert balanced(rare, Counter()) == rare, "to prefer rare texts is welcome"


def test_what_people_stated_stays():
    stated = lines([(0.7, -0.3)] * 10, stated=True)
    assert balanced(stated, Counter()) == stated
    mixed = balanced([*stated, *lines([(0.2, 0.0)])], Counter())
    assert mixed == stated


def test_length_is_compared_as_a_ratio():
    assert longer("abc", "abc") == 0
    assert longer("a" * 39, "b" * 19) == pytest.approx(math.log(2)) == -longer("a" * 19, "b" * 39)
    assert longer("", "") == 0


def test_deviation_is_the_mean_distance_to_the_other_texts(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((7, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    near = Near(tmp_path, Remembered(), 16, 0.95)
    ids = [f"x{n}" for n in range(7)]
    near.see({id_: id_ for id_ in ids[:3]}, matrix[:3])
    near.see({id_: id_ for id_ in ids[3:]}, matrix[3:])
    found = deviations([*ids, "x0", "unknown"], near)
    for place, id_ in enumerate(ids):
        others = [1 - float(matrix[place] @ matrix[other]) for other in range(7) if other != place]
        assert found[id_] == pytest.approx(np.mean(others), abs=1e-5)
    assert deviations(["x0"], near) == {}


def test_held_out_pairs_are_left_as_they_are(tmp_path: Path) -> None:
    near = Near(tmp_path, Remembered(), 16, 0.95)
    groups = [
        GroupRows(key=GroupKey("caption", "p", held), bounds=Bounds(None, None, None), watched=[], pairs=pairs)
        for held, pairs in ((False, lines([(0.5, 0.0), (-0.5, 0.0), (0.3, 0.0)])), (True, lines([(0.7, -0.2)])))
    ]
    parts = assemble(groups, near, DistillSettings())
    assert parts.files[PREFERENCE] == ['"1"', '"2"']
    assert parts.files[HELD_PREFERENCE] == ['"0"']
    assert parts.drops == {TOO_LONG: 1}
