"""The local model as a LangChain chat model: the same engine, for chains, agents and whatever else takes one."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import run_in_executor
from pydantic import ConfigDict

from loop.errors import BadInput
from loop.models.base import Completion, Piece, Sampling
from loop.models.convert import from_langchain
from loop.models.engine import Engine
from loop.models.generation import Generation

OPTIONS = ("max_tokens", "temperature", "top_p", "seed", "n")


class LocalChatModel(BaseChatModel):
    """A chat model over an `Engine`.

    `generate([messages], n=4)` gives four candidates from one reading of the prompt. The fields may be given anew
    with any call (`invoke(..., temperature=0.2)`). Streams write one candidate; closing one ends the generation.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    engine: Engine
    max_tokens: int = 48
    temperature: float = 0.7
    top_p: float = 0.9
    seed: int | None = None
    n: int = 1
    stop: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "reprise-local"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.engine.model_id, **{name: getattr(self, name) for name in OPTIONS}}

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        generation = self._start(messages, stop, kwargs)
        for _ in generation:
            pass
        return self._result(generation)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Step by step in a thread, so that a task that is cancelled stops writing."""
        generation = await run_in_executor(None, self._start, messages, stop, kwargs)
        async for _ in _steps(generation):
            pass
        return self._result(generation)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        generation = self._start(messages, stop, kwargs, n=1)
        for piece in generation:
            chunk = _chunk(piece.text)
            if run_manager:
                run_manager.on_llm_new_token(piece.text, chunk=chunk)
            yield chunk
        yield self._last_chunk(generation)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        generation = await run_in_executor(None, self._start, messages, stop, kwargs, 1)
        async for pieces in _steps(generation):
            for piece in pieces:
                chunk = _chunk(piece.text)
                if run_manager:
                    await run_manager.on_llm_new_token(piece.text, chunk=chunk)
                yield chunk
        yield self._last_chunk(generation)

    def _start(
        self, messages: list[BaseMessage], stop: list[str] | None, given: dict[str, Any], n: int | None = None
    ) -> Generation:
        strange = set(given) - {*OPTIONS, "ls_structured_output_format"}
        if strange:
            raise BadInput(f"a local model knows no option '{min(strange)}'; it knows {', '.join(OPTIONS)} and stop")
        options = {name: given.get(name, getattr(self, name)) for name in OPTIONS}
        count = n or options["n"]
        del options["n"]
        sampling = Sampling(**options, stop=tuple(self.stop if stop is None else stop))
        return self.engine.start(from_langchain(messages), count, sampling)

    def _result(self, generation: Generation) -> ChatResult:
        return ChatResult(
            generations=[
                ChatGeneration(
                    message=AIMessage(
                        content=done.text,
                        usage_metadata=_usage(generation, done),
                        response_metadata={"model_name": generation.model_id, "finish_reason": done.finish},
                    ),
                    generation_info={"finish_reason": done.finish},
                )
                for done in generation.completions()
            ]
        )

    def _last_chunk(self, generation: Generation) -> ChatGenerationChunk:
        done = generation.completions()[0]
        message = AIMessageChunk(
            content="",
            usage_metadata=_usage(generation, done),
            response_metadata={"model_name": generation.model_id},
            chunk_position="last",
        )
        return ChatGenerationChunk(message=message, generation_info={"finish_reason": done.finish})


async def _steps(generation: Generation) -> AsyncIterator[list[Piece]]:
    while not generation.done:
        yield await run_in_executor(None, generation.step)


def _chunk(text: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text))


def _usage(generation: Generation, done: Completion) -> Any:
    read = generation.prompt_tokens
    return {"input_tokens": read, "output_tokens": done.tokens, "total_tokens": read + done.tokens}
