"""The errors of memory: one sentence that says what is wrong and what to do."""


class EmbedderUnusable(ValueError):
    """No embedder can be made of the name or path that the settings give."""


class IndexUnusable(RuntimeError):
    """The Chroma index cannot be opened or reached; nothing of the ledger is lost with it."""


class UnknownStrategy(ValueError):
    """No recall strategy bears this name."""
