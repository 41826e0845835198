"""Who may come in, and with what."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from loop.errors import BadInput
from studio.compose import House
from studio.web.guard import Bucket
from studio.web.serve import serve
from tests.web_home import open_house, open_studio

BRIEF = {"task": "tweet", "prompt": "x", "n": 1}
TOKEN = "a-long-enough-token-for-this"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, max_body_kb=8) as house:
        yield house


@pytest.fixture
def studio(house: House) -> Iterator[TestClient]:
    with open_studio(house) as client:
        yield client


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:99", "[::1]:8765", "127.0.0.9:1"])
def test_loopback_names_are_answered(studio: TestClient, host: str) -> None:
    assert studio.get("/api/status", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_other_names_are_refused_whatever_they_point_at(studio: TestClient, host: str) -> None:
    answer = studio.get("/api/status", headers={"Host": host})
    assert answer.status_code == 421
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_changes_from_other_sites_are_refused(studio: TestClient, house: House, headers: dict) -> None:
    assert studio.post("/api/turns", json=BRIEF, headers=headers).status_code == 403
    assert house.ledger.head() == 0
    assert studio.get("/api/status", headers=headers).status_code == 200


def test_changes_from_the_own_page_pass(studio: TestClient) -> None:
    same = {"Origin": "http://127.0.0.1:8765", "Sec-Fetch-Site": "same-origin"}
    assert studio.post("/api/turns", json=BRIEF, headers=same).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_changes_anything(studio: TestClient, house: House, kind: str) -> None:
    answer = studio.post("/api/turns", content='{"task":"tweet","prompt":"x"}', headers={"Content-Type": kind})
    assert (answer.status_code, house.ledger.head()) == (415, 0)


def test_broken_json_is_refused(studio: TestClient) -> None:
    for body in (b"{", b"\xff\xfe", b"[]", b'{"task": "tweet"'):
        answer = studio.post("/api/turns", content=body)
        assert 400 <= answer.status_code < 500
        assert answer.json()["detail"]


def test_large_requests_are_refused_by_their_length_and_by_what_comes(studio: TestClient, house: House) -> None:
    big = b'{"task":"tweet","prompt":"' + b"x" * 9_000 + b'"}'
    assert studio.post("/api/turns", content=big).status_code == 413
    answer = studio.post("/api/turns", content=iter([big[:4_000], big[4_000:]]))  # chunked: no length
    assert (answer.status_code, "max_body_kb" in answer.json()["detail"]) == (413, True)
    assert house.ledger.head() == 0


def test_every_answer_bears_the_headers(studio: TestClient) -> None:
    for path in ("/", "/api/status", "/static/style.css", "/nowhere"):
        headers = studio.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert studio.get("/api/status").headers["cache-control"] == "no-store"


def test_writing_without_pause_is_slowed_and_rating_is_not(house: House) -> None:
    with open_studio(house) as studio:
        answers = [studio.post("/api/turns", json={**BRIEF, "task": "none"}).status_code for _ in range(60)]
        assert answers[0] == 422
        assert 429 in answers
        rated = [studio.post("/api/items/c_no/pick", json={}).status_code for _ in range(60)]
        assert set(rated) == {404}


def test_a_bucket_refills(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("studio.web.guard.time.monotonic", lambda: now)
    bucket = Bucket(2, 1.0)
    assert [bucket.take("a") for _ in range(3)] == [True, True, False]
    assert bucket.take("b")
    now = 1.0
    assert [bucket.take("a"), bucket.take("a")] == [True, False]


# --- the token -------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(house: House) -> Iterator[TestClient]:
    with open_studio(house, token=TOKEN, base_url="http://studio.example") as client:
        yield client


def test_without_the_token_only_the_door_is_seen(guarded: TestClient) -> None:
    assert guarded.get("/api/status").status_code == 401
    assert guarded.get("/", headers={"Accept": "application/json"}).status_code == 401
    page = guarded.get("/library", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/enter")
    door = guarded.get("/enter")
    assert (door.status_code, "starter" in door.text) == (200, False)  # not even which model writes
    assert guarded.get("/static/style.css").status_code == 200


def test_the_token_opens_as_a_bearer_and_as_a_session(guarded: TestClient) -> None:
    assert guarded.get("/api/status", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert guarded.get("/api/status", headers={"Authorization": "Bearer wrong"}).status_code == 401
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://studio.example"}
    wrong = guarded.post("/enter", content="token=wrong", headers=form)
    assert (wrong.status_code, "not the token" in wrong.text) == (401, True)
    assert guarded.get("/api/status").status_code == 401
    entered = guarded.post("/enter", content=f"token={TOKEN}", headers=form, follow_redirects=False)
    cookie = entered.headers["set-cookie"]
    assert entered.status_code == 303
    assert TOKEN not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert guarded.get("/api/status").status_code == 200
    assert guarded.post("/api/turns", json=BRIEF, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_foreign_form_cannot_enter(guarded: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://evil.example"}
    assert guarded.post("/enter", content=f"token={TOKEN}", headers=form).status_code == 403


@pytest.mark.parametrize("token", ["", "short"])
def test_beyond_loopback_it_does_not_start_without_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("REPRISE_TOKEN", token)
    with pytest.raises(BadInput, match="needs a token"):
        serve(tmp_path, None, "0.0.0.0", 0)


def test_an_address_that_cannot_be_taken_is_said(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(BadInput, match="choose another --port"):
        serve(tmp_path, None, "127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPRISE_TOKEN", TOKEN)
    with pytest.raises(BadInput, match="cannot listen"):
        serve(tmp_path, None, "203.0.113.7", 0)
