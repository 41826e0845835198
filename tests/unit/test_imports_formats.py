import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.errors import BadInput
from loop.imports.rows import ImportFailed, ImportPlan, Row, RowError, read_rows

letters = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=30)
some_texts = st.lists(letters.filter(lambda text: text.strip()), min_size=1, max_size=8)


def written(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options) -> list[Row | RowError]:
    with read_rows(path, ImportPlan.of(**options)) as rows:
        return list(rows)


def told(found) -> list[tuple[int, str]]:
    """Number and text, or number and reason."""
    return [(one.row, one.reason) if isinstance(one, RowError) else (one.number, one.text) for one in found]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'text,n\n"one, two",1\nthree,2\n'),
        ("semicolon.csv", "text;n\none, two;1\nthree;2\n"),
        ("a.tsv", "text\tn\none, two\t1\nthree\t2\n"),
        ("a.jsonl", '{"text": "one, two", "n": 1}\n\n"three"\n'),
        ("a.txt", "one, two\n\nthree"),
        ("no-extension", "text\tn\none, two\t1\nthree\t2\n"),
        ("bars.dat", "text|n\none, two|1\nthree|2\n"),
        ("json.dat", '{"text": "one, two"}\n{"text": "three"}\n'),
        ("mark.csv", '\ufefftext,n\r\n"one, two",1\r\nthree,2\r\n'),
    ],
)
def test_formats_are_told_by_name_or_content_packed_or_not(tmp_path, name, content, packed):
    path = written(tmp_path, name, gzip.compress(content.encode()) if packed else content)
    assert told(read(path)) == [(1, "one, two"), (2, "three")]


def test_a_name_that_says_gzip_does_not_make_it_so(tmp_path):
    assert told(read(written(tmp_path, "a.csv.gz", "text\nplain\n"))) == [(1, "plain")]


