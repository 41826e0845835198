"""Imports: once, whatever is killed and however often it is said."""

import gzip
import multiprocessing
import signal
import time
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa

from loop import schema
from loop.errors import BadInput
from loop.handlers import HANDLERS
from loop.importing import Imported, import_file
from loop.imports.plan import ImportPlan
from loop.ledger import Ledger
from loop.projector import Projector
from loop.settings import TASKS
from rewards.settings import RewardSettings

STARS = ["text=caption", "votes_5=funny", "votes_3=somewhat_funny", "votes_1=unfunny", "votes="]


def opened(url: str) -> Ledger:
    ledger = Ledger(url)
    ledger.project(Projector(ledger, HANDLERS, RewardSettings()))
    return ledger


def take(ledger: Ledger, path: Path, *maps: str, **more: str) -> Imported:
    return import_file(ledger, path, ImportPlan.of(maps=maps, **more), "caption", TASKS)


def contents(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    columns = {"events": [schema.events.c.seq, schema.events.c.type, schema.events.c.payload]}
    columns |= {t.name: list(t.c) for t in (schema.texts, schema.items, schema.feedback, schema.preferences)}
    with ledger.reading() as db:
        return {
            name: sorted((tuple(row) for row in db.execute(sa.select(*chosen))), key=repr)
            for name, chosen in columns.items()
        }


@pytest.fixture
def captions(data: Path, tmp_path: Path) -> Path:
    """The first 6,000 real captions with their votes."""
    path = tmp_path / "captions.csv"
    with gzip.open(data / "nycc_caption_ratings" / "captions_rated.csv.gz", "rt", encoding="utf-8") as file:
        path.write_text("".join(islice(file, 6_001)), encoding="utf-8")
    return path


def in_child(url: str, path: Path) -> None:
    take(opened(url), path, *STARS)


def test_killed_again_and_again_it_ends_as_if_it_had_not_been(captions: Path, tmp_path: Path) -> None:
    undisturbed, killed = (f"sqlite:///{tmp_path / name}.db" for name in ("undisturbed", "killed"))
    whole = opened(undisturbed)
    assert take(whole, captions, *STARS).imported == 6_000
    context = multiprocessing.get_context("forkserver")
    kills = 0
    for after in (500, 1_500, 2_500, 4_000):
        child = context.Process(target=in_child, args=(killed, captions))
        child.start()
        watcher = opened(killed)
        while child.is_alive() and watcher.head() < after:
            time.sleep(0.005)
        child.kill()
        child.join()
        kills += child.exitcode == -signal.SIGKILL
        watcher.close()
    assert kills >= 2, "the import was too quick to be killed"
    survivor = opened(killed)
    take(survivor, captions, *STARS)
    assert contents(survivor) == contents(whole)
    assert take(survivor, captions, *STARS).imported == 0
    assert contents(survivor) == contents(whole)


def test_votes_become_the_reward(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "votes.csv"
    path.write_text("caption,funny,somewhat_funny,unfunny\nall love it,30,0,0\nnobody does,0,0,30\nhalf,10,0,10\n")
    assert take(ledger, path, *STARS).imported == 3
    texts = {r["text"]: r for r in rows(ledger)}
    strength, mean = RewardSettings().prior_strength, RewardSettings().prior_mean
    assert texts["all love it"]["reward"] == pytest.approx((30 + strength * mean) / (30 + strength))
    assert texts["nobody does"]["reward"] == pytest.approx(strength * mean / (30 + strength))
    assert texts["half"]["reward"] == pytest.approx(0.5)
    assert texts["half"]["ratings"] == 20


def rows(ledger: Ledger) -> list[dict[str, object]]:
    query = sa.select(schema.items, schema.texts.c.text).join(schema.texts, schema.texts.c.id == schema.items.c.item_id)
    with ledger.reading() as db:
        return [dict(row._mapping) for row in db.execute(query)]


def test_a_file_that_grew_adds_only_what_is_new(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,rating\none,5\ntwo,3\n")
    assert take(ledger, path).imported == 2
    path.write_text("text,rating\none,5\ntwo,3\nthree,4\n")
    again = take(ledger, path)
    assert (again.imported, again.skipped) == (1, 2)


def test_two_anonymous_votes_that_say_the_same_both_count(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("text,rating\none,5\none,5\none,1\n")
    assert take(ledger, path).imported == 3
    assert [(r["text"], r["ratings"]) for r in rows(ledger)] == [("one", 3)]
    assert take(ledger, path).imported == 0


def test_texts_alone_are_folded(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("one\ntwo\none\n")
    done = take(ledger, path, format="text")
    assert (done.imported, len(rows(ledger))) == (3, 2)
    assert take(ledger, path, format="text").imported == 0


def test_pairs_with_votes_become_preferences(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        "prompt,chosen,rejected,votes_chosen,votes_rejected\n"
        "a pun,good,bad,4,1\na pun,worse,better,1,3\na pun,so,so-so,2,2\n"
    )
    done = take(ledger, path)
    assert (done.imported, done.skipped, done.failed) == (2, 1, 0)
    text = {str(r["item_id"]): r["text"] for r in rows(ledger)}
    p = schema.preferences.c
    with ledger.reading() as db:
        found = {(text[a], text[b], share) for a, b, share in db.execute(sa.select(p.chosen, p.rejected, p.weight))}
    assert found == {("good", "bad", 0.8), ("better", "worse", 0.75)}


def test_a_row_that_cannot_be_read_is_named_and_the_rest_stands(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(b"text,rating\ngood,5\nbad,9\n\xff\xfe,3\n,4\nfine,2\n")
    done = take(ledger, path)
    assert (done.imported, done.failed) == (2, 3)
    assert [error.row for error in done.errors] == [2, 3, 4]
    assert {r["text"] for r in rows(ledger)} == {"good", "fine"}


def test_a_file_cut_short_keeps_what_came_before(ledger: Ledger, tmp_path: Path) -> None:
    words = "text\n" + "".join(f"a caption of number {n * 7919 % 100003}\n" for n in range(20_000))
    path = tmp_path / "mine.csv.gz"
    path.write_bytes(gzip.compress(words.encode())[:-20_000])
    done = take(ledger, path)
    assert "cut short" in done.broken
    assert 0 < done.imported < 20_000
    assert len(rows(ledger)) == done.imported
    path.write_bytes(gzip.compress(words.encode()))
    assert take(ledger, path).imported == 20_000 - done.imported


def test_a_missing_column_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("words\none\n")
    with pytest.raises(BadInput, match="words"):
        take(ledger, path)
    with pytest.raises(BadInput, match="tune"):
        take(ledger, path, "text=tune")
    assert ledger.head() == 0
