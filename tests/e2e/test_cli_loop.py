"""The loop on the command line: what each command answers, and that a rating is felt by the next turn."""

import tarfile
from pathlib import Path

import pytest

from tests.e2e.cli import Cli
from tests.integration.models_server import Server

PROMPT = "unusual uses for a brick"


def candidates(cli: Cli, *more: str) -> list[str]:
    turn = cli.json("write", PROMPT, "--task", "brainstorm", "-n", "3", *more)
    return [candidate["candidate_id"] for candidate in turn["candidates"]]


def test_write_answers_with_the_keys_of_the_contract(writing: Cli) -> None:
    first, *_ = candidates(writing)
    writing.json("rate", first, "--score", "5")
    turn = writing.json("write", PROMPT, "--task", "brainstorm", "-n", "2", "--strategy", "similar", "--seed", "7")
    assert {"turn_id", "model", "strategy", "recalled", "candidates"} <= turn.keys()
    assert (turn["model"], turn["strategy"], len(turn["candidates"])) == ("little", "similar", 2)
    assert {"candidate_id", "text", "novelty"} <= turn["candidates"][0].keys()
    (recalled,) = turn["recalled"]
    assert recalled.keys() == {"item_id", "text", "similarity", "reward"}
    assert recalled["item_id"] == first


def test_the_model_is_shown_what_was_recalled_and_debug_says_so(writing: Cli, server: Server) -> None:
    liked, *_ = candidates(writing)
    writing.json("rate", liked, "--score", "relevance=5", "--score", "originality=4")
    done = writing("write", PROMPT, "--task", "brainstorm", "-n", "1", "--json", "--debug")
    text = done.json["recalled"][0]["text"]
    asked = server.asked[-1]["messages"][-1]["content"]
    assert f"- {text}" in asked
    assert asked in done.err
    assert done.json["messages"][-1]["content"] == asked


def test_a_rating_changes_the_next_best_recall(writing: Cli) -> None:
    first, second, _ = candidates(writing)
    one = writing.json("edit", first, "--text", "A doorstop that hums when the wind is up.")["item_id"]
    other = writing.json("edit", second, "--text", "Paint it as a birthday cake for a goat.")["item_id"]
    for rated, expected in (((1, 5), other), ((5, 1), one)):
        writing.json("rate", one, "--score", str(rated[0]))
        writing.json("rate", other, "--score", str(rated[1]))
        found = recalled(writing)
        assert next(item for item in found if item in (one, other)) == expected


def recalled(cli: Cli) -> list[str]:
    items = cli.json("recall", PROMPT, "-k", "5", "--strategy", "best")["items"]
    assert all({"item_id", "text", "similarity", "reward", "ratings"} <= item.keys() for item in items)
    return [item["item_id"] for item in items]


def test_one_number_scores_every_criterion_of_the_task(writing: Cli) -> None:
    one, other, _ = candidates(writing)
    by_name = [f"--score={name}=4" for name in ("relevance", "clarity", "originality", "engagement")]
    assert writing.json("rate", one, "--score", "4")["reward"] == writing.json("rate", other, *by_name)["reward"]


def test_pick_edit_comment_and_hide_are_felt(writing: Cli) -> None:
    one, other, _ = candidates(writing)
    assert writing.json("pick", one)["reward"] > 0.5
    made = writing.json("edit", other, "--text", "A doorstop that hums.")["item_id"]
    writing.json("comment", other, "too long")
    found = {item["item_id"] for item in writing.json("recall", "doorstop that hums")["items"]}
    assert made in found
    writing.json("hide", made)
    assert made not in {item["item_id"] for item in writing.json("recall", "doorstop that hums")["items"]}
    writing.json("hide", made, "--undo")
    assert made in {item["item_id"] for item in writing.json("recall", "doorstop that hums")["items"]}


def test_a_key_makes_it_happen_once(writing: Cli, server: Server) -> None:
    first = candidates(writing, "--key", "a")
    asked = len(server.asked)
    assert candidates(writing, "--key", "a") == first
    assert len(server.asked) == asked
    writing.json("rate", first[0], "--score", "5", "--key", "b")
    head, _ = writing.state()
    writing.json("rate", first[0], "--score", "5", "--key", "b")
    assert writing.state()[0] == head


