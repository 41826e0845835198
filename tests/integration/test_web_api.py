"""The studio's API and pages, in process, over a real home with a fake model."""

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from fastapi.testclient import TestClient

from jobs.rating.report import report
from loop.events import CandidatePicked, CandidateRated, TurnTaken
from studio.compose import House
from studio.web.app import create_app
from tests.fakes import QueueWriter
from tests.web_home import LOCAL, SlowWriter, events_of, open_house, open_studio

BRIEF = {"task": "opener", "prompt": "old radios", "fields": {"Bio": "I mend things"}, "n": 3}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path) as house:
        yield house


@pytest.fixture
def studio(house: House) -> Iterator[TestClient]:
    with open_studio(house) as client:
        yield client


def written(studio: TestClient, **more: object) -> dict:
    answer = studio.post("/api/turns", json={**BRIEF, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- turns ---------------------------------------------------------------------------------------------------------


def test_a_turn_is_written_recorded_and_read_back(studio: TestClient, house: House) -> None:
    turn = written(studio)
    assert len(turn["candidates"]) == 3
    assert turn["fields"] == {"Bio": "I mend things"}
    assert all(0 <= c["novelty"] <= 1 and c["reward"] is None for c in turn["candidates"])
    assert studio.get(f"/api/turns/{turn['turn_id']}").json() == turn
    assert studio.get("/api/turns").json()["turns"] == [turn]
    assert [type(r.event).__name__ for r in house.ledger.read()] == ["TurnTaken", *["CandidateWritten"] * 3]


def test_a_stream_gives_the_pieces_and_then_the_turn(studio: TestClient) -> None:
    answer = studio.post("/api/turns/stream", json=BRIEF)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = events_of(answer.text)
    names = [name for name, _ in told]
    assert (names[0], names[-1], names.count("writing")) == ("waiting", "turn", 1)
    pieces = [data for name, data in told if name == "piece"]
    turn = told[-1][1]
    for place, candidate in enumerate(turn["candidates"]):
        assert "".join(p["text"] for p in pieces if p["index"] == place) == candidate["text"]


def test_a_second_round_is_told_apart(tmp_path: Path) -> None:
    with open_house(tmp_path, QueueWriter(["same", "same", "other"])) as house, open_studio(house) as studio:
        told = events_of(studio.post("/api/turns/stream", json={**BRIEF, "n": 2}).text)
        pieces = [(d["round"], d["index"], d["text"]) for name, d in told if name == "piece"]
        assert pieces == [(1, 0, "same"), (1, 1, "same"), (2, 1, "other")]


def test_the_best_of_many_are_shown_and_nothing_of_what_is_expected_of_them(tmp_path: Path) -> None:
    class Longest:
        name = "w_1"

        def score(self, prompts: list[str], texts: list[str]) -> np.ndarray:
            return np.array([len(text) / 100 for text in texts])

    with open_house(tmp_path, QueueWriter(["x", "y", "one", "two thousand", "three hundred", "4"])) as house:
        generator = msgspec.structs.replace(house.settings.generator, best_of=2)
        house.settings = msgspec.structs.replace(house.settings, generator=generator)
        with open_studio(house) as studio:
            assert [c["chosen_from"] for c in written(studio, n=2)["candidates"]] == [None, None]
            assert "no reward model serves" in studio.get("/api/status").json()["model"]["problem"]
            house.serving.scorer = lambda task: Longest()
            turn = written(studio, n=2, strategy="none")
        assert [(c["text"], c["chosen_from"]) for c in turn["candidates"]] == [
            ("two thousand", 4),
            ("three hundred", 4),
        ]


def test_what_was_liked_inspires_the_next_turn(studio: TestClient, house: House) -> None:
    first = written(studio)["candidates"][0]
    studio.post(f"/api/items/{first['candidate_id']}/rate", json={"scores": {"clarity": 5, "originality": 5}})
    turn = written(studio)
    assert [each["item_id"] for each in turn["recalled"]] == [first["candidate_id"]]
    assert turn["recalled"][0]["reward"] > 0.5
    asked = house.__dict__["writer"].asked[-1][-1]["content"]
    assert first["text"] in asked


def test_one_key_one_turn(studio: TestClient, house: House) -> None:
    key = {"Idempotency-Key": "k1"}
    one = studio.post("/api/turns", json=BRIEF, headers=key).json()
    two = events_of(studio.post("/api/turns/stream", json=BRIEF, headers=key).text)[-1][1]
    assert one == two
    assert sum(isinstance(r.event, TurnTaken) for r in house.ledger.read()) == 1


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"task": "dance"}, 422, "no task 'dance'"),
        ({"prompt": "  "}, 422, "prompt is empty"),
        ({"prompt": "x" * 100_000}, 422, "characters"),
        ({"prompt": "a\x00b"}, 422, "NUL"),
        ({"n": 0}, 422, "ask for 1 to 64"),
        ({"n": 65}, 422, "ask for 1 to 64"),
        ({"strategy": "magic"}, 422, "magic"),
        ({"colour": "red"}, 422, "colour"),
        ({"seed": -1}, 422, "seed"),
    ],
)
def test_a_bad_brief_changes_nothing(studio: TestClient, house: House, change: dict, status: int, words: str) -> None:
    for path in ("/api/turns", "/api/turns/stream"):
        answer = studio.post(path, json={**BRIEF, **change})
        if path.endswith("stream") and answer.status_code == 200:
            name, problem = events_of(answer.text)[-1]
            assert name == "error"
        else:
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
        assert (problem["status"], words in problem["detail"]) == (status, True), problem
        assert "\n" not in problem["detail"]
    assert house.ledger.head() == 0


