"""What the tests of the command line share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cli import Cli
from tests.integration.models_server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    """A model behind an OpenAI-compatible API."""
    with serving() as running:
        yield running


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """`reprise` on an empty home."""
    return Cli(tmp_path / "home", capsys)


@pytest.fixture
def writing(cli: Cli, server: Server) -> Cli:
    """`reprise` on an empty home whose model is the server's; no turn explores."""
    cli.config(f'[generator]\nmodel = "little"\nurl = "{server.url}"\n[memory]\nexplore = 0.0\n')
    return cli
