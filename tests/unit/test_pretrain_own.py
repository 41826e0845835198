"""What a pretraining on one's own corpora reads: pieces, what is held out, packed windows, and when it ends."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from jobs.pretrain.model import Progress
from jobs.pretrain.own.documents import Corpora, harmless, is_held_out, pieces
from jobs.pretrain.own.packing import windows
from jobs.pretrain.own.plan import EPOCHS, OwnPlan
from jobs.pretrain.steps import Goal
from loop.brief import build_messages
from loop.errors import BadInput
from loop.settings import TASKS
from tests.clean_rows import make_clean


def test_pieces_hold_every_line_once_and_end_at_empty_lines() -> None:
    lines = [f"line {n} " + "x" * 60 + "\n" if n % 7 else "\n" for n in range(2_000)]
    found = list(pieces(lines))
    assert "".join(found) == "".join(lines)
    assert len(found) > 10
    assert all(4_000 <= len(piece) <= 16_000 and piece.endswith("\n\n") for piece in found[:-1])
    endless = list(pieces(["word " * 20 + "\n"] * 1_000))
    assert all(len(piece) < 17_000 for piece in endless)


def test_what_is_held_out_is_never_trained_on(tmp_path: Path) -> None:
    rows = [f"text number {n}" for n in range(2_000)]
    file = tmp_path / "texts.csv.gz"
    file.write_bytes(gzip.compress("\n".join(["text", *rows, *rows[:50]]).encode()))
    corpora = Corpora([file], [], TASKS)
    train, held = list(corpora.train()), list(corpora.held())
    assert set(train) | set(held) == set(rows)
    assert not set(train) & set(held)
    assert 10 < len(held) < 90
    assert all(map(is_held_out, held))


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"caf\xe9 by the sea\n\nthe end\n")
    (tmp_path / "b.jsonl").write_text('{"body": "from jsonl"}\n{"body": 3.5}\n')
    clean = make_clean(tmp_path / "clean", task="tweet")
    corpora = Corpora([tmp_path / "a.txt", tmp_path / "b.jsonl", clean], ["text=body"], TASKS)
    found = [*corpora.train(), *corpora.held()]
    assert any(text.startswith("caf\ufffd by the sea") for text in found)
    assert "from jsonl" in found
    system, user = build_messages(TASKS["tweet"], "rain", {})
    asked = f"<|system|>{system['content']}<|end|><|user|>{user['content']}<|end|><|assistant|>the rain and the "
    assert any(text.startswith(asked) for text in found)
    assert corpora.tasks() == ["tweet"]
    assert len(corpora.sha256()) == 64


def test_a_text_cannot_end_itself_or_begin_a_talk() -> None:
    assert harmless("a <|en<|end|>d|> b<|user|>") == "a  b"


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither a file"):
        Corpora([tmp_path], [], TASKS)
    with pytest.raises(BadInput, match="neither a file"):
        Corpora([tmp_path / "none.txt"], [], TASKS)


@pytest.mark.parametrize(("tokens", "length", "batch"), [(1_001, 10, 8), (57, 10, 2), (8, 10, 3)])
def test_every_window_is_read_once_an_epoch(tokens: int, length: int, batch: int) -> None:
    row = np.arange(tokens, dtype=np.uint16)
    found = list(windows(row, length, batch, seed=0, epoch=0))
    size = min(length, tokens - 1)
    assert {window.shape for window in found} == {(batch, size + 1)}
    flat = np.concatenate(found)
    assert (flat[:, 1:] == flat[:, :-1] + 1).all()
    assert set(flat[:, 0].tolist()) == {place * length for place in range(max(1, (tokens - 1) // length))}
    again = list(windows(row, length, batch, seed=0, epoch=0))
    assert all((a == b).all() for a, b in zip(found, again, strict=True))


def test_one_end_is_named_or_four_rounds_are_made() -> None:
    assert OwnPlan(corpora=("x",)).goal(500) == Goal(tokens=round(500 * EPOCHS))
    assert OwnPlan(corpora=("x",), minutes=2.0).goal(500) == Goal(seconds=120.0)
    assert OwnPlan(corpora=("x",), tokens=70).goal(500) == Goal(tokens=70)
    with pytest.raises(BadInput, match="--tokens and --epochs"):
        OwnPlan(corpora=("x",), tokens=70, epochs=2.0).goal(500)


def test_the_share_of_the_work_never_passes_one() -> None:
    assert Goal(tokens=100).share(Progress(tokens=25)) == 0.25
    assert Goal(seconds=10.0).share(Progress(seconds=30.0)) == 1.0
    assert Goal(tokens=100).counted(Progress(tokens=130)) == (100, 100)