def test_a_model_that_does_not_load_is_said_and_tried_again(tmp_path: Path) -> None:
    with open_house(tmp_path) as house:
        writer = house.__dict__.pop("writer")
        object.__setattr__(house, "settings", _with_model(house, str(tmp_path / "nothing")))
        with open_studio(house) as studio:
            _until(lambda: studio.get("/api/status").json()["model"]["state"] == "failed")
            assert "nothing" in studio.get("/api/status").json()["model"]["problem"]
            assert studio.post("/api/turns", json=BRIEF).status_code in (422, 503)
            assert "nothing" in studio.get("/").text
            house.__dict__["writer"] = writer
            assert studio.post("/api/turns", json=BRIEF).status_code == 200
            assert studio.get("/api/status").json()["model"]["state"] == "ready"


def _with_model(house: House, model: str):  # type: ignore[no-untyped-def]
    import msgspec

    generator = msgspec.structs.replace(house.settings.generator, model=model)
    return msgspec.structs.replace(house.settings, generator=generator)


def _until(true, seconds: float = 10) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# --- feedback never waits --------------------------------------------------------------------------------------------


def test_feedback_recall_and_pages_do_not_wait_for_a_generation(tmp_path: Path) -> None:
    slow = SlowWriter()
    slow.go_on.set()
    with open_house(tmp_path, slow) as house, open_studio(house) as studio:
        first = written(studio)["candidates"][0]["candidate_id"]
        slow.go_on.clear()
        slow.begun.clear()
        waiting: list[int] = []
        thread = threading.Thread(target=lambda: waiting.append(studio.post("/api/turns", json=BRIEF).status_code))
        thread.start()
        assert slow.begun.wait(10)
        before = time.monotonic()
        assert studio.post(f"/api/items/{first}/rate", json={"scores": {"clarity": 5}}).status_code == 200
        assert studio.get("/api/recall", params={"query": "thought"}).json()["total"] == 3
        assert studio.get("/library").status_code == 200
        assert studio.get("/api/status").json()["waiting"] == 1
        assert time.monotonic() - before < 5
        assert waiting == []
        slow.go_on.set()
        thread.join(20)
        assert waiting == [200]


def test_too_many_turns_at_once_are_refused(tmp_path: Path) -> None:
    slow = SlowWriter()
    with open_house(tmp_path, slow) as house:
        app = create_app(house)
        with TestClient(app, base_url=LOCAL, headers={"Content-Type": "application/json"}):
            room = app.state.studio.room
            from loop.brief import Brief

            tickets = [room.ask(Brief(task="tweet", prompt="x", n=1), None) for _ in range(16)]
            with TestClient(app, base_url=LOCAL, headers={"Content-Type": "application/json"}) as other:
                answer = other.post("/api/turns", json=BRIEF)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            for ticket in tickets:
                ticket.give_up()


def test_closing_the_studio_ends_a_generation(tmp_path: Path) -> None:
    slow = SlowWriter()
    with open_house(tmp_path, slow) as house, open_studio(house) as studio:
        thread = threading.Thread(target=lambda: studio.post("/api/turns", json=BRIEF))
        thread.start()
        assert slow.begun.wait(10)
        studio.app.state.studio.room.close()  # type: ignore[attr-defined]
        thread.join(10)
        assert not thread.is_alive()
        assert house.ledger.head() == 0


