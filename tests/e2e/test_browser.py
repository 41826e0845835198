"""The studio in a real browser: write, rate, recall, with the mouse alone and with the keyboard alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import uvicorn

from jobs.rating.report import report
from loop import feedback
from loop.brief import Brief
from loop.events import CandidatePicked, ItemHidden, TurnTaken
from loop.turn import take_turn
from studio.compose import House
from studio.web.app import create_app
from studio.web.hub import Hub
from tests.fakes import QueueWriter
from tests.web_home import open_house

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SHOTS = Path(__file__).parents[2] / "artefacts" / "screenshots"
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>\u202e' + "w" * 3_000
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"there is no {CHROMIUM}; install Debian's chromium"),
]

IDEAS = [
    "A keeper who counts the ships by their breathing.",
    "The lamp is tired, and asks to be let out at noon.",
    "Every night the stairs add one step more.",
    "Someone answers the light, letter by letter.",
]


@contextmanager
def served(house: House) -> Iterator[str]:
    """The address of the studio, in a thread of this process."""
    hub = Hub()
    server = uvicorn.Server(uvicorn.Config(create_app(house, hub=hub), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        hub.close()
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, QueueWriter(IDEAS)) as house:
        yield house


@pytest.fixture
def studio(house: House) -> Iterator[str]:
    with served(house) as url:
        yield url


@contextmanager
def opened(browser: Any, url: str, width: int = 1440, scheme: str = "light", path: str = "/") -> Iterator[Any]:
    """A page that must neither fail nor ask anybody else for anything."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(15_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith(url) else wrong.append(request.url))
    try:
        page.goto(url + path)
        yield page
        assert wrong == []
    finally:
        context.close()


def cards(page: Any, n: int) -> Any:
    """The newest turn's cards, when all n are written."""
    newest = page.locator(".turn").first.locator(".card:not([data-writing])")
    newest.nth(n - 1).wait_for()
    assert newest.count() == n
    return newest


def kept(page: Any) -> Any:
    """Until an item's change is acknowledged."""
    return page.expect_response(lambda answer: "/api/items/" in answer.url and answer.ok)


def test_with_the_mouse_alone_but_for_the_words(browser: Any, studio: str) -> None:
    with opened(browser, studio) as page:
        assert page.locator("#empty").is_visible()
        page.locator(".chip", has_text="story").click()
        page.locator("#prompt").click()
        page.keyboard.type("a lighthouse")
        page.locator("#go").click()
        first = cards(page, 4)
        assert first.nth(0).locator(".card-text").inner_text() == IDEAS[0]
        assert "% new" in first.nth(0).locator(".novelty").inner_text()
        with kept(page):
            first.nth(1).locator(".criterion", has_text="originality").locator(".score").nth(4).click()
        page.wait_for_function(
            "document.querySelectorAll('.card')[1].querySelector('.card-reward').textContent > '0.5'"
        )
        with kept(page):
            first.nth(2).locator(".act-pick").click()
        page.locator(".card.picked").wait_for()
        assert first.nth(2).get_attribute("class").split().count("picked") == 1
        with kept(page):
            first.nth(3).locator(".act-hide").click()
        first.nth(3).locator(".card-hidden").wait_for()
        page.locator("#go").click()
        cards(page, 4)
        page.locator(".turn").first.locator(".memory summary").click()
        assert IDEAS[2] in page.locator(".turn").first.locator(".recalled").inner_text()
        page.locator("nav a", has_text="Library").click()
        page.locator("input[name=q]").fill("the lamp is tired")
        page.locator(".search button").click()
        assert IDEAS[1] in page.locator(".item").first.inner_text()
        assert IDEAS[3] not in page.locator(".items").inner_text()


def test_with_the_keyboard_alone(browser: Any, studio: str) -> None:
    with opened(browser, studio) as page:
        press = page.keyboard.press
        press("/")
        page.keyboard.type("a lighthouse")
        press("Control+Enter")
        first = cards(page, 4)
        page.locator("#prompt").evaluate("area => area.blur()")
        with kept(page):
            press("2")
        page.locator(".card.picked").wait_for()
        assert first.nth(1).get_attribute("class").split().count("picked") == 1
        press("s")
        with kept(page):
            for score in "5432":
                press(score)
        scores = first.nth(1).locator("input:checked").evaluate_all("all => all.map(input => input.value)")
        assert scores == ["5", "4", "3", "2"]
        press("ArrowLeft")
        press("e")
        press("Control+a")
        page.keyboard.type("My own lighthouse.")
        with kept(page):
            press("Control+Enter")
        page.locator(".card.edited").wait_for()
        assert first.nth(0).locator(".card-text").inner_text() == "My own lighthouse."
        press("ArrowRight")
        press("c")
        page.keyboard.type("dry wit")
        with kept(page):
            press("Enter")
        first.nth(1).locator(".card-comment").wait_for(state="hidden")
        press("?")
        page.locator("#help").wait_for()
        press("Escape")
        press("r")
        page.locator(".turn").nth(1).wait_for()
        cards(page, 4)
        page.goto(studio + "/library")
        text = page.locator(".items").inner_text()
        assert "My own lighthouse." in text
        assert "dry wit" in text


