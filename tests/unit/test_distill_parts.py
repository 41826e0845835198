"""The pure parts of distillation, against values by hand and slow exact versions."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from jobs.distill.assemble import SFT, assemble
from jobs.distill.bounds import Bounds
from jobs.distill.group import GroupRows, Line
from jobs.distill.hold_out import GroupKey, group_of, share_of
from jobs.distill.near import Near, Remembered
from jobs.distill.select import ACROSS, DISAGREE, GONE, NEAR_HELD_OUT, SAME, TWIN, Selection, select
from jobs.distill.text import Preference, Text, words_mark
from jobs.settings import DistillSettings
from tests.fakes import WordEmbedder

KEY = GroupKey("caption", "p_1", False)
NO_BOUNDS = Bounds(None, None, None)


@pytest.fixture
def near(tmp_path: Path) -> Near:
    return Near(tmp_path, Remembered(), WordEmbedder.dimension, 0.95)


def see(near: Near, texts: Mapping[str, str], *, held: bool = False) -> None:
    vectors = WordEmbedder().embed(list(texts.values()))
    if held:
        near.hold(texts, vectors)
    else:
        near.see(texts, vectors)


def text(id_: str, words: str, reward: float | None = None, kind: str = "candidate", **more: object) -> Text:
    values = {"group": KEY, "turn_id": None, "strategy": None, "seq": 1, "echo": False, **more}
    return Text(item_id=id_, text=words, reward=reward, kind=kind, **values)  # type: ignore[arg-type]


def chosen(near: Near, texts: list[Text], preferences: list[Preference] | None = None, **settings: object) -> Selection:
    see(near, {t.item_id: t.text for t in texts})
    by_id = {t.item_id: t for t in texts}
    used = DistillSettings(**settings)  # type: ignore[arg-type]
    return select(KEY, list(by_id), by_id, preferences or [], 0.5, near, used)


def said(chosen: str, rejected: str, seq: int, source: str = "pick", weight: float = 1.0) -> Preference:
    return Preference(seq=seq, chosen=chosen, rejected=rejected, source=source, weight=weight)


def test_hold_out_is_the_same_for_ever_and_near_its_share() -> None:
    assert share_of("p_abc") == pytest.approx(0.143904282, abs=1e-9), "the hash must never change"
    held = [share_of(f"p_{n}") < 0.2 for n in range(20_000)]
    assert np.mean(held) == pytest.approx(0.2, abs=0.01)
    assert group_of("i_1", "caption", "p_1", 0.2) == group_of("i_2", "caption", "p_1", 0.2)
    assert {group_of(f"i_{n}", "caption", None, 0.2).held for n in range(50)} == {True, False}


def test_near_equals_a_slow_search(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centres = rng.standard_normal((40, 16))
    matrix = (np.repeat(centres, 5, axis=0) + 0.12 * rng.standard_normal((200, 16))).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    ids = [f"x{n}" for n in range(200)]
    held, seen = ids[::4], [id_ for n, id_ in enumerate(ids) if n % 4]
    near = Near(tmp_path, Remembered(), 16, 0.9)
    for side, part in ((held, 0), (seen, 0), (held, 1), (seen, 1)):
        half = side[part::2]
        rows = matrix[[ids.index(id_) for id_ in half]]
        (near.hold if side is held else near.see)({id_: id_ for id_ in half}, rows)
    cosines = matrix.astype(np.float64) @ matrix.astype(np.float64).T
    close = {(ids[i], ids[j]) for i, j in np.argwhere(cosines > 0.9) if i != j}
    assert {id_ for id_ in seen if near.blocked(id_)} == {a for a, b in close if a in seen and b in held}
    assert {(a, b) for a in seen for b in near.twins(a)} == {(a, b) for a, b in close if a in seen and b in seen}
    assert len(close) > 100


def test_near_goes_on_from_its_file(tmp_path: Path) -> None:
    remembered = Remembered()
    first = Near(tmp_path, remembered, 64, 0.95)
    see(first, {"h": "the cat sat on the mat"}, held=True)
    first.close()
    second = Near(tmp_path, remembered, 64, 0.95)
    see(second, {"a": "The cat sat, on the mat!", "b": "a dog"})
    assert second.blocked("a")
    assert not second.blocked("b")
    assert second.remembered.blocked == {"a": ["h"]}


def test_liked_texts_are_above_the_mean_and_edits_need_the_mean_alone(near: Near) -> None:
    texts = [text("a", "one cat", 0.7), text("b", "two dogs", 0.52), text("e", "three owls", 0.5, "edit")]
    assert chosen(near, texts).sft == ["a", "e"]


def test_the_better_of_two_twins_stays(near: Near) -> None:
    made = chosen(near, [text("a", "Hello there, World", 0.6), text("b", "hello there world", 0.9)])
    assert made.sft == ["b"]
    assert made.drops[TWIN] == 1


def test_near_a_held_out_text_nothing_is_trained_on(near: Near) -> None:
    see(near, {"h": "a very held out line"}, held=True)
    texts = [text("a", "A very held-out line", 0.9), text("b", "something else", 0.1), text("c", "third way", 0.8)]
    made = chosen(near, texts, [said("a", "b", 5), said("c", "b", 6)])
    assert made.sft == ["c"]
    assert [(p.chosen, p.rejected) for p in made.pairs] == [("c", "b")]
    assert made.drops[NEAR_HELD_OUT] == 2
    assert "a" not in [id_ for id_, _ in made.labels]


def test_labels_are_the_extremes(near: Near) -> None:
    rewards = {"a": 0.9, "b": 0.8, "c": 0.5, "d": 0.3, "e": 0.1}
    texts = [text(id_, f"{id_} {id_} {n}", reward) for n, (id_, reward) in enumerate(rewards.items())]
    assert chosen(near, texts, labels_per_prompt=1).labels == [("a", True), ("e", False)]


def test_what_was_compared_counts_by_majority(near: Near) -> None:
    texts = [text(id_, words) for id_, words in {"a": "red fox", "b": "blue jay", "c": "Red fox!"}.items()]
    made = chosen(near, texts, [said("a", "b", 7), said("a", "b", 8, "import", 0.8), said("b", "a", 9)])
    (pair,) = made.pairs
    assert (pair.chosen, pair.rejected, pair.source, pair.stated) == ("a", "b", "pick", (7, 8, 9))
    assert pair.weight == pytest.approx((1 + 0.8 + 0) / 3)
    assert pair.margin == pytest.approx(2 * 0.6 - 1)
    even = chosen(near, texts, [said("a", "b", 7), said("b", "a", 9), said("a", "c", 10)])
    assert even.pairs == []
    assert (even.drops[DISAGREE], even.drops[SAME]) == (1, 1)


def test_a_pair_needs_both_texts_on_its_side(near: Near) -> None:
    other = GroupKey("caption", "", True)
    texts = [text("a", "red fox"), text("b", "blue jay", echo=True), text("c", "green newt", group=other)]
    made = chosen(near, texts, [said("a", "b", 1), said("a", "c", 2), said("a", "gone", 3)])
    assert made.pairs == []
    assert (made.drops[GONE], made.drops[ACROSS]) == (2, 1)


def test_margin_pairs_keep_to_length_and_leave_out_what_was_compared(near: Near) -> None:
    texts = [
        text("a", "a fine short line", 0.9),
        text("b", "a poor short line here", 0.2),
        text("c", "this one is bad and goes on for very much longer than any of the other lines do", 0.1),
    ]
    assert [(p.chosen, p.rejected) for p in chosen(near, texts).pairs] == [("a", "b")]
    made = chosen(near, texts, [said("b", "a", 4)])
    assert [(p.chosen, p.rejected, p.source) for p in made.pairs] == [("b", "a", "pick")]
    assert made.pairs[0].margin == pytest.approx(-0.7), "the rewards' margin, whatever the pick says"


def rows(key: GroupKey, sft: list[Line], human: list[Line] | None = None) -> GroupRows:
    return GroupRows(key=key, bounds=NO_BOUNDS, watched=[], sft=sft, human=human or [])


def line(id_: str, reward: float = 0.7, human: bool = False) -> Line:
    return Line(id_, reward, human, f'"{id_}"')


@pytest.mark.parametrize(
    ("generated", "free", "expected_generated", "expected_human"),
    [(20, 0, 12, 3), (20, 256, 20, 3), (4, 0, 4, 1), (20, 15, 15, 3)],
)
def test_the_human_share_never_falls_under_its_floor(
    near: Near, generated: int, free: int, expected_generated: int, expected_human: int
) -> None:
    lines = [line(f"c{n}", 0.6 + n / 100) for n in range(generated)]
    human = [line(f"h{n}", -1.0, human=True) for n in range(3)]
    parts = assemble([rows(KEY, lines, human)], near, DistillSettings(human_share=0.2, generated_free=free))
    kept = [each.strip('"') for each in parts.files[SFT]]
    assert sum(id_.startswith("c") for id_ in kept) == expected_generated
    assert sum(id_.startswith("h") for id_ in kept) == parts.human == expected_human
    assert kept[-parts.human - 1] == f"c{generated - 1}", "the best generated ones stay"


def test_a_flood_over_many_prompts_is_cut(near: Near) -> None:
    see(near, {f"c{n}": "buy my book" for n in range(6)} | {"d": "something of its own"})
    groups = [rows(GroupKey("caption", f"p{n}", False), [line(f"c{n}", 0.5 + n / 10)]) for n in range(6)]
    parts = assemble([*groups, rows(GroupKey("caption", "q", False), [line("d")])], near, DistillSettings())
    assert sorted(parts.files[SFT]) == ['"c2"', '"c3"', '"c4"', '"c5"', '"d"']


def test_case_and_punctuation_do_not_make_a_text_new() -> None:
    assert words_mark("Hello, World!") == words_mark("hello  world")
    assert words_mark("hello world") != words_mark("hello worlds")
    assert words_mark("!!!") != words_mark("???")
