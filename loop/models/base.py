"""What every language model is to the loop: something that writes n candidates for a list of messages."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from loop.brief import Message
from loop.settings import TaskProfile


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """How candidates are drawn. Temperature 0 is greedy; seed None is a fresh seed for each call."""

    max_tokens: int
    temperature: float
    top_p: float
    seed: int | None
    stop: tuple[str, ...] = ()
    """Strings that end a candidate; the text is cut before the first that appears."""

    @classmethod
    def of(cls, profile: TaskProfile, seed: int | None, stop: tuple[str, ...] = ()) -> "Sampling":
        """As the task's profile says."""
        return cls(
            max_tokens=profile.max_tokens,
            temperature=profile.temperature,
            top_p=profile.top_p,
            seed=seed,
            stop=stop,
        )


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """One finished candidate."""

    text: str
    tokens: int
    """Tokens that the model wrote, the end marker included; for remote models what the server reports, else 0."""
    finish: Literal["stop", "length"]
    """`stop`: the model ended it or a stop string appeared; `length`: it was cut at `max_tokens`."""


class Piece(msgspec.Struct, frozen=True):
    """New text of the candidate with this index; the pieces of a candidate joined are its text."""

    index: int
    text: str


class Delta(msgspec.Struct, frozen=True):
    """What a remote model sends: a piece, and with the last one of a candidate why it ended and how long it is."""

    index: int
    text: str
    finish: str | None = None
    tokens: int = 0


OnPiece = Callable[[Piece], None]


class Writer(Protocol):
    """A language model, as the turn calls it."""

    model_id: str

    def write(
        self, messages: list[Message], n: int, sampling: Sampling, on_piece: OnPiece | None = None
    ) -> list[Completion]:
        """n candidates in order of their index.

        `on_piece` is called in the caller's thread; an error in it ends the call and reaches the caller as it is.
        Raises ModelUnusable when the model fails or does not answer.
        """
        ...
