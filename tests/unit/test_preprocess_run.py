"""Whole files: what goes in, what comes out, and what is refused with nothing written."""

import csv
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.preprocess.reading import TextPlan
from jobs.preprocess.report import Report
from jobs.preprocess.rows import SPLITS, CleanRow, read_split
from jobs.preprocess.run import Preprocessed
from jobs.preprocess.run import preprocess as run
from jobs.preprocess.settings import Preprocessing, read_languages, read_split_shares
from loop.errors import BadInput

TEXTS = ["Winter is a quiet house", "Summer barks at every cyclist", "Autumn pays all its debts in leaves"]
WHOLE = (1.0, 0.0, 0.0)


def quiet(_: str, __: int, ___: int) -> None: ...


def preprocess(*files: Path, maps: tuple[str, ...] = (), force: bool = False, **settings: Any) -> Preprocessed:
    plan = Preprocessing.of(mapping=TextPlan.of_maps(maps).mapping, **settings)
    return run(files, files[0].parent / "out", plan, quiet, force=force)


def rows(done: Preprocessed) -> list[CleanRow]:
    return [row for split in SPLITS for row in read_split(done.path, split)]


def texts(done: Preprocessed) -> list[str]:
    return [row.text for row in rows(done)]


def report(done: Preprocessed) -> Report:
    return msgspec.json.decode((done.path / "report.json").read_bytes(), type=Report)


