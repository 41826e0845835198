"""Collecting from a real web server: what comes in, what is refused, and that nothing can hold it up."""

import gzip
import shutil
import socket
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from loop import schema
from loop.collecting import addresses as rules
from loop.collecting.collect import Collected, Wishes, addresses, collect
from loop.collecting.web import Patience
from loop.ledger import Ledger
from loop.settings import TASKS
from tests.e2e.cli import Cli
from tests.integration.web_pages import Handler, Pages, Reply, html, rss, serving

SEA = "The sea is a patient editor of everything that we drop into it."
TEA = "Tea is how a rainy afternoon apologises to those who stayed in."
BEE = "A bee has never once asked whether this meeting could be an email."
SNOW = "Snow is the sky sending everybody home early, without a reason."
GZIP = (("Content-Encoding", "gzip"),)


@pytest.fixture
def ledger_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def site() -> Iterator[Pages]:
    with serving() as running:
        yield running


def take(ledger: Ledger, *urls: str, task: str = "tweet", **wishes: Any) -> Collected:
    given = {"delay": 0.0, "allow_private": True, **wishes}
    return collect(ledger, addresses(urls, given["allow_private"]), task, TASKS, Wishes(**given))


def kept(ledger: Ledger) -> list[tuple[str, str]]:
    """(text, source) of every item, in order."""
    i, t = schema.items.c, schema.texts.c
    with ledger.reading() as db:
        rows = db.execute(sa.select(t.text, i.source).where(t.id == i.item_id).order_by(i.seq))
        return [(row.text, row.source) for row in rows]


def reason(done: Collected) -> str:
    (error,) = done.errors
    return error.reason


def page(site: Pages, *passages: str, path: str = "/", **more: Any) -> str:
    site.pages[path] = Reply(html(*passages, **more).encode())
    return site.url + path


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_a_page_gives_its_paragraphs_list_items_and_quotes_and_no_menu(ledger: Ledger, site: Pages) -> None:
    bees = f"<ul><li>{BEE}</li><li><p>{SNOW}</p></li></ul>"
    quote = "<blockquote>A quote that somebody<br>said once upon a time.</blockquote>"
    url = page(site, SEA.replace(" ", "\n  ", 3), "Too short.", "Too long. " * 40, bees, quote, TEA, SEA)
    done = take(ledger, url + "#top")
    texts = [SEA, BEE, SNOW, "A quote that somebody\nsaid once upon a time.", TEA]
    assert kept(ledger) == [(text, url) for text in texts]
    assert (done.imported, done.skipped, done.failed, done.errors) == (5, 0, 0, [])


def test_collected_again_only_what_is_new_is_added(ledger: Ledger, site: Pages) -> None:
    url = page(site, SEA, TEA)
    take(ledger, url)
    before = ledger.head()
    again = take(ledger, url, url)
    assert (again.imported, again.skipped, ledger.head()) == (0, 2, before)
    assert site.paths.count("/") == 2  # named twice in one call, it is asked once
    page(site, TEA, BEE, SEA)
    assert take(ledger, url).imported == 1
    assert [text for text, _ in kept(ledger)] == [SEA, TEA, BEE]


def test_it_is_what_an_import_of_the_same_lines_would_be(ledger: Ledger, site: Pages, tmp_path: Path) -> None:
    from loop.importing import import_file
    from loop.imports.plan import ImportPlan

    take(ledger, page(site, SEA, TEA, BEE))
    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join([SEA, TEA, BEE, SNOW]))
    done = import_file(ledger, lines, ImportPlan.of(), "tweet", TASKS)
    assert (done.imported, done.skipped) == (1, 3)


def test_rss_gives_titles_and_texts_under_the_address_of_the_entry(ledger: Ledger, site: Pages) -> None:
    site.pages["/feed"] = Reply(
        rss(
            ("Why the sea edits us all", f"<p>{SEA}</p><p>The post Why the sea edits us appeared first on A Blog.</p>"),
            (TEA[:40] + "…", TEA),  # a title that is the text's beginning is no text of its own
            ("Read more", f"{BEE}<br>{SNOW} &amp; more<p>And this is where it ends, see for yourself […]</p>"),
        ),
        "application/rss+xml",
    )
    done = take(ledger, site.url + "/feed")
    at = "http://feed.example/"
    expected = [("Why the sea edits us all", at + "1"), (SEA, at + "1"), (TEA, at + "2")]
    assert kept(ledger) == [*expected, (f"{BEE}\n{SNOW} & more", at + "3")]
    assert done.imported == 4
    more = rss(("", SNOW), ("", TEA), ("", SEA))
    site.pages["/feed"] = Reply(more, "text/html")  # said to be a page: what it holds decides
    assert (take(ledger, site.url + "/feed").imported, len(kept(ledger))) == (1, 5)


