"""`collect`: texts from web pages and feeds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import Task
from studio.cli.terminal import bad, bar, faint, safe

if TYPE_CHECKING:
    from loop.collecting.collect import Collected


@command(app)
def collect(
    call: Call,
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Pages, plain texts, RSS or Atom feeds.")],
    task: Task,
    feed: Annotated[bool, typer.Option("--feed", help="They are feeds, whatever they look like.")] = False,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Most texts of each URL; else all of them.")
    ] = None,
    delay: Annotated[
        float, typer.Option(metavar="S", min=0, max=120, help="Least seconds between requests to a host.")
    ] = 1.0,
    max_size: Annotated[float, typer.Option(metavar="MB", min=0.001, max=100, help="Largest page, unpacked.")] = 5.0,
    min_length: Annotated[int, typer.Option(metavar="N", min=1, help="Shortest text, in characters.")] = 20,
    max_length: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Longest text; else the longest that the task writes.")
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Ask hosts of your own network and machine too.")
    ] = False,
) -> None:
    """Take in texts from web pages and feeds.

    A page gives its paragraphs, list items and quotes; an entry of a feed its title and its text. robots.txt is
    followed. What was collected before is passed over, so that the same command adds what is new.
    """
    from loop import checks
    from loop.collecting.collect import Wishes, addresses, bounds
    from loop.collecting.collect import collect as work

    wishes = Wishes(
        as_feed=feed, limit=limit, delay=delay, most_bytes=round(max_size * 1e6), allow_private=allow_private,
        least_length=min_length, most_length=max_length,
    )  # fmt: skip
    bounds(wishes, checks.task_profile(call.settings().tasks, task))
    asked = addresses(urls, allow_private)
    with call.house("reprise collect") as house:
        with bar("collect", "page") as progress:
            done = work(house.ledger, asked, task, house.settings.tasks, wishes, progress)
        if done.imported:
            with bar("memory", "text") as progress:
                house.memory.write_back(progress)
    call.answer(done, _told(done))
    _end(call, done)


def _end(call: Call, done: "Collected") -> None:
    """Nothing from anywhere is a failure; an address that gave nothing among others is not."""
    if not done.failed:
        return
    if not done.pages:
        call.note(safe(f"reprise: nothing was collected; {done.errors[0].url}: {done.errors[0].reason}"))
        raise typer.Exit(1)
    call.note(f"reprise: {done.failed:,} of {done.failed + len(done.pages):,} addresses gave nothing")


def _told(done: "Collected") -> Iterator[str]:
    yield f"imported {done.imported:,}, skipped {done.skipped:,}, failed {done.failed:,}"
    for page in done.pages:
        taken = page.imported + page.skipped
        yield faint(safe(f"  {page.url}: {taken:,} texts of {page.passages:,} passages"))
    for error in done.errors:
        yield bad(safe(f"  {error.url}: {error.reason}"))
