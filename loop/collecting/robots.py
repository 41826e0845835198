"""What a host allows to be asked, and how often: its robots.txt (RFC 9309) and our own pause."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx

from loop.collecting.refused import NotCollected
from loop.collecting.web import PRODUCT, Answer, Web, follow

if TYPE_CHECKING:
    from protego import Protego

LARGEST = 512 * 1024
"""Bytes of a robots.txt that are read; the rest does not count (RFC 9309 asks for 500 KiB at least)."""
LONGEST_PAUSE = 120.0
"""Seconds; a host that asks for more between two requests is left in peace."""
_BUSY = 429


class Manners:
    """Asks through a `Web` as the hosts wish: only what robots.txt allows, with a pause between two requests."""

    def __init__(self, web: Web, delay: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self._web = web
        self._delay = delay
        self._sleep = sleep
        self._rules: dict[str, Protego | NotCollected] = {}
        self._asked: dict[str, float] = {}

    def get(self, url: str, most: int) -> Answer:
        """The page at the end of the redirects, each of them allowed by its own host. Raises NotCollected."""
        answer = follow(url, lambda each: self._allowed(each, most))
        if answer.status != httpx.codes.OK:
            raise NotCollected(f"it answers {answer.status}{_phrase(answer.status)}; check the address, or try later")
        return answer

    def _allowed(self, url: str, most: int) -> Answer:
        rules = self._rules_of(url)
        if not rules.can_fetch(url, PRODUCT):
            raise NotCollected(f"the robots.txt of {httpx.URL(url).host} does not allow it")
        pause = _pause(rules)
        if pause > LONGEST_PAUSE:
            raise NotCollected(f"its host asks for {pause:g} s between two requests; that is too long to wait")
        return self._ask(url, most, max(pause, self._delay))

    def _ask(self, url: str, most: int, pause: float, cut: bool = False) -> Answer:
        host = httpx.URL(url).host
        if host in self._asked:
            self._sleep(max(0.0, self._asked[host] + pause - time.monotonic()))
        try:
            return self._web.ask(url, most, cut)
        finally:
            self._asked[host] = time.monotonic()

    def _rules_of(self, url: str) -> "Protego":
        origin = str(httpx.URL(url).copy_with(raw_path=b"/robots.txt"))
        if origin not in self._rules:
            try:
                self._rules[origin] = self._read(origin)
            except NotCollected as error:
                self._rules[origin] = error
        found = self._rules[origin]
        if isinstance(found, NotCollected):
            raise NotCollected(f"its robots.txt could not be read, so nothing is asked of it: {found}") from found
        return found

    def _read(self, url: str) -> "Protego":
        """The rules; none where there is no robots.txt (4xx), and NotCollected where the host cannot say."""
        from protego import Protego

        answer = follow(url, lambda each: self._ask(each, LARGEST, self._delay, cut=True))
        if answer.status == _BUSY or not (answer.status == httpx.codes.OK or 400 <= answer.status < 500):
            raise NotCollected(f"it answers {answer.status}; try again later")
        return Protego.parse(answer.body.decode("utf-8-sig", "replace"))


def _phrase(status: int) -> str:
    """What a status means, in the words of its standard."""
    phrase = httpx.codes.get_reason_phrase(status)
    return f" ({phrase})" if phrase else ""


def _pause(rules: "Protego") -> float:
    """Seconds between two requests that a host asks for, as a delay or as a rate."""
    delay, rate = rules.crawl_delay(PRODUCT), rules.request_rate(PRODUCT)
    return max(delay or 0.0, rate.seconds / rate.requests if rate else 0.0)
