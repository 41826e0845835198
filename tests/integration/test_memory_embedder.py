"""Both engines of the shipped embedder against sentence-transformers itself, on captions that people wrote."""

import csv
import gzip
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from memory.embedder import SentenceEmbedder, _shipped, load_embedder
from memory.errors import EmbedderUnusable

ODD = [
    "",
    "   ",
    "😀😀 party 🎉",
    "word " * 600,
    "日本語のテキスト",
    "\n\t x \x00 y",
    "Ünïcödé ﬁ",
    "a" * 500,
    "x" * 100_000,
]


def captions(count):
    folder = Path(os.environ.get("REPRISE_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = folder / "nycc_caption_ratings" / "captions_rated.csv.gz"
    if not path.is_file():
        pytest.skip(f"the caption set is not at {path}; set REPRISE_DATA")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [row["caption"] for row in islice(csv.DictReader(file), 0, count * 1000, 1000)]


@pytest.fixture(scope="module")
def reference():
    """sentence-transformers on the same folder: the slow, well-known way."""
    return SentenceEmbedder(str(_shipped()))


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("minilm")


def closeness(one, other):
    return float((one * other).sum(axis=1).min())


def test_both_engines_give_the_vectors_of_sentence_transformers(embedder, reference):
    texts = captions(80) + ODD
    true = reference.embed(texts)
    heard = []
    heavy = embedder.embed(texts, heard.append)
    light = np.concatenate([embedder._light.encode(embedder._tokens([text])) for text in texts[-20:]])
    assert sum(heard) == len(texts)
    assert closeness(heavy, true) >= 0.9999
    assert closeness(light, true[-20:]) >= 0.9999
    assert closeness(light, heavy[-20:]) >= 0.999999


def test_the_reference_is_a_full_embedder_too(reference):
    heard = []
    vectors = reference.embed(["one", "", "three " * 400], heard.append)
    assert vectors.shape == (3, reference.dimension) == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert sum(heard) == 3
    assert reference.embed([]).shape == (0, 384)
    assert reference.fingerprint == SentenceEmbedder(str(_shipped())).fingerprint


def test_another_length_limit_is_another_embedder(reference):
    from memory.embedder import _parameters_mark

    before = _parameters_mark(reference._model)
    limit, reference._model.max_seq_length = reference._model.max_seq_length, 64
    try:
        assert _parameters_mark(reference._model) != before
    finally:
        reference._model.max_seq_length = limit


def test_a_folder_that_is_no_model_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    with pytest.raises(EmbedderUnusable, match=r"does not load \([^\n]+\); check memory.embedder$"):
        load_embedder(str(tmp_path))


def test_many_texts_bring_in_torch_and_few_then_use_it_too():
    code = (
        "import sys, numpy as np; from memory.embedder import load_embedder; e = load_embedder('minilm');"
        "few = e.embed(['a short question']); assert 'torch' not in sys.modules;"
        "many = e.embed(['a short question'] * 40); assert 'torch' in sys.modules;"
        "assert (many @ few[0]).min() > 0.999999; assert (e.embed(['a short question']) @ few[0]).min() > 0.999999;"
        "assert not {'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_faster_number_of_threads_is_taken_and_tried_again(monkeypatch):
    import torch

    from memory import bert_torch

    before, now = torch.get_num_threads(), 0.0
    torch.set_num_threads(4)
    monkeypatch.setattr(bert_torch.time, "perf_counter", lambda: now)
    try:
        for fast in (1, 4):
            used, pace = [], bert_torch._Pace()
            with pace.kept():
                for _ in range(bert_torch.TRY_EVERY + 2):
                    with pace.of(1_000):
                        used.append(torch.get_num_threads())
                        now += 1.0 if used[-1] == fast else 5.0
            assert used == [4, 1, *[fast] * (bert_torch.TRY_EVERY - 2), 4, 1]
            assert torch.get_num_threads() == 4
    finally:
        torch.set_num_threads(before)
