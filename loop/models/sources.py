"""Remote chat models as sources of text: LangChain's, and among them those that answer with several candidates."""

from collections.abc import Iterator
from typing import Any, Protocol

from loop.brief import Message
from loop.models.base import Delta, Sampling
from loop.models.convert import to_langchain

MOST_STOPS = 4  # OpenAI takes no more; the writer applies all of them
LENGTH_FIELDS = ("max_tokens", "max_output_tokens", "num_predict")
END_KEYS = ("finish_reason", "stop_reason", "done_reason")


class Source(Protocol):
    """A remote chat model."""

    many: bool
    """Whether one request may ask for several candidates."""

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """The text of up to n candidates, in parts (streaming) or each as a whole; fewer when the server ignores n."""
        ...


class ChatSource:
    """Any LangChain chat model: one candidate a request."""

    def __init__(self, chat: Any) -> None:
        self._chat = chat
        self.many = False

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """One candidate."""
        chat, stop, ours = _sampled(self._chat, sampling), _few(sampling.stop), to_langchain(messages)
        for message in chat.stream(ours, stop=stop) if streaming else [chat.invoke(ours, stop=stop)]:
            yield Delta(0, str(message.text), _finish(message), _tokens(message))


class OpenAISource:
    """An OpenAI-compatible server: n candidates a request."""

    def __init__(self, chat: Any) -> None:
        self._chat = chat
        self.many = True

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        """Up to n candidates."""
        chat, stop, ours = _sampled(self._chat, sampling), _few(sampling.stop), to_langchain(messages)
        if streaming:
            yield from chat.pieces(ours, stop, n)
            return
        for at, generation in enumerate(chat.generate([ours], stop=stop, n=n).generations[0]):
            finish = (generation.generation_info or {}).get("finish_reason")
            yield Delta(at, generation.text, finish, _tokens(generation.message) if n == 1 else 0)


def _sampled(chat: Any, sampling: Sampling) -> Any:
    """The same client with these options; those that the model's class does not have are left out."""
    fields = type(chat).model_fields
    options = {"temperature": sampling.temperature, "top_p": sampling.top_p, "seed": sampling.seed}
    options |= dict.fromkeys(LENGTH_FIELDS, sampling.max_tokens)
    return chat.model_copy(update={name: value for name, value in options.items() if name in fields})


def _few(stop: tuple[str, ...]) -> list[str] | None:
    return list(stop[:MOST_STOPS]) or None


def _finish(message: Any) -> str | None:
    found = (message.response_metadata.get(key) for key in END_KEYS)
    return next((str(reason) for reason in found if reason), None)


def _tokens(message: Any) -> int:
    return int((message.usage_metadata or {}).get("output_tokens", 0))