def test_atom_gives_content_before_summaries_and_long_ones_by_paragraphs(ledger: Ledger, site: Pages) -> None:
    long = "".join(f"&lt;p&gt;{text}&lt;/p&gt;" for text in (SEA, TEA, BEE, SNOW, SEA[::-1], TEA[::-1]))
    site.pages["/atom.xml"] = Reply(
        f"""<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>
        <entry><title>One</title><summary>{SNOW}</summary><content type="html">{long}</content></entry>
        <entry><title type="html">An &amp;lt;i&amp;gt; in a title &lt;b&gt;is&lt;/b&gt; words</title>
        <summary type="text">Tea &lt; coffee, says everybody who has tried.</summary>
        <link href="javascript:alert(1)"/></entry>
        <entry><title>Three</title><summary>too short</summary></entry></feed>""".encode(),
        "text/xml",
    )
    take(ledger, site.url + "/atom.xml", most_length=200)
    expected = [SEA, TEA, BEE, SNOW, SEA[::-1], TEA[::-1], "An <i> in a title is words"]
    assert [text for text, _ in kept(ledger)] == [*expected, "Tea < coffee, says everybody who has tried."]
    assert {source for _, source in kept(ledger)} == {site.url + "/atom.xml"}


def test_plain_text_gives_its_paragraphs(ledger: Ledger, site: Pages) -> None:
    site.pages["/notes.txt"] = Reply(f"{SEA}\r\n\r\n{TEA[:30]}\r\n{TEA[31:]}\r\n".encode(), "text/plain")
    take(ledger, site.url + "/notes.txt")
    assert [text for text, _ in kept(ledger)] == [SEA, f"{TEA[:30]} {TEA[31:]}"]


@pytest.mark.parametrize(
    ("declared", "meta", "written"),
    [("iso-8859-1", "", "cp1252"), ("", "windows-1251", "cp1251"), ("utf-8", "", "cp1251"), ("koi8-x", "", "utf-8")],
)
def test_characters_are_read_as_they_were_written(
    declared: str, meta: str, written: str, ledger: Ledger, site: Pages
) -> None:
    text = "Съешь же ещё этих мягких французских булок." if "1251" in written else "Où est le café « bleu » d’à côté ?"
    body = html(*(f"{n}. {text}" for n in range(3)), charset=meta).encode(written)
    site.pages["/"] = Reply(body, f"text/html; charset={declared}" if declared else "text/html")
    take(ledger, site.url)
    assert kept(ledger)[0][0] == f"0. {text}"


def test_bounds_and_limit_hold(ledger: Ledger, site: Pages) -> None:
    url = page(site, "Tiny.", *(f"Thought number {n} of a long row of thoughts." for n in range(9)), SEA)
    assert take(ledger, url, limit=3).imported == 3
    assert take(ledger, url, limit=3).skipped == 3
    assert take(ledger, url, least_length=len(SEA)).imported == 1
    assert take(ledger, url, least_length=1, most_length=5).imported == 1
    done = take(ledger, url, least_length=70, most_length=80)
    assert "none of its" in reason(done)
    assert "--max-length" in reason(done)


# --- manners ---------------------------------------------------------------------------------------------------------


def test_robots_txt_is_followed(ledger: Ledger, site: Pages) -> None:
    rules = "User-agent: *\nAllow: /\nUser-agent: reprise\nDisallow: /private\nAllow: /private/but\n"
    site.pages["/robots.txt"] = Reply(rules.encode(), "text/plain")
    urls = [page(site, text, path=path) for path, text in (("/private/x", SEA), ("/private/but", TEA), ("/open", BEE))]
    done = take(ledger, *urls)
    assert [text for text, _ in kept(ledger)] == [TEA, BEE]
    assert "robots.txt" in reason(done)
    assert site.paths == ["/robots.txt", "/private/but", "/open"]


def test_we_say_who_we_are(ledger: Ledger, site: Pages) -> None:
    take(ledger, page(site, SEA))
    from importlib.metadata import version

    assert all(f"Reprise/{version('reprise')}" in each.headers["user-agent"] for each in site.asked)
    assert len(site.asked) == 2


