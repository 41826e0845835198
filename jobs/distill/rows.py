"""The rows of a dataset, as TRL's conversational standard has them, with where each comes from."""

from collections.abc import Mapping, Sequence

import msgspec

from loop.brief import Message, build_messages
from loop.prompts import Asked
from loop.settings import TaskProfile


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What every row bears beside its messages."""

    prompt: list[Message]
    task: str
    prompt_id: str
    """Empty where the text has no prompt."""
    items: list[str]
    """The items whose words are in the row."""
    lineage: list[int]
    """The events that wrote these texts and that made their rewards."""
    source: str
    """rated, edit or human; margin, pick, edit or import."""
    weight: float


class SftRow(Row, frozen=True, kw_only=True):
    """A text to learn from."""

    completion: list[Message]
    reward: float | None
    human: bool
    """Whether a person wrote or rewrote it."""


class HeldOutRow(SftRow, frozen=True, kw_only=True):
    """A text on a held-out prompt, liked or not: for the judge, and for the perplexity of human text."""


class PreferenceRow(Row, frozen=True, kw_only=True):
    """A text preferred over another; `margin` is the difference of their rewards."""

    chosen: list[Message]
    rejected: list[Message]
    margin: float
    deviation: float | None
    """How far the chosen text lies from the prompt's other texts: mean cosine distance; None where it is alone."""


class UnpairedRow(Row, frozen=True, kw_only=True):
    """A text that was liked or not."""

    completion: list[Message]
    label: bool
    reward: float


class PromptRow(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt to write for: a held-out one, or one that may be trained on."""

    prompt: list[Message]
    task: str
    prompt_id: str
    request: str
    """The prompt alone, as it was asked."""
    fields: dict[str, str]


def line(row: msgspec.Struct) -> str:
    """The row as one line of JSON."""
    return msgspec.json.encode(row).decode()


def asked_messages(profile: TaskProfile, asked: Asked, liked: Sequence[str] = ()) -> list[Message]:
    """The messages that a model is asked with."""
    return build_messages(profile, asked.prompt, asked.fields, liked=liked)


def answer(text: str) -> list[Message]:
    """The text as what the model says."""
    return [{"role": "assistant", "content": text}]


def profile_of(tasks: Mapping[str, TaskProfile], task: str) -> TaskProfile:
    """The profile of a task; one that is no longer declared asks with the bare prompt."""
    return tasks.get(task) or TaskProfile(instruction=f"You write: {task}.")