# --- feedback ------------------------------------------------------------------------------------------------------


def test_everything_that_can_be_said_of_a_candidate(studio: TestClient, house: House) -> None:
    one, two, three = (c["candidate_id"] for c in written(studio)["candidates"])
    assert (
        studio.post(f"/api/items/{one}/rate", json={"scores": {"clarity": 5, "engagement": 4}}).json()["reward"] > 0.5
    )
    assert studio.post(f"/api/items/{two}/pick", json={"rater": "Ann"}).json()["reward"] > 0.5
    edit = studio.post(f"/api/items/{three}/edit", json={"text": "my own words"}).json()["item_id"]
    studio.post(f"/api/items/{one}/comment", json={"comment": "dry wit"})
    studio.post(f"/api/items/{two}/hide", json={})
    listed = {item["item_id"]: item for item in studio.get("/api/items").json()["items"]}
    assert (listed[one]["scores"], listed[one]["comment"]) == ({"clarity": 5, "engagement": 4}, "dry wit")
    assert (listed[edit]["text"], listed[edit]["kind"]) == ("my own words", "edit")
    assert two not in listed
    (hidden,) = studio.get("/api/items", params={"hidden": True, "rater": "Ann"}).json()["items"]
    assert (hidden["item_id"], hidden["picked"]) == (two, True)
    studio.post(f"/api/items/{two}/hide", json={"hidden": False})
    best = studio.get("/api/items", params={"order": "best", "limit": 2}).json()
    assert (best["total"], [i["reward"] for i in best["items"]]) == (
        4,
        sorted([i["reward"] for i in best["items"]])[::-1],
    )


def test_now_and_then_one_more_is_asked_about_as_if_nobody_had_said_anything(house: House) -> None:
    rewards = msgspec.structs.replace(house.settings.rewards, again_share=1.0, again_after=2)
    house.settings = msgspec.structs.replace(house.settings, rewards=rewards)
    with open_studio(house) as studio:
        assert studio.get("/api/ask").json() == {"item": None}
        ids = [candidate["candidate_id"] for candidate in written(studio)["candidates"]]
        scores = {"scores": {"clarity": 5}, "comment": "dry wit", "rater": "ann"}
        for item_id in ids:
            studio.post(f"/api/items/{item_id}/rate", json=scores)
        asked = studio.get("/api/ask?rater=ann").json()["item"]
        assert asked.keys() == {"item_id", "text", "task", "prompt", "fields"}
        assert (asked["item_id"], asked["prompt"], asked["fields"]) == (ids[0], BRIEF["prompt"], BRIEF["fields"])
        assert studio.get("/api/ask?rater=bob").json() == {"item": None}
        assert studio.get("/api/ask?rater=%20").status_code == 422
        studio.post(f"/api/items/{ids[0]}/rate", json=scores)
    assert report(house.ledger, rewards).raters[0].repeated.repeats == 1


def test_a_key_makes_feedback_happen_once_per_item(studio: TestClient, house: House) -> None:
    one, two, _ = (c["candidate_id"] for c in written(studio)["candidates"])
    for item in (one, one, two):
        answer = studio.post(f"/api/items/{item}/pick", json={}, headers={"Idempotency-Key": "same"})
        assert answer.json()["candidate_id"] == item
    assert sum(isinstance(r.event, CandidatePicked) for r in house.ledger.read()) == 2
    long = studio.post(f"/api/items/{one}/pick", json={}, headers={"Idempotency-Key": "k" * 201})
    assert long.status_code == 422


def test_forgetting_takes_the_words_away(studio: TestClient, house: House) -> None:
    one = written(studio)["candidates"][0]
    for _ in range(2):
        assert studio.post(f"/api/items/{one['candidate_id']}/forget", json={}).json()["forgotten"] is True
    assert one["text"] not in studio.get("/api/items").text
    assert one["text"] not in studio.get("/library").text
    assert studio.post(f"/api/items/{one['candidate_id']}/pick", json={}).status_code == 422
    assert studio.post("/api/items/c_nobody/forget", json={}).status_code == 404


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("rate", {"scores": {"clarity": 0}}, 422),
        ("rate", {"scores": {"clarity": 6}}, 422),
        ("rate", {"scores": {"clarity": 3.5}}, 422),
        ("rate", {"scores": {"clarity": True}}, 422),
        ("rate", {"scores": {"clarity": "4"}}, 422),
        ("rate", {"scores": {"beauty": 3}}, 422),
        ("rate", {"scores": {}}, 422),
        ("rate", {}, 422),
        ("edit", {"text": " "}, 422),
        ("comment", {"comment": ""}, 422),
        ("pick", {"rater": "x" * 100}, 422),
    ],
)
def test_bad_feedback_changes_nothing(studio: TestClient, house: House, what: str, body: dict, status: int) -> None:
    item = written(studio)["candidates"][0]["candidate_id"]
    before = house.ledger.head()
    answer = studio.post(f"/api/items/{item}/{what}", json=body)
    assert (answer.status_code, answer.json()["status"]) == (status, status), answer.text
    assert house.ledger.head() == before


