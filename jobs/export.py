"""A dataset in the format that another trainer reads. A new format is one line in `FORMATS`."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from jobs.distill.assemble import PREFERENCE, SFT, UNPAIRED
from jobs.distill.dataset import datasets_folder, load_dataset_manifest
from loop.errors import BadInput, RepriseError

Row = dict[str, Any]
Write = Callable[[Iterable[Row], Path], None]


class Format(msgspec.Struct, frozen=True):
    """Which file of a dataset, how one of its rows is told, and how rows are written."""

    part: str
    tell: Callable[[Row], Row]
    write: Write


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    dataset_id: str
    format: str
    path: str
    rows: int


def export(home: Path, dataset_id: str, format: str, out: Path, *, force: bool = False) -> Exported:  # noqa: A002
    """Write one file; it appears whole or not at all, and takes the place of another only with `force`.

    Raises BadInput for an unknown dataset or format, an existing file, or a dataset without such rows.
    """
    manifest = load_dataset_manifest(home, dataset_id)
    chosen = FORMATS.get(format)
    if chosen is None:
        raise BadInput(f"there is no export format '{format}'; choose one of {', '.join(FORMATS)}")
    count = manifest.files[chosen.part].rows
    if count == 0:
        raise BadInput(f"{dataset_id} has no rows for '{format}'; rate, pick and edit more, then distill again")
    if out.exists() and not force:
        raise BadInput(f"{out} is there already; choose another name, or write over it with --force")
    source = datasets_folder(home) / dataset_id / chosen.part
    whole(out, lambda path: chosen.write((chosen.tell(row) for row in _rows(source)), path))
    return Exported(dataset_id=dataset_id, format=format, path=str(out), rows=count)


def _rows(source: Path) -> Iterator[Row]:
    with source.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def whole(out: Path, write: Callable[[Path], None]) -> None:
    """Write beside the file, then give it its name."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.replace(out)
    except OSError as error:
        raise RepriseError(f"{out} could not be written ({error.strerror}); choose another place") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_jsonl(rows: Iterable[Row], path: Path) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_parquet(rows: Iterable[Row], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(list(rows)), path)


def _said(messages: list[dict[str, str]]) -> str:
    """What the last message says."""
    return messages[-1]["content"]


def _plain(row: Row) -> Row:
    """Bare texts: the request as the user makes it, and the answers."""
    texts: Row = {name: _said(row[name]) for name in ("completion", "chosen", "rejected") if name in row}
    more: Row = {name: row[name] for name in ("label", "reward", "margin", "source", "task") if name in row}
    return {"prompt": _said(row["prompt"]), **texts, **more}


def _trl(row: Row) -> Row:
    """TRL's own columns and no others."""
    return {name: row[name] for name in ("prompt", "completion", "chosen", "rejected", "label") if name in row}


def _openai(row: Row) -> Row:
    """OpenAI's chat format for supervised fine-tuning."""
    return {"messages": row["prompt"] + row["completion"]}


def _openai_preference(row: Row) -> Row:
    """OpenAI's format for preference fine-tuning."""
    return {
        "input": {"messages": row["prompt"], "tools": [], "parallel_tool_calls": True},
        "preferred_output": row["chosen"],
        "non_preferred_output": row["rejected"],
    }


def _hh(row: Row) -> Row:
    """Transcripts as in Anthropic's HH-RLHF; it has no system message."""
    asked = f"\n\nHuman: {_said(row['prompt'])}\n\nAssistant: "
    return {"chosen": asked + _said(row["chosen"]), "rejected": asked + _said(row["rejected"])}


def _whole_row(row: Row) -> Row:
    return row


FORMATS: dict[str, Format] = {
    "jsonl": Format(SFT, _plain, write_jsonl),
    "jsonl-preference": Format(PREFERENCE, _plain, write_jsonl),
    "jsonl-unpaired": Format(UNPAIRED, _plain, write_jsonl),
    "openai": Format(SFT, _openai, write_jsonl),
    "openai-preference": Format(PREFERENCE, _openai_preference, write_jsonl),
    "trl": Format(SFT, _trl, write_jsonl),
    "trl-preference": Format(PREFERENCE, _trl, write_jsonl),
    "trl-unpaired": Format(UNPAIRED, _trl, write_jsonl),
    "hh": Format(PREFERENCE, _hh, write_jsonl),
    "parquet": Format(SFT, _whole_row, _write_parquet),
    "parquet-preference": Format(PREFERENCE, _whole_row, _write_parquet),
    "parquet-unpaired": Format(UNPAIRED, _whole_row, _write_parquet),
}
