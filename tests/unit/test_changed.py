"""What moved in the writing: habits show, chance does not."""

import random

import pytest

from jobs.evaluation.changed import FEATURES, RUN, Change, changes
from jobs.evaluation.written import Written

WORDS = ["a", "the", "sea", "bread", "moon", "gull", "warm", "night", "old", "song", "road", "door", "light", "rain"]


def written(texts: list[list[str]], model: str = "m") -> Written:
    return Written(model_id=model, texts=texts)


def plain(seed: int, prompts: int = 40, add: str = "", start: str = "") -> Written:
    """Sentences of words by lot."""
    rng = random.Random(seed)
    return written([[f"{start}{' '.join(rng.sample(WORDS, 7))}{add}" for _ in range(4)] for _ in range(prompts)])


def by_name(found: list[Change]) -> dict[str, Change]:
    return {change.what: change for change in found}


def test_two_draws_of_one_model_hardly_differ() -> None:
    found = changes(plain(0), plain(1), [])
    assert set(FEATURES) <= {change.what for change in found}
    assert sum(change.sure for change in found) <= 2
    assert all(abs(change.size) < 0.35 for change in found)


def test_a_habit_stands_first_with_its_figures() -> None:
    found = changes(plain(0), plain(1, add="!!"), [])
    assert found[0].what == "exclamation marks"
    assert (found[0].before, found[0].after) == (0, 2)
    assert found[0].interval == pytest.approx((2, 2))
    assert found[0].sure


def test_one_opening_for_everything_is_seen() -> None:
    found = by_name(changes(plain(0), plain(1, start="imagine that "), []))
    assert found["texts that begin “imagine that …”"].after == 1
    assert found["texts with “imagine”"].before == 0
    assert found["words"].after == found["words"].before + 2


def test_runs_from_the_training_are_counted() -> None:
    run = " ".join(WORDS[:RUN])
    copied = written([[f"{run} and more", "something else that is new"] * 2] * 10)
    found = by_name(changes(plain(0, prompts=10), copied, [f"so {run.upper()} it was"]))
    change = found[f"texts with {RUN} words in a row from the training"]
    assert change.after == 0.5
    assert by_name(changes(plain(0, prompts=10), copied, ["a the sea bread moon"]))[change.what].after == 0


def test_intervals_hold_prompts_together() -> None:
    """Four texts of one prompt that moved together are one witness, not four."""
    before = written([["one two"] * 4 for _ in range(6)])
    after = written([["one two three four five six"] * 4, *([["one two"] * 4] * 5)])
    change = by_name(changes(before, after, []))["words"]
    assert change.interval[0] <= 0 < change.after - change.before < change.interval[1]
