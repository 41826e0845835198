"""The errors of the loop: one sentence that says what is wrong and what to do.

They are translated into exit statuses and HTTP answers only in `studio/`.
"""


class RepriseError(Exception):
    """Something failed; nothing was lost. Exit status 1."""


class BadInput(RepriseError, ValueError):
    """What was asked for cannot be done as asked; nothing was changed. Exit status 2."""


class NotFound(BadInput):
    """No candidate, item, turn, dataset or model bears this id."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"there is no {kind} '{name}'; look its id up with `reprise recall` or `reprise models`")


class KeyUsed(BadInput):
    """An idempotency key came with another command than the first time."""

    def __init__(self) -> None:
        super().__init__("this idempotency key was used for something else; use a new one")


class ModelUnusable(RepriseError):
    """A model could not be loaded or did not answer."""
