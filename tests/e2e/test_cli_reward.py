"""`reprise reward`: from imported ratings to a model of what people like, and what it would ask."""

import csv
import json
from pathlib import Path

import pytest

from tests.e2e.cli import Cli

THINGS = ["brick", "rope", "sock", "spoon", "tire", "box", "hat", "fork", "ball", "shoe", "bottle", "paperclip"]
LIKED = ["a lantern for moths above the {}", "a tiny theatre for snails in a {}", "an orchestra of {} and rain"]
DISLIKED = ["use the {} as a {}", "sell the {}", "throw the {} away"]


@pytest.fixture
def rated(cli: Cli, tmp_path: Path) -> Cli:
    file = tmp_path / "ideas.csv"
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["prompt", "text", "rating"])
        for thing in THINGS:
            rows.writerows([f"uses for a {thing}", text.replace("{}", thing), 5] for text in LIKED)
            rows.writerows([f"uses for a {thing}", text.replace("{}", thing), 1] for text in DISLIKED)
    assert cli("import", str(file), "--task", "brainstorm").status == 0
    return cli


def test_it_is_fitted_to_the_newest_dataset_once_and_says_how_good_it_is(rated: Cli) -> None:
    dataset = rated.json("distill")["dataset_id"]
    first, again = rated.json("reward"), rated.json("reward", dataset, "--kind", "head")
    assert first["fresh"]
    assert Path(first["path"]).is_dir()
    assert first["report"]["dataset_id"] == dataset
    assert first["report"]["kind"] == "head"
    assert {"accuracy", "by_similarity", "by_length"} <= first["report"]["held_out"].keys()
    assert first["ask"] == []
    assert (again["path"], again["fresh"]) == (first["path"], False)
    said = rated("reward").out
    assert "was there already" in said
    assert "length alone" in said


def test_it_chooses_what_is_shown_where_more_is_written(rated: Cli) -> None:
    rated.config("[generator]\nbest_of = 3\n")
    told = rated("write", "uses for a brick", "--task", "brainstorm", "-n", "2", "--json")
    assert "no reward model serves" in told.err
    assert [each["chosen"] for each in json.loads(told.out)["candidates"]] == [None, None]
    rated.json("distill")
    fitted = rated.json("reward")
    assert fitted["serves"]
    shown = rated.json("write", "uses for a brick", "--task", "brainstorm", "-n", "2", "--strategy", "none")
    chosen = [each["chosen"] for each in shown["candidates"]]
    assert {each["by"] for each in chosen} == {fitted["reward_id"]}
    assert all(2 < each["of"] <= 6 and 0 <= each["expected"] <= 1 for each in chosen), "but for what was written twice"
    assert "  chosen from " in rated("write", "uses for a rope", "--task", "brainstorm", "-n", "2").out


def test_it_names_unrated_texts_to_rate_next(rated: Cli, tmp_path: Path) -> None:
    rated.json("distill")
    (tmp_path / "more.txt").write_text("a kite of old maps\nsell the kite\na choir of kettles\n")
    assert rated("import", str(tmp_path / "more.txt"), "--task", "brainstorm", "--format", "text").status == 0
    asked = rated.json("reward", "--ask", "2")["ask"]
    assert len({each["item_id"] for each in asked}) == 2
    assert all(0 <= each["lower"] <= each["expected"] <= 1 for each in asked)
    assert "to be rated next" in rated("reward", "--ask", "2").out


def test_what_cannot_be_is_refused(rated: Cli) -> None:
    for arguments, said in (
        (("reward",), "there is no dataset to learn from"),
        (("reward", "--task", "tweet"), "there is no dataset of tweet"),
        (("reward", "d_0000000000000000"), "there is no dataset 'd_0000000000000000'"),
        (("reward", "--kind", "oracle"), "there is no kind of reward model 'oracle'"),
        (("reward", "--task", "sonnet"), "sonnet"),
    ):
        before = rated.state()
        done = rated(*arguments)
        assert (done.status, said in done.sentence) == (2, True), done
        assert rated.state() == before