def test_not_a_number_is_refused(studio: TestClient, house: House) -> None:
    item = written(studio)["candidates"][0]["candidate_id"]
    answer = studio.post(f"/api/items/{item}/rate", content='{"scores": {"clarity": NaN}}')
    assert answer.status_code == 422
    assert not [r for r in house.ledger.read() if isinstance(r.event, CandidateRated)]


def test_unknown_ids_and_addresses_are_404(studio: TestClient) -> None:
    for path in ("/api/items/c_no/rate", "/api/items/c_no/pick"):
        assert studio.post(path, json={"scores": {"clarity": 3}} if "rate" in path else {}).status_code == 404
    for path in ("/api/turns/t_no", "/nowhere", "/reports/..%2f..", "/reports/r_no", "/static/../app.py"):
        assert studio.get(path).status_code == 404
    assert studio.get("/api/models/rollback").status_code == 405


def test_an_unforeseen_error_is_one_sentence_without_its_inside(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise KeyError("secret inside")

    monkeypatch.setattr("studio.web.views.counts", breaks)
    with open_studio(house) as studio:
        answer = studio.get("/api/status")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "secret inside" in caplog.text


# --- models, runs, news ----------------------------------------------------------------------------------------------


def test_a_model_that_breaks_in_an_unforeseen_way_ends_the_stream_with_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(QueueWriter):
        def write(self, *_: object, **__: object) -> list:
            raise KeyError("secret inside")

    with open_house(tmp_path, Broken()) as house, open_studio(house) as studio:
        name, problem = events_of(studio.post("/api/turns/stream", json=BRIEF).text)[-1]
        assert (name, problem["status"], "secret" in problem["detail"]) == ("error", 500, False)
        assert studio.post("/api/turns", json=BRIEF).status_code == 500
        assert house.ledger.head() == 0
    assert "secret inside" in caplog.text


def test_models_and_a_rollback_with_nothing_to_roll_back(studio: TestClient) -> None:
    told = studio.get("/api/models").json()
    assert (told["champion"], told["models"]) == (told["base"], [])
    answer = studio.post("/api/models/rollback", json={})
    assert (answer.status_code, "nothing to roll back" in answer.json()["detail"]) == (422, True)
    assert studio.post("/api/models/promote", json={"model_id": "m_no"}).status_code == 404


class FakeJobs:
    """A scheduler that only remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self) -> None:
        self.said.append("start")

    def close(self) -> None:
        self.said.append("close")

    def overview(self) -> list[dict]:
        last = {"run_id": "r_1", "run_key": "k", "state": "done", "started": "x", "finished": None, "outcome": None}
        one = {"id": "refine", "next_run": "2026-11-21T03:30+01:00", "last_run": last}
        return [{**one, "new_ratings": 7, "after_ratings": 10}]

    def run_now(self, job: str) -> str:
        self.said.append(job)
        return "refine:now:k"


def test_jobs_live_and_die_with_the_studio(house: House) -> None:
    jobs = FakeJobs()
    with open_studio(house, jobs=jobs) as studio:
        assert studio.get("/api/runs").json()["jobs"][0]["new_ratings"] == 7
        assert studio.post("/api/runs", json={"job": "refine"}).json() == {"run_key": "refine:now:k"}
        page = studio.get("/nights").text
        assert "Saturday 21 November, 03:30" in page
        assert "3 more ratings" in page
    assert jobs.said == ["start", "refine", "close"]


def test_without_a_scheduler_nothing_is_promised(studio: TestClient) -> None:
    assert studio.post("/api/runs", json={}).status_code == 422
    assert "No scheduler runs" in studio.get("/nights").text


def test_what_another_process_appends_is_noticed_within_two_seconds(studio: TestClient, house: House) -> None:
    from loop import feedback
    from loop.ledger import Ledger

    item = written(studio)["candidates"][0]["candidate_id"]
    other = Ledger.in_home(house.home)
    feedback.item_row(other, item)
    other.append(CandidateRated(candidate_id=item, rater="Ann", scores={"clarity": 5}, value=1.0))
    other.close()
    _until(lambda: studio.get("/api/status").json()["rated"] == 1, seconds=4)
    found = studio.get("/api/recall", params={"query": "thought number"}).json()["items"]
    assert [each["item_id"] for each in found if each["reward"]] == [item]


def test_a_report_is_shown_as_it_was_written_but_runs_nothing(studio: TestClient, house: House) -> None:
    folder = house.home / "runs" / "r_1"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("<h1>Better</h1><script>1</script>", encoding="utf-8")
    answer = studio.get("/reports/r_1")
    assert "<h1>Better</h1>" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy


# --- pages -----------------------------------------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "\u202eevil\u202c \u2066x",
    "w" * 10_000,
    "👩‍👩‍👧‍👦" * 50,
    "{{ 8642 * 9753 }}",
]


@pytest.mark.parametrize("path", ["/", "/library", "/models", "/nights", "/docs", "/enter"])
def test_a_page_is_whole_and_asks_nobody_else(studio: TestClient, path: str) -> None:
    page = studio.get(path)
    assert page.status_code == 200
    assert page.text.rstrip().endswith("</html>")
    assert not re.search(r'(src|href|action)="(https?:)?//', page.text)
    assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=", page.text)
    for asset in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text):
        assert studio.get(asset).status_code == 200


def test_own_assets_are_small() -> None:
    folder = Path(create_app.__code__.co_filename).parent / "static"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 200_000


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_is_text_wherever_it_is_shown(tmp_path: Path, words: str) -> None:
    with open_house(tmp_path, QueueWriter([words, "b", words, "d"])) as house, open_studio(house) as studio:
        turn = written(studio, prompt=words, fields={words[:60]: words}, n=2, task="story")
        item = turn["candidates"][0]["candidate_id"]
        studio.post(f"/api/items/{item}/comment", json={"comment": words})
        studio.post(f"/api/items/{item}/edit", json={"text": words + " edited"})
        for path in ("/library", "/library?q=" + "x", "/library?order=best"):
            page = studio.get(path).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page
            assert str(8642 * 9753) not in page
        assert "<script>alert" not in studio.get("/library", params={"q": words}).text
        assert studio.get("/library", params={"q": words, "task": words}).status_code == 200
        assert turn["prompt"] == words


def test_the_library_finds_by_meaning_and_turns_its_leaves(studio: TestClient) -> None:
    for n in range(15):
        written(studio, prompt=f"prompt {n}")
    page = studio.get("/library").text
    assert "45 texts" in page
    assert "1 of 2" in page
    assert page.count('class="item"') == 40
    assert studio.get("/library?page=2").text.count('class="item"') == 5
    assert "Nothing here" in studio.get("/library?task=tweet").text
    assert "alike" in studio.get("/library", params={"q": "thought number 7"}).text
    assert studio.get("/library?order=magic").status_code == 422


def test_the_pages_know_who_rates(studio: TestClient) -> None:
    one = written(studio)["candidates"][0]["candidate_id"]
    studio.post(f"/api/items/{one}/pick", json={"rater": "Zoë"})
    for cookie, name, picked in (
        ("Zo%C3%AB", "Zoë", True),
        ("", "me", False),
        ("%00", "me", False),
        ("x" * 81, "me", False),
    ):
        page = studio.get("/library", headers={"Cookie": f"rater={cookie}"}).text
        assert f'<bdi id="rater-name">{name}</bdi>' in page
        assert (">picked<" in page) == picked
    assert '<bdi id="rater-name">me</bdi>' in studio.get("/").text
    assert "&lt;b&gt;" in studio.get("/nights", headers={"Cookie": "rater=%3Cb%3E"}).text


def test_the_api_documents_itself(studio: TestClient) -> None:
    spec = studio.get("/api/openapi.json").json()
    for path in ("/api/turns", "/api/turns/stream", "/api/items/{item_id}/rate", "/api/recall", "/api/models/rollback"):
        assert path in spec["paths"]
    assert json.dumps(spec).count("restores old radios") >= 1
    assert "/api/items/{item_id}/forget" in studio.get("/docs").text
