"""Our messages and LangChain's, in both directions."""

from collections.abc import Sequence
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from loop.brief import Message
from loop.errors import BadInput

ROLES: dict[str, Literal["system", "user", "assistant"]] = {"system": "system", "human": "user", "ai": "assistant"}
KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


def to_langchain(messages: Sequence[Message]) -> list[BaseMessage]:
    """As LangChain's chat models take them."""
    return [KINDS[message["role"]](content=message["content"]) for message in messages]


def from_langchain(messages: Sequence[BaseMessage]) -> list[Message]:
    """As ours. Raises BadInput for messages that are neither system, human nor AI (tools, functions)."""
    strange = {message.type.removesuffix("MessageChunk") for message in messages} - {*ROLES, "AI"}
    if strange or not messages:
        raise BadInput("a local model takes system, human and AI messages, and at least one of them")
    kinds = [ROLES[message.type.removesuffix("MessageChunk").lower()] for message in messages]
    return [{"role": kind, "content": str(message.text)} for kind, message in zip(kinds, messages, strict=True)]