def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(ledger: Ledger, site: Pages) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /secret")
    site.pages["/"] = Reply(status=302, headers=(("Location", "/secret"),))
    page(site, SEA, path="/secret")
    assert "robots.txt" in reason(take(ledger, site.url))
    assert "/secret" not in site.paths


@pytest.mark.parametrize(
    ("status", "may"), [(404, True), (401, True), (403, True), (410, True), (429, False), (500, False), (503, False)]
)
def test_without_rules_all_is_allowed_and_without_an_answer_nothing(
    status: int, may: bool, ledger: Ledger, site: Pages
) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /", status=status)
    done = take(ledger, page(site, SEA))
    assert (done.imported == 1, "/" in site.paths) == (may, may)
    assert may or "robots.txt could not be read" in reason(done)


def test_a_host_that_hangs_up_on_robots_txt_is_left_in_peace(ledger: Ledger, site: Pages) -> None:
    site.pages["/robots.txt"] = lambda handler: None
    assert "robots.txt could not be read" in reason(take(ledger, page(site, SEA)))
    assert site.paths == ["/robots.txt"]


@pytest.mark.parametrize(
    ("rules", "delay", "pause"),
    [("Crawl-delay: 0.3", 0.0, 0.3), ("Crawl-delay: 0.1", 0.3, 0.3), ("Request-rate: 2/1s", 0.0, 0.5), ("", 0.2, 0.2)],
)
def test_there_is_a_pause_between_requests_to_a_host(
    rules: str, delay: float, pause: float, ledger: Ledger, site: Pages
) -> None:
    site.pages["/robots.txt"] = Reply(f"User-agent: *\n{rules}\n".encode())
    take(ledger, *(page(site, f"{SEA} {n}", path=f"/{n}") for n in range(3)), delay=delay)
    times = [each.at for each in site.asked]
    assert len(times) == 4
    assert all(later - earlier >= pause * 0.95 for earlier, later in pairwise(times))


def test_a_pause_of_an_hour_is_not_waited_for(ledger: Ledger, site: Pages) -> None:
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 3600\n")
    assert "3600 s between two requests" in reason(take(ledger, page(site, SEA)))


# --- what is refused -------------------------------------------------------------------------------------------------


def test_one_address_that_fails_leaves_the_others(ledger: Ledger, site: Pages) -> None:
    urls = [page(site, SEA), site.url + "/lost", page(site, TEA, path="/tea"), "http://nobody.invalid/"]
    site.pages["/x.pdf"] = Reply(b"%PDF-1.7", "application/pdf")
    done = take(ledger, *urls, site.url + "/x.pdf")
    assert (done.imported, done.failed) == (2, 3)
    lost, nobody, pdf = done.errors
    assert (lost.url, "404 (Not Found)" in lost.reason) == (site.url + "/lost", True)
    assert "no host 'nobody.invalid'" in nobody.reason
    assert "application/pdf" in pdf.reason


def guarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if 127.0.0.1, where the tests' server lives, were of the open internet; everything else is as it is."""
    real = rules.is_public
    monkeypatch.setattr(rules, "is_public", lambda address: address == "127.0.0.1" or real(address))


@pytest.mark.parametrize("inner", ["127.0.0.2", "169.254.169.254", "10.0.0.1", "[::1]", "localhost.localdomain."])
def test_a_redirect_to_a_private_address_is_refused(
    inner: str, monkeypatch: pytest.MonkeyPatch, ledger: Ledger, site: Pages
) -> None:
    guarded(monkeypatch)
    real = socket.getaddrinfo
    inward = {"localhost.localdomain.": "127.0.0.3"}
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real(inward.get(host, host), *a, **k))
    site.pages["/"] = Reply(status=301, headers=(("Location", f"http://{inner}:{site.server_port}/inner"),))
    page(site, SEA, path="/inner")
    assert "not public" in reason(take(ledger, site.url, allow_private=False))
    assert "/inner" not in site.paths


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/", "http://a:b@127.0.0.1/"])
def test_a_redirect_to_what_is_no_web_page_is_refused(target: str, ledger: Ledger, site: Pages) -> None:
    site.pages["/"] = Reply(status=302, headers=(("Location", target),))
    assert "redirects to what cannot be asked" in reason(take(ledger, site.url))


def test_redirects_are_followed_but_not_for_ever(ledger: Ledger, site: Pages) -> None:
    for n in range(9):
        site.pages[f"/{n}"] = Reply(status=307, headers=(("Location", f"{n + 1}"),))
    page(site, SEA, path="/5")
    page(site, TEA, path="/9")
    assert take(ledger, site.url + "/0").imported == 1
    site.pages["/5"] = site.pages["/4"]._replace(headers=(("Location", "6"),))  # type: ignore[union-attr]
    assert "more than 5 times" in reason(take(ledger, site.url + "/0"))


