"""Near-duplicates: MinHash signatures by `datasketch`, banded (LSH) to find who may be near, then compared exactly.

`datasketch.MinHashLSH` holds every bucket as a Python set, a kilobyte and more for each text. Here all texts are known
before the first is looked up, so that sorting the bands finds the buckets that two texts share; what remains in memory
are 4 bytes for each text and band.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from memory.folding import normal

BANDS, ROWS = 12, 4
PERMUTATIONS = BANDS * ROWS
"""Two texts with the Jaccard similarity s share a band with the chance 1 - (1 - s⁴)¹²: 0.998 for s = 0.8."""
GRAM = 5
MOST_IN_BUCKET = 64
"""A text is compared with no more than so many of a bucket: the first, which the others resemble."""
_PIECE = 8_192
"""Shingles that are permuted at once: 1.5 MB of products."""
_AT_ONCE = 256
"""Texts whose shingles are made at once."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ over the golden ratio, to spread bits (Knuth's multiplicative hash)."""
Shingles = NDArray[np.uint64]
Signature = NDArray[np.uint32]


def shingles(text: str) -> Shingles:
    """The different character 5-grams of the text's words, each as the number that its 5 bytes of UTF-8 are; sorted."""
    return np.unique(_grams(_bytes(text)))


def similarity(one: Shingles, other: Shingles) -> float:
    """Jaccard: the share of common shingles in [0, 1]."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


class Signer:
    """Makes signatures: PERMUTATIONS numbers, each of which agrees with the chance of the texts' similarity."""

    def __init__(self) -> None:
        from datasketch import MinHash

        self._sketch: Any = MinHash(num_perm=PERMUTATIONS, hashfunc=int)

    def sign(self, texts: Sequence[str]) -> Signature:
        """(n, PERMUTATIONS) of the texts' shingles."""
        pieces = [_bytes(text) for text in texts]
        hashes = _grams(b"".join(pieces)) * _MIX >> np.uint64(32)
        ends = np.cumsum([len(piece) for piece in pieces]).tolist()
        bounds = zip([0, *ends[:-1]], ends, strict=True)
        return np.stack([self._of(hashes[start : end - GRAM + 1].tolist()) for start, end in bounds])

    def _of(self, hashes: list[int]) -> Signature:
        self._sketch.clear()
        for start in range(0, len(hashes), _PIECE):
            self._sketch.update_batch(hashes[start : start + _PIECE])
        found: Signature = self._sketch.hashvalues
        return found


def sign_all(texts: Iterable[str], path: Path) -> Signature:
    """(n, PERMUTATIONS), in a file."""
    sign, rest = Signer().sign, iter(texts)
    with path.open("wb") as file:
        while some := list(islice(rest, _AT_ONCE)):
            file.write(sign(some).tobytes())
    return _read(path)


def _bytes(text: str) -> bytes:
    return normal(text).encode("utf-8", "surrogatepass").ljust(GRAM, b"\0")


def _grams(data: bytes) -> Shingles:
    """The number that the 5 bytes from each place on are."""
    letters = np.frombuffer(data, np.uint8).astype(np.uint64)
    grams = np.zeros(len(letters) - GRAM + 1, np.uint64)
    for place in range(GRAM):
        grams = grams << np.uint64(8) | letters[place : place + len(grams)]
    return grams


def _read(path: Path) -> Signature:
    if path.stat().st_size == 0:
        return np.zeros((0, PERMUTATIONS), np.uint32)
    return np.memmap(path, dtype=np.uint32, mode="r").reshape(-1, PERMUTATIONS)


def near_duplicates(
    signatures: Signature,
    skip: NDArray[np.bool_],
    text_of: Callable[[int], str],
    threshold: float,
    progress: Callable[[int, int], None],
) -> Iterator[tuple[int, int]]:
    """(copy, original) for every text that is near to an earlier one which is itself no copy, in order.

    `signatures` is (n, PERMUTATIONS); the texts of `skip` (n,) are neither.
    """
    buckets = np.stack([_buckets(signatures, band) for band in range(BANDS)], axis=1)
    buckets[skip] = -1
    shared = np.flatnonzero((buckets >= 0).any(axis=1))
    originals: dict[tuple[int, int], list[int]] = defaultdict(list)
    of = lru_cache(maxsize=4_096)(lambda place: shingles(text_of(place)))
    for done, place in enumerate(shared.tolist()):
        if done % 256 == 0:
            progress(done, len(shared))
        keys = [(band, int(bucket)) for band, bucket in enumerate(buckets[place]) if bucket >= 0]
        candidates = dict.fromkeys(sorted({each for key in keys for each in originals[key]}))
        original = next((each for each in candidates if similarity(of(each), of(place)) >= threshold), None)
        if original is not None:
            yield place, original
            continue
        for key in keys:
            if len(originals[key]) < MOST_IN_BUCKET:
                originals[key].append(place)


def _buckets(signatures: Signature, band: int) -> NDArray[np.int32]:
    """(n,): the number of the bucket that a text shares with others in this band, -1 where it is alone."""
    rows = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS]).view(np.uint64)
    keys = rows[:, 0] * _MIX ^ rows[:, 1]
    _, bucket, count = np.unique(keys, return_inverse=True, return_counts=True)
    return np.where(count[bucket] > 1, bucket, -1).astype(np.int32)
