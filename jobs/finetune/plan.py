"""What a fine-tuning is to do."""

from typing import Annotated

import msgspec


class FinetunePlan(msgspec.Struct, frozen=True, kw_only=True):
    """One fine-tuning; begun anew with another plan, a training that was stopped is refused."""

    model: str = "starter"
    """`starter`, a folder, or a Hugging Face name."""
    data: str
    """The folder that `reprise preprocess` made."""
    data_sha256: str = ""
    """Of the rows that are learned from."""
    epochs: Annotated[float, msgspec.Meta(gt=0)] = 3.0
    minutes: Annotated[float, msgspec.Meta(gt=0)] = 6.0
    """Most minutes of training: fewer epochs are planned where more would not fit."""
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 16
    learning_rate: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """The highest learning rate; 0 chooses by the model's size."""
    lora: bool | None = None
    """Train LoRA matrices and merge them; False trains every weight; None does that with small models only."""
    rank: Annotated[int, msgspec.Meta(ge=1)] = 16
    patience: Annotated[int, msgspec.Meta(ge=0)] = 3
    """Stop after so many evaluations in a row without a lower validation loss; 0 never does."""
    max_tokens: Annotated[int, msgspec.Meta(ge=32)] = 512
    """Longest row in tokens."""
    device: str = "auto"
    seed: int = 0
