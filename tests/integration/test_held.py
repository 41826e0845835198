"""What a process holds of a home in memory is what the read models say, whatever happened since."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import sqlalchemy as sa

from loop import feedback, schema
from loop.catalog import SqlCatalog
from loop.events import ItemForgotten, TextImported
from loop.held import ASKED, PAGE, SELDOM, Held
from loop.ids import new_id
from loop.ledger import Ledger, Vectors
from loop.prompts import pack
from loop.settings import TASKS
from memory.index import may_be_example
from memory.vectors import blend, unit

PRINT, WIDTH = "test:4", 4


class Home:
    """Items that come, change and go in a ledger, beside what is held of them."""

    def __init__(self, ledger: Ledger, **limits: int) -> None:
        self.ledger = ledger
        self.rng = random.Random(0)
        self.ids: list[str] = []
        self.plain = SqlCatalog(ledger, lambda: PRINT, 10)
        self.held = Held(ledger, self.plain, lambda: PRINT, **limits)

    def add(self, *, embedded: bool = True) -> str:
        item = new_id("m")
        event = TextImported(item_id=item, task="brainstorm", prompt_id=f"p{item}", source="test", row=1)
        vectors = Vectors(PRINT, [item], self.vector()[None]) if embedded else None
        self.ledger.append(event, texts={item: f"text {item}", f"p{item}": pack(f"about {item}")}, vectors=vectors)
        self.ids.append(item)
        return item

    def vector(self) -> np.ndarray:
        return unit(np.array([[self.rng.gauss(0, 1) for _ in range(WIDTH)]], np.float32))[0]

    def rate(self, item: str) -> None:
        feedback.rate(self.ledger, TASKS, item, {"clarity": self.rng.randint(1, 5)}, comment="so so")

    def hide(self, item: str, hidden: bool = True) -> None:
        feedback.hide(self.ledger, item, hidden=hidden)

    def forget(self, item: str) -> None:
        self.ids.remove(item)
        self.ledger.forget([item], ItemForgotten(item_id=item, datasets=(), models=()))

    def embed(self) -> None:
        """Make the vectors that are still wanting."""
        asked = [f"p{id_}" for id_ in self.ids]
        wanting = {*self.ids, *asked} - self.ledger.vectors(PRINT, [*self.ids, *asked]).keys()
        for id_ in wanting:
            self.ledger.keep(Vectors(PRINT, [id_], self.vector()[None]))

    def warm(self) -> None:
        for _ in range(ASKED):
            self.held.follow(self.embed)
        self.held.settle()

    def agrees(self) -> None:
        """Held and read are the same, and what is found near is what a slow exact search over the ledger finds."""
        assert self.held.follow(self.embed)
        items = self.plain.items(self.ids)
        vectors = self.plain.vectors(list(items))
        assert self.held.items(self.ids) == items
        found = self.held.vectors(list(items))
        assert found.keys() == vectors.keys() == items.keys()
        assert all(np.array_equal(found[id_], vectors[id_]) for id_ in vectors)
        asked = np.stack([self.vector() for _ in range(3)])
        exact = (asked @ np.stack(list(vectors.values())).T).max(axis=1) if vectors else np.zeros(3)
        closest = self.held.closest(asked)
        assert closest is not None
        assert closest == pytest.approx(exact, abs=1e-6)
        prompts = self.ledger.vectors(PRINT, [f"p{id_}" for id_ in items])
        zero = np.zeros(WIDTH, np.float32)
        places = {
            id_: blend(prompts[f"p{id_}"][None] if item.prompt else zero[None], vectors[id_][None])[0]
            for id_, item in items.items()
        }
        for where in (None, {"example": True}):
            wanted = {id_: places[id_] @ asked[0] for id_, item in items.items() if not where or may_be_example(item)}
            near = sorted(wanted, key=lambda id_: -wanted[id_])[:5]
            assert [id_ for id_, _ in self.held.query(asked[0], 5, where)] == near


@pytest.fixture
def home(ledger: Ledger) -> Home:
    return Home(ledger)


def test_it_follows_whatever_happens(home: Home) -> None:
    home.warm()
    home.agrees()
    kinds: list[Callable[[str], object]] = [home.rate, home.hide, home.forget, lambda id_: home.hide(id_, False)]
    for step in range(60):
        if step % 2 or len(home.ids) < 4:
            home.add()
        else:
            home.rng.choice(kinds)(home.rng.choice(home.ids))
        if step % 5 == 0:
            home.agrees()
    home.agrees()


def test_a_text_that_nobody_embedded_yet_is_embedded_first(home: Home) -> None:
    home.add()
    home.warm()
    late = home.add(embedded=False)
    home.add()
    home.agrees()
    assert late in home.held.vectors(home.ids)


def test_while_a_text_cannot_be_embedded_it_does_not_answer(home: Home) -> None:
    home.add()
    home.warm()
    home.add(embedded=False)
    assert not home.held.follow(lambda: None)
    home.add()
    home.agrees()


def test_a_home_of_several_pages_is_read_whole_also_where_one_event_touches_many(home: Home) -> None:
    for _ in range(3):
        home.add()
    c = schema.items.c
    with home.ledger.writing() as db:
        kept = db.execute(sa.select(schema.items).where(c.item_id == home.ids[0])).mappings().one()
        many = [dict(kept) | {"item_id": f"many{number:05}", "prompt_id": None} for number in range(2 * PAGE)]
        db.execute(sa.insert(schema.items), many)
        words = [{"id": each["item_id"], "text": "one of many"} for each in many]
        db.execute(sa.insert(schema.texts), words)
    home.ids += [str(each["item_id"]) for each in many]
    rows = unit(np.random.default_rng(1).standard_normal((len(many), WIDTH)).astype(np.float32))
    home.ledger.keep(Vectors(PRINT, [str(each["item_id"]) for each in many], rows))
    home.warm()
    home.agrees()
    with home.ledger.writing() as db:  # now one event touches them all
        db.execute(sa.update(schema.items).values(touched=sa.select(sa.func.max(c.touched) + 1).scalar_subquery()))
        db.execute(sa.update(schema.items).values(reward=0.25))
    home.agrees()


def test_it_keeps_up_before_anyone_asks_but_holds_nothing_for_that_alone(home: Home) -> None:
    home.add()
    for _ in range(2 * ASKED):
        home.held.keep_up()
    home.held.settle()
    assert home.held.closest(home.vector()[None]) is None
    home.warm()
    late = home.add()
    home.embed()
    home.held.keep_up()
    closest = home.held.closest(home.ledger.vectors(PRINT, [late])[late][None])
    assert closest == pytest.approx([1.0], abs=1e-6)
    home.agrees()


def test_who_will_ask_often_has_it_held_at_once(home: Home) -> None:
    home.add()
    home.embed()
    home.held.hold()
    home.agrees()


def test_what_is_forgotten_is_no_longer_in_memory(home: Home) -> None:
    kept, gone = home.add(), home.add()
    home.warm()
    home.forget(gone)
    home.agrees()
    assert home.held.items([kept, gone]).keys() == home.held.vectors([kept, gone]).keys() == {kept}
    assert [id_ for id_, _ in home.held.query(home.vector(), 5)] == [kept]


def test_a_large_home_is_not_held_and_looked_at_again_seldom(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(ledger, largest=4)
    for _ in range(4):
        home.add()
    home.warm()
    home.agrees()
    home.add()
    reads = []
    real = ledger.reading
    monkeypatch.setattr(ledger, "reading", lambda: reads.append(1) or real())  # type: ignore[func-returns-value]
    answers = [home.held.follow(home.embed) for _ in range(20)]
    assert (sum(answers), len(reads)) == (0, 1), "one look shows that it grew too large"
    assert home.held.closest(home.vector()[None]) is None
    assert home.held.items(home.ids) == home.plain.items(home.ids)
    home.hide(home.ids[0])
    for _ in range(SELDOM + ASKED):
        home.held.follow(home.embed)
    home.held.settle()
    home.agrees()


def test_what_cannot_be_read_is_told_and_recall_goes_on_without(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home.add()
    with monkeypatch.context() as patched:
        patched.setattr(home.held, "_fingerprint", lambda: 1 / 0)
        home.warm()
    assert not home.held.follow(home.embed)
    assert "recall goes on without" in caplog.text
