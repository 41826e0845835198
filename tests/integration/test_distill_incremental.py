"""The key property of distillation: what is built step by step equals what is built at once, byte for byte."""

import tempfile
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.settings import DistillSettings
from loop import feedback
from loop.errors import BadInput
from loop.events import Votes
from rewards.settings import PairSettings
from tests.distill_home import Home, content

PROMPTS = [f"prompt {n}" for n in range(5)]
WORDS = ["cat", "dog", "hat", "moon", "rain", "soup", "tax", "zoo", "Cat!", "oak", "fig", "jam", "key"]
SMALL = DistillSettings(
    held_out_share=0.3,
    per_prompt=3,
    labels_per_prompt=2,
    with_examples=0.7,
    per_cluster=2,
    generated_free=2,
    human_share=0.4,
    duplicate=0.9,
    unprompted=2,
    preferences_per_prompt=3,
    pairs=PairSettings(cap=1, min_margin=0.05, max_length_ratio=2.0),
)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
prompts = st.sampled_from(PROMPTS)
votes = st.lists(st.tuples(texts, st.one_of(st.none(), st.integers(0, 10))), min_size=1, max_size=9)
places = st.integers(0, 200)
steps = st.one_of(
    st.tuples(st.just("turn"), prompts, st.lists(texts, min_size=1, max_size=4), st.lists(places, max_size=3), places),
    st.tuples(st.just("import"), st.one_of(st.none(), prompts), votes),
    st.tuples(st.just("import"), prompts, votes),
    st.tuples(st.just("rate"), places, st.integers(1, 5), st.sampled_from(["me", "you"])),
    st.tuples(st.just("rate"), places, st.integers(1, 5), st.sampled_from(["me", "you"])),
    st.tuples(st.just("pick"), places),
    st.tuples(st.just("edit"), places, texts),
    st.tuples(st.just("hide"), places, st.booleans()),
    st.tuples(st.just("prefer"), places, places, st.floats(0.6, 1.0)),
    st.tuples(st.just("forget"), places),
)


class Played:
    """A home in which steps happen, and who is in it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.ids: list[str] = []
        self.prompt_of: dict[str, str | None] = {}

    def play(self, step: tuple[object, ...]) -> None:
        name, *rest = step
        with suppress(BadInput):  # an edit that changes nothing, a pick without siblings
            getattr(self, f"_{name}")(*rest)

    def _turn(self, prompt: str, texts: list[str], recalled: list[int], echo: int) -> None:
        shown = [self._at(place) for place in recalled if self.ids]
        self._new(self.home.turn(prompt, texts, recalled=shown, echo=[echo] if echo < 2 else []), prompt)

    def _import(self, prompt: str | None, rows: list[tuple[str, int | None]]) -> None:
        for text, votes in rows:
            said = [] if votes is None else [Votes(value=votes / 10, weight=votes + 1)]
            self._new([self.home.imported(text, prompt, said)], prompt)

    def _rate(self, place: int, score: int, rater: str) -> None:
        if self.ids:
            self.home.rate(self._at(place), score, rater)

    def _pick(self, place: int) -> None:
        if self.ids:
            feedback.pick(self.home.ledger, self._at(place))

    def _edit(self, place: int, text: str) -> None:
        if self.ids:
            made = feedback.edit(self.home.ledger, self._at(place), text)
            self._new([str(made.item_id)], self.prompt_of[self._at(place)])

    def _hide(self, place: int, hidden: bool) -> None:
        if self.ids:
            feedback.hide(self.home.ledger, self._at(place), hidden=hidden)

    def _prefer(self, one: int, other: int, share: float) -> None:
        if self.ids and self._at(one) != self._at(other):
            self.home.prefer(self.prompt_of[self._at(one)] or "", self._at(one), self._at(other), (share, 1 - share))

    def _forget(self, place: int) -> None:
        from loop.events import ItemForgotten

        if self.ids:
            id_ = self._at(place)
            self.home.ledger.forget([id_], ItemForgotten(item_id=id_))

    def _distill(self) -> None:
        self.home.distill(SMALL)

    def _at(self, place: int) -> str:
        return self.ids[place % len(self.ids)]

    def _new(self, ids: list[str], prompt: str | None) -> None:
        self.ids += ids
        self.prompt_of.update(dict.fromkeys(ids, prompt))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(steps, min_size=8, max_size=30), moving=st.booleans())
def test_step_by_step_equals_at_once(history: list[tuple[object, ...]], moving: bool) -> None:
    """Where the task's mean moves, everything is looked at anew; where it stands still, only what must be."""
    # a prompt has more texts than are looked at, so that some of them come in and go out
    with tempfile.TemporaryDirectory() as folder, patch.object(feedback, "MOVED", 0.01 if moving else 1.0):
        played = Played(Path(folder) / "home")
        played.play(("import", PROMPTS[0], [("fig", 5), ("jam key", 5)]))
        for step in history:
            played.play(step)
            played.play(("distill",))
        by_steps = played.home.distill(SMALL)
        at_once = played.home.distill(SMALL, into=Path(folder) / "scratch")
        assert content(by_steps) == content(at_once)
        same = {"path": None, "fresh": None}
        assert msgspec.structs.asdict(by_steps) | same == msgspec.structs.asdict(at_once) | same
        played.home.ledger.close()