def test_fields_reach_the_model(writing: Cli, server: Server) -> None:
    writing.json("write", "Sam", "--task", "opener", "-n", "1", "--field", "Bio=likes rain", "--field", "Age=30")
    assert "Bio: likes rain\nAge: 30" in server.asked[-1]["messages"][-1]["content"]


def test_a_person_reads_a_numbered_list(writing: Cli) -> None:
    done = writing("write", PROMPT, "--task", "brainstorm", "-n", "2")
    assert done.err == ""
    assert done.out.startswith("  1  ")
    assert "\n  2  " in done.out
    assert "\x1b" not in done.out
    assert all(len(line) <= 100 for line in done.out.splitlines())


def test_import_distill_export(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "captions.csv"
    rows = [f"a cat in a hat,caption number {n} is about {n * n} cats,{1 + n % 5}" for n in range(40)]
    file.write_text("prompt,text,rating\n" + "\n".join([*rows, "a cat in a hat,half,9"]) + "\n", encoding="utf-8")
    done = cli.json("import", str(file), "--task", "caption")
    assert (done["imported"], done["skipped"]) == (40, 0)
    assert [error["row"] for error in done["errors"]] == [41]
    assert cli.json("import", str(file), "--task", "caption")["imported"] == 0
    made = cli.json("distill")
    assert {"dataset_id", "sft", "pairs", "unpaired", "held_out"} <= made.keys()
    assert [each["dataset_id"] for each in cli.json("datasets")["datasets"]] == [made["dataset_id"]]
    part = "jsonl" if made["sft"] else "jsonl-unpaired"
    out = tmp_path / "rows.jsonl"
    if made["sft"] or made["unpaired"]:
        cli.json("export", made["dataset_id"], "--format", part, "--out", str(out))
        assert out.read_text(encoding="utf-8").strip()
    assert cli.json("verify")["ok"]


def test_verify_rebuild_backup_and_forget(writing: Cli, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, *_ = candidates(writing)
    writing.json("rate", one, "--score", "5")
    before = writing.json("recall", PROMPT)
    assert writing.json("rebuild")["ok"]
    assert writing.json("recall", PROMPT) == before
    file = tmp_path / "home.tar.gz"
    writing.json("backup", str(file))
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "restored", filter="data")
    restored = Cli(tmp_path / "restored", capsys)
    assert restored.json("recall", PROMPT) == before
    assert restored.json("verify")["ok"]
    assert one in writing.json("forget", one)["items"]
    assert one not in {item["item_id"] for item in writing.json("recall", PROMPT)["items"]}
    assert writing.json("verify")["ok"]
    assert restored.json("recall", PROMPT) == before


def test_models_and_schedule_answer_with_the_keys_of_the_contract(writing: Cli) -> None:
    assert {"champion", "models"} <= writing.json("models").keys()
    assert writing.json("models", "list") == writing.json("models")
    (job,) = writing.json("schedule")["jobs"]
    assert {"id", "next_run", "last_run"} <= job.keys()


def test_a_refinement_of_a_remote_model_says_what_to_do(writing: Cli) -> None:
    one, *_ = candidates(writing)
    writing.json("rate", one, "--score", "5")
    done = writing.json("refine", "--dry-run")
    assert {"run_id", "promoted", "report", "bars"} <= done.keys()
    assert "export" in done["outcome"]


def test_compare_leaves_the_home_as_it_was(writing: Cli, server: Server) -> None:
    one, *_ = candidates(writing)
    writing.json("rate", one, "--score", "5")
    before = writing.state()
    done = writing.json("compare", "--strategies", "none,similar", "--rounds", "2", "-n", "2")
    assert writing.state() == before
    assert {"report", "rounds"} <= done.keys()
    assert [(each["round"], each["strategy"]) for each in done["rounds"]] == [
        (1, "none"), (1, "similar"), (2, "none"), (2, "similar")
    ]  # fmt: skip
    assert all(each["interval"][0] <= each["reward"] <= each["interval"][1] for each in done["rounds"])
    seeds = [asked["seed"] for asked in server.asked[1:]]
    assert seeds[:6] == seeds[6:12]
    liked = ["Liked before" in asked["messages"][-1]["content"] for asked in server.asked[1:]]
    assert not any(liked[:6] + liked[12:18])
    assert any(liked[6:12])
    assert all(liked[18:])
