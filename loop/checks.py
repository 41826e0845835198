"""What is refused at the door, before anything is written."""

from collections.abc import Mapping

from loop.brief import Brief
from loop.errors import BadInput
from loop.settings import GeneratorSettings, TaskProfile

MOST_CANDIDATES = 64
LONGEST_NAME = 80
LONGEST_TEXT = 20_000


def task_profile(tasks: Mapping[str, TaskProfile], task: str) -> TaskProfile:
    """The profile of a task by its name."""
    if task not in tasks:
        raise BadInput(f"there is no task '{task}'; choose one of {', '.join(tasks)}, or declare it in config.toml")
    return tasks[task]


def brief(wanted: Brief, settings: GeneratorSettings) -> None:
    """A brief must ask for something, in words that can be kept, within the limits."""
    words(wanted.prompt, "the prompt", settings.max_prompt_chars)
    for name, value in wanted.fields.items():
        words(name, "a field's name", LONGEST_NAME)
        words(value, f"the field {name}", settings.max_prompt_chars)
    total = len(wanted.prompt) + sum(map(len, wanted.fields.values()))
    if total > settings.max_prompt_chars:
        raise BadInput(
            f"the prompt and its fields have {total:,} characters; shorten them to {settings.max_prompt_chars:,}"
        )
    if not 1 <= wanted.n <= MOST_CANDIDATES:
        raise BadInput(f"n is {wanted.n}; ask for 1 to {MOST_CANDIDATES} candidates")


def words(text: str, what: str, limit: int = LONGEST_TEXT) -> str:
    """A text that is not empty, not too long and can be kept."""
    if not text.strip():
        raise BadInput(f"{what} is empty; give it some words")
    return note(text, what, limit)


def note(text: str, what: str, limit: int = LONGEST_TEXT) -> str:
    """A text that may be empty, but not too long, and can be kept."""
    if len(text) > limit:
        raise BadInput(f"{what} has {len(text):,} characters; shorten it to {limit:,}")
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadInput(f"{what} holds bytes that are not text; give it as UTF-8 without NUL")
    return text


def name(rater: str) -> str:
    """A rater's name."""
    return words(rater, "the rater's name", LONGEST_NAME).strip()
