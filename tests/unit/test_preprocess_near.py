"""Near-duplicates against an exact search, and the split's promises."""

import random
from pathlib import Path

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st

from jobs.preprocess.near import PERMUTATIONS, Signer, near_duplicates, shingles, sign_all, similarity
from jobs.preprocess.rows import CleanRow
from jobs.preprocess.split import assign, share
from loop.errors import BadInput
from memory.folding import normal

WORDS = "the a cat dog sat ran on under mat hat big red old sun moon sky eats sees likes never always today".split()  # noqa: SIM905


def grams(text: str) -> set[bytes]:
    """The slow way."""
    words = normal(text).encode().ljust(5, b"\0")
    return {words[i : i + 5] for i in range(len(words) - 4)}


def jaccard(one: str, other: str) -> float:
    a, b = grams(one), grams(other)
    return len(a & b) / len(a | b)


def texts_with_copies(seed: int, n: int = 150) -> list[str]:
    lot = random.Random(seed)
    texts = [" ".join(lot.choices(WORDS, k=lot.randint(2, 14))) for _ in range(n)]
    for text in lot.sample(texts, n // 3):
        words = text.split()
        words[lot.randrange(len(words))] = lot.choice(WORDS)
        texts.insert(lot.randrange(len(texts)), " ".join(words))
    return texts


def copies(texts: list[str], threshold: float) -> list[tuple[int, int]]:
    signatures = Signer().sign(texts)
    skip = np.zeros(len(texts), dtype=bool)
    return list(near_duplicates(signatures, skip, texts.__getitem__, threshold, lambda *_: None))


def exact_copies(texts: list[str], threshold: float) -> list[int]:
    kept: list[int] = []
    gone = []
    for place, text in enumerate(texts):
        if any(jaccard(texts[other], text) >= threshold for other in kept):
            gone.append(place)
        else:
            kept.append(place)
    return gone


@pytest.mark.parametrize("seed", range(4))
def test_it_finds_what_a_comparison_of_all_with_all_finds(seed: int) -> None:
    texts = texts_with_copies(seed)
    found = copies(texts, 0.8)
    assert [copy for copy, _ in found] == exact_copies(texts, 0.8)
    assert all(original < copy and jaccard(texts[original], texts[copy]) >= 0.8 for copy, original in found)


def test_it_finds_what_the_librarys_own_index_finds() -> None:
    texts = texts_with_copies(9)
    index = MinHashLSH(threshold=0.8, num_perm=PERMUTATIONS, params=(12, 4))
    for place, text in enumerate(texts):
        sketch = MinHash(num_perm=PERMUTATIONS, hashvalues=Signer().sign([text])[0], scheme="affine32")
        for other in sorted(index.query(sketch)):
            if jaccard(texts[other], text) >= 0.8:
                assert place in {copy for copy, _ in copies(texts, 0.8)}
                break
        else:
            index.insert(place, sketch)


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_that_of_the_sets(one: str, other: str) -> None:
    assert similarity(shingles(one), shingles(other)) == pytest.approx(jaccard(one, other))


def test_case_and_punctuation_do_not_tell_texts_apart() -> None:
    assert copies(["Good morning, world!", "good   MORNING world", "😂", "😂😂", "hi"], 1.0) == [(1, 0)]


def test_a_thousand_copies_are_one() -> None:
    texts = [f"this is the very same text but for a number at its end {n}" for n in range(1000)]
    assert len(copies(texts, 0.7)) == 999


def test_no_texts_have_no_copies(tmp_path: Path) -> None:
    signatures = sign_all([], tmp_path / "none")
    assert list(near_duplicates(signatures, np.zeros(0, dtype=bool), str, 0.8, lambda *_: None)) == []


# --- the split -------------------------------------------------------------------------------------------------------


def shares_of(n: int, seed: int = 0) -> np.ndarray:
    return np.array([share(CleanRow(f"text {number}"), seed) for number in range(n)])


def test_the_parts_are_as_large_as_wanted() -> None:
    sizes = np.bincount(assign(shares_of(20_000), (0.8, 0.15, 0.05), ""), minlength=3) / 20_000
    assert sizes == pytest.approx([0.8, 0.15, 0.05], abs=0.01)


def test_another_seed_is_another_split() -> None:
    split = (0.5, 0.25, 0.25)
    one, other = assign(shares_of(1000), split, ""), assign(shares_of(1000, seed=1), split, "")
    assert 0.5 < (one != other).mean() < 0.75


def test_a_text_stays_where_it_is_when_others_come() -> None:
    split = (0.9, 0.05, 0.05)
    assert (assign(shares_of(1000), split, "") == assign(shares_of(3000), split, "")[:1000]).all()


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=3, max_size=40, unique=True), st.integers(0, 3))
def test_no_wanted_part_is_empty_and_no_unwanted_one_is_filled(shares: list[float], which: int) -> None:
    split = [(0.98, 0.01, 0.01), (0.5, 0.5, 0.0), (0.5, 0.0, 0.5), (1.0, 0.0, 0.0)][which]
    sizes = np.bincount(assign(np.array(shares), split, ""), minlength=3)
    assert [size > 0 for size in sizes] == [part > 0 for part in split]


def test_one_prompt_stands_on_one_side() -> None:
    rows = [CleanRow(f"text {n}", "opener", f"prompt {n % 50}", {"Bio": str(n % 5)}) for n in range(1000)]
    parts = assign(np.array([share(row, 0) for row in rows]), (0.6, 0.2, 0.2), "")
    sides = {(row.prompt, row.fields["Bio"]): set() for row in rows}  # type: ignore[var-annotated]
    for row, part in zip(rows, parts.tolist(), strict=True):
        sides[row.prompt, row.fields["Bio"]].add(part)
    assert all(len(side) == 1 for side in sides.values())
    assert set(parts.tolist()) == {0, 1, 2}


def test_what_cannot_be_split_is_said() -> None:
    with pytest.raises(BadInput, match="only 2 texts are left of 9 rows, which cannot be split into 3 parts"):
        assign(shares_of(2), (0.9, 0.05, 0.05), "9 rows")
    with pytest.raises(BadInput, match="the 3 texts have 1 prompt between them"):
        assign(np.array([0.5, 0.5, 0.5]), (0.9, 0.1, 0.0), "3 rows")
    assert assign(shares_of(1), (1.0, 0.0, 0.0), "").tolist() == [0]
