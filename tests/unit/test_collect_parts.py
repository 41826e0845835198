"""Which addresses may be asked, and what bytes and pieces of HTML say."""

import socket
from typing import Any

import pytest

from loop.collecting.addresses import is_public, parsed, resolved
from loop.collecting.charset import decoded
from loop.collecting.pages import fragment, plain
from loop.collecting.refused import NotCollected, PrivateAddress
from loop.errors import BadInput

PUBLIC = ["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]
PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%2", "fc00::1",
    "fd12:3456::1", "ff02::1", "2001:db8::1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_all_others_may_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("spelled", ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "::1"])
def test_however_it_is_spelled_what_counts_is_where_it_leads(spelled: str) -> None:
    with pytest.raises(PrivateAddress, match="not public"):
        resolved(spelled, 80, allow_private=False)
    assert resolved(spelled, 80, allow_private=True)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def lookup(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 80)) for a in ("8.8.8.8", "10.0.0.1", "8.8.8.8")]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(PrivateAddress, match=r"10\.0\.0\.1"):
        resolved("two-faced.example", 80, allow_private=False)
    assert resolved("two-faced.example", 80, allow_private=True) == ["8.8.8.8", "10.0.0.1"]


def test_a_name_that_nobody_has_is_said_so() -> None:
    with pytest.raises(NotCollected, match=r"no host 'nobody\.invalid'"):
        resolved("nobody.invalid", 80, allow_private=False)


@pytest.mark.parametrize(
    "url",
    ["", "example.com", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "http://", "http:///x",
     "http://ann:secret@example.com/", "http://example.com:99999/", "http://x/" + "y" * 3000],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        parsed(url)
    assert "secret" not in str(refused.value)


def test_an_address_loses_its_fragment_and_keeps_the_rest() -> None:
    assert str(parsed(" https://Example.com:8443/a?b=c#d ")) == "https://example.com:8443/a?b=c"


FRENCH, RUSSIAN = "Le café où l'élève dîna — à Noël.", "Съешь же ещё этих мягких французских булок, да выпей чаю."


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (FRENCH.encode(), "text/html", FRENCH),
        (FRENCH.encode(), "text/html; charset=utf-8", FRENCH),
        (FRENCH.encode("cp1252"), "text/html; charset=windows-1252", FRENCH),
        (FRENCH.encode("cp1252"), "text/html; charset=ISO-8859-1", FRENCH),
        (FRENCH.encode("utf-16"), "text/html", FRENCH),
        (b"\xef\xbb\xbf" + FRENCH.encode(), "text/html; charset=latin-1", FRENCH),
        (FRENCH.encode(), "text/html; charset=us-ascii-and-more", FRENCH),
        (FRENCH.encode(), "text/html; charset=base64", FRENCH),
        (f'<meta charset="windows-1251">{RUSSIAN}'.encode("cp1251"), "text/html", RUSSIAN),
        (f'<META http-equiv=x content="text/html; charset=koi8-r">{RUSSIAN}'.encode("koi8-r"), "", RUSSIAN),
        (f'<?xml version="1.0" encoding="windows-1251"?>{RUSSIAN}'.encode("cp1251"), "text/xml", RUSSIAN),
    ],
)
def test_bytes_are_read_as_they_are_declared(body: bytes, kind: str, text: str) -> None:
    assert decoded(body, kind).endswith(text)


def test_a_wrong_declaration_is_passed_over() -> None:
    assert decoded((RUSSIAN * 5).encode("cp1251"), "text/html; charset=utf-8") == RUSSIAN * 5


def test_a_piece_of_html_by_its_blocks() -> None:
    piece = "<p>One <b>bold</b>\nword.<br>And a line.</p><script>let x</script>Loose &amp; free<ul><li>a<li>b</ul>"
    assert fragment(piece) == ["One bold word.\nAnd a line.", "Loose & free", "a", "b"]
    assert fragment("no tags, 1 < 2 &lt; 3") == ["no tags, 1 < 2 < 3"]
    assert fragment("") == []


def test_plain_text_by_its_blank_lines() -> None:
    assert list(plain("one\nstill one\n\n  \n two \n")) == ["one still one", "two"]