def test_whoever_rates_can_say_who_they_are(browser: Any, house: House, studio: str) -> None:
    with opened(browser, studio, width=390) as page:
        page.locator("#prompt").fill("a lighthouse")
        page.locator("#go").click()
        with kept(page):
            cards(page, 4).nth(0).locator(".act-pick").click()
        page.locator("#rater").click()
        page.locator("#who input").fill("   ")
        page.keyboard.press("Enter")
        assert page.locator("#who").is_visible(), "a name is asked for"
        page.locator("#who input").fill(" Zoë & co ")
        page.keyboard.press("Enter")
        page.locator("#rater", has_text="Zoë & co").wait_for()
        second = cards(page, 4).nth(1)
        assert page.locator(".card.picked").count() == 0, "somebody else's pick"
        with kept(page):
            second.locator(".act-pick").click()
        page.reload()
        cards(page, 4)
        assert page.locator(".card.picked").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.locator("#rater").click()
        page.screenshot(path=SHOTS / "rater-390.png")
        page.keyboard.press("Escape")
    said = [(r.event.rater, r.event.candidate_id) for r in house.ledger.read() if isinstance(r.event, CandidatePicked)]
    assert [rater for rater, _ in said] == ["me", "Zoë & co"]


def test_drafts_and_turns_survive_a_reload(browser: Any, studio: str) -> None:
    with opened(browser, studio) as page:
        page.locator(".chip", has_text="opener").click()
        page.locator("#prompt").fill("somebody new")
        page.locator("input[name=Bio]").fill("I mend radios")
        page.locator("#go").click()
        cards(page, 4)
        with kept(page):
            page.locator(".card").nth(0).locator(".act-pick").click()
        page.locator("#prompt").fill("half a thought")
        page.reload()
        assert page.locator("#prompt").input_value() == "half a thought"
        assert page.locator("input[name=Bio]").input_value() == "I mend radios"
        cards(page, 4)
        assert page.locator(".card.picked").count() == 1
        assert "I mend radios" in page.locator(".turn-fields").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_somebody_else_was_given_bears_a_mark(browser: Any, tmp_path: Path, scheme: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    writer = QueueWriter()
    with open_house(tmp_path, writer) as house, served(house) as url, opened(browser, url, scheme=scheme) as page:
        page.locator(".chip", has_text="opener").click()
        page.locator("#n").fill("1")
        page.locator("#prompt").fill("somebody new")
        for bio, texts in (("I mend radios", IDEAS[:1]), ("I sail", IDEAS[:1] * 9)):
            writer.texts = list(texts)
            page.locator("input[name=Bio]").fill(bio)
            page.locator("#go").click()
            page.locator(".turn-fields", has_text=bio).wait_for()
            cards(page, 1)
        assert page.locator(".repeats-badge:visible").count() == 1
        badge = cards(page, 1).first.locator(".repeats-badge")
        assert badge.inner_text() == "same words"
        assert IDEAS[0] in badge.get_attribute("title")
        page.screenshot(path=SHOTS / f"repeats-{scheme}.png", full_page=True)
        page.reload()
        assert cards(page, 1).first.locator(".repeats-badge").is_visible()


def turn(house: House, prompt: str, n: int) -> list[str]:
    """The candidates of a turn that was taken before the page was opened."""
    taken = take_turn(
        Brief(task="tweet", prompt=prompt, n=n), memory=house.memory, model=house.writer, ledger=house.ledger,
        tasks=house.settings.tasks, settings=house.settings.generator,
    )  # fmt: skip
    return [candidate.candidate_id for candidate in taken.candidates]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_text_is_rated_again_by_whoever_does_not_know_it(browser: Any, house: House, width: int, scheme: str) -> None:
    rewards = msgspec.structs.replace(house.settings.rewards, again_share=1.0, again_after=3)
    house.settings = msgspec.structs.replace(house.settings, rewards=rewards)
    for item in turn(house, "a lighthouse", 4):
        feedback.rate(house.ledger, house.settings.tasks, item, {"clarity": 4}, comment="dry wit")
    for _ in range(5):  # what was rated leaves the page
        turn(house, "the sea", 2)
    SHOTS.mkdir(parents=True, exist_ok=True)
    with served(house) as url, opened(browser, url, width, scheme) as page:
        asking = page.locator(".turn.asking .card")
        asking.wait_for()
        assert "asking" in page.locator(".turn").nth(1).get_attribute("class"), "below the newest turn"
        assert asking.locator(".card-text").inner_text() == IDEAS[0]
        assert "a lighthouse" in page.locator(".turn.asking .turn-head").inner_text()
        assert asking.locator("input:checked, .score.on").count() == 0, "what was said is not shown"
        assert asking.locator(".card-reward").inner_text() == ""
        assert asking.locator(".act:visible").all_inner_texts() == ["Comment"]
        assert "dry wit" not in page.locator("#turns").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert _unlabelled(page) == []
        page.screenshot(path=SHOTS / f"one-more-{width}-{scheme}.png", full_page=True)
        asking.focus()
        for key in "1xs":  # neither picked nor hidden, but scored
            page.keyboard.press(key)
        with kept(page):
            page.keyboard.press("2")
    assert report(house.ledger, rewards).raters[0].repeated.repeats == 1
    assert not any(isinstance(r.event, CandidatePicked | ItemHidden) for r in house.ledger.read())


def test_the_page_says_that_the_best_of_many_are_shown(browser: Any, tmp_path: Path) -> None:
    class Later:
        name = "w_1"

        def score(self, prompts: list[str], texts: list[str]) -> np.ndarray:
            return np.linspace(0, 1, len(texts))

    with open_house(tmp_path, QueueWriter(IDEAS)) as house:
        generator = msgspec.structs.replace(house.settings.generator, best_of=2)
        house.settings = msgspec.structs.replace(house.settings, generator=generator)
        house.serving.scorer = lambda task: Later()  # type: ignore[assignment]
        with served(house) as url, opened(browser, url, width=390) as page:
            page.locator("#n").fill("2")
            page.locator("#prompt").fill("a lighthouse")
            page.locator("#go").click()
            shown = cards(page, 2)
            assert page.locator(".turn-words").inner_text() == "by fake, the best of 4"
            assert shown.nth(1).locator(".card-text").inner_text() == IDEAS[3]
            assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_hostile_text_stays_text(browser: Any, tmp_path: Path) -> None:
    writer = QueueWriter([HOSTILE, "b"])
    with open_house(tmp_path, writer) as house, served(house) as url, opened(browser, url, width=390) as page:
        page.locator("#n").fill("2")
        page.locator("#prompt").fill(HOSTILE)
        page.locator("#go").click()
        first = cards(page, 2)
        assert first.nth(0).locator(".card-text").text_content().startswith("<img src=x")
        with kept(page):
            first.nth(0).locator(".act-pick").click()
        page.locator("#go").click()
        page.locator(".turn").nth(1).wait_for()
        page.goto(url + "/library")
        assert page.locator("main img, main script").count() == 0
        assert "Library" in page.title()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_model_is_seen_to_load_and_the_server_to_go(browser: Any, house: House) -> None:
    with served(house) as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        page.locator('#model[data-state="ready"]').wait_for()
        assert page.locator("#model").inner_text() == "fake"
    page.locator("#banner", has_text="does not answer").wait_for()
    context.close()


def test_a_turn_can_be_stopped(browser: Any, tmp_path: Path) -> None:
    from tests.web_home import SlowWriter

    slow = SlowWriter()
    with open_house(tmp_path, slow) as house, served(house) as url, opened(browser, url) as page:
        page.locator("#prompt").fill("x")
        page.locator("#go").click()
        page.locator(".card-text", has_text="word 3").first.wait_for()
        page.locator("#go").click()
        page.locator(".turn-words", has_text="Stopped").wait_for()
        slow.go_on.set()
        page.locator("#go").click()
        cards(page, 4)
        assert sum(isinstance(recorded.event, TurnTaken) for recorded in house.ledger.read()) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_and_is_kept_as_a_picture(browser: Any, studio: str, width: int, scheme: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with opened(browser, studio, width, scheme) as page:
        page.locator("#prompt").fill("a lighthouse")
        page.locator("#go").click()
        cards(page, 4)
        with kept(page):
            page.locator(".card").nth(1).locator(".act-pick").click()
        for name in ("", "library", "models", "nights", "docs"):
            page.goto(f"{studio}/{name}")
            page.wait_for_timeout(300)
            page.screenshot(path=SHOTS / f"{name or 'write'}-{width}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            dark = page.evaluate("getComputedStyle(document.body).colorScheme || ''")
            assert scheme in (dark, page.evaluate("getComputedStyle(document.documentElement).colorScheme"))
            assert _unlabelled(page) == []
        page.locator("#theme").click()
        chosen = page.evaluate("document.documentElement.dataset.theme")
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == chosen != scheme


def _unlabelled(page: Any) -> list[str]:
    """Controls without a name, which a screen reader could not say."""
    names = """() => [...document.querySelectorAll('button, input, select, textarea, a[href], summary')]
        .filter(e => !(e.innerText || '').trim() && !e.labels?.length && !e.getAttribute('aria-label'))
        .filter(e => e.checkVisibility() && !e.textContent.trim()).map(e => e.outerHTML.slice(0, 80))"""
    found: list[str] = page.evaluate(names)
    return found
