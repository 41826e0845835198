"""Arithmetic on rows of unit length."""

import numpy as np

from memory.item import Matrix, Vector

_TINY = 1e-6
"""A float32 row shorter than this points nowhere."""
ONE_THREAD = 200_000
"""Multiplications in a product that OpenBLAS does not split over threads (it does from 262,144 on)."""


def unit(rows: Matrix) -> Matrix:
    """Scale the rows of an (n, d) matrix to length one; rows of zeros, and rows that are not finite, become zeros."""
    finite = np.where(np.isfinite(rows).all(axis=1, keepdims=True), rows, np.float32(0))
    length = np.linalg.norm(finite, axis=1, keepdims=True)
    return (finite / np.where(length < _TINY, np.inf, length)).astype(np.float32)


def blend(prompts: Matrix, texts: Matrix) -> Matrix:
    """What goes into the index: the normalised sum of a text's vector and that of the prompt it was written for.

    Both are (n, d) of unit rows. A row of zeros in `prompts` says that there is no prompt, and the text stands alone;
    so it does where prompt and text are opposite and their sum points nowhere.
    """
    if prompts.shape != texts.shape:
        raise ValueError(f"prompts are {prompts.shape} and texts {texts.shape}: give one row of each for every item")
    both = unit(prompts + texts)
    blended: Matrix = np.where(both.any(axis=1, keepdims=True), both, unit(texts))
    return blended


def cosines(rows: Matrix, vector: Vector) -> Vector:
    """Cosine of each of the (n, d) unit rows to a unit vector (d,), kept within [-1, 1]."""
    found: Vector = products(rows, vector.reshape(1, -1))[:, 0]
    return found


def products(left: Matrix, right: Matrix) -> Matrix:
    """Cosines of (n, d) to (m, d) unit rows, shape (n, m), kept within [-1, 1].

    By pieces that BLAS does on one thread: to wake a second one costs more than the whole of a small product, and
    where other work has the second core, waiting for it takes ten times as long.
    """
    step = max(1, ONE_THREAD // max(right.size, 1))
    pieces = [left[start : start + step] @ right.T for start in range(0, len(left), step)]
    return np.clip(np.concatenate(pieces), -1.0, 1.0) if pieces else np.zeros((0, len(right)), dtype=np.float32)
