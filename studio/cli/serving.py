"""`serve` and `worker`: the studio in the browser, its API and the scheduler."""

from typing import Annotated

import typer

from studio.cli.app import Call, app, command


@command(app)
def serve(
    call: Call,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to listen; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(metavar="PORT", min=0, max=65535, help="Default 8765.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in your browser.")] = False,
) -> None:
    """Start the studio in your browser, its API and the nightly work."""
    from studio.web.serve import serve as run

    run(call.folder, call.config, host, port, show=show)


@command(app)
def worker(call: Call) -> None:
    """Do the nightly work without the studio, until it is stopped."""
    from studio.scheduling import work

    with call.house("reprise worker") as house:
        call.note("working; stop with Ctrl-C")
        work(house, call.config)
