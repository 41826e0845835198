"""Remote models over a real HTTP server: n, seeds, stop strings, streaming, servers that know less, and failures."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from loop.errors import BadInput, ModelUnusable
from loop.models.base import Piece, Sampling, Writer
from loop.models.load import open_writer
from loop.models.remote_errors import Remote
from loop.models.remote_writer import STRIDE, RemoteWriter
from loop.models.sources import ChatSource
from loop.settings import GeneratorSettings
from tests.integration.models_server import Server, serving, text_of
from tests.integration.models_tiny import TALK

SAMPLING = Sampling(max_tokens=12, temperature=0.7, top_p=0.9, seed=3)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def writer(server: Server, **settings: Any) -> Writer:
    return open_writer(GeneratorSettings(**({"model": "little", "url": server.url, "timeout_s": 30.0} | settings)))


def texts(n: int, **body: Any) -> list[str]:
    return [text_of({"seed": 3, "max_tokens": 12, **body}, i)[0] for i in range(n)]


def test_one_request_brings_n_candidates(server: Server) -> None:
    model = writer(server)
    assert [c.text for c in model.write(TALK, 4, SAMPLING)] == texts(4)
    (asked,) = server.asked
    assert asked["messages"] == TALK
    assert {key: asked[key] for key in ("model", "n", "temperature", "top_p", "seed", "max_tokens")} == {
        "model": "little",
        "n": 4,
        "temperature": 0.7,
        "top_p": 0.9,
        "seed": 3,
        "max_tokens": 12,
    }
    assert model.model_id == "little"


def test_finish_reasons_are_each_candidates_own(server: Server) -> None:
    stop = next(word for word in texts(2)[0].split() if word not in texts(2)[1].split())
    sampling = Sampling(max_tokens=12, temperature=0.7, top_p=0.9, seed=3, stop=(stop,))
    for on_piece in (None, lambda _: None):
        done = writer(server).write(TALK, 2, sampling, on_piece)
        assert [c.finish for c in done] == ["stop", "length"]
        assert done[0].text == texts(2)[0].partition(stop)[0]


@pytest.mark.parametrize("mode", ["well", "ignore-n", "refuse-n"])
@pytest.mark.parametrize("n", [1, 3])
def test_streams_join_to_the_texts(server: Server, mode: str, n: int) -> None:
    server.mode = mode
    pieces: list[Piece] = []
    done = writer(server).write(TALK, n, SAMPLING, pieces.append)
    assert ["".join(p.text for p in pieces if p.index == i) for i in range(n)] == [c.text for c in done]
    assert len(pieces) > 5 * n
    expected = texts(n) if mode == "well" else [texts(1, seed=3 + i * STRIDE)[0] for i in range(n)]
    assert [c.text for c in done] == expected


@pytest.mark.parametrize(("mode", "requests"), [("ignore-n", [3, 1, 1]), ("refuse-n", [3, 1, 1, 1])])
def test_a_server_that_cannot_do_n_is_asked_again_with_the_same_temperature(
    server: Server, mode: str, requests: list[int]
) -> None:
    server.mode = mode
    done = writer(server).write(TALK, 3, SAMPLING)
    assert [c.text for c in done] == [texts(1, seed=3 + i * STRIDE)[0] for i in range(3)]
    assert [asked.get("n") for asked in server.asked] == requests
    assert {asked["temperature"] for asked in server.asked} == {0.7}


def test_pieces_arrive_while_the_server_still_writes(server: Server) -> None:
    server.pause = 0.05
    times: list[float] = []
    writer(server).write(TALK, 1, SAMPLING, lambda _: times.append(time.monotonic()))
    assert times[-1] - times[0] > 0.2


def test_giving_up_hangs_up(server: Server) -> None:
    server.pause = 0.02

    def give_up(_: Piece) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        writer(server).write(TALK, 2, Sampling(max_tokens=30, temperature=0.7, top_p=0.9, seed=3), give_up)
    until = time.monotonic() + 5
    while not server.hung_up and time.monotonic() < until:
        time.sleep(0.02)
    assert server.hung_up == 1


FAILURES = [
    ("401", "refused the key; set a valid one in the environment variable OPENAI_API_KEY"),
    ("403", "refused the key"),
    ("404", "does not know the model 'little'"),
    ("418", "refused the request"),
    ("429", "too many requests"),
    ("500", "look at its log"),
    ("503", "look at its log"),
    ("slow", "did not answer within 1 s"),
    ("html", "no chat completion"),
    ("garbage", "no chat completion"),
    ("empty", "no chat completion"),
    ("null", "no chat completion"),
    ("none", "no chat completion"),
]


@pytest.mark.parametrize(("mode", "words"), FAILURES)
@pytest.mark.parametrize("streaming", [False, True])
def test_a_failure_is_one_sentence_that_names_the_server(
    server: Server, mode: str, words: str, streaming: bool
) -> None:
    server.mode = mode
    began = time.monotonic()
    with pytest.raises(ModelUnusable, match=words) as caught:
        writer(server, timeout_s=1.0 if mode == "slow" else 30.0).write(
            TALK, 2, SAMPLING, (lambda _: None) if streaming else None
        )
    assert server.url in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < 25


@pytest.mark.parametrize(
    ("mode", "words"), [("die", "cannot be reached|no chat completion"), ("noise", "no chat"), ("drip", "within 1 s")]
)
def test_a_stream_that_breaks_is_an_error(server: Server, mode: str, words: str) -> None:
    server.mode = mode
    with pytest.raises(ModelUnusable, match=words):
        writer(server, timeout_s=1.0 if mode == "drip" else 30.0).write(TALK, 1, SAMPLING, lambda _: None)


def test_nobody_listens_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ModelUnusable, match=f"{url} cannot be reached; start it"):
            open_writer(GeneratorSettings(model="m", url=url, timeout_s=2.0)).write(TALK, 1, SAMPLING)


def test_a_url_without_v1_says_where_to_look(server: Server) -> None:
    with pytest.raises(ModelUnusable, match=r"generator\.url"):
        writer(server, url=server.url.removesuffix("/v1")).write(TALK, 1, SAMPLING)


def test_the_key_comes_from_its_variable_and_loopback_needs_none(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer(server).write(TALK, 1, SAMPLING)
    monkeypatch.setenv("MY_KEY", "sesame")
    writer(server, api_key_env="MY_KEY").write(TALK, 1, SAMPLING)
    assert [asked["key"] for asked in server.asked] == ["Bearer none", "Bearer sesame"]
    for url in ("https://models.example.com/v1", "http://10.0.0.9:8000/v1"):
        with pytest.raises(BadInput, match="set the environment variable OPENAI_API_KEY"):
            open_writer(GeneratorSettings(model="m", url=url))


@pytest.mark.parametrize("url", ["ftp://x/v1", "localhost:8000", "http://", "not a url"])
def test_a_url_that_is_none_is_bad_input(url: str) -> None:
    with pytest.raises(BadInput, match=r"generator\.url"):
        open_writer(GeneratorSettings(model="m", url=url))


def test_a_password_in_the_url_is_never_shown() -> None:
    with pytest.raises(BadInput) as caught:
        open_writer(GeneratorSettings(model="m", url="https://me:hidden@models.example.com/v1?key=hidden"))
    assert "models.example.com/v1" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_an_openai_name_without_a_url_goes_to_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=r"api\.openai\.com.*OPENAI_API_KEY"):
        open_writer(GeneratorSettings(model="openai:gpt-x"))
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert open_writer(GeneratorSettings(model="openai:gpt-x")).model_id == "openai:gpt-x"


@pytest.mark.parametrize(
    ("model", "words"), [("anthropic:claude-x", "pip install langchain-anthropic"), ("nobody:x", "cannot be set up")]
)
def test_a_provider_that_is_not_here_says_what_to_do(model: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        open_writer(GeneratorSettings(model=model))
    assert "\n" not in str(caught.value)


def test_any_langchain_model_writes_n_candidates_at_once() -> None:
    remote = Remote(where="the provider 'fake'", model="fake:x", key_env="K", timeout_s=10.0)
    model = RemoteWriter(ChatSource(FakeListChatModel(responses=["a sea", "a roof"], sleep=0.01)), remote)
    assert [c.text for c in model.write(TALK, 1, SAMPLING)] == ["a sea"]
    pieces: list[Piece] = []
    done = model.write(TALK, 3, SAMPLING, pieces.append)
    assert {c.text for c in done} <= {"a sea", "a roof"}
    assert ["".join(p.text for p in pieces if p.index == i) for i in range(3)] == [c.text for c in done]
