"""A few hundred rows of each real set, and all captions against the clock."""

import csv
import gzip
import os
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from loop.imports.rows import ImportPlan, Row, read_rows

DATA = Path(os.environ.get("REPRISE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def real(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the data folder is not there: {name}")
    return path


def first(name: str, n: int = 300, **options) -> list[Row]:
    with read_rows(real(name), ImportPlan.of(**options)) as rows:
        return list(islice(rows, n))


CAPTIONS = "nycc_caption_ratings/captions_rated.csv.gz"
CAPTION_MAPS = [
    "text=caption",
    "votes_5=funny",
    "votes_3=somewhat_funny",
    "votes_1=unfunny",
    "prompt=contest.description",
]


def test_captions_with_their_cartoons_in_under_two_seconds_of_work():
    joins = [f"contest={real('nycc_caption_ratings/contests.csv.gz')}:contest"]
    with gzip.open(real(CAPTIONS), "rt", encoding="utf-8", newline="") as file:
        theirs = list(islice(csv.DictReader(file), 3_000))
    start = time.process_time()
    with read_rows(real(CAPTIONS), ImportPlan.of(maps=CAPTION_MAPS, joins=joins)) as rows:
        ours = list(rows)
    assert time.process_time() - start < 4.0, "1.5 s on the machine that this was written on"
    assert len(ours) == 117_587
    assert all(isinstance(row, Row) for row in ours)
    for row, known in zip(ours, theirs, strict=False):
        (rating,) = row.ratings
        assert row.text == known["caption"].strip()
        assert rating.value == pytest.approx((float(known["mean_1to3"]) - 1) / 2, abs=1e-3)
        assert rating.votes == int(known["votes"])
    assert sum(bool(row.prompt) for row in ours) == 87_545, "some cartoons have no description"


def test_humour_pairs_with_two_joins():
    items = real("ukp_humour_pairs/items.csv.gz")
    maps = [
        "chosen=item_a.text",
        "rejected=item_b.text",
        "votes_chosen=votes_a_funnier",
        "votes_rejected=votes_b_funnier",
    ]
    found = first("ukp_humour_pairs/pair_votes.csv.gz", maps=maps, joins=[f"item_{x}={items}:item_id" for x in "ab"])
    assert len(found) == 300
    assert all(row.chosen and row.rejected and row.weight_chosen >= row.weight_rejected for row in found)
    assert any(row.is_tie for row in found)
    assert found[0].rejected == "Being crushed by large objects can be very depressing."


def test_headlines_with_clicks():
    found = first(
        "upworthy_headline_ab/packages.csv.gz", 2_000, maps=["text=headline", "prompt=lede", "field.test=test_id"]
    )
    values = np.array([row.ratings[0].value for row in found])
    assert values.min() >= 0
    assert values.max() <= 1
    assert 0.3 < np.median(values) < 0.7
    assert all(row.ratings[0].votes <= 50 and row.fields["test"] for row in found)


def test_transcripts():
    found = first("pref_hh_rlhf_harmless_test_mild/pairs.jsonl.gz", 700)
    rows = [row for row in found if isinstance(row, Row)]
    assert len(found) == 609
    assert len(rows) >= 600
    assert all(row.prompt and "Assistant:" not in row.chosen[:12] and row.chosen != row.rejected for row in rows)
    assert any(row.prompt.startswith("Human: ") for row in rows)


@pytest.mark.parametrize(("name", "column"), [("obama_538", "favorites"), ("duboischallenge_tidytuesday", "likes")])
def test_tweets_by_engagement(name, column):
    found = first(f"tweets_engagement/{name}.csv.gz", 4_000, maps=[f"engagement={column}"])
    values = [row.ratings[0].value for row in found]
    assert np.mean(values) == pytest.approx(0.5, abs=1e-6), "half of the rows lie below"


def test_ideas_of_several_raters():
    maps = ["text=idea", "prompt=item", *(f"rating@rater{k}=rater{k}" for k in range(1, 5))]
    found = first("aut_individual_raters/ideas_by_rater.csv.gz", maps=maps)
    assert found[1].text == "build outdoor barbecue"
    assert [(r.rater, r.value) for r in found[1].ratings] == [
        ("rater1", 0.5),
        ("rater2", 0),
        ("rater3", 0),
        ("rater4", 0),
    ]


@pytest.mark.parametrize(
    ("name", "maps", "n"),
    [
        ("aut_originality_ocsai/rated_ideas.csv.gz", ["text=response", "rating=originality_1to5"], 300),
        ("lm_corpus_standardebooks/openings.jsonl.gz", ["text=opening"], 300),
        ("pref_oasst_100trees/user_prompts_250.jsonl.gz", [], 248),
        ("lm_corpus_small/tinystories_sample.txt.gz", [], 300),
        ("lm_corpus_small/quotes.csv.gz", ["text=quote"], 300),
        ("tweets_text_tweeteval/tweets.csv.gz", [], 300),
    ],
)
def test_other_sets_have_no_bad_row(name, maps, n):
    found = first(name, maps=maps)
    assert len(found) == n
    assert all(isinstance(row, Row) and row.text for row in found)
