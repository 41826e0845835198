"""How much each preference pair counts, by columns of its row.

`weight`: the share of people thought to agree that the chosen text is better, in (0.5, 1]. A pair counts by how far
that is from even, 2 weight - 1: a tie teaches nothing.

`deviation`: how far the chosen text lies from the other texts of its prompt, as their mean cosine distance, in [0, 2].
Pairs whose chosen text is rare count for more, so that good and rare texts are learned from although they are few: the
deviation-weighted DPO of Chung et al. 2025 (arXiv 2503.17126).

A row without the column counts as the mean row does. Weights are divided by their mean, so that the learning rate keeps
its meaning.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from jobs.train.run import Row

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["none", "weight", "deviation", "both"]


def pair_weights(rows: Sequence[Row], kind: Kind) -> list[float]:
    """The weight of each pair, with the mean 1."""
    columns = {"none": (), "weight": (_sureness,), "deviation": (_deviation,), "both": (_sureness, _deviation)}[kind]
    weights = [1.0] * len(rows)
    for column in columns:
        weights = [a * b for a, b in zip(weights, _even([column(row) for row in rows]), strict=True)]
    return _even(weights)


def _sureness(row: Row) -> float | None:
    return max(0.0, 2.0 * row["weight"] - 1.0) if "weight" in row else None


def _deviation(row: Row) -> float | None:
    return max(0.0, row["deviation"]) if row.get("deviation") is not None else None


def _even(found: Sequence[float | None]) -> list[float]:
    """Divided by their mean, which what is unknown has too; all equal where nothing counts."""
    known = [value for value in found if value is not None]
    mean = sum(known) / len(known) if known else 0.0
    return [1.0 if value is None else value / mean for value in found] if mean > 0 else [1.0] * len(found)


def listening(model: Any, weights: "Tensor") -> Callable[..., Any]:
    """The model as TRL's DPO calls it, with gradients multiplied by the weight of their pair; (pairs,) weights.

    A loss of pairs depends on the weights of the model through the log-probabilities of its texts alone. So this is the
    gradient of the weighted loss, whichever loss that is, while the loss that is told stays comparable with ln 2.
    """
    import torch

    each = torch.cat([weights, weights]).unsqueeze(1)  # a batch is all chosen texts, then all rejected ones

    def forward(**inputs: Any) -> Any:
        outputs = model(**inputs)
        told = outputs.log_probs
        outputs.log_probs = told.detach() + each.to(told) * (told - told.detach())
        return outputs

    return forward
