"""Web pages and feeds into the ledger, address by address."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

import httpx
import msgspec

from loop import checks
from loop.collecting.addresses import parsed, resolved
from loop.collecting.refused import NotCollected, PrivateAddress
from loop.collecting.robots import Manners
from loop.collecting.texts import Found, Lengths, Text, read
from loop.collecting.transport import PORTS
from loop.collecting.web import Patience, Web
from loop.errors import BadInput
from loop.importing import Imported, take_in
from loop.imports.facts import Facts, Occurrences
from loop.imports.row import Row
from loop.ledger import Ledger
from loop.settings import TaskProfile

Progress = Callable[[int, int], None]
"""Called with the addresses that are done and how many there are."""
SHORTEST = 20
"""Characters; what is shorter is seldom more than a button's caption."""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What to take from each address, and how to ask for it."""

    as_feed: bool = False
    """Take everything for a feed, whatever it looks like."""
    limit: int | None = None
    """Most texts of one address."""
    delay: float = 1.0
    """Least seconds between two requests to one host."""
    most_bytes: int = 5_000_000
    """Of one page, unpacked."""
    allow_private: bool = False
    least_length: int = SHORTEST
    most_length: int | None = None
    """Of a text, in characters; None for the longest that the task writes."""
    patience: Patience = Patience()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What one address gave."""

    url: str
    passages: int
    """Paragraphs, or titles and texts of entries, whatever their length."""
    imported: int
    skipped: int


class PageError(msgspec.Struct, frozen=True):
    """An address that gave nothing, and why."""

    url: str
    reason: str


class Collected(msgspec.Struct, kw_only=True):
    """What became of the addresses."""

    imported: int = 0
    skipped: int = 0
    """Texts that were there already."""
    failed: int = 0
    """Addresses that gave nothing."""
    errors: list[PageError] = []
    pages: list[Page] = []


def collect(
    ledger: Ledger,
    urls: Sequence[str],
    task: str,
    tasks: Mapping[str, TaskProfile],
    wishes: Wishes,
    progress: Progress | None = None,
) -> Collected:
    """Collect from each address in turn; what one of them gave is durable before the next is asked.

    Collected again, only what is new there is added.
    """
    profile = checks.task_profile(tasks, task)
    lengths = bounds(wishes, profile)
    result = Collected()
    with Web(wishes.allow_private, wishes.patience) as web, Occurrences() as occurrences:
        manners = Manners(web, wishes.delay)
        facts = Facts(task, profile.criteria, "collect", occurrences)
        for done, url in enumerate(urls):
            if progress:
                progress(done, len(urls))
            try:
                found = read(manners.get(url, wishes.most_bytes), lengths, wishes.as_feed)
                result.pages.append(_taken(ledger, url, found, lengths, facts, wishes.limit))
            except NotCollected as error:
                result.errors.append(PageError(url, str(error)))
    return _summed(result)


def _taken(ledger: Ledger, url: str, found: Found, lengths: Lengths, facts: Facts, limit: int | None) -> Page:
    if not found.texts:
        had = f"none of its {found.passages:,} passages has" if found.passages else "there is no text on it that has"
        raise NotCollected(
            f"{had} {lengths.least:,} to {lengths.most:,} characters; --min-length and --max-length set other bounds"
        )
    result = Imported()
    take_in(ledger, _rows(islice(found.texts, limit)), facts, result)
    return Page(url=url, passages=found.passages, imported=result.imported, skipped=result.skipped)


def _rows(texts: Iterator[Text]) -> Iterator[Row]:
    return (Row(number=number, text=each.text, source=each.source) for number, each in enumerate(texts, 1))


def _summed(result: Collected) -> Collected:
    result.imported = sum(page.imported for page in result.pages)
    result.skipped = sum(page.skipped for page in result.pages)
    result.failed = len(result.errors)
    return result


def bounds(wishes: Wishes, profile: TaskProfile) -> Lengths:
    """How long a text may be. Raises BadInput where nothing can be."""
    most = profile.max_chars if wishes.most_length is None else wishes.most_length
    if wishes.least_length > most:
        raise BadInput(f"no text has at least {wishes.least_length:,} and at most {most:,} characters; change a bound")
    return Lengths(wishes.least_length, most)


def addresses(urls: Sequence[str], allow_private: bool) -> list[str]:
    """The web addresses, each once; BadInput for what is none, or is not public where that is asked for.

    This is a first look at them as they are given; each is looked at again when it is asked, redirects too.
    """
    found = list(dict.fromkeys(parsed(url) for url in urls))
    if not allow_private:
        _refuse_private(found)
    return [str(each) for each in found]


def _refuse_private(urls: Sequence[httpx.URL]) -> None:
    for url in urls:
        try:
            resolved(url.raw_host.decode("ascii"), url.port or PORTS[url.scheme], allow_private=False)
        except PrivateAddress as error:
            raise BadInput(f"{url}: {error}") from error
        except NotCollected:
            continue  # said of this address alone when it is asked
