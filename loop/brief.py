"""What the writer asks for, and how it becomes messages."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

import msgspec

from loop.settings import TaskProfile


class Message(TypedDict):
    """One chat message, as every chat model and TRL's conversational datasets take it."""

    role: Literal["system", "user", "assistant"]
    content: str


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A task, a prompt and its fields, and how many candidates to write."""

    task: str
    prompt: str
    fields: dict[str, str] = {}
    n: int = 4
    seed: int | None = None
    strategy: str | None = None
    """A recall strategy by name; None takes the configured one."""

    @property
    def prompt_id(self) -> str:
        """The same for the same task, prompt and fields: what held-out prompts are split by."""
        return prompt_id(self.task, self.prompt, self.fields)


def prompt_id(task: str, prompt: str, fields: Mapping[str, str] | None = None) -> str:
    """A stable id of what was asked."""
    words = msgspec.json.encode([task, prompt, sorted((fields or {}).items())])
    return "p_" + hashlib.blake2b(words, digest_size=10).hexdigest()


def request(profile: TaskProfile, prompt: str, fields: Mapping[str, str] | None = None) -> str:
    """The request alone: the task's template with the prompt in it, and one line for each field."""
    lines = [profile.template.replace("{prompt}", prompt).strip()]
    lines += [f"{name}: {value}" for name, value in (fields or {}).items()]
    return "\n".join(lines)


def build_messages(
    profile: TaskProfile,
    prompt: str,
    fields: Mapping[str, str] | None = None,
    *,
    liked: Sequence[str] = (),
    avoid: Sequence[tuple[str, str]] = (),
) -> list[Message]:
    """The one way to prompt any model: instruction, what was liked, what to avoid, the request.

    `avoid` holds texts with the rater's reason, which may be empty. Line breaks inside an example become
    spaces, so that one line is one example.
    """
    parts: list[str] = []
    if liked:
        parts.append("Liked before:\n" + "\n".join(f"- {one_line(text)}" for text in liked))
    if avoid:
        parts.append("Avoid:\n" + "\n".join(f"- {_with_reason(text, why)}" for text, why in avoid))
    parts.append(request(profile, prompt, fields))
    return [
        {"role": "system", "content": profile.instruction},
        {"role": "user", "content": "\n\n".join(parts)},
    ]


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def _with_reason(text: str, why: str) -> str:
    return f"{one_line(text)} ({one_line(why)})" if why.strip() else one_line(text)
