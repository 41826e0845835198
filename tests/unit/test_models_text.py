"""Incremental text against decoding everything at once, and stop strings against a search of the whole text."""

from hypothesis import given
from hypothesis import strategies as st

from loop.models.text import UNFINISHED, Cut, TextOut

CHUNKS = st.lists(st.binary(min_size=0, max_size=3), max_size=12)
TEXTS = st.text(alphabet="abé€😀 \n", max_size=12)


def decoder(chunks: list[bytes]):
    return lambda tokens: b"".join(chunks[token] for token in tokens).decode("utf-8", errors="replace")


def in_pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    chunks, at = [], 0
    for size in sizes:
        chunks.append(data[at : at + size])
        at += size
    return [*chunks, data[at:]]


@given(CHUNKS)
def test_pieces_of_any_bytes_join_to_the_whole_text(chunks: list[bytes]) -> None:
    out = TextOut(decoder(chunks))
    pieces = [out.push(token) for token in range(len(chunks))] + [out.flush()]
    assert "".join(pieces) == out.text == b"".join(chunks).decode("utf-8", errors="replace")


@given(TEXTS, st.lists(st.integers(1, 3), max_size=40))
def test_half_a_character_is_never_given_out(text: str, sizes: list[int]) -> None:
    chunks = in_pieces(text.encode(), sizes)
    out = TextOut(decoder(chunks))
    pieces = [out.push(token) for token in range(len(chunks))]
    assert not any(UNFINISHED in piece for piece in pieces)
    assert "".join(pieces) + out.flush() == text


def test_a_character_comes_as_soon_as_it_is_whole() -> None:
    out = TextOut(decoder([b"\xf0\x9f", b"\x98", b"\x80", b"!"]))
    assert [out.push(token) for token in range(4)] == ["", "", "😀", "!"]


def test_a_decoder_that_strips_the_first_space_gives_the_same_text() -> None:
    words = [" once", " upon", " a", " time"]
    out = TextOut(lambda tokens: "".join(words[t] for t in tokens).removeprefix(" "))
    assert "".join(out.push(token) for token in range(4)) == "once upon a time"


STOPS = st.lists(st.text(alphabet="ab\n", min_size=1, max_size=3), max_size=3)


def cut_by_search(text: str, stops: list[str]) -> tuple[str, bool]:
    """The text before the stop string that is complete first."""
    for end in range(len(text) + 1):
        found = [end - len(s) for s in stops if text[:end].endswith(s)]
        if found:
            return text[: min(found)], True
    return text, False


@given(st.lists(st.text(alphabet="ab\n", max_size=4), max_size=8), STOPS)
def test_the_text_ends_before_the_first_stop_string_however_it_is_chunked(pieces: list[str], stops: list[str]) -> None:
    cut = Cut(tuple(stops))
    given_out = [cut.give(piece) for piece in pieces] + [cut.flush()]
    assert ("".join(given_out), cut.stopped) == cut_by_search("".join(pieces), stops)
    assert cut.text == "".join(given_out)


def test_only_what_may_become_a_stop_string_is_held_back() -> None:
    cut = Cut(("\n\n", "END"))
    assert [cut.give(piece) for piece in ("one\n", "two E", "N", "d", "\n", "\n", "x")] == [
        "one",
        "\ntwo ",
        "",
        "ENd",
        "",
        "",
        "",
    ]
    assert cut.stopped
