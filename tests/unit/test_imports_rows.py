import math
import tracemalloc

import pytest

from loop.errors import BadInput
from loop.imports.plan import Join
from loop.imports.rows import ImportPlan, Row, RowError, RowRating, read_rows


def read(path, **options):
    with read_rows(path, ImportPlan.of(**options)) as rows:
        return list(rows)


def table(folder, content, name="a.csv"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_columns_that_bear_our_names_need_no_mapping(tmp_path):
    path = table(
        tmp_path,
        "text,prompt,rating,votes,rater,comment,field.Bio,score.clarity,other\n"
        "one,ask,4,3,ann,good,cook,5,x\ntwo,,,,,,,,\n",
    )
    full, bare = read(path)
    assert full == Row(
        number=1, text="one", prompt="ask", fields={"Bio": "cook"}, ratings=(RowRating("ann", 0.75, 3.0),),
        scores={"clarity": 5}, rater="ann", comment="good",
    )  # fmt: skip
    assert bare == Row(number=2, text="two", fields={"Bio": ""})


def test_an_empty_mapping_leaves_a_column_out(tmp_path):
    path = table(tmp_path, "text,rating\none,nonsense\n")
    assert isinstance(read(path)[0], RowError)
    assert read(path, maps=["rating="])[0].ratings == ()


@pytest.mark.parametrize(
    ("scale", "cell", "value"),
    [("1:5", "1", 0), ("1:5", "5", 1), ("1:3", "2", 0.5), ("0:10", " 7.5 ", 0.75), ("-1:1", "0", 0.5)],
)
def test_scales(tmp_path, scale, cell, value):
    assert read(table(tmp_path, f"text,rating\na,{cell}\n"), scale=scale)[0].ratings == (RowRating("crowd", value),)


@pytest.mark.parametrize("cell", ["0", "6", "nan", "inf", "-1", "four", "1e999"])
def test_ratings_that_are_none_are_refused(tmp_path, cell):
    (found,) = read(table(tmp_path, f"text,rating\na,{cell}\n"))
    assert "'rating' is" in found.reason


@pytest.mark.parametrize("cell", ["0", "6", "2.5", "nan", "x"])
def test_scores_that_are_none_are_refused(tmp_path, cell):
    assert isinstance(read(table(tmp_path, f"text,score.wit\na,{cell}\n"))[0], RowError)


@pytest.mark.parametrize("cell", ["-1", "nan", "inf", "x"])
def test_votes_that_are_none_are_refused(tmp_path, cell):
    assert isinstance(read(table(tmp_path, f"text,rating,votes\na,3,{cell}\n"))[0], RowError)


def test_a_rating_without_a_vote_is_no_rating(tmp_path):
    assert read(table(tmp_path, "text,rating,votes\na,3,0\n"))[0].ratings == ()


def test_stars_become_their_mean_and_their_number(tmp_path):
    path = table(tmp_path, "text,votes,votes_1,votes_3,votes_5\na,99,2,1,1\nb,99,0,0,\n")
    first, second = read(path)
    assert first.ratings == (RowRating("crowd", (0 * 2 + 0.5 + 1) / 4, 4.0),)
    assert second.ratings == ()


def test_several_raters_in_one_row(tmp_path):
    path = table(tmp_path, "text,ann,bob\na,1,5\nb,,2\n")
    first, second = read(path, maps=["rating@Ann=ann", "rating@Bob=bob"])
    assert first.ratings == (RowRating("Ann", 0.0), RowRating("Bob", 1.0))
    assert second.ratings == (RowRating("Bob", 0.25),)


def test_pairs_change_sides_and_ties_are_told(tmp_path):
    path = table(tmp_path, "chosen,rejected,votes_chosen,votes_rejected\na,b,4,1\na,b,1,4\na,b,2,2\na,a,2,1\n,b,2,1\n")
    won, lost, tied, same, empty = read(path)
    assert (won.chosen, won.rejected, won.weight_chosen, won.weight_rejected) == ("a", "b", 4, 1)
    assert (lost.chosen, lost.rejected, lost.weight_chosen, lost.weight_rejected) == ("b", "a", 4, 1)
    assert [row.is_tie for row in (won, lost, tied)] == [False, False, True]
    assert "same text" in same.reason
    assert "empty" in empty.reason


def test_joins_bring_columns_and_unknown_keys_are_told(tmp_path):
    other = table(tmp_path, "id,words,kind\n1,first,x\n2,second,y\n", "items.csv")
    path = table(tmp_path, "a,b\n1,2\n1,3\n")
    found, lost = read(path, maps=["chosen=a.words", "rejected=b.words"], joins=[f"a={other}:id", f"b={other}:id"])
    assert (found.chosen, found.rejected) == ("first", "second")
    assert lost.reason == "items.csv has no row with id = '3'"


def test_joins_that_cannot_be_made_are_refused(tmp_path):
    other = table(tmp_path, "id,words\n1,first\n1,again\n", "items.csv")
    path = table(tmp_path, "text,a\nx,1\n")
    for join, words in (
        (f"z={other}:id", "no column 'z'"),
        (f"a={other}:zz", "no column 'zz'"),
        (f"a={other}:id", "two rows"),
    ):
        with pytest.raises(BadInput, match=words):
            read_rows(path, ImportPlan.of(joins=[join]))


def test_options_are_checked_and_parsed(tmp_path):
    plan = ImportPlan.of(maps=["text=a=b"], scale="0:10", joins=["c=folder/x:y.csv:id"], format="csv")
    assert plan.mapping == {"text": "a=b"}
    assert plan.scale == (0.0, 10.0)
    assert plan.joins == (Join("c", type(tmp_path)("folder/x:y.csv"), "id"),)
    wrong = [("maps", ["txt=a"]), ("maps", ["text"]), ("maps", ["field.=a"]), ("scale", "5"), ("scale", "5:1")]
    wrong += [("scale", "a:b"), ("scale", "nan:1"), ("joins", ["a=b"]), ("joins", ["a:b"]), ("format", "doc")]
    for option, value in wrong:
        with pytest.raises(BadInput):
            ImportPlan.of(**{option: value})


def test_clicks_are_measured_against_the_files_own_rate(tmp_path):
    rows = [("rate", 100, 10_000), ("twice", 200, 10_000), ("half", 50, 10_000), ("small", 1, 40), ("unseen", 0, 0)]
    rows += [("filler", 100 * 10_000, 10_000 * 10_000)]
    path = table(tmp_path, "text,clicks,impressions\n" + "".join(f"{t},{c},{i}\n" for t, c, i in rows) + "bad,3,2\n")
    *good, bad = read(path)
    value = {row.text: row.ratings[0] for row in good if row.ratings}
    assert value["rate"].value == pytest.approx(0.5, abs=0.001)
    assert value["twice"].value == pytest.approx(0.8, abs=0.01)
    assert value["half"].value == pytest.approx(0.2, abs=0.015)
    assert value["small"].value == pytest.approx(0.57, abs=0.02), "one click of forty tells little"
    assert value["small"].votes == pytest.approx(0.4, rel=0.01)
    assert value["twice"].votes == 50.0
    assert "unseen" not in value
    assert bad.reason == "there are 3 clicks and only 2 impressions"


def test_engagement_is_the_share_of_rows_with_less(tmp_path):
    counts = [0, 0, 3, 10, 1_000_000]
    path = table(tmp_path, "text,likes\n" + "".join(f"t{k},{n}\n" for k, n in enumerate(counts)) + "none,\nbad,-1\n")
    *rows, none, bad = read(path, maps=["engagement=likes"])
    assert [row.ratings[0].value for row in rows] == pytest.approx([0.2, 0.2, 0.5, 0.7, 0.9])
    assert none.ratings == ()
    assert "not negative" in bad.reason


def test_progress_covers_both_passes_and_ends_at_the_total(tmp_path):
    path = table(tmp_path, "text,likes\n" + "".join(f"text number {k},{k}\n" for k in range(20_000)))
    told = []
    with read_rows(path, ImportPlan.of(maps=["engagement=likes"]), told.append) as rows:
        assert rows.total_bytes == 2 * path.stat().st_size
        assert sum(1 for _ in rows) == 20_000
        assert rows.position == rows.total_bytes
    assert told == sorted(told)
    assert told[5] < path.stat().st_size < told[25]


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(n):
        path = table(tmp_path, "text,likes\n" + "".join(f"text number {k},{k}\n" for k in range(n)))
        tracemalloc.start()
        with read_rows(path, ImportPlan.of(maps=["engagement=likes"])) as rows:
            assert math.isfinite(sum(row.number for row in rows))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    small, large = peak(2_000), peak(20_000)
    assert large < small + 200_000
