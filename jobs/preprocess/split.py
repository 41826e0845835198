"""Which rows are trained on: by a hash of what was asked, so that no prompt stands on two sides."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from jobs.distill.hold_out import share_of
from jobs.preprocess.rows import SPLITS, CleanRow
from loop.brief import prompt_id
from loop.errors import BadInput

Shares = NDArray[np.float64]


def share(row: CleanRow, seed: int) -> float:
    """Where the row's group lies in [0, 1): that of its prompt and fields, or of its text where it has none."""
    if row.prompt or row.fields:
        return share_of(prompt_id(row.task, row.prompt, row.fields), f"{seed}:")
    return share_of(hashlib.blake2b(row.text.encode(), digest_size=16).hexdigest(), f"{seed}:")


def assign(shares: Shares, split: tuple[float, float, float], of: str) -> NDArray[np.int8]:
    """(n,): 0 for train, 1 for validation, 2 for test.

    A group goes where its share falls, whatever other groups there are; only where a wanted part would stay empty, the
    groups next to its border move. Raises BadInput where there are fewer groups than wanted parts; `of` says what the
    texts are left of.
    """
    groups = np.unique(shares)
    validation, test = (int(part > 0) for part in split[1:])
    if len(groups) < 1 + validation + test:
        raise BadInput(_impossible(len(shares), len(groups), 1 + validation + test, of))
    first, second = np.searchsorted(groups, np.cumsum(split)[:2]).tolist()
    first = min(max(first, 1), len(groups) - validation - test)
    second = min(max(second, first + validation), len(groups) - test) if test else len(groups)
    place = np.searchsorted(groups, shares)
    part: NDArray[np.int8] = np.add(place >= first, place >= second, dtype=np.int8)
    return part


def _impossible(rows: int, groups: int, parts: int, of: str) -> str:
    if rows > groups:
        return (
            f"the {rows:,} texts have {groups} {'prompt' if groups == 1 else 'prompts'} between them, and a prompt "
            f"stays on one side, so that they cannot be split into {parts} parts: leave the prompt out with "
            "`--map prompt=`, or take --split 1/0/0"
        )
    return (
        f"only {rows} {'text is' if rows == 1 else 'texts are'} left of {of}, which cannot be split into {parts} parts "
        f"({', '.join(SPLITS)}): give more texts, or take --split 1/0/0"
    )