def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch: pytest.MonkeyPatch, ledger: Ledger) -> None:
    answers, asked = (
        iter(["8.8.8.8", "8.8.8.8", "127.0.0.1"]),
        [],
    )  # for the first look, the connection, and whatever else

    def lookup(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    take(ledger, "http://rebinding.example/", allow_private=False)
    assert asked == [("8.8.8.8", 80)]


# --- what would hold it up -------------------------------------------------------------------------------------------


def endless(handler: Handler) -> None:
    handler.begin(headers={"Content-Type": "text/html"})
    while True:
        handler.wfile.write(b"<p>" + b"and on and on " * 5_000)


def dripping(handler: Handler) -> None:
    handler.begin(headers={"Content-Type": "text/html"})
    while True:
        handler.wfile.write(b"<p>drip")
        handler.wfile.flush()
        time.sleep(0.1)


def test_an_endless_page_is_left(ledger: Ledger, site: Pages) -> None:
    site.pages["/"] = endless
    assert "larger than 1 MB" in reason(take(ledger, site.url, most_bytes=1_000_000))
    until = time.monotonic() + 5
    while not site.hung_up and time.monotonic() < until:
        time.sleep(0.02)
    assert site.hung_up == 1


def test_a_page_that_says_it_is_too_large_is_left(ledger: Ledger, site: Pages) -> None:
    url = page(site, *(f"{n} {SEA}" for n in range(200)))
    assert "larger than 0.005 MB" in reason(take(ledger, url, most_bytes=5_000))
    assert take(ledger, url, most_bytes=50_000).imported == 200


def test_a_server_that_is_silent_or_drips_is_left(ledger: Ledger, site: Pages) -> None:
    site.pages["/silent"] = lambda handler: time.sleep(3)
    site.pages["/drip"] = dripping
    began = time.monotonic()
    patience = Patience(silence=0.4, whole=0.8)
    done = take(ledger, site.url + "/silent", site.url + "/drip", page(site, SEA), patience=patience)
    silent, drip = done.errors
    assert ("0.4 s" in silent.reason, "too long" in drip.reason, done.imported) == (True, True, 1)
    assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("packed_twice", [False, True])
def test_a_bomb_is_not_unpacked(packed_twice: bool, ledger: Ledger, site: Pages) -> None:
    body = gzip.compress(b"<p>" + b"0" * 100_000_000, 9)
    headers = GZIP
    if packed_twice:
        body, headers = gzip.compress(body, 9), (("Content-Encoding", "gzip, gzip"),)
    site.pages["/"] = Reply(body, headers=headers)
    tracemalloc.start()
    why = reason(take(ledger, site.url, most_bytes=2_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ("not asked for" if packed_twice else "larger than 2 MB") in why
    assert peak < 20_000_000


def test_packed_pages_are_read_and_damaged_ones_are_not(ledger: Ledger, site: Pages) -> None:
    packed = gzip.compress(html(SEA).encode())
    site.pages["/"] = Reply(packed, headers=GZIP)
    site.pages["/damaged"] = Reply(packed[:20] + b"xxxx" + packed[24:], headers=GZIP)
    done = take(ledger, site.url, site.url + "/damaged")
    assert (done.imported, "packed" in reason(done)) == (1, True)
    assert site.asked[0].headers["accept-encoding"] == "gzip"


def test_an_answer_cut_short_is_no_page(ledger: Ledger, site: Pages) -> None:
    def short(handler: Handler) -> None:
        handler.begin(headers={"Content-Type": "text/html", "Content-Length": "5000"})
        handler.wfile.write(html(SEA).encode())

    site.pages["/"] = short
    assert "cannot be reached" in reason(take(ledger, site.url))
    assert kept(ledger) == []


def test_a_robots_txt_without_end_counts_by_its_beginning(ledger: Ledger, site: Pages) -> None:
    def rules(handler: Handler) -> None:
        handler.begin()
        handler.wfile.write(b"User-agent: *\nDisallow: /private\n")
        while True:
            handler.wfile.write(b"# and so on\n" * 5_000)

    site.pages["/robots.txt"] = rules
    done = take(ledger, page(site, SEA), page(site, TEA, path="/private"))
    assert ([text for text, _ in kept(ledger)], "robots.txt" in reason(done)) == ([SEA], True)


def test_a_huge_page_is_read_whole(ledger: Ledger, site: Pages) -> None:
    url = page(
        site, *(f"Thought {n} of a long row: {n * 7919 % 1000} gulls over {n % 97} boats." for n in range(3_000))
    )
    assert take(ledger, url).imported == 3_000


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff\xfe\x00", b"<", b"<html>", b"<div>" * 9_999, b"<p>" * 999, b"<!--" * 9_999,
     b"&#x0;&#xD800;" * 99, b'<?xml version="1.0"?><rss', b"<feed>" * 999,
     b"<rss version='2.0'><channel><item/></channel></rss>"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text/html", "application/rss+xml"])
def test_nonsense_is_an_error_of_its_address(kind: str | None, body: bytes, ledger: Ledger, site: Pages) -> None:
    site.pages["/"] = Reply(body, kind)
    assert reason(take(ledger, site.url, page(site, SEA, path="/well")))
    assert [text for text, _ in kept(ledger)] == [SEA]


def test_entities_neither_explode_nor_read_files(ledger: Ledger, site: Pages) -> None:
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    reading = '<!ENTITY file SYSTEM "file:///etc/passwd">'
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "lollollol">{nested}{reading}]>'
    feed = rss(("Before it explodes, a title", f"{SEA}")).decode()
    for path, entity in (("/bomb", "&a8;"), ("/file", "&file;")):
        bad = feed.replace("<rss", doctype + "<rss").replace(SEA, SEA + entity)
        site.pages[path] = Reply(bad.encode(), "application/rss+xml")
    began = time.monotonic()
    take(ledger, site.url + "/bomb", site.url + "/file", most_length=100_000)
    assert time.monotonic() - began < 10
    assert all("root:" not in text and "lol" not in text for text, _ in kept(ledger))


# --- TLS -------------------------------------------------------------------------------------------------------------


def test_the_checked_address_is_asked_under_the_name(
    monkeypatch: pytest.MonkeyPatch, ledger: Ledger, tmp_path: Path
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=words.example",
         "-addext", "subjectAltName=DNS:words.example", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context, shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), []
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _, name, __: shown.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))
    with serving(context) as site:
        page(site, SEA)
        at = f"words.example:{site.server_port}"
        assert take(ledger, f"https://{at}/").imported == 1
        assert {each.headers["host"] for each in site.asked} == {at}
        assert set(shown) == {"words.example"}
        wrong = take(ledger, f"https://other.example:{site.server_port}/")
        assert "certificate" in reason(wrong).lower()


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_answers_as_import_does(site: Pages, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Cli(tmp_path / "home", capsys)
    url = page(site, SEA, TEA)
    asked = ("collect", url, site.url + "/lost", "--task", "tweet", "--allow-private", "--delay", "0")
    first = cli.json(*asked)
    assert {name: first[name] for name in ("imported", "skipped", "failed")} == {
        "imported": 2,
        "skipped": 0,
        "failed": 1,
    }
    assert first["errors"][0]["url"] == site.url + "/lost"
    assert cli.json(*asked)["skipped"] == 2
    found = cli.json("recall", "editors by the sea", "--task", "tweet", "-k", "1")
    assert [item["text"] for item in found["items"]] == [SEA]
    assert cli.json("import", str(_lines(tmp_path, SEA, BEE)), "--task", "tweet")["skipped"] == 1


def _lines(folder: Path, *lines: str) -> Path:
    path = folder / "lines.txt"
    path.write_text("\n".join(lines))
    return path


def test_what_is_asked_wrongly_changes_nothing(site: Pages, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli = Cli(tmp_path / "home", capsys)
    url = page(site, SEA)
    for arguments, said in (
        ((url, "--task", "tweet"), "--allow-private"),
        (("ftp://example.com/", "--task", "tweet", "--allow-private"), "http://"),
        ((url, "--task", "haiku", "--allow-private"), "no task 'haiku'"),
        ((url, "--task", "tweet", "--allow-private", "--min-length", "300"), "at least 300"),
    ):
        done = cli("collect", *arguments)
        assert (done.status, said in done.sentence) == (2, True), done.err
    assert site.asked == []
    assert not cli.home.exists()


def test_nothing_from_anywhere_is_a_failure(site: Pages, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site.pages["/empty"] = Reply(b"")
    for path, said in (("/lost", "404"), ("/empty", "no text")):
        done = Cli(tmp_path / "home", capsys)("collect", site.url + path, "--task", "tweet", "--allow-private")
        assert done.status == 1
        assert said in done.sentence
