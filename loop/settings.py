"""Settings of the loop: task profiles and the generator. `config.toml` documents every key."""

from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
Weight = Annotated[float, msgspec.Meta(ge=0)]

CRITERIA = {"relevance": 1.0, "clarity": 1.0, "originality": 1.0, "engagement": 1.0}


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of config.toml."""


class TaskProfile(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of writing: how it is asked for, how long it may be and what makes it good."""

    instruction: str
    """The system message."""
    template: str = "{prompt}"
    """The user's request; `{prompt}` stands for the brief's prompt. Fields follow as `Name: value` lines."""
    fields: tuple[str, ...] = ()
    """Fields that the studio offers beside the prompt; any others may be given too."""
    criteria: dict[str, Weight] = msgspec.field(default_factory=lambda: dict(CRITERIA))
    """Weights of the rated criteria; scores are 1-5."""
    n: Positive = 4
    """Candidates per turn."""
    max_tokens: Positive = 48
    """Longest candidate, in tokens of the model."""
    max_chars: Positive = 400
    """Longest candidate, in characters; a longer one is cut at the last whole word."""
    lines: Positive = 1
    """How many lines a candidate may have; what follows is cut."""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=5)] = 0.7
    """How freely it writes; 0 always takes the likeliest word."""
    top_p: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.9
    """Words are drawn from the likeliest ones that together have this probability."""


class GeneratorSettings(Section, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which model writes."""

    model: str = "starter"
    """`starter`, a Hugging Face name, a path, or `openai:NAME` / any `provider:NAME` that LangChain knows."""
    url: str = ""
    """Base URL of an OpenAI-compatible server; then `model` is the name that the server knows."""
    api_key_env: str = "OPENAI_API_KEY"
    """The environment variable that holds the key of a remote model."""
    device: str = "auto"
    """`auto`, `cpu`, `cuda` or `mps`."""
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 120.0
    """How long a remote model may take, in seconds."""
    max_prompt_chars: Positive = 20_000
    """Longest prompt of a brief, fields included, in characters."""
    tries: Positive = 4
    """Rounds of writing: what came out empty, or twice, or as it was written for other fields, is written again."""
    best_of: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    """So many texts are written for each that is shown, and the reward model chooses; 1 shows all that is written."""


TASKS: dict[str, TaskProfile] = {
    "tweet": TaskProfile(
        instruction="You write short posts. Answer with one post.",
        template="Write a post about: {prompt}",
        max_chars=280,
    ),
    "opener": TaskProfile(
        instruction="You write first messages to a person. Answer with one message.",
        template="Write an opener for: {prompt}",
        fields=("Bio", "Interests"),
        max_chars=280,
    ),
    "story": TaskProfile(
        instruction="You write the first lines of stories. Answer with one opening.",
        template="Begin a story about: {prompt}",
        max_tokens=96,
        max_chars=900,
        lines=4,
    ),
    "brainstorm": TaskProfile(
        instruction="You think of ideas. Answer with one idea.",
        template="Give an idea for: {prompt}",
        n=6,
        max_tokens=32,
        max_chars=200,
        temperature=0.8,
    ),
    "caption": TaskProfile(
        instruction="You write captions for cartoons. Answer with one caption.",
        template="Write a caption for: {prompt}",
        max_chars=250,
    ),
    "email": TaskProfile(
        instruction="You write emails. Answer with the email alone.",
        template="Write an email about: {prompt}",
        max_tokens=160,
        max_chars=2_000,
        lines=20,
    ),
    "copy": TaskProfile(
        instruction="You write short marketing copy. Answer with one line.",
        template="Write copy for: {prompt}",
        max_chars=200,
    ),
}
"""The tasks that come with the house; config.toml may change them and declare others."""
