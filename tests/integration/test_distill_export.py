"""Exports, read again as the other side would read them."""

import json
from pathlib import Path

import pytest

from jobs.distill.dataset import Dataset
from jobs.export import FORMATS, export
from loop import feedback
from loop.errors import BadInput, NotFound, RepriseError
from tests.distill_home import Home, free_prompt, rows, text_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    for start in (0, 100, 200):
        ids = made.turn(free_prompt(held=False, start=start), [f"good line {start}", f"weak words {start}"])
        made.rate(ids[0], 5)
        made.rate(ids[1], 1)
        feedback.pick(made.ledger, ids[0])
    return made


@pytest.fixture
def dataset(home: Home) -> Dataset:
    made = home.distill()
    home.ledger.close()
    return made


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("parquet")])
def test_every_row_is_exported(home: Home, dataset: Dataset, tmp_path: Path, name: str) -> None:
    out = tmp_path / "out.jsonl"
    done = export(home.folder, dataset.dataset_id, name, out)
    source = rows(dataset, FORMATS[name].part.removesuffix(".jsonl"))
    assert done.rows == len(lines(out)) == len(source) > 0
    words = text_of(source[0], "completion" if "completion" in source[0] else "chosen")
    assert words in out.read_text()
    assert "lineage" not in out.read_text()


def test_openai_formats_have_the_documented_shape(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    export(home.folder, dataset.dataset_id, "openai", tmp_path / "a")
    (messages,) = lines(tmp_path / "a")[0].values()
    assert [message["role"] for message in messages] == ["system", "user", "assistant"]  # type: ignore[attr-defined]
    export(home.folder, dataset.dataset_id, "openai-preference", tmp_path / "b")
    row = lines(tmp_path / "b")[0]
    assert set(row) == {"input", "preferred_output", "non_preferred_output"}
    assert row["preferred_output"][0]["role"] == "assistant"  # type: ignore[index]


def test_hh_transcripts_are_read_by_our_own_import(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    from loop.imports.plan import ImportPlan
    from loop.imports.row import Row
    from loop.imports.rows import read_rows

    export(home.folder, dataset.dataset_id, "hh", tmp_path / "hh.jsonl")
    with read_rows(tmp_path / "hh.jsonl", ImportPlan.of(format="hh")) as reader:
        found = [row for row in reader if isinstance(row, Row)]
    pairs = rows(dataset, "preference")
    assert [(row.chosen, row.rejected) for row in found] == [
        (text_of(p, "chosen"), text_of(p, "rejected")) for p in pairs
    ]


def test_parquet_holds_the_rows_whole(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    export(home.folder, dataset.dataset_id, "parquet-preference", tmp_path / "p.parquet")
    assert pq.read_table(tmp_path / "p.parquet").to_pylist() == rows(dataset, "preference")


def test_nothing_is_overwritten_unless_forced(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.write_text("mine")
    with pytest.raises(BadInput, match="is there already"):
        export(home.folder, dataset.dataset_id, "jsonl", out)
    assert out.read_text() == "mine"
    export(home.folder, dataset.dataset_id, "jsonl", out, force=True)
    assert lines(out)


def test_what_cannot_be_meant_is_refused(home: Home, dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no export format 'csv'; choose one of jsonl"):
        export(home.folder, dataset.dataset_id, "csv", tmp_path / "x")
    with pytest.raises(NotFound):
        export(home.folder, "d_0000000000000000", "jsonl", tmp_path / "x")
    with pytest.raises(RepriseError, match="could not be written"):
        export(home.folder, dataset.dataset_id, "jsonl", tmp_path / "nowhere" / "x")
    assert not (tmp_path / "x").exists()


def test_a_dataset_without_pairs_has_none_to_export(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    made = home.distill()
    home.ledger.close()
    with pytest.raises(BadInput, match="has no rows for 'hh'"):
        export(home.folder, made.dataset_id, "hh", tmp_path / "x")
