"""The held-out part of a dataset: prompts to write for, texts that people rated, pairs that people decided."""

from collections.abc import Hashable, Sequence
from pathlib import Path

import msgspec

from jobs.distill.assemble import HELD_PREFERENCE, HELD_TEXTS, PROMPTS
from jobs.train.rows import read_rows, sample, texts_of
from jobs.train.run import Row
from loop.prompts import Asked


class HeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """Rows as `jobs.distill.rows` describes them; nothing here was trained on."""

    prompts: list[Row]
    texts: list[Row]
    pairs: list[Row]
    requests: dict[str, str]
    """What each prompt asks for, by its id, those not drawn included: the words by which a judge sees a prompt."""

    @property
    def rated(self) -> list[Row]:
        """The texts whose reward is known."""
        return [row for row in self.texts if row.get("reward") is not None]

    @property
    def human(self) -> list[Row]:
        """The texts that people wrote."""
        return [row for row in self.texts if row.get("human")]


def read_held_out(dataset: Path, prompts: int, pairs: int, seed: int) -> HeldOut:
    """At most so many prompts and pairs of a dataset's folder, drawn fairly."""
    asked = read_rows(dataset / PROMPTS)
    return HeldOut(
        prompts=sample(asked, prompts, seed),
        requests={row["prompt_id"]: Asked(row["request"], row["fields"]).words for row in asked},
        texts=read_rows(dataset / HELD_TEXTS),
        pairs=sample(read_rows(dataset / HELD_PREFERENCE), pairs, seed),
    )


def clusters(rows: Sequence[Row]) -> list[Hashable]:
    """What rows belong together in a bootstrap: their prompt, or their (chosen) text where one prompt is all there is.

    The texts of one prompt are liked or not for its sake; to draw them one by one would make intervals too narrow.
    """
    prompts = [row.get("prompt_id") or "" for row in rows]
    if len(set(prompts)) > 1 and "" not in prompts:
        return list(prompts)
    return [
        f"{prompt}/{texts_of(row.get('chosen') or row['completion'])}"
        for prompt, row in zip(prompts, rows, strict=True)
    ]
