"""What the API takes and gives, as its documentation shows it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """Strict shapes: an unknown key is a mistake, and is said to be one."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class BriefIn(Shape):
    """What to write."""

    task: str = Field(examples=["opener"])
    prompt: str = Field(examples=["someone who restores old radios"])
    fields: dict[str, str] = Field(default={}, examples=[{"Bio": "I mend things", "Interests": "jazz, valves"}])
    n: int | None = Field(default=None, description="How many candidates; the task's own number when left out.")
    strategy: str | None = Field(default=None, examples=["best"])
    seed: int | None = Field(default=None, ge=0, lt=2**31)


class RateIn(Shape):
    """Scores of 1 to 5 by criterion; those left out are left open."""

    scores: dict[str, Any] = Field(examples=[{"originality": 4, "clarity": 5}])
    comment: str = ""
    rater: str = "me"


class ByRater(Shape):
    """Who says so."""

    rater: str = "me"


class EditIn(ByRater):
    """The rewrite."""

    text: str


class CommentIn(ByRater):
    """Words on an item."""

    comment: str


class HideIn(ByRater):
    """Out of recall, or back."""

    hidden: bool = True


class PromoteIn(Shape):
    """Which model is to write."""

    model_id: str
    force: bool = False


class RunIn(Shape):
    """Which job is to run now."""

    job: str = "refine"


class Standing(Shape):
    """Where an item stands after feedback."""

    candidate_id: str
    reward: float | None = Field(description="In [0, 1]; null while nobody has judged it.")
    ratings: float
    item_id: str | None = Field(default=None, description="The new item of an edit.")


class ItemOut(Shape):
    """A text in the library."""

    item_id: str
    text: str
    task: str
    kind: str = Field(description="candidate, edit or import")
    prompt: str
    fields: dict[str, str]
    reward: float | None
    ratings: float
    novelty: float | None
    echo_of: str | None
    hidden: bool
    model_id: str | None
    comment: str
    similarity: float | None = Field(default=None, description="Cosine to the query in [-1, 1]; higher is closer.")
    scores: dict[str, int] = Field(default={}, description="What this rater gave.")
    picked: bool = Field(default=False, description="By this rater, over its siblings.")


class ItemsOut(Shape):
    """A stretch of the library."""

    items: list[ItemOut]
    total: int


class AskedOut(Shape):
    """A text to be rated, and nothing of what anybody said of it."""

    item_id: str
    text: str
    task: str
    prompt: str
    fields: dict[str, str]


class OneMoreOut(Shape):
    """What to ask a rater about now, if anything."""

    item: AskedOut | None


class RecalledOut(Shape):
    """What memory lent to a turn."""

    item_id: str
    text: str
    similarity: float
    reward: float | None
    reason: str = ""


class CandidateOut(Shape):
    """One text of a turn and where it stands."""

    candidate_id: str
    text: str
    novelty: float
    strategy: str = Field(description="`none` where it was written without memory.")
    echo_of: str | None = Field(description="The remembered text that it copies.")
    repeats: str | None = Field(default=None, description="The text for other fields that it repeats.")
    shared: str | None = Field(default=None, description="What it has in common with that: words, pattern or meaning.")
    repeated: str = Field(default="", description="That text, while it is there.")
    chosen_from: int | None = Field(default=None, description="Texts that the reward model chose from, if it did.")
    reward: float | None = None
    ratings: float = 0.0
    hidden: bool = False
    picked: bool = False
    scores: dict[str, int] = {}
    comment: str = ""


class TurnOut(Shape):
    """A brief, what was remembered for it, and what was written."""

    turn_id: str
    task: str
    prompt: str
    fields: dict[str, str]
    model: str
    strategy: str
    seed: int
    recalled: list[RecalledOut]
    avoided: list[RecalledOut]
    candidates: list[CandidateOut]


class TurnsOut(Shape):
    """The newest turns."""

    turns: list[TurnOut]


class TaskOut(Shape):
    """A kind of writing."""

    name: str
    n: int
    fields: list[str]
    criteria: dict[str, float]
    max_chars: int


class ModelOut(Shape):
    """A trained model."""

    model_id: str
    at: str
    run_id: str
    dataset_id: str
    method: str
    base: str
    parent: str | None
    sha256: str
    metrics: dict[str, float]
    verdict: str | None = Field(description="promotable or refused; null until it was evaluated")
    tainted: str | None
    problem: str


class ModelsOut(Shape):
    """Who writes, and who could."""

    champion: str
    base: str
    warning: str
    models: list[ModelOut]


class ChampionOut(Shape):
    """Who writes from now on."""

    champion: str
    warning: str


class ModelStateOut(Shape):
    """How the model is: asleep, loading, ready or failed."""

    state: str
    model_id: str
    problem: str


class JobOut(Shape):
    """A job and its clock."""

    id: str
    next_run: str | None
    last_run: dict[str, Any] | None
    new_ratings: int = 0
    after_ratings: int = 0


class RunOut(Shape):
    """One execution of a job."""

    run_id: str
    job: str
    run_key: str | None
    state: str
    started: str
    finished: str | None
    outcome: str | None
    report: str | None = Field(default=None, description="Where its report can be read.")


class RunsOut(Shape):
    """Jobs and their newest runs."""

    jobs: list[JobOut]
    runs: list[RunOut]


class StatusOut(Shape):
    """The studio at a glance."""

    model: ModelStateOut
    waiting: int = Field(description="Turns that wait for the model or are being written.")
    items: int
    rated: int
    head: int = Field(description="The place of the ledger's last event.")


class ForgottenOut(Shape):
    """What was forgotten."""

    item_id: str
    forgotten: bool
    datasets: list[str]
    models: list[str]
    rewards: list[str]


class ProblemOut(Shape):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence: what is wrong and what to do.")
