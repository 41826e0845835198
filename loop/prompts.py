"""Prompts as the ledger keeps them: a text of their own under the prompt's id, words and fields as JSON."""

from collections.abc import Mapping

import msgspec


class Asked(msgspec.Struct, frozen=True):
    """The words of a prompt and its fields."""

    prompt: str
    fields: dict[str, str] = {}

    @property
    def words(self) -> str:
        """All that was asked as one text: what is embedded, so that the same request recalls what it led to."""
        return "\n".join([self.prompt, *(value for _, value in sorted(self.fields.items()))])


def pack(prompt: str, fields: Mapping[str, str] | None = None) -> str:
    """The text that is kept under a prompt's id."""
    return msgspec.json.encode(Asked(prompt, dict(fields or {}))).decode()


def unpack(text: str | None) -> Asked:
    """What was packed; an empty prompt for one that was forgotten or never known."""
    return msgspec.json.decode(text, type=Asked) if text else Asked("")
