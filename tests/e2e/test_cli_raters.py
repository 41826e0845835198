"""`reprise raters`: for people, as JSON, and where there is nothing to tell."""

import pytest

from loop import feedback
from tests.distill_home import TASK, Home
from tests.e2e.cli import Cli


@pytest.fixture
def rated(cli: Cli) -> Cli:
    """A home in which two people rated the same texts, one of them a point higher."""
    home = Home(cli.home)
    for turn in range(4):
        ids = home.turn(f"prompt {turn}", [f"text {turn} number {k}" for k in range(4)])
        for k, item in enumerate(ids):
            home.rate(item, 1 + k, "ann")
            home.rate(item, 2 + k, "bob")
        feedback.pick(home.ledger, ids[3], rater="ann")
    home.ledger.close()
    return cli


def test_the_table_says_who_leans_where(rated: Cli) -> None:
    lines = rated("raters").out.splitlines()
    head, ann, bob = (line.split() for line in lines[:3])
    assert head[:6] == ["rater", "ratings", "picks", "leans", "spread", "likeness"]
    assert (ann[:3], bob[:3]) == (["ann", "16", "4"], ["bob", "16", "0"])
    assert float(ann[3]) == -float(bob[3]) < -0.1
    assert any(line.startswith("all together") for line in lines)
    assert any(line.startswith("relevance") for line in lines)


def test_json_has_what_the_table_has_and_more(rated: Cli) -> None:
    told = rated.json("raters", "--task", TASK)
    assert told["task"] == TASK
    assert {"raters", "agreement", "calibrated", "strength", "places", "repeated"} <= told.keys()
    ann, bob = told["raters"]
    assert ann["leaning"]["offset"] < 0 < bob["leaning"]["offset"]
    assert ann["likeness"]["low"] > 0.9
    assert set(told["agreement"]) == {"all together", "relevance", "clarity", "originality", "engagement"}
    assert ann["places"]["shares"][3] >= ann["places"]["shares"][0]
    assert ann["repeated"] is None
    assert rated.json("raters", "--task", "tweet")["raters"] == []


def test_what_is_to_be_shown_again(rated: Cli) -> None:
    assert rated.json("raters", "--again", "ann") == {"rater": "ann", "item_id": None, "text": None}
    rated.config("[rewards]\nagain_share = 1.0\nagain_after = 5\n")
    due = rated.json("raters", "--again", "ann")
    assert due["text"].startswith("text ")
    assert rated("raters", "--again", "ann").out.strip() == due["text"]
    rated.json("rate", due["item_id"], "--score", "3", "--rater", "ann")
    assert rated.json("raters", "--again", "ann")["item_id"] != due["item_id"]
    (ann,) = (each for each in rated.json("raters")["raters"] if each["rater"] == "ann")
    assert ann["repeated"]["repeats"] == 1


def test_nobody_and_nonsense(cli: Cli) -> None:
    assert "nobody" in cli("raters").out
    assert cli.json("raters")["raters"] == []
    for wrong in (("--task", "sonnet"), ("--again", " ")):
        done = cli("raters", *wrong)
        assert (done.status, done.out) == (2, "")
        assert done.sentence
