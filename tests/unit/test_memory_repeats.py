import random

import numpy as np
import pytest

from memory.folding import normal
from memory.repeats import EVERYBODYS, FEWEST, STEM, Limits, Repeat, Repeats, Written, pattern, told
from memory.repetition import repetition

BAKER, KEEPER = "I love to bake cookies.", "I keep bees, and I have two dogs."
FROM_BAKER = "Hi! I see that you like baking cookies. What got you into it?"
FROM_KEEPER = "Hey! I see that you like bees. What got you into it?"
AWAY = np.array([0, 0, 1], np.float32)
"""The vector of a text that is near to no other."""


def at(degrees):
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0], np.float32)


def held(*texts, pattern=0.75, meaning=0.9):
    """Repeats of (item, person, text, asked, vector)."""
    repeats = Repeats(3, Limits(pattern, meaning))
    for item, person, text, asked, vector in texts:
        repeats.put(Written(item, person, text, asked), vector)
    return repeats


def found(repeats, person, text, asked="", vector=AWAY):
    return repeats.of(person, asked, [text], vector[None])[0]


def test_a_pattern_has_no_words_of_its_person_in_any_form():
    words = pattern(FROM_BAKER, BAKER)
    assert words == set(normal("hi i see that you like what got into it").split())
    assert "like" in pattern("You like it", "I like it"), "nobody's own word"
    assert pattern(FROM_BAKER, "") > words


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        (FROM_BAKER, BAKER, "Hi! I see that you like …. What got you into it?"),
        ("Two dogs, really?", KEEPER, "Two …, really?"),
        ("So you don't keep DOGS' beds?", KEEPER, "So you don't …' beds?"),
        ("Ça va?", "", "Ça va?"),
        ("…", "dots", "…"),
    ],
)
def test_a_pattern_is_shown_with_gaps(text, asked, shown):
    assert told(Written("a", "p", text, asked)) == shown


def test_one_pattern_for_two_people():
    repeats = held(("a", "baker", FROM_BAKER, BAKER, AWAY * 0))
    repeat = found(repeats, "keeper", FROM_KEEPER, KEEPER)
    # {hi i see that you like what got into it} and the same with hey: 9 in common of 10 + 10
    assert repeat == Repeat("a", "pattern", pytest.approx(0.9))
    assert found(repeats, "keeper", "Do your bees know the dogs by name?", KEEPER) is None


def test_the_words_come_before_the_pattern_and_the_pattern_before_the_meaning():
    repeats = held(("a", "x", "Coffee, tea, or a long walk?", "", at(0)), ("b", "y", "Tea?", "", at(90)))
    assert found(repeats, "z", "coffee TEA or a long walk", vector=at(90)) == Repeat("a", "words", 1.0)
    # {coffee tea or a long walk} and the same with nap: 5 in common of 6 + 6
    assert found(repeats, "z", "Coffee, tea, or a long nap?", vector=at(90)).shared == "pattern"
    near = found(repeats, "z", "A cup of something?", vector=at(80))
    assert near == Repeat("b", "meaning", pytest.approx(np.cos(np.radians(10))))
    assert found(repeats, "z", "A cup of something?", vector=at(45)) is None


def test_what_was_written_for_the_same_person_or_was_dropped_is_not_repeated():
    repeats = held(("a", "baker", FROM_BAKER, BAKER, at(0)))
    assert found(repeats, "baker", FROM_BAKER, BAKER, at(0)) is None
    assert found(repeats, "keeper", FROM_BAKER, KEEPER, at(0)).shared == "words"
    repeats.drop("a")
    repeats.drop("never seen")
    assert found(repeats, "keeper", FROM_BAKER, KEEPER, at(0)) is None
    assert "cookies" not in repr(vars(repeats)), "nor are its words kept"
    repeats.put(Written("a", "baker", FROM_BAKER, BAKER), at(0))
    assert found(repeats, "keeper", FROM_BAKER, KEEPER, at(0)).item_id == "a"