def write_csv(path: Path, *columns: str, rows: list[tuple[object, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def files_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


# --- what goes in ----------------------------------------------------------------------------------------------------


def written(folder: Path, kind: str) -> Path:
    """TEXTS as a file of this kind."""
    path = folder / f"texts.{kind}"
    plain = {
        "csv": "text,likes\n" + "".join(f'"{text}",3\n' for text in TEXTS),
        "tsv": "likes\ttext\n" + "".join(f"3\t{text}\n" for text in TEXTS),
        "jsonl": "".join(json.dumps({"text": text, "likes": [1]}) + "\n" for text in TEXTS),
        "txt": "\n\n".join(TEXTS),
    }
    if kind == "parquet":
        pq.write_table(pa.table({"text": TEXTS, "likes": [1, 2, 3]}), path)
    elif kind.endswith(".gz"):
        path.write_bytes(gzip.compress(plain[kind.removesuffix(".gz")].encode()))
    else:
        path.write_text(plain[kind], encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "txt", "parquet", "csv.gz", "jsonl.gz"])
def test_every_format_gives_the_same_rows(tmp_path: Path, kind: str) -> None:
    done = preprocess(written(tmp_path, kind), split=WHOLE)
    assert texts(done) == TEXTS
    assert (done.rows_in, done.rows_out, done.train, done.validation, done.test) == (3, 3, 3, 0, 0)


def test_several_files_are_one_dataset(tmp_path: Path) -> None:
    other = write_csv(tmp_path / "other.csv", "text", rows=[(TEXTS[0],), ("Spring owes nobody anything",)])
    done = preprocess(written(tmp_path, "csv"), other, split=WHOLE)
    assert texts(done) == [*TEXTS, "Spring owes nobody anything"]
    assert done.dropped == {"duplicate": 1}
    told = {source.name: (source.rows, source.sha256) for source in report(done).sources}
    assert told["other.csv"] == (2, hashlib.sha256(other.read_bytes()).hexdigest())


def test_prompts_and_fields_survive_cleaned(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "o.csv", "msg", "bio", "likes", "ask", "score.clarity",
        rows=[(TEXTS[0], "I &amp; my dog, mail a@b.org", "jazz", "", "9"), (TEXTS[1], "", "tea @ann", "warm 1", "x")],
    )  # fmt: skip
    maps = ("text=msg", "field.Bio=bio", "field.Interests=likes", "prompt=ask")
    done = preprocess(file, maps=maps, task="opener", split=WHOLE)
    assert rows(done) == [
        CleanRow(TEXTS[0], "opener", "", {"Bio": "I & my dog, mail [email]", "Interests": "jazz"}),
        CleanRow(TEXTS[1], "opener", "warm 1", {"Interests": "tea"}),
    ]


def test_other_columns_with_our_names_cannot_spoil_a_row(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "r.csv", "text", "rating", "clicks", "rater", rows=[(t, "no number", -1, "") for t in TEXTS]
    )
    assert texts(preprocess(file, split=WHOLE)) == TEXTS


def test_the_only_column_is_the_text_whatever_its_name(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "t.csv", "tweet", rows=[(text,) for text in TEXTS])
    assert texts(preprocess(file, split=WHOLE)) == TEXTS


def test_mixed_encodings_are_read_line_by_line_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "mixed.csv"
    lines = ["text", "café in UTF-8, one", "naïve “quotes” in 1252", "Größe again in UTF-8"]
    file.write_bytes(b"\n".join(line.encode("cp1252" if "1252" in line else "utf-8") for line in lines))
    done = preprocess(file, maps=("text=text",), split=WHOLE)
    assert done.dropped == {"unreadable": 1}, "a comma is a second cell"
    assert texts(done) == ['naïve "quotes" in 1252', "Größe again in UTF-8"]
    assert report(done).sources[0].legacy_lines == 1


def test_nul_bytes_and_rows_of_another_width_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    good = [json.dumps({"text": text}).encode() for text in TEXTS]
    lone = b'{"text": "half \\ud83d"}'
    file.write_bytes(b"\n".join([good[0] + b"\0", b"{not json", good[1], lone, b'{"text": {"a": 1}}', good[2]]))
    done = preprocess(file, split=WHOLE)
    assert texts(done) == TEXTS
    assert done.dropped == {"unreadable": 3}
    assert [sample.text for sample in report(done).samples_dropped["unreadable"]] == ["row 2", "row 4", "row 5"]


# --- what is left out, and said --------------------------------------------------------------------------------------


def test_every_reason_is_counted_with_samples(tmp_path: Path) -> None:
    lines = [
        "A text that simply stays where it is, in English",
        "A text that simply stays where it is, in English",
        "A text that simply stays where it is; in ENGLISH!",
        "@ann https://t.co/x",
        "tiny",
        "long " * 50,
        "Dieser Satz ist nicht in der rechten Sprache geschrieben",
        "Nobody reads the second line of a poem",
    ]
    file = write_csv(tmp_path / "all.csv", "text", rows=[(line,) for line in lines])
    done = preprocess(file, language=("en",), min_length=6, max_length=100, split=WHOLE)
    assert done.dropped == {
        "empty": 1, "too_short": 1, "too_long": 1, "language": 1, "duplicate": 1, "near_duplicate": 1,
    }  # fmt: skip
    assert (done.rows_in, done.rows_out) == (8, 2)
    told = report(done)
    assert {reason: len(samples) for reason, samples in told.samples_dropped.items()} == dict.fromkeys(done.dropped, 1)
    assert told.samples_dropped["near_duplicate"][0].after == "A text that simply stays where it is, in English"
    page = (done.path / "report.md").read_text(encoding="utf-8")
    assert "8 rows were read and 2 texts stayed" in page
    assert "`tiny`" in page
    assert "`@ann https://t.co/x`" in page


def test_changes_are_shown_before_and_after_and_without_what_is_masked(tmp_path: Path) -> None:
    secret = "ann@example.org"
    file = write_csv(
        tmp_path / "c.csv", "text", rows=[(f"Tom &amp; {secret} said `hi`",), (f"@x {secret}",), (TEXTS[1],)]
    )
    done = preprocess(file, split=WHOLE)
    assert done.changed == {"html_entities": 1, "mentions": 1, "emails": 2}
    sample = report(done).samples_changed["html_entities"][0]
    assert (sample.text, sample.after) == ("Tom &amp; [email] said `hi`", "Tom & [email] said `hi`")
    assert not any(secret.encode() in content for content in files_of(done.path).values())
    assert "`` Tom & [email] said `hi` ``" in (done.path / "report.md").read_text()


def test_lengths_are_those_of_the_texts_that_stayed(tmp_path: Path) -> None:
    done = preprocess(written(tmp_path, "csv"), split=WHOLE)
    sizes = sorted(map(len, TEXTS))
    lengths = report(done).lengths
    assert (lengths.shortest, lengths.median, lengths.longest) == (sizes[0], sizes[1], sizes[2])
    assert lengths.mean == round(sum(sizes) / 3, 1)


# --- the same again --------------------------------------------------------------------------------------------------


def many(path: Path, n: int = 400) -> Path:
    return write_csv(
        path,
        "text",
        "prompt",
        rows=[(f"@a thought {n * n} about the number {n}", f"number {n // 3}") for n in range(n)],
    )


def test_the_same_twice_is_the_same_byte_for_byte_wherever_it_is_written(tmp_path: Path) -> None:
    file = many(tmp_path / "many.csv")
    first = files_of(preprocess(file).path)
    (tmp_path / "elsewhere").mkdir()
    again = files_of(preprocess(many(tmp_path / "elsewhere" / "many.csv")).path)
    assert first == again
    assert sorted(first) == ["report.json", "report.md", "test.jsonl", "train.jsonl", "validation.jsonl"]


def test_neither_a_prompt_nor_a_near_duplicate_straddles_the_split(tmp_path: Path) -> None:
    done = preprocess(many(tmp_path / "many.csv"), split=(0.5, 0.25, 0.25), near_duplicates=0.9)
    sides = [{row.prompt for row in read_split(done.path, split)} for split in SPLITS]
    assert all(sides)
    assert not sides[0] & sides[1]
    assert not (sides[0] | sides[1]) & sides[2]
    from jobs.preprocess.near import shingles, similarity

    train = [shingles(row.text) for row in read_split(done.path, "train")]
    held = [shingles(row.text) for row in read_split(done.path, "test")]
    assert max(similarity(one, other) for one in train for other in held) < 0.9


def test_an_existing_folder_is_kept_unless_forced_and_then_only_our_own(tmp_path: Path) -> None:
    file = written(tmp_path, "csv")
    first = preprocess(file, split=WHOLE)
    before = files_of(first.path)
    with pytest.raises(BadInput, match=r"'.*out' exists; choose another folder, or replace it with --force"):
        preprocess(file, split=WHOLE)
    assert files_of(first.path) == before
    preprocess(file, split=(1 / 3, 1 / 3, 1 / 3), force=True)
    assert files_of(first.path) != before
    (first.path / "report.json").unlink()
    with pytest.raises(BadInput, match="is no folder of cleaned texts"):
        preprocess(file, split=WHOLE, force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", file.name]


def test_a_run_that_is_stopped_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    file = many(tmp_path / "many.csv", 300)
    before = files_of(preprocess(file).path)

    def stop(what: str, done: int, total: int) -> None:
        if what == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([file], tmp_path / "out", Preprocessing(seed=5), stop, force=True)
    assert files_of(tmp_path / "out") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.csv", "out"]


# --- bad input -------------------------------------------------------------------------------------------------------

LONG_LINE = b"text\n" + b"x" * (1 << 24) + b"y\n"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "empty.csv is empty"),
        ("head.csv", b"text\n", "no text is left of 0 rows"),
        ("one.csv", b"text\nonly one\n", "only 1 text is left of 1 row, which cannot be split into 3 parts"),
        ("same.csv", b"text\n" + b"the same\n" * 50, r"only 1 text is left of 50 rows \(49 duplicate\)"),
        ("near.csv", b"text\nthe same\nThe same!\n", r"only 1 text is left of 2 rows \(1 near duplicate\)"),
        ("nothing.csv", b"text\n@ann\n@ben\n", r"no text is left of 2 rows \(2 empty\)"),
        ("column.csv", b"a,b\nx,y\n", "has the columns 'a', 'b': say which is the text with `--map text=COLUMN`"),
        ("wide.txt", "hello\n".encode("utf-16"), "wide.txt is UTF-16"),
        ("array.jsonl", b'[{"text": "a"}]', "one JSON array"),
        ("cut.csv.gz", gzip.compress(LONG_LINE)[:400], "cut.csv.gz is cut short or damaged"),
        ("line.csv", LONG_LINE, "row 1: .*the line has more than 16 MB"),
        ("no.parquet", b"PAR1 or not", "no Parquet file"),
        (
            "prompt.csv",
            b"text,prompt\n" + b"".join(b"text number %d,write\n" % (n * n) for n in range(9)),
            "have 1 prompt",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(BadInput, match=sentence) as refused:
        run([file], tmp_path / "new" / "out", Preprocessing(), quiet)
    assert "\n" not in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_columns_and_options_that_make_no_sense(tmp_path: Path) -> None:
    file = written(tmp_path, "csv")
    with pytest.raises(BadInput, match="has no column 'body'"):
        preprocess(file, maps=("text=body",))
    with pytest.raises(BadInput, match="'rating' is nothing that preprocessing reads"):
        preprocess(file, maps=("rating=likes",))
    with pytest.raises(BadInput, match="cannot be read"):
        preprocess(tmp_path / "nowhere.csv")
    for wrong in (
        {"urls": "drop"}, {"hashtags": "mask"}, {"pii": "remove"}, {"min_length": 0}, {"max_length": -1},
        {"repeat": -1},
        {"min_length": 9, "max_length": 8}, {"near_duplicates": 0.0}, {"near_duplicates": 1.1}, {"region": "XX"},
        {"language": ("xx",)}, {"near_duplicates": float("nan")},
    ):  # fmt: skip
        with pytest.raises(BadInput):
            preprocess(file, **wrong)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_splits_and_languages_as_they_are_typed() -> None:
    assert read_split_shares("0.9/0.05/0.05") == pytest.approx((0.9, 0.05, 0.05))
    assert read_split_shares("80/10/10") == pytest.approx((0.8, 0.1, 0.1))
    for wrong in ("0.9", "0.9/0.1", "a/b/c", "0/1/1", "-1/1/1", "nan/1/1", "inf/1/1"):
        with pytest.raises(BadInput, match="is no split"):
            read_split_shares(wrong)
    assert (read_languages("any"), read_languages("EN, de")) == ((), ("en", "de"))
    for wrong in ("", ",", "any,en"):
        with pytest.raises(BadInput, match="is no language"):
            read_languages(wrong)


def test_what_is_no_cleaned_dataset_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no train\.jsonl"):
        read_split(tmp_path, "train")
    (tmp_path / "train.jsonl").write_text('{"text": "fine"}\n{"txt": 1}\n')
    found = read_split(tmp_path, "train")
    assert next(found) == CleanRow("fine")
    with pytest.raises(BadInput, match="line 2 of"):
        next(found)
