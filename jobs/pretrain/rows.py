"""One training row: what is asked, what was liked or is to be avoided, and what is written."""

import random
import re
from typing import NamedTuple
from zlib import crc32

from jobs.pretrain.grammar import Grammar
from loop.brief import Message, build_messages, one_line
from loop.settings import TASKS

Avoided = tuple[tuple[str, str], ...]

EXAMPLES = (0, 1, 2, 3, 4)
EXAMPLE_ODDS = (0.28, 0.10, 0.12, 0.36, 0.14)
AVOID_SHARE = 0.12
MOST_LIKED = 3
"""Patterns of a voice that one taste keeps."""
REASONS = (
    "too long",
    "boring",
    "not funny",
    "too vague",
    "heard it before",
    "too loud",
    "off topic",
    "too cute",
    "rude",
    "",
)


class Row(NamedTuple):
    """A sample in the loop's own shape; `source` names where its completion comes from."""

    task: str
    prompt: str
    fields: dict[str, str]
    completion: str
    liked: tuple[str, ...]
    avoid: Avoided
    source: str

    def messages(self) -> list[Message]:
        """The prompt exactly as the loop builds it."""
        return build_messages(TASKS[self.task], self.prompt, self.fields, liked=self.liked, avoid=self.avoid)


class Scene(NamedTuple):
    """What a row is about: the request, the words that patterns may use, and the voices that fit."""

    prompt: str
    fields: dict[str, str]
    bound: dict[str, str]
    kind: str
    styles: tuple[str, ...]
    taste: int = 0
    """Which few patterns of a voice this writer likes; 0 for all. Liked examples of a row share it."""


def how_many(rng: random.Random, most: int = 4) -> int:
    """How many examples a prompt carries."""
    return min(most, rng.choices(EXAMPLES, EXAMPLE_ODDS)[0])


def fitting(patterns: tuple[str, ...], kind: str) -> list[str]:
    """The patterns for a thing (`n:`), a doing (`a:`) or anything, without their mark."""
    mark = {"doing": "a:", "thing": "n:"}.get(kind, "-")
    return [re.sub(r"^[an]: ", "", line) for line in patterns if not re.match(r"[an]: ", line) or line.startswith(mark)]


def distinct(texts: list[str], but: str) -> tuple[str, ...]:
    """The texts as one line each, each once, without the one to be written."""
    flat = [one_line(text) for text in texts]
    return tuple(dict.fromkeys(text for text in flat if text != one_line(but)))


def reason(rng: random.Random) -> str:
    """Why a rater disliked a text; sometimes nothing."""
    return rng.choice(REASONS)


def write(grammar: Grammar, patterns: tuple[str, ...], scene: Scene, rng: random.Random) -> str:
    """One text from patterns that fit the scene and its taste."""
    return grammar.expand(rng.choice(tasteful(fitting(patterns, scene.kind), scene.taste)), rng, scene.bound)


def tasteful(patterns: list[str], taste: int, most: int = MOST_LIKED) -> list[str]:
    """The few patterns that a taste keeps: the same ones whatever else is in the list."""
    if not taste or len(patterns) <= most:
        return patterns
    return sorted(patterns, key=lambda pattern: crc32(f"{taste}{pattern}".encode()))[:most]
