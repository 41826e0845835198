"""Logs go to stderr, a line each; tracebacks only with --debug."""

import logging


class _Lines(logging.Formatter):
    """A line, without the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, and what the error said."""
        reason = f" ({record.exc_info[1]})" if record.exc_info else ""
        return f"reprise: {record.getMessage()}{reason}"


def listen(debug: bool) -> None:
    """Show warnings; with `debug` everything that our own rooms say."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s") if debug else _Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("reprise").setLevel(logging.DEBUG if debug else logging.WARNING)
