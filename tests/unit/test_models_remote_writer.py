"""The remote writer over fake sources: topping up, refusals, threads, stop strings, time."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from loop.brief import Message
from loop.errors import ModelUnusable
from loop.models.base import Completion, Delta, Piece, Sampling
from loop.models.remote_errors import Remote
from loop.models.remote_writer import STRIDE, RemoteWriter

REMOTE = Remote(where="the server at http://x/v1", model="m", key_env="KEY", timeout_s=0.5)
MESSAGES: list[Message] = [{"role": "user", "content": "hello"}]
SEEDS = [10, 10 + STRIDE, 10 + 2 * STRIDE]
SAMPLING = Sampling(max_tokens=8, temperature=1.0, top_p=1.0, seed=10)


class Refused(Exception):
    status_code = 400


class Fake:
    """Answers as a function of (n, seed) says, and remembers what it was asked."""

    def __init__(self, answer: Callable[[int, int | None], Iterator[Delta]], many: bool) -> None:
        self.many = many
        self.asked: list[tuple[int, int | None]] = []
        self._answer = answer

    def answer(self, messages: list[Message], n: int, sampling: Sampling, streaming: bool) -> Iterator[Delta]:
        self.asked.append((n, sampling.seed))
        return self._answer(n, sampling.seed)


def words(n: int, seed: int | None) -> Iterator[Delta]:
    for part in ("one ", "two"):
        yield from (Delta(i, f"{part}{seed}/{i} ") for i in range(n))
    yield from (Delta(i, "", "length") for i in range(n))


def test_one_request_writes_all_where_the_server_can() -> None:
    fake = Fake(words, many=True)
    written = RemoteWriter(fake, REMOTE).write(MESSAGES, 3, SAMPLING)
    assert [c.text for c in written] == [f"one 10/{i} two10/{i} " for i in range(3)]
    assert fake.asked == [(3, 10)]
    assert {c.finish for c in written} == {"length"}


def test_without_n_each_candidate_is_asked_for_with_its_own_seed() -> None:
    fake = Fake(words, many=False)
    written = RemoteWriter(fake, REMOTE).write(MESSAGES, 3, SAMPLING)
    assert [c.text for c in written] == [f"one {seed}/0 two{seed}/0 " for seed in SEEDS]
    assert sorted(fake.asked) == [(1, seed) for seed in SEEDS]


def test_a_server_that_ignores_n_is_asked_for_the_rest() -> None:
    fake = Fake(lambda _, seed: words(1, seed), many=True)
    written = RemoteWriter(fake, REMOTE).write(MESSAGES, 3, SAMPLING)
    assert [c.text.split()[1] for c in written] == [f"{seed}/0" for seed in SEEDS]
    assert sorted(fake.asked) == [(1, SEEDS[1]), (1, SEEDS[2]), (3, 10)]


def test_a_server_that_refuses_n_is_never_asked_so_again() -> None:
    def refuse(n: int, seed: int | None) -> Iterator[Delta]:
        if n > 1:
            raise Refused("'n' must be at most 1")
        yield from words(n, seed)

    fake = Fake(refuse, many=True)
    writer = RemoteWriter(fake, REMOTE)
    assert len({c.text for c in writer.write(MESSAGES, 2, SAMPLING)}) == 2
    assert len({c.text for c in writer.write(MESSAGES, 2, SAMPLING)}) == 2
    assert [n for n, _ in fake.asked] == [2, 1, 1, 1, 1]


def test_pieces_join_to_the_texts_and_come_in_the_callers_thread() -> None:
    pieces: list[Piece] = []
    threads = set()

    def on_piece(piece: Piece) -> None:
        pieces.append(piece)
        threads.add(threading.current_thread())

    written = RemoteWriter(Fake(words, many=False), REMOTE).write(MESSAGES, 4, SAMPLING, on_piece)
    assert ["".join(p.text for p in pieces if p.index == i) for i in range(4)] == [c.text for c in written]
    assert threads == {threading.current_thread()}


def test_stop_strings_are_applied_here_too() -> None:
    def babble(n: int, _: int | None) -> Iterator[Delta]:
        yield from (Delta(0, text) for text in ("a fine li", "ne\n", "\nUser: more", " and more"))

    pieces: list[str] = []
    sampling = Sampling(max_tokens=8, temperature=1.0, top_p=1.0, seed=None, stop=("\n\n",))
    writer = RemoteWriter(Fake(babble, many=False), REMOTE)
    written = writer.write(MESSAGES, 1, sampling, lambda piece: pieces.append(piece.text))
    assert written == [Completion(text="a fine line", tokens=0, finish="stop")]
    assert "".join(pieces) == "a fine line"


@pytest.mark.parametrize("n", [1, 3])
def test_an_error_in_any_request_reaches_the_caller(n: int) -> None:
    def fail(_: int, seed: int | None) -> Iterator[Delta]:
        yield Delta(0, "begin")
        if seed == SEEDS[n - 1]:
            raise ConnectionError("gone")
        yield Delta(0, " end", "stop")

    with pytest.raises(ModelUnusable, match=r"http://x/v1 cannot be reached"):
        RemoteWriter(Fake(fail, many=False), REMOTE).write(MESSAGES, n, SAMPLING)


def test_no_choice_at_all_is_an_error_not_a_hang() -> None:
    with pytest.raises(ModelUnusable, match="no chat completion"):
        RemoteWriter(Fake(lambda *_: iter(()), many=True), REMOTE).write(MESSAGES, 2, SAMPLING)


def test_a_server_that_drips_for_ever_is_cut_off() -> None:
    def drip(*_: object) -> Iterator[Delta]:
        while True:
            time.sleep(0.02)
            yield Delta(0, "x")

    began = time.monotonic()
    with pytest.raises(ModelUnusable, match="did not answer within"):
        RemoteWriter(Fake(drip, many=False), REMOTE).write(MESSAGES, 2, SAMPLING)
    assert time.monotonic() - began < 5


def test_the_callers_own_error_comes_back_as_it_is_and_ends_the_streams() -> None:
    closed = threading.Event()

    def endless(*_: object) -> Iterator[Delta]:
        try:
            while True:
                time.sleep(0.001)
                yield Delta(0, "x")
        finally:
            closed.set()

    def give_up(_: Piece) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        RemoteWriter(Fake(endless, many=False), REMOTE).write(MESSAGES, 2, SAMPLING, give_up)
    assert closed.wait(5)
