"""The local model as LangChain's: invoke, stream, batches, async that does not block, errors that arrive."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from loop.errors import BadInput, ModelUnusable
from loop.models.base import Sampling
from loop.models.convert import from_langchain, to_langchain
from loop.models.engine import Engine
from loop.models.local import LocalChatModel
from loop.models.weights import load_local
from tests.integration.models_tiny import TALK, one_thread, save_gpt2

__all__ = ["one_thread"]
ASK = [SystemMessage("You write short posts."), HumanMessage("the sea")]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return load_local(str(save_gpt2(tmp_path_factory.mktemp("gpt2"))), "cpu")


@pytest.fixture
def chat(engine: Engine) -> LocalChatModel:
    return LocalChatModel(engine=engine, seed=5, max_tokens=24)


@pytest.fixture
def broken(chat: LocalChatModel, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the model fail at its k-th step."""

    def at(step: int) -> None:
        whole, calls = chat.engine.model.forward, iter(range(1000))

        def forward(**kwargs: object) -> object:
            if next(calls) == step:
                raise RuntimeError("the weights caught fire")
            return whole(**kwargs)

        monkeypatch.setattr(chat.engine.model, "forward", forward)

    return at


def test_it_writes_what_the_engine_writes(chat: LocalChatModel) -> None:
    sampling = Sampling(max_tokens=24, temperature=0.7, top_p=0.9, seed=5)
    wanted = chat.engine.write(from_langchain(ASK), 3, sampling)
    found = chat.generate([ASK], n=3).generations[0]
    assert [g.text for g in found] == [c.text for c in wanted]
    assert [g.generation_info for g in found] == [{"finish_reason": c.finish} for c in wanted]
    answer = chat.invoke(ASK)
    assert answer.content == wanted[0].text
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["output_tokens"] == wanted[0].tokens


def test_options_of_a_call_count_over_those_of_the_model(chat: LocalChatModel) -> None:
    assert chat.invoke(ASK, seed=6).content != chat.invoke(ASK).content
    assert chat.bind(temperature=0.0).invoke(ASK).content == chat.invoke(ASK, temperature=0.0, seed=9).content
    whole = str(chat.invoke(ASK).content)
    assert chat.invoke(ASK, stop=[whole[4:6]]).content == whole[: whole.index(whole[4:6])]
    with pytest.raises(BadInput, match="top_k"):
        chat.invoke(ASK, top_k=3)


def test_a_stream_joins_to_the_whole_and_ends_with_its_reason(chat: LocalChatModel) -> None:
    chunks = list(chat.stream(ASK))
    total = chunks[0]
    for chunk in chunks[1:]:
        total += chunk
    assert len(chunks) > 3
    assert total.content == chat.invoke(ASK).content
    assert isinstance(total, AIMessageChunk)
    assert total.response_metadata["finish_reason"] in ("stop", "length")
    assert total.usage_metadata is not None


def test_it_is_a_link_in_a_chain(chat: LocalChatModel) -> None:
    chain = ChatPromptTemplate.from_messages([("system", "You write short posts."), ("human", "{about}")])
    assert (chain | chat | StrOutputParser()).invoke({"about": "the sea"}) == chat.invoke(ASK).content
    assert [m.content for m in chat.batch([ASK, "the rain"])] == [chat.invoke(a).content for a in (ASK, "the rain")]


def test_async_gives_the_same(chat: LocalChatModel) -> None:
    async def both() -> tuple[object, str]:
        streamed = [chunk.text async for chunk in chat.astream(ASK)]
        return (await chat.ainvoke(ASK)).content, "".join(streamed)

    assert asyncio.run(both()) == (chat.invoke(ASK).content,) * 2


def slow_down(chat: LocalChatModel, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """50 ms a step; returns the times of the steps."""
    whole, steps = chat.engine.model.forward, []

    def forward(**kwargs: object) -> object:
        steps.append(time.monotonic())
        time.sleep(0.05)
        return whole(**kwargs)

    monkeypatch.setattr(chat.engine.model, "forward", forward)
    return steps


@pytest.mark.parametrize("how", ["ainvoke", "astream"])
def test_the_event_loop_goes_on_while_a_model_writes(
    chat: LocalChatModel, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = slow_down(chat, monkeypatch)

    async def write() -> None:
        if how == "ainvoke":
            await chat.ainvoke(ASK)
        else:
            _ = [chunk async for chunk in chat.astream(ASK)]

    async def tick() -> int:
        task, ticks = asyncio.ensure_future(write()), 0
        while not task.done():
            await asyncio.sleep(0.005)
            ticks += 1
        return ticks

    assert asyncio.run(tick()) > 2 * len(steps)


@pytest.mark.parametrize("how", ["ainvoke", "astream"])
def test_a_cancelled_task_stops_the_model(chat: LocalChatModel, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = slow_down(chat, monkeypatch)

    async def write() -> None:
        if how == "ainvoke":
            await chat.ainvoke(ASK, max_tokens=200)
        else:
            _ = [chunk async for chunk in chat.astream(ASK, max_tokens=200)]

    async def cancel() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(write(), 0.4)

    asyncio.run(cancel())
    done = len(steps)
    time.sleep(0.3)
    assert len(steps) - done <= 1
    assert done < 100
    assert not chat.engine.lock.locked()


@pytest.mark.parametrize("step", [0, 3])
def test_a_failure_while_writing_reaches_every_way_of_asking(
    chat: LocalChatModel, broken: Callable[[int], None], step: int
) -> None:
    async def astream() -> None:
        _ = [chunk async for chunk in chat.astream(ASK)]

    ways: list[Callable[[], object]] = [
        lambda: chat.invoke(ASK),
        lambda: list(chat.stream(ASK)),
        lambda: asyncio.run(chat.ainvoke(ASK)),
        lambda: asyncio.run(astream()),
    ]
    for way in ways:
        broken(step)
        with pytest.raises(ModelUnusable, match="the weights caught fire"):
            way()


def test_messages_go_to_langchain_and_back() -> None:
    whole = [*TALK, {"role": "assistant", "content": "The sea"}]
    assert from_langchain(to_langchain(whole)) == whole
    assert from_langchain([AIMessageChunk(content=[{"type": "text", "text": "hi"}])])[0]["content"] == "hi"
    with pytest.raises(BadInput):
        from_langchain([ToolMessage("x", tool_call_id="1")])
    with pytest.raises(BadInput):
        from_langchain([])
    assert isinstance(to_langchain(whole)[-1], AIMessage)


def test_the_model_says_who_it_is(chat: LocalChatModel, tmp_path: Path) -> None:
    assert chat._identifying_params["model"] == chat.engine.model_id
    assert chat._llm_type == "reprise-local"
