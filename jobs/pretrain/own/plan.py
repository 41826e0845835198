"""Sizes of models from scratch, and what one training is to do."""

from typing import Annotated, Literal

import msgspec

from jobs.pretrain.plan import Plan
from jobs.pretrain.steps import Goal
from loop.errors import BadInput

SIZES = {
    "tiny": Plan(context=512, batch_tokens=4_096),
    "small": Plan(
        vocabulary=8_192, width=512, layers=8, inner=1_408, heads=8, key_heads=4, context=1_024, batch_tokens=16_384,
        other_rate=0.002,
    ),
    "base": Plan(
        vocabulary=16_384, width=768, layers=12, inner=2_048, heads=12, key_heads=4, context=1_024,
        batch_tokens=32_768, other_rate=0.0015,
    ),
}  # fmt: skip
"""About 4, 28 and 88 million parameters."""
EPOCHS = 4.0
"""Where nothing is said: text that is read up to four times is worth about as much as new text (arXiv 2305.16264)."""
Positive = Annotated[float, msgspec.Meta(gt=0)]


class OwnPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One pretraining; begun anew with another plan, a training that was stopped is refused."""

    corpora: tuple[str, ...]
    corpora_sha256: str = ""
    size: Literal["tiny", "small", "base"] = "tiny"
    vocabulary: Annotated[int, msgspec.Meta(ge=300, le=65_535)] | None = None
    tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    minutes: Positive | None = None
    epochs: Positive | None = None
    maps: tuple[str, ...] = ()
    device: str = "auto"
    threads: Annotated[int, msgspec.Meta(ge=1)] | None = None
    seed: int = 0

    def model(self) -> Plan:
        """Shape and rates of the model."""
        changes: dict[str, int] = {"seed": self.seed} | ({"vocabulary": self.vocabulary} if self.vocabulary else {})
        return msgspec.structs.replace(SIZES[self.size], **changes)

    def goal(self, tokens: int) -> Goal:
        """When it is done, for a corpus of so many tokens. Raises BadInput where two ends were named."""
        named = [name for name in ("tokens", "minutes", "epochs") if getattr(self, name) is not None]
        if len(named) > 1:
            raise BadInput(f"--{named[0]} and --{named[1]} both say when to stop; name one of them")
        if self.minutes is not None:
            return Goal(seconds=60 * self.minutes)
        return Goal(tokens=self.tokens or max(1, round((self.epochs or EPOCHS) * tokens)))
