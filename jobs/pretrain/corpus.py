"""The stream of training rows: row `i` of a seed is always the same, so that a killed run goes on where it was."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

from jobs.pretrain import sources
from jobs.pretrain.personas import Persona, bio
from jobs.pretrain.rows import AVOID_SHARE, Avoided, Row, Scene, distinct, how_many, reason
from jobs.pretrain.sources import SOURCES, Sample
from jobs.pretrain.topics import MADE_UP
from jobs.pretrain.writers import CaptionWriter, CopyWriter, StoryWriter, TweetWriter, Writer
from jobs.pretrain.writers_more import EmailWriter, IdeaWriter, OpenerWriter

WEIGHTS = {"tweet": 19, "opener": 30, "story": 18, "brainstorm": 20, "caption": 9, "email": 6, "copy": 9}
STRANGE = 0.2
"""So many made-up words are among the nouns, for each that there is."""
HELD_OUT = 0.08
"""Share of the prompts of real text that is never trained on."""


class Corpus:
    """Rows from our own generator and from the open sources in `data`; without `examples`, bare requests alone.

    Raises FileNotFoundError when a file of the data folder is missing.
    """

    def __init__(self, data: Path, seed: int = 0, examples: bool = True) -> None:
        self.seed, self.examples = seed, examples
        nouns = sources.nouns(data)
        people = tuple(lines for lines in sources.personas(data) if not is_held_out(bio(lines)))
        kept = tuple(noun for noun in nouns if not is_held_out(noun))
        objects = tuple(noun for noun in sources.objects(data) if not is_held_out(noun))
        strange = (MADE_UP,) * int(STRANGE * len(kept))
        self.writers = _writers((*kept, *strange), objects, people)
        self.asked = _writers(kept, objects, people)
        self.real = {source.name: list(source.read(data / source.file)) for source in SOURCES}
        self.train = {
            name: group([s for s in found if not is_held_out(split_key(s))]) for name, found in self.real.items()
        }
        self.held = {name: group([s for s in found if is_held_out(split_key(s))]) for name, found in self.real.items()}

    def row(self, index: int) -> Row:
        """Training row `index`: the same completion with or without examples."""
        found = self._row(index)
        return found if self.examples else found._replace(liked=(), avoid=())

    def _row(self, index: int) -> Row:
        rng = random.Random(f"{self.seed}/{index}")
        dice = rng.random()
        for source in SOURCES:
            if dice < source.share:
                return self._real(self.train[source.name], source.name, rng)
            dice -= source.share
        return self.generated(rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0], rng)

    def rows(self, start: int, count: int) -> Iterator[Row]:
        """Rows `start` to `start + count`."""
        return (self.row(index) for index in range(start, start + count))

    def generated(self, task: str, rng: random.Random, examples: int | None = None, held: bool = False) -> Row:
        """A row of our own generator: examples share the voice, and half the time the topic, with the completion,
        and of a voice the same few patterns. A `held` one is about nothing made up, as what people ask."""
        writer = (self.asked if held else self.writers)[task]
        scene = writer.scene(rng)._replace(taste=rng.randint(1, 1 << 30))
        style = rng.choice(scene.styles)
        text = writer.text(scene, style, rng)
        count = how_many(rng, 2 if task == "email" else 4) if examples is None else examples
        liked = [self._example(writer, scene, style, rng) for _ in range(count)]
        avoid = self._avoided(writer, scene, style, rng) if rng.random() < AVOID_SHARE else ()
        return Row(task, scene.prompt, scene.fields, text, distinct(liked, text), avoid, "generator")

    def _example(self, writer: Writer, scene: Scene, style: str, rng: random.Random) -> str:
        if rng.random() < 0.5:
            return writer.text(scene, style if rng.random() < 0.9 else rng.choice(scene.styles), rng)
        for _ in range(6):
            other = writer.scene(rng)._replace(taste=scene.taste)
            if style in other.styles:
                return writer.text(other, style, rng)
        return writer.text(scene, style, rng)

    def _avoided(self, writer: Writer, scene: Scene, style: str, rng: random.Random) -> Avoided:
        others = [name for name in scene.styles if name != style]
        if not others:
            return ()
        texts = [writer.text(scene, rng.choice(others), rng) for _ in range(rng.choice((1, 1, 2, 3)))]
        return tuple((text, reason(rng) if rng.random() < 0.6 else "") for text in dict.fromkeys(texts))

    def _real(
        self, grouped: dict[str, list[Sample]], name: str, rng: random.Random, examples: int | None = None
    ) -> Row:
        """A row of real text with examples of its own group, so that memory calls this style up.

        A bare request never leads to it: people ask as the rated sets do ("unusual uses for a brick"), and so small a
        model writes what the generator taught it, and no more than scraps of real text.
        """
        groups = tuple(grouped)
        found = grouped[rng.choices(groups, [len(grouped[key]) ** 0.5 for key in groups])[0]]
        sample = rng.choice(found)
        count = max(1, how_many(rng), how_many(rng)) if examples is None else examples
        liked = [other.text for other in rng.sample(found, min(count, len(found)))]
        return Row(sample.task, sample.prompt, {}, sample.text, distinct(liked, sample.text), (), name)

    def held_out(self, task: str, count: int, examples: int) -> list[Row]:
        """Fresh rows of our generator for one task, from a seed that training never uses."""
        rng = random.Random(f"held-out/{task}")
        return [self.generated(task, rng, examples, held=True) for _ in range(count)]

    def held_out_real(self, name: str, count: int, examples: int) -> list[Row]:
        """Real texts whose prompts were never trained on."""
        rng = random.Random(f"held-out/{name}")
        return [self._real(self.held[name], name, rng, examples) for _ in range(count)]


def _writers(nouns: tuple[str, ...], objects: tuple[str, ...], people: tuple[Persona, ...]) -> dict[str, Writer]:
    return {
        "tweet": TweetWriter(nouns),
        "opener": OpenerWriter(people),
        "story": StoryWriter(nouns),
        "brainstorm": IdeaWriter(nouns, objects),
        "caption": CaptionWriter(nouns),
        "email": EmailWriter(nouns),
        "copy": CopyWriter(nouns),
    }


def group(samples: list[Sample]) -> dict[str, list[Sample]]:
    """Samples by group."""
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.group, []).append(sample)
    return found


def split_key(sample: Sample) -> str:
    """What decides on which side a real text falls: its prompt; for openers, whose prompts are few, the text."""
    return sample.text if sample.task == "opener" else sample.prompt


def is_held_out(prompt: str) -> bool:
    """Whether a prompt is kept from training, by its hash."""
    return hashlib.blake2b(prompt.lower().encode(), digest_size=4).digest()[0] < HELD_OUT * 256
