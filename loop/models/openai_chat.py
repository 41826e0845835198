"""LangChain's chat model for OpenAI-compatible servers, with n candidates told apart, streaming included."""

from collections.abc import Iterator
from typing import Any

from langchain_core.language_models.base import LanguageModelInput
from langchain_core.outputs import ChatResult
from langchain_openai import ChatOpenAI

from loop.models.base import Delta


class OpenAIChat(ChatOpenAI):
    """ChatOpenAI (1.7) streams the first choice only and gives all choices the last one's finish reason."""

    own_server: bool = False
    """Not OpenAI's: then the older name `max_tokens` is sent, which every server knows."""

    def pieces(self, messages: LanguageModelInput, stop: list[str] | None, n: int) -> Iterator[Delta]:
        """The deltas of n candidates as they come; closing the iterator closes the connection.

        Raises ConnectionError when the stream ends before every candidate that it began.
        """
        payload = self._get_request_payload(messages, stop=stop, stream=True, n=n)
        unfinished: set[int] = set()
        with self.client.create(**payload) as chunks:
            for choice in (choice for chunk in chunks for choice in chunk.choices or []):
                index = choice.index or 0
                (unfinished.discard if choice.finish_reason else unfinished.add)(index)
                yield Delta(index, choice.delta.content or "", choice.finish_reason)
        if unfinished:
            raise ConnectionError("the stream broke off")

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        if self.own_server and "max_completion_tokens" in payload:
            payload["max_tokens"] = payload.pop("max_completion_tokens")
        return payload

    def _create_chat_result(self, response: Any, generation_info: dict[str, Any] | None = None) -> ChatResult:
        result = super()._create_chat_result(response, generation_info)
        choices = response["choices"] if isinstance(response, dict) else response.model_dump()["choices"]
        for generation, choice in zip(result.generations, choices, strict=True):
            generation.generation_info = {
                **(generation.generation_info or {}),
                "finish_reason": choice.get("finish_reason"),
            }
        return result
