"""How each task makes a scene and writes about it in a voice."""

import random
import re
from typing import Protocol

from jobs.pretrain import patterns_caption as caption
from jobs.pretrain import patterns_copy as ad
from jobs.pretrain import patterns_story as story
from jobs.pretrain import patterns_tweet as tweet
from jobs.pretrain import words_story as story_words
from jobs.pretrain.domains import DOMAINS
from jobs.pretrain.grammar import Grammar
from jobs.pretrain.lexicon import LEXICON
from jobs.pretrain.rows import Scene, tasteful, write
from jobs.pretrain.topics import Topic, a_name, any_noun, sample_topic, thing_words
from jobs.pretrain.words_everyday import ABSTRACT

NAMELESS = re.compile(r"\{(?:she|her|hers|name)\}")
"""Patterns that speak of somebody who must have been named before."""
CAST = {"hero": ("hero", "the_hero"), "foe": ("foe", "the_foe", "foe_core"), "item": ("item", "the_item", "item_core")}


class Writer(Protocol):
    """A task's generator."""

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion for the scene in the voice."""


def ask(form: str, topic: Topic) -> str:
    """The request: the topic as typed when it stands alone, in plain form inside other words."""
    return topic.prompt if form == "{p}" else form.replace("{p}", topic.words["topic"])


class TweetWriter:
    """Posts about any topic."""

    asks = ("{p}",) * 9 + (
        "my love of {p}",
        "a joke about {p}",
        "how I feel about {p}",
        "{p} today",
        "something about {p}",
    )

    def __init__(self, nouns: tuple[str, ...]) -> None:
        self.nouns = nouns
        self.grammar = Grammar(LEXICON | tweet.WORDS)

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        topic = sample_topic(rng, self.nouns, own=True)
        prompt = ask(rng.choice(self.asks), topic)
        return Scene(prompt, {}, topic.words, topic.kind, tuple(tweet.STYLES))

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        return write(self.grammar, tweet.STYLES[style], scene, rng)


class CopyWriter:
    """Marketing lines for a thing, a shop or a service."""

    asks = ("{p}",) * 5 + (
        "our new {core}",
        "a sale on {p}",
        "a shop for {p}",
        "an ad for {p}",
        "{p} for {who}",
        "launching {p}",
    )
    named = ("{company}, a shop for {p}", "{company}: {p}", "{p} from {company}", "{company} sells {p}")

    def __init__(self, nouns: tuple[str, ...]) -> None:
        self.nouns = nouns
        self.grammar = Grammar(LEXICON | ad.WORDS)

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        topic = sample_topic(rng, self.nouns, "thing")
        own = rng.random() < 0.25
        words = topic.words | {"who": rng.choice(LEXICON["who"]), "company": rng.choice(LEXICON["company"])}
        form = rng.choice(self.named if own else self.asks)
        prompt = self.grammar.expand_raw(ask(form, topic), rng, dict(words))
        if "{who}" not in form:
            del words["who"]
        styles = tuple(name for name in ad.STYLES if own or name != "brand")
        return Scene(prompt, {}, words, topic.kind, styles)

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        return write(self.grammar, ad.STYLES[style], scene, rng)


class StoryWriter:
    """Openings of two to four sentences."""

    asks = ("{topic}",) * 5 + (
        "{p}",
        "{p}",
        "a story about {topic}",
        "{topic} in {town}",
        "{topic} and a secret",
        "the last {core}",
    )
    plain = ("{topic}", "{p}", "a story about {topic}", "{topic} in {town}")
    named = ("{name} and {topic}", "{name} finds {topic}", "how {name} lost {topic}", "{name}, {person}, and {topic}")

    def __init__(self, nouns: tuple[str, ...]) -> None:
        self.nouns = nouns
        self.grammar = Grammar(LEXICON | story_words.WORDS)

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        topic = sample_topic(rng, self.nouns)
        own = rng.random() < 0.3 and topic.kind == "thing"
        words = topic.words | self._person(rng) | {"p": topic.prompt}
        prompt = self.grammar.expand_raw(
            rng.choice(self.named if own else self.asks if topic.kind == "thing" else self.plain), rng, dict(words)
        )
        if not own:
            words["name"] = ""
        return Scene(prompt, {}, words, topic.kind, tuple(story.OPEN))

    def _person(self, rng: random.Random) -> dict[str, str]:
        if rng.random() < 0.5:
            return {"name": a_name(rng, "woman"), "she": "she", "her": "her", "hers": "her"}
        return {"name": a_name(rng, "man"), "she": "he", "her": "him", "hers": "his"}

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        bound = dict(scene.bound)
        if not bound["name"]:
            bound |= self._person(rng)
        parts = [write(self.grammar, story.OPEN[style], scene._replace(bound=bound), rng)]
        for block, odds in ((story.DETAIL, 0.85), (story.HOOK, 0.85)):
            if rng.random() < odds:
                about = bound["name"] in parts[0]
                few = tasteful([line for line in block[style] if about or not NAMELESS.search(line)], scene.taste)
                parts.append(self.grammar.expand(rng.choice(few), rng, bound))
        return " ".join(parts)


class CaptionWriter:
    """What somebody in a cartoon says; names only who and what the scene shows."""

    def __init__(self, nouns: tuple[str, ...]) -> None:
        self.nouns = nouns
        self.grammar = Grammar(LEXICON | caption.WORDS)

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        hero, foe = rng.sample(caption.WORDS["someone"], 2)
        item = thing_words(self._item(rng))
        words = {"hero": hero, "foe": foe, "item": item["topic"], "spot": rng.choice(caption.WORDS["scene"])}
        pattern = rng.choice(caption.SCENES)
        prompt = self.grammar.expand(pattern, rng, words)
        words |= {"the_hero": thing_words(hero)["the"], "the_foe": thing_words(foe)["the"], "the_item": item["the"]}
        words["spot"] = re.sub("^an? ", "the ", words["spot"])
        words |= {"foe_core": thing_words(foe)["core"], "item_core": item["core"], "item_two": self._item(rng)}
        words |= {f"item_{form}": item[form] for form in ("is", "was", "s", "es")}
        return Scene(prompt, {}, words, _shown(pattern), tuple(caption.STYLES))

    def _item(self, rng: random.Random) -> str:
        if rng.random() < 0.6:
            return any_noun(rng, self.nouns)
        return rng.choice([thing for thing in rng.choice(DOMAINS)["things"] if thing not in ABSTRACT])

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        fits = [line for line in caption.STYLES[style] if _needs(line) <= set(scene.kind.split())]
        if not fits:
            fits = [
                line
                for name in scene.styles
                for line in caption.STYLES[name]
                if _needs(line) <= set(scene.kind.split())
            ]
        about = [line for line in fits if _needs(line)]
        few = tasteful(about if about and rng.random() < 0.95 else fits, scene.taste)
        return self.grammar.expand(rng.choice(few), rng, scene.bound)


def _needs(line: str) -> set[str]:
    """Who or what of the scene a pattern names."""
    found = {role for role, slots in CAST.items() for slot in slots if f"{{{slot}}}" in line or f"{{{slot}:" in line}
    return found | ({"spot"} if "{spot}" in line else set())


def _shown(pattern: str) -> str:
    return " ".join(sorted(_needs(pattern)))
