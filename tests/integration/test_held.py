"""What a process holds of a home in memory is what the read models say, whatever happened since."""

import random
from collections.abc import Callable

import numpy as np
import pytest

from loop import feedback
from loop.catalog import SqlCatalog
from loop.events import ItemForgotten, TextImported
from loop.held import ASKED, SELDOM, HeldCatalog
from loop.ids import new_id
from loop.ledger import Ledger, Vectors
from loop.prompts import pack
from loop.settings import TASKS
from memory.vectors import unit

PRINT, WIDTH = "test:4", 4


class Home:
    """Items that come, change and go in a ledger, beside what is held of them."""

    def __init__(self, ledger: Ledger, **limits: int) -> None:
        self.ledger = ledger
        self.rng = random.Random(0)
        self.ids: list[str] = []
        self.plain = SqlCatalog(ledger, lambda: PRINT, 10)
        self.held = HeldCatalog(ledger, self.plain, lambda: PRINT, **limits)

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

    def warm(self) -> None:
        for _ in range(ASKED):
            self.held.up_to_date()

    def agrees(self) -> None:
        """Held and read items and vectors are the same, and the closest text is the closest of the visible ones."""
        held = self.held.up_to_date()
        items = self.plain.items(self.ids)
        vectors = self.plain.vectors(list(items))
        assert held.items(self.ids) == items
        found = held.vectors(list(items))
        assert found.keys() == vectors.keys()
        assert all(np.array_equal(found[id_], vectors[id_]) for id_ in vectors)
        asked = np.stack([self.vector() for _ in range(3)])
        exact = (asked @ np.stack(list(vectors.values())).T).max(axis=1) if vectors else np.zeros(3)
        closest = self.held.closest(asked)
        assert closest is not None
        assert closest == pytest.approx(exact, abs=1e-6)


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


def test_a_text_that_is_embedded_later_is_waited_for(home: Home) -> None:
    home.add()
    home.warm()
    late = home.add(embedded=False)
    home.add()
    home.agrees()
    home.ledger.keep(Vectors(PRINT, [late], home.vector()[None]))
    home.agrees()
    assert late in home.held.vectors(home.ids)


def test_what_is_forgotten_is_no_longer_in_memory(home: Home) -> None:
    kept, gone = home.add(), home.add()
    home.warm()
    home.forget(gone)
    home.held.up_to_date()
    assert home.held.items([kept, gone]).keys() == home.held.vectors([kept, gone]).keys() == {kept}


def test_a_large_home_is_read_each_time_and_looked_at_again_seldom(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(ledger, largest=4)
    for _ in range(4):
        home.add()
    home.warm()
    home.agrees()
    for _ in range(3):
        home.add()
    reads = []
    real = ledger.reading
    monkeypatch.setattr(ledger, "reading", lambda: reads.append(1) or real())  # type: ignore[func-returns-value]
    for _ in range(20):
        home.held.up_to_date()
    assert len(reads) == 1, "one look shows that it grew too large"
    assert home.held.closest(home.vector()[None]) is None
    assert home.held.items(home.ids) == home.plain.items(home.ids)
    for id_ in home.ids[:4]:
        home.hide(id_)
    for _ in range(SELDOM + ASKED):
        home.held.up_to_date()
    home.agrees()
