"""`write --batch`: one turn for every person in a file, once, and how much of it is the same."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cli import Cli, Result
from tests.integration.models_server import Server

PEOPLE = """Name,bio,Interests
Ann,"I bake bread,
and I sing",jazz
Bob,I keep bees,
Cem,,chess
"""
ONE_WORD = (
    '\n[generator]\nmodel = "little"\nurl = "{url}"\ntries = 2\n[tasks.opener]\ninstruction = "x"\nmax_tokens = 1\n'
)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="utf-8")
    return path


def batch(cli: Cli, people: Path, *more: str) -> Result:
    return cli("write", "someone new", "--task", "opener", "--batch", str(people), *more)


def told(cli: Cli, people: Path, *more: str) -> Any:
    done = batch(cli, people, *more, "--json")
    assert done.status == 0, done.err
    return done.json


def test_every_person_gets_an_opener_from_their_own_fields(
    writing: Cli, server: Server, people: Path, tmp_path: Path
) -> None:
    out = tmp_path / "openers.csv"
    answer = told(writing, people, "--field", "Place=a train", "--out", str(out))
    assert [row["fields"] for row in answer["rows"]] == [
        {"Place": "a train", "Bio": "I bake bread,\nand I sing", "Interests": "jazz"},
        {"Place": "a train", "Bio": "I keep bees"},
        {"Place": "a train", "Interests": "chess"},
    ]
    asked = dict.fromkeys(each["messages"][-1]["content"] for each in server.asked)
    assert [("jazz" in each, "bees" in each, "chess" in each) for each in asked] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert not any("Ann" in each for each in asked), "what is no field of the task goes nowhere"
    assert (answer["errors"], answer["path"], answer["repetition"]["people"]) == ([], str(out), 3)
    with out.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["Name"] for row in rows] == ["Ann", "Bob", "Cem"]
    assert [row["text"] for row in rows] == [row["candidates"][0]["text"] for row in answer["rows"]]
    assert rows[0]["bio"] == "I bake bread,\nand I sing"


def test_what_was_written_for_is_not_written_for_again(writing: Cli, server: Server, people: Path) -> None:
    first = told(writing, people)
    asked = len(server.asked)
    with people.open("a", encoding="utf-8") as stream:
        stream.write("Dee,I sail,\nDee,I sail,\n")
    again = told(writing, people)
    assert again["rows"][:3] == first["rows"]
    assert len({row["turn_id"] for row in again["rows"]}) == 5, "of two equal rows, each has a turn"
    assert len(server.asked) >= asked + 2
    fresh = told(writing, people, "--key", "monday", "-n", "2")
    assert not {row["turn_id"] for row in fresh["rows"]} & {row["turn_id"] for row in again["rows"]}
    assert [len(row["candidates"]) for row in fresh["rows"]] == [2] * 5


def test_what_repeats_is_marked_and_summed_up(cli: Cli, server: Server, people: Path, tmp_path: Path) -> None:
    cli.config(ONE_WORD.format(url=server.url))
    answer = told(cli, people)
    first, *others = (row["candidates"][0] for row in answer["rows"])
    assert (first["repeats"], first["shared"]) == (None, None)
    assert {(other["repeats"], other["shared"]) for other in others} == {(first["candidate_id"], "words")}
    assert [each.get("n", 1) for each in server.asked] == [1, 1, 2, 1, 2], "as often as the tries allow"
    assert {name: answer["repetition"][name] for name in ("people", "texts", "shared", "share")} == {
        "people": 3, "texts": 3, "shared": 3, "share": 1.0,
    }  # fmt: skip
    assert cli.json("repeats", "--task", "opener") == answer["repetition"]
    assert cli.json("repeats", "--task", "tweet")["texts"] == 0
    out = tmp_path / "openers.jsonl"
    said = batch(cli, people, "--out", str(out)).out
    assert f"wrote {out} with 3 texts for 3 people" in said
    assert "3 of 3 texts (100.0%) say the same as one for somebody else: 3 by words" in said
    assert "3 people  é😀" in said
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["repeats"] for row in rows] == [None, first["candidate_id"], first["candidate_id"]]
    assert f"in the words of {first['candidate_id']}" in batch(cli, people).out
    single = cli("write", "someone new", "--task", "opener", "--field", "Bio=I sail", "-n", "1").out
    assert f"in the words of {first['candidate_id']}" in single


def test_columns_that_are_no_fields_of_the_task_are_fields_where_there_are_no_others(
    writing: Cli, server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "shops.jsonl"
    path.write_text('{"prompt": "a sale", "Shop": "Fern & Sons", "Sells": ["ferns", "pots"]}\n', encoding="utf-8")
    answer = writing.json("write", "--task", "copy", "--batch", str(path))
    (row,) = answer["rows"]
    assert (row["prompt"], row["fields"]) == ("a sale", {"Shop": "Fern & Sons", "Sells": "ferns, pots"})


def test_a_row_that_cannot_be_meant_is_left_out_and_told(writing: Cli, people: Path) -> None:
    with people.open("a", encoding="utf-8") as stream:
        stream.write(f"Eve,{'x' * 30_000},\nFay,one,two,three\n")
    answer = told(writing, people)
    assert [row["row"] for row in answer["rows"]] == [1, 2, 3]
    assert [error["row"] for error in answer["errors"]] == [4, 5]
    assert "30,000 characters" in answer["errors"][0]["reason"]
    assert "row 4" in batch(writing, people).out


def test_a_model_that_fails_for_everybody_ends_it_and_the_same_command_goes_on(
    writing: Cli, server: Server, people: Path, tmp_path: Path
) -> None:
    out = tmp_path / "openers.csv"
    server.mode = "401"
    done = batch(writing, people, "--out", str(out))
    assert done.status == 1
    assert "key" in done.sentence
    assert not out.exists()
    server.mode = "well"
    assert batch(writing, people, "--out", str(out)).status == 0
    assert out.exists()


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("", (), "is empty"),
        ("Bio\n", (), "no row"),
        ("prompt\nx\n", (), "no columns for fields"),
        ("just a text\n", (), "no columns"),
        ("Bio,text\nI sail,x\n", ("--out", "new.csv"), "'text'"),
        ("Bio\nI sail\n", ("--out", "new.txt"), "neither .csv nor .jsonl"),
        ("Bio\nI sail\n", ("--out", "people.csv"), "there already"),
        ("Bio\nI sail\n", ("--out", "nowhere/new.csv"), "no folder"),
        ("Bio\nI sail\n", ("-n", "0"), "n is 0"),
    ],
)
def test_a_file_that_cannot_be_meant_changes_nothing(
    writing: Cli, people: Path, text: str, more: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.json("recall", "x")
    monkeypatch.chdir(people.parent)
    if text == "just a text\n":
        people = people.with_suffix(".txt")
    people.write_text(text, encoding="utf-8")
    before = writing.state()
    done = batch(writing, people, *more)
    assert done.status == 2, done.out + done.err
    assert words in done.sentence
    assert writing.state() == before


def test_options_of_a_batch_need_one_and_a_turn_needs_a_prompt(writing: Cli) -> None:
    assert "--batch" in writing("write", "x", "--task", "opener", "--out", "a.csv").sentence
    done = writing("write", "--task", "opener")
    assert (done.status, "prompt is empty" in done.sentence) == (2, True)


def test_the_starter_says_something_else_to_each(cli: Cli, tmp_path: Path) -> None:
    cli.config("[memory]\nexplore = 0.0\n")
    path = tmp_path / "people.csv"
    lives = ("I have two dogs", "I bake bread", "I play chess", "I run every day")
    path.write_text("Bio\n" + "\n".join(lives) + "\n", encoding="utf-8")
    answer = told(cli, path, "--seed", "3")
    texts = [row["candidates"][0]["text"] for row in answer["rows"]]
    assert len(set(texts)) == len(lives)
    assert answer["repetition"]["by"]["words"] == 0
