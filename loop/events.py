"""The facts of the loop: past tense, frozen, keyword-only, and free of words.

No event holds a text. Each names texts by id (`loop.ledger.Ledger.texts`), so that to forget a text is to delete
it in one place while the fact that something was written stays.
"""

from typing import Any, ClassVar

import msgspec

from memory.repeats import Shared


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. Its class name is its type in the ledger."""

    version: ClassVar[int] = 1


class RecalledItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn was shown of memory."""

    item_id: str
    similarity: float
    reward: float | None = None
    avoid: bool = False


class Votes(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody, or a crowd, said of an imported text."""

    value: float
    """In [0, 1]."""
    weight: float = 1.0
    """How many votes stand behind the value."""
    rater: str = "crowd"


class TextImported(Event, frozen=True, kw_only=True):
    """A text from before was taken in; more rows of the same text add their votes to it."""

    item_id: str
    task: str
    prompt_id: str | None = None
    source: str
    row: int
    votes: tuple[Votes, ...] = ()
    comment_id: str | None = None


class PairImported(Event, frozen=True, kw_only=True):
    """Somebody had preferred one imported text over another."""

    task: str
    prompt_id: str
    chosen: str
    rejected: str
    source: str
    row: int
    chosen_votes: float = 1.0
    rejected_votes: float = 0.0
    rater: str = "crowd"


class TurnTaken(Event, frozen=True, kw_only=True):
    """A brief was answered."""

    turn_id: str
    task: str
    prompt_id: str
    n: int
    strategy: str
    propensity: float
    """The probability with which this strategy was chosen for this turn's slots."""
    model_id: str
    seed: int
    recalled: tuple[RecalledItem, ...] = ()


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Why a text is shown and others, that were written beside it, are not. Where none was left out there is none."""

    by: str
    """The reward model."""
    of: int
    """How many texts were written for the places that were to be filled, this one among them."""
    expected: float
    """The reward that this model expects of it."""


class CandidateWritten(Event, frozen=True, kw_only=True):
    """One of a turn's texts."""

    candidate_id: str
    turn_id: str
    task: str
    prompt_id: str
    position: int
    model_id: str
    strategy: str
    """`none` for the explore slot, else the turn's."""
    novelty: float
    echo_of: str | None = None
    repeats: str | None = None
    """The text for other fields that it repeats, though it was written again."""
    shared: Shared | None = None
    """What it has in common with that."""
    chosen: Choice | None = None


class CandidateRated(Event, frozen=True, kw_only=True):
    """A rater scored an item; a later rating by the same rater takes its place."""

    candidate_id: str
    rater: str
    scores: dict[str, int]
    value: float
    """The weighted scores in [0, 1], before calibration."""
    comment_id: str | None = None


class CandidatePicked(Event, frozen=True, kw_only=True):
    """A rater chose one candidate over its siblings."""

    candidate_id: str
    over: tuple[str, ...]
    task: str
    prompt_id: str
    turn_id: str
    rater: str


class CandidateEdited(Event, frozen=True, kw_only=True):
    """A rater rewrote a candidate; the rewrite is an item of its own."""

    candidate_id: str
    item_id: str
    task: str
    prompt_id: str | None
    turn_id: str | None
    rater: str


class CandidateCommented(Event, frozen=True, kw_only=True):
    """A rater said something of an item without scoring it."""

    candidate_id: str
    rater: str
    comment_id: str


class ItemHidden(Event, frozen=True, kw_only=True):
    """An item was taken out of recall, or put back."""

    item_id: str
    hidden: bool = True
    rater: str = "me"


class ItemForgotten(Event, frozen=True, kw_only=True):
    """The words of an item were deleted everywhere; models trained on them are marked."""

    item_id: str
    datasets: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    rewards: tuple[str, ...] = ()
    """Reward models."""


class RatersCalibrated(Event, frozen=True, kw_only=True):
    """Each rater's leaning was measured anew, and each task's mean reward."""

    upto: int
    """The last event that was looked at."""
    offsets: dict[str, float]
    scales: dict[str, float]
    means: dict[str, float]
    places: dict[str, tuple[float, ...]] = {}
    """Each rater's bias to each place in a turn, in logits; `crowd` stands for raters of whom nothing is known."""


class DatasetDistilled(Event, frozen=True, kw_only=True):
    """A dataset was built; its folder holds rows and lineage."""

    dataset_id: str
    task: str | None
    upto: int
    sft: int
    pairs: int
    unpaired: int
    held_out: int
    sha256: str
    parent: str | None = None


class TrainingStarted(Event, frozen=True, kw_only=True):
    """A run began to train on a dataset."""

    run_id: str
    dataset_id: str
    method: str
    base: str
    options: dict[str, Any] = {}


class TrainingFinished(Event, frozen=True, kw_only=True):
    """A run left a complete model behind."""

    run_id: str
    model_id: str
    dataset_id: str
    method: str
    base: str
    parent: str | None
    sha256: str
    metrics: dict[str, float]


class ModelPulled(Event, frozen=True, kw_only=True):
    """A model that was trained elsewhere was fetched from a Hub."""

    model_id: str
    repository: str
    revision: str
    """The commit."""
    dataset_id: str
    """As its makers call it; empty where nobody says."""
    method: str
    base: str
    parent: str | None
    sha256: str
    metrics: dict[str, float]


class TrainingFailed(Event, frozen=True, kw_only=True):
    """A run ended without a model."""

    run_id: str
    reason: str


class RewardFitted(Event, frozen=True, kw_only=True):
    """A reward model was fitted to a dataset and measured on what was held out."""

    reward_id: str
    kind: str
    tasks: tuple[str, ...]
    """The kinds of writing that it learned from."""
    dataset_id: str
    sha256: str
    """Of its manifest, which names the hashes of its files."""
    metrics: dict[str, float]


class ModelEvaluated(Event, frozen=True, kw_only=True):
    """A challenger was compared with the champion on held-out prompts."""

    run_id: str
    model_id: str
    against: str
    win_rate: float
    interval: tuple[float, float]
    bars: tuple[dict[str, Any], ...]
    ok: bool


class ModelPromoted(Event, frozen=True, kw_only=True):
    """A model took over the writing."""

    model_id: str
    previous: str
    run_id: str | None = None


class ModelRolledBack(Event, frozen=True, kw_only=True):
    """The champion stepped down for the one before it."""

    model_id: str
    """The champion from now on."""
    previous: str
    why: str = ""
    """What was seen, when nobody asked for it."""


class JobStarted(Event, frozen=True, kw_only=True):
    """A job took its lease and began."""

    job: str
    run_key: str
    run_id: str


class JobFinished(Event, frozen=True, kw_only=True):
    """A job ended; `outcome` says in one sentence how."""

    job: str
    run_key: str
    run_id: str
    ok: bool
    outcome: str


class JobMissed(Event, frozen=True, kw_only=True):
    """A job's time passed while nobody was awake."""

    job: str
    run_key: str
