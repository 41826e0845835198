"""Arithmetic on rows of unit length."""

import numpy as np

from memory.item import Matrix, Vector

_TINY = 1e-6
"""A float32 row shorter than this points nowhere."""
ONE_THREAD, ONE_THREAD_EACH = 200_000, 380_000
"""Multiplications that OpenBLAS does not split over threads: in a product (it does from 262,144 on), and in that of a
matrix with one vector."""

FEW = 8
"""Columns that are multiplied one by one."""


def unit(rows: Matrix) -> Matrix:
    """Scale the rows of an (n, d) matrix to length one; rows of zeros, and rows that are not finite, become zeros."""
    length = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    if not (length.min(initial=1.0) >= _TINY and length.max(initial=1.0) < np.inf):
        length = np.where((length >= _TINY) & (length < np.inf), length, np.inf)
        rows = np.where(np.isfinite(length)[:, None], rows, 0)
    scaled: Matrix = (rows / length[:, None]).astype(np.float32)
    return scaled


def blend(prompts: Matrix, texts: Matrix) -> Matrix:
    """What goes into the index: the normalised sum of a text's vector and that of the prompt it was written for.

    Both are (n, d) of unit rows. A row of zeros in `prompts` says that there is no prompt, and the text stands alone;
    so it does where prompt and text are opposite and their sum points nowhere.
    """
    if prompts.shape != texts.shape:
        raise ValueError(f"prompts are {prompts.shape} and texts {texts.shape}: give one row of each for every item")
    both = unit(prompts + texts)
    opposite = ~both.any(axis=1)
    if opposite.any():
        both[opposite] = unit(texts[opposite])
    return both


def cosines(rows: Matrix, vector: Vector) -> Vector:
    """Cosine of each of the (n, d) unit rows to a unit vector (d,), kept within [-1, 1]."""
    found: Vector = products(rows, vector.reshape(1, -1))[:, 0]
    return found


def products(left: Matrix, right: Matrix) -> Matrix:
    """Cosines of (n, d) to (m, d) unit rows, shape (n, m), kept within [-1, 1].

    By pieces that BLAS does on one thread: to wake a second one costs more than the whole of a small product, and
    where other work has the second core, waiting for it takes ten times as long. A few columns go one by one, which
    is nearly twice as fast as a product of so narrow matrices.
    """
    found = np.empty((len(right), len(left)), dtype=np.float32)
    few = len(right) <= FEW
    step = max(1, ONE_THREAD_EACH // max(left.shape[1], 1) if few else ONE_THREAD // max(right.size, 1))
    for start in range(0, len(left), step):
        piece, place = left[start : start + step], slice(start, start + step)
        if few:
            for row, vector in enumerate(right):
                np.dot(piece, vector, out=found[row, place])
        else:
            found[:, place] = right @ piece.T
    return np.clip(found, -1.0, 1.0, out=found).T