def test_at_limits_of_one_only_the_same_words_are_a_repeat():
    repeats = held(("a", "x", "a b c d e f", "", at(0)), pattern=1.0, meaning=1.0)
    assert found(repeats, "y", "f e d c b a", vector=at(0)) is None
    assert found(repeats, "y", "A, b, c, d, e, f!", vector=at(0)).shared == "words"


def test_too_few_words_are_anybodys():
    repeats = held(("a", "x", "Do you bake?", "", AWAY * 0))
    assert found(repeats, "y", "Do you sail?") is None
    assert FEWEST == 4


def dice(a, b):
    own_a, own_b = ({w[:STEM] for w in normal(asked).split()} for _, asked in (a, b))
    one = {w for w in normal(a[0]).split() if w in EVERYBODYS or w[:STEM] not in own_a}
    two = {w for w in normal(b[0]).split() if w in EVERYBODYS or w[:STEM] not in own_b}
    return 0.0 if min(len(one), len(two)) < FEWEST else 2 * len(one & two) / (len(one) + len(two))


def test_it_agrees_with_the_slow_way():
    rng = random.Random(5)
    vocabulary = normal("you the what is oak elm ash fir yew bay box fig gum hop ivy nut").split()

    def text(length):
        return " ".join(rng.choices(vocabulary, k=length))

    rows = [(f"i{n}", f"p{n % 40}", text(9), text(3), AWAY * 0) for n in range(300)]
    repeats = held(*rows, pattern=0.8)
    for n in range(0, 300, 7):
        repeats.drop(f"i{n}")
    seen = 0
    for number in range(60):
        person, words, asked = f"p{number % 50}", text(9), text(3)
        repeat = found(repeats, person, words, asked)
        others = [row for n, row in enumerate(rows) if row[1] != person and n % 7]
        shares = {item: dice((words, asked), (each, of)) for item, _, each, of, _ in others}
        highest = max(shares.values())
        if repeat is None:
            assert highest <= 0.8
        elif repeat.shared == "pattern":
            seen += 1
            assert repeat.closeness == pytest.approx(highest)
            assert shares[repeat.item_id] == pytest.approx(highest)
    assert seen > 5


def test_the_repetition_of_a_set_is_counted_by_hand():
    written = [
        Written("a", "baker", FROM_BAKER, BAKER),
        Written("b", "keeper", FROM_KEEPER, KEEPER),
        Written("c", "sailor", "Coffee, tea, or a walk?", "I sail."),
        Written("d", "poet", "coffee tea or a walk", "I rhyme."),
        Written("e", "poet", "Coffee, tea, or a walk?", "I rhyme."),
        Written("f", "smith", "What does iron dream of?", "I forge."),
        Written("g", "diver", "Somewhere below, it is quiet.", "I dive."),
    ]
    vectors = np.stack([AWAY * 0, AWAY * 0, AWAY * 0, AWAY * 0, AWAY * 0, at(0), at(5)])
    told = repetition(written, vectors, Limits(0.75, 0.9))
    assert (told.texts, told.people, told.shared) == (7, 6, 7)
    assert told.by == {"words": 3, "pattern": 2, "meaning": 2}
    assert [(group.people, group.texts, group.pattern) for group in told.groups] == [
        (2, 3, "Coffee, tea, or a walk?"),
        (2, 2, "Hi! I see that you like …. What got you into it?"),
        (2, 2, "What does iron dream of?"),
    ]
    assert told.groups[0].item_ids == ("c", "d", "e")
    new = repetition([*written[:2], written[5]], vectors[[0, 1, 5]], Limits(0.95, 0.9))
    assert (new.shared, new.share, new.groups) == (0, 0.0, ())
    assert repetition([], np.zeros((0, 3), np.float32), Limits(0.75, 0.9)).share == 0.0