def test_parquet_in_batches(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    columns = {"line": [f"text {k}" for k in range(9_000)], "stars": [k % 5 + 1 for k in range(9_000)]}
    pq.write_table(pa.table(columns), path, row_group_size=2_500)
    with read_rows(path, ImportPlan.of(maps=["text=line", "rating=stars"])) as rows:
        found = list(rows)
        assert rows.position == rows.total_bytes == path.stat().st_size
    assert [row.text for row in found] == columns["line"]
    assert [row.ratings[0].value for row in found[:5]] == [0, 0.25, 0.5, 0.75, 1]
    renamed = path.rename(tmp_path / "data")
    assert len(read(renamed, maps=["text=line"])) == 9_000


def test_parquet_with_bytes_that_are_no_utf8_loses_that_row_alone(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    lines = pa.Array.from_buffers(pa.string(), 3, pa.array([b"good", b"b\xffd", b"fine"]).buffers())
    pq.write_table(pa.table({"text": lines}), tmp_path / "a.parquet")
    assert told(read(tmp_path / "a.parquet")) == [(1, "good"), (2, "'text' is not UTF-8"), (3, "fine")]


def test_hh_transcripts(tmp_path):
    one = {"chosen": "\n\nHuman: Hi?\n\nAssistant: Hello.", "rejected": "\n\nHuman: Hi?\n\nAssistant: No."}
    start = "\n\nHuman: Hi?\n\nAssistant: Hello.\n\nHuman: More?\n\nAssistant:"
    two = {"chosen": start + " Yes.", "rejected": start + " Go."}
    odd = {"chosen": start + " Yes.", "rejected": "\n\nHuman: Else?\n\nAssistant: Go."}
    path = written(tmp_path, "p.jsonl", "\n".join(map(json.dumps, (one, two, odd))))
    first, second, third = read(path)
    assert (first.prompt, first.chosen, first.rejected) == ("Hi?", "Hello.", "No.")
    assert (second.prompt, second.chosen) == ("Human: Hi?\n\nAssistant: Hello.\n\nHuman: More?", "Yes.")
    assert "do not share" in third.reason
    assert (first.weight_chosen, first.weight_rejected, first.is_tie) == (1.0, 0.0, False)


def test_quoted_line_breaks_and_normalised_text(tmp_path):
    path = written(tmp_path, "a.csv", 'text,n\n"  two\r\nlines\rthree ",1\n')
    assert told(read(path)) == [(1, "two\nlines\nthree")]


def test_bad_rows_are_told_one_by_one_and_the_rest_is_read(tmp_path):
    rows = [
        b"good,1", b"ragged", b"too,many,cells", b"b\xffd,1", b"n\0l,1", b'"quo"ted,1', b"   ,1", b"",
        b"big" + b"x" * (1 << 20) + b",1", b"end,1",
    ]  # fmt: skip
    found = told(read(written(tmp_path, "a.csv", b"text,n\n" + b"\n".join(rows) + b"\n")))
    assert [number for number, _ in found] == list(range(1, 10))
    assert found[0] == (1, "good")
    assert found[-1] == (9, "end")
    reasons = [
        "1 cells and the header 2",
        "3 cells",
        "not UTF-8",
        "NUL",
        "cannot be read",
        "text is empty",
        "more than",
    ]
    for (_, reason), expected in zip(found[1:-1], reasons, strict=True):
        assert expected in reason


def test_bad_json_rows_are_told_one_by_one(tmp_path):
    lines = [
        b'{"text": "good"}', b"{broken", b'{"text": "b\xffd"}', b'{"text": "n\\u0000l"}', b"[1]", b'{"text": null}',
        b'{"text": ["a"]}', b'{"other": 1}', b'{"text": 7}', b'{"text": "\\ud800"}', b'{"text": "end"}',
    ]  # fmt: skip
    found = read(written(tmp_path, "a.jsonl", b"\n".join(lines)))
    assert [one.text for one in found if isinstance(one, Row)] == ["good", "7", "end"]
    assert [one.row for one in found if isinstance(one, RowError)] == [2, 3, 4, 5, 6, 7, 8, 10]


def test_a_line_without_end_is_refused_without_holding_it(tmp_path, monkeypatch):
    monkeypatch.setattr("loop.imports.source.LONGEST_LINE", 1 << 10)
    long = "x" * 5000
    assert [number for number, _ in told(read(written(tmp_path, "a.txt", f"a\n{long}\nb\n")))] == [1, 2, 3]
    found = told(read(written(tmp_path, "a.csv", f"text,n\na,1\n{long},1\nb,1\n")))
    assert found[0] == (1, "a")
    assert "the line has more than" in found[1][1]
    assert found[2] == (3, "b")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.txt.gz"])
def test_a_truncated_gzip_gives_its_rows_and_then_fails(tmp_path, name):
    import random

    rng = random.Random(0)
    lines = [f"line {k} {rng.random()}" for k in range(20_000)]
    whole = {
        "a.csv.gz": "text\n" + "\n".join(lines),
        "a.jsonl.gz": "\n".join(json.dumps({"text": line}) for line in lines),
        "a.txt.gz": "\n".join(lines),
    }[name]
    packed = gzip.compress(whole.encode())
    path = written(tmp_path, name, packed[: len(packed) // 2])
    found = []
    with pytest.raises(ImportFailed, match="cut short"), read_rows(path, ImportPlan()) as rows:
        found.extend(rows)
    assert 5_000 < len(found) < 15_000
    assert [row.text for row in found] == lines[: len(found)]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("a.csv", "text,n\n".encode("utf-16"), "UTF-16"),
        ("a.xlsx", b"PK\x03\x04 and so on", "save it as CSV"),
        ("a.csv", b"a,b\n1,2\n", "columns 'a', 'b'"),
        ("a.csv", b"text,text\n1,2\n", "'text' twice"),
        ("a.json", b'[{"text": "a"}]', "one JSON array"),
        ("a.parquet", b"PAR1 and nothing else", "no Parquet file"),
        ("a.csv", b"chosen,n\n1,2\n", "say which is the text"),
        ("a.csv", b"text,clicks\n1,2\n", "`clicks` is of no use without `impressions`"),
    ],
)
def test_a_useless_file_is_refused_before_anything_is_read(tmp_path, name, content, words):
    with pytest.raises(BadInput, match=words):
        read_rows(written(tmp_path, name, content), ImportPlan())


def test_missing_files_folders_and_columns_are_refused(tmp_path):
    with pytest.raises(BadInput, match="cannot be read"):
        read_rows(tmp_path / "none.csv", ImportPlan())
    with pytest.raises(BadInput, match="folder"):
        read_rows(tmp_path, ImportPlan())
    with pytest.raises(BadInput, match="no column 'line'; it has the columns 'text', 'n'"):
        read_rows(written(tmp_path, "a.csv", "text,n\n"), ImportPlan.of(maps=["text=line"]))


def test_a_header_alone_has_no_rows(tmp_path):
    assert read(written(tmp_path, "a.csv", "text,n\n")) == []


@given(some_texts)
def test_csv_and_jsonl_give_back_what_was_written(tmp_path_factory, texts):
    import csv
    import io

    folder = tmp_path_factory.mktemp("round")
    out = io.StringIO()
    csv.writer(out).writerows([["text", "n"], *([text, k] for k, text in enumerate(texts))])
    expected = [text.strip() for text in texts]
    assert [row.text for row in read(written(folder, "a.csv", out.getvalue()))] == expected
    lines = "\n".join(json.dumps({"text": text}) for text in texts)
    assert [row.text for row in read(written(folder, "a.jsonl", lines))] == expected
