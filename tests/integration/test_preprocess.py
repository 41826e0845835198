"""Real tweets, cleaned; and what whole processes do with files that are too large and disks that are full."""

import csv
import gzip
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import emoji
import msgspec
import pytest

from jobs.preprocess.near import shingles, similarity
from jobs.preprocess.reading import TextPlan
from jobs.preprocess.rows import SPLITS, CleanRow, read_split
from jobs.preprocess.run import Preprocessed, preprocess
from jobs.preprocess.settings import Preprocessing
from tests.e2e.cli import environment, process

TWEETS = ("tweets_text_tweeteval/tweets.csv.gz",)
ENGAGED = ("tweets_engagement/obama_538.csv.gz", "tweets_engagement/duboischallenge_tidytuesday.csv.gz")
URL = re.compile(r"https?://|\bwww\.[a-z]|\bt\.co/|\[url\]", re.I)
MENTION = re.compile(r"@\w")
# The peak of this process alone: getrusage's begins with that of the process that started it.
MEASURED = """
import sys
from pathlib import Path
from studio.cli import main
status = main(sys.argv[1:])
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
sys.exit(status)
"""


def quiet(_: str, __: int, ___: int) -> None: ...


def tweets(data: Path, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        with gzip.open(data / name, "rt", encoding="utf-8", newline="") as file:
            yield from (row["text"] for row in csv.DictReader(file))


def numbered(path: Path, texts: list[str]) -> Path:
    """A file whose prompts say which row each text was."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "prompt"), *((text, f"row {n}") for n, text in enumerate(texts))])
    return path


def cleaned(file: Path, **settings: object) -> Preprocessed:
    return preprocess([file], file.parent / "out", Preprocessing.of(**settings), quiet)


def rows(done: Preprocessed) -> list[CleanRow]:
    return [row for split in SPLITS for row in read_split(done.path, split)]


def emoji_of(text: str) -> list[str]:
    return [] if text.isascii() else [each["emoji"] for each in emoji.emoji_list(text)]


@pytest.mark.slow
@pytest.mark.parametrize(("names", "count"), [(TWEETS, 62_060), (ENGAGED, 3_651)], ids=["tweeteval", "engagement"])
def test_no_url_and_no_mention_is_left_and_every_emoji_is_what_it_was(
    data: Path, tmp_path: Path, names: tuple[str, ...], count: int
) -> None:
    before = list(tweets(data, names))
    done = cleaned(numbered(tmp_path / "numbered.csv", before))
    assert done.rows_in == count == done.rows_out + sum(done.dropped.values())
    assert done.rows_out > 0.98 * count
    with_emoji = 0
    for row in rows(done):
        assert not URL.search(row.text), row
        assert not MENTION.search(row.text), row
        raw = before[int(row.prompt.removeprefix("row "))]
        assert emoji_of(row.text) == emoji_of(raw), row
        with_emoji += bool(emoji_of(raw))
    assert with_emoji > count / 200


@pytest.mark.slow
def test_what_is_held_out_is_near_to_nothing_that_is_trained_on(data: Path, tmp_path: Path) -> None:
    """All with all; the index may miss two in a thousand of the pairs at the limit, and none that are nearer."""
    done = preprocess([data / name for name in ENGAGED], tmp_path / "out", Preprocessing(), quiet)
    train = [shingles(row.text) for row in read_split(done.path, "train")]
    held = [shingles(row.text) for row in read_split(done.path, "test")]
    assert max(similarity(one, other) for other in held for one in train if _sizes_allow(one, other)) < 0.85


def _sizes_allow(one: object, other: object) -> bool:
    sizes = sorted((len(one), len(other)))  # type: ignore[arg-type]
    return sizes[0] >= 0.8 * sizes[1]


def test_openers_keep_bio_and_interests_and_no_persona_is_on_two_sides(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "openers.jsonl"
    with gzip.open(data / "personas_synthetic_persona_chat" / "conversations.jsonl.gz", "rb") as lines:
        found = [msgspec.json.decode(line) for line in lines]
    made = [
        {
            "opener": said.partition(": ")[2],
            "bio": " ".join(each["user2_persona"][:2]),
            "likes": each["user2_persona"][2],
        }
        for each in found
        for said in each["conversation"][:4]
        if len(each["user2_persona"]) > 2
    ]
    file.write_bytes(b"\n".join(map(msgspec.json.encode, made)))
    plan = TextPlan.of_maps(["text=opener", "field.Bio=bio", "field.Interests=likes"])
    done = cleaned(file, mapping=plan.mapping, task="opener")
    sides = [{tuple(row.fields.items()) for row in read_split(done.path, split)} for split in SPLITS]
    assert all(sides)
    assert not sides[0] & (sides[1] | sides[2])
    bios = {each["bio"] for each in made}
    kept = rows(done)
    assert sum(row.fields["Bio"] in bios for row in kept) > 0.9 * len(kept)
    assert all(row.task == "opener" and row.fields["Interests"] for row in kept)


def test_the_same_bytes_twice_in_processes_that_hash_otherwise(data: Path, tmp_path: Path) -> None:
    found = []
    for seed in ("1", "2"):
        out = tmp_path / seed / "clean"
        done = process(
            "preprocess", *(str(data / name) for name in ENGAGED), "--out", str(out), "--language", "en",
            "--hashtags", "split", "--json", env=environment(PYTHONHASHSEED=seed),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        answer = msgspec.json.decode(done.stdout)
        assert answer["rows_in"] == 3_651 == answer["rows_out"] + sum(answer["dropped"].values())
        assert answer["rows_out"] == answer["train"] + answer["validation"] + answer["test"]
        assert answer["path"] == str(out)
        found.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert found[0] == found[1]


def test_a_line_of_200_mb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    with file.open("wb") as stream:
        for _ in range(200):
            stream.write(b"word " * 200_000)
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell a process's own peak of memory")
    command = [sys.executable, "-c", MEASURED, "preprocess", str(file), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 2
    assert "the line has more than 16 MB" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert int(done.stdout) < 400, "MB"
    assert [path.name for path in tmp_path.iterdir()] == ["long.txt"]


def test_a_full_disk_is_said_and_leaves_nothing_half_done(data: Path, tmp_path: Path) -> None:
    def little_space() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 17, 1 << 17))

    file = str(data / ENGAGED[0])
    done = process("preprocess", file, "--out", str(tmp_path / "out"), preexec_fn=little_space)
    assert done.returncode == 1
    assert done.stderr == "reprise: there is no space left to write; free some and run it again\n"
    assert not list(tmp_path.iterdir())


def test_on_the_command_line_what_is_wrong_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "tweets.csv"
    file.write_text("body,likes\nhello there,1\n")
    for arguments, sentence in (
        ([], "say which is the text with `--map text=COLUMN`"),
        (["--map", "text=body"], "only 1 text is left of 1 row"),
        (["--map", "text=body", "--task", "juggling"], "juggling"),
        (["--map", "text=body", "--split", "1/0"], "is no split"),
    ):
        done = process("preprocess", str(file), "--out", str(tmp_path / "out"), *arguments)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["tweets.csv"]
