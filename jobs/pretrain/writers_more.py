"""Writers of tasks with more than a topic: openers (fields), ideas (kinds of question), emails (several lines)."""

import random
import re

from jobs.pretrain import patterns_brainstorm as ideas
from jobs.pretrain import patterns_email as email
from jobs.pretrain import patterns_opener as opener
from jobs.pretrain import words_brainstorm as idea_words
from jobs.pretrain.grammar import Grammar, words
from jobs.pretrain.lexicon import LEXICON
from jobs.pretrain.personas import Persona, bio, hobbies, told_back
from jobs.pretrain.rows import Scene, fitting, tasteful, write
from jobs.pretrain.topics import a_name, sample_topic, thing_words
from jobs.pretrain.words_everyday import HOBBIES

KINDS = {
    "uses": 24,
    "app": 15,
    "ways": 13,
    "better": 7,
    "gift": 8,
    "event": 8,
    "article": 7,
    "story": 6,
    "business": 5,
    "ad": 4,
    "whatif": 5,
    "topic": 10,
}
ANY_TOPIC = frozenset(("article", "gift", "event"))
"""Kinds of question that fit what can not be held, too."""
SPLIT = " ¦ "


class OpenerWriter:
    """First messages that take up what the Bio and the Interests say."""

    def __init__(self, people: tuple[Persona, ...]) -> None:
        self.people = people
        self.grammar = Grammar(LEXICON | opener.WORDS | opener.BIO_WORDS)

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        likes, told = self._person(rng)
        who = rng.choice(opener.WHO)
        bound = {
            "like": rng.choice(likes) if likes else "",
            "name": a_name(rng, "name"),
            "age": str(rng.randint(19, 70)),
        }
        named, liked_in_prompt = "{name}" in who, "{like}" in who
        fields = self._fields(likes, [said for said, _ in told], rng)
        prompt = self.grammar.expand_raw(who, rng, dict(bound)) if likes or not liked_in_prompt else "a new friend"
        known = likes if "Interests" in fields else likes[:0]
        if liked_in_prompt and likes:
            known = (bound["like"],)
        facts_known = [fact for _, fact in told if fact] if "Bio" in fields else []
        bound = {"called": bound["name"] if named else "", "facts": SPLIT.join(facts_known), "likes": SPLIT.join(known)}
        return Scene(prompt, fields, bound, "thing", _voices(bool(known), bool(facts_known)))

    def _person(self, rng: random.Random) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
        if self.people and rng.random() < 0.55:
            person = rng.choice(self.people)
            likes = hobbies(person)
            if rng.random() < 0.5:
                likes = (*likes, *self._likes(rng))[: rng.randint(1, 4)]
            lines = rng.sample(person, min(len(person), rng.choice((1, 2, 3, 4, 5, 5, 5))))
            return likes, [(line.strip(), told_back(line)) for line in lines]
        told = []
        for line in rng.sample(opener.BIO, rng.choice((1, 1, 2, 3))):
            said, fact = self.grammar.expand_raw(line.replace("}", ":b}"), rng, {}).split(";")
            told.append((self.grammar.expand(said, rng), self.grammar.expand_raw(fact.strip(), rng, {})))
        return self._likes(rng), told

    def _likes(self, rng: random.Random) -> tuple[str, ...]:
        return tuple(rng.sample(HOBBIES, rng.choice((1, 2, 2, 3, 3, 4))))

    def _fields(self, likes: tuple[str, ...], said: list[str], rng: random.Random) -> dict[str, str]:
        fields = {"Bio": bio(tuple(said)), "Interests": ", ".join(likes)}
        dice = rng.random()
        dropped = ("Bio",) if dice < 0.22 else ("Interests",) if dice < 0.44 else ("Bio", "Interests")
        if dice < 0.47:
            fields = {name: text for name, text in fields.items() if name not in dropped}
        return {name: text for name, text in fields.items() if text}

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        likes, told = scene.bound["likes"].split(SPLIT), scene.bound["facts"].split(SPLIT)
        like = rng.choice(likes)
        rest = [other for other in likes if other != like]
        called = scene.bound["called"]
        hello = [line for line in opener.HELLO if bool(called) == ("{called}" in line)]
        hi = rng.choice(tasteful(hello, scene.taste)).replace("{called}", called)
        bound = {"hi": hi, "like": like, "like_too": rng.choice(rest or [""]), "fact": rng.choice(told)}
        if style == "plain":
            return self.grammar.expand(rng.choice(opener.PLAIN), rng, bound)
        missing = "{like" if not like else "{like_too}" if not rest else "{none}"
        usable = [line for line in opener.STYLES[style] if missing not in line]
        return self.grammar.expand(rng.choice(tasteful(usable, scene.taste)), rng, bound)


def _voices(likes: bool, told: bool) -> tuple[str, ...]:
    if likes and told:
        return tuple(opener.STYLES)
    if likes:
        return tuple(style for style in opener.STYLES if style != "bio")
    return ("bio",) if told else ("plain",)


class IdeaWriter:
    """Ideas for ten kinds of question; `objects` are what can be put to unusual uses."""

    def __init__(self, nouns: tuple[str, ...], objects: tuple[str, ...]) -> None:
        self.nouns = nouns
        self.grammar = Grammar(LEXICON | idea_words.WORDS)
        self.objects = objects
        self.aims = tuple(aim for line in idea_words.AIMS for aim in words(line))
        self.whos = tuple(who for line in idea_words.WHO for who in words(line))

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        kind = rng.choices(tuple(KINDS), tuple(KINDS.values()))[0]
        topic = sample_topic(rng, self.nouns, "thing idea doing" if kind in ANY_TOPIC else "thing")
        bound = topic.words | {
            "who": rng.choice(self.whos),
            "aim": rng.choice(tuple(idea_words.TIPS) if kind == "ways" else self.aims),
            "event": rng.choice(LEXICON["event"]),
        }
        bound["aims"] = bound["aim"]
        form = topic.kind
        if kind == "uses":
            bound |= self._object(rng)
            form = "thing"
        prompt = self.grammar.expand_raw(rng.choice(idea_words.ASK[kind]), rng, dict(bound))
        prompt = prompt[0].upper() + prompt[1:] if rng.random() < 0.25 else prompt
        styles = tuple(f"{kind}/{style}" for style in ideas.STYLES[kind])
        return Scene(prompt, {}, bound, form, styles)

    def _object(self, rng: random.Random) -> dict[str, str]:
        if rng.random() < 0.7:
            noun = rng.choice(tuple(idea_words.USES))
            affords = idea_words.USES[noun]
        else:
            noun, affords = rng.choice(self.objects), rng.choice(tuple(idea_words.AFFORD))
        article = "" if noun.endswith("s") else rng.choice(("a ", "a ", "an old ", "one "))
        return thing_words(article + noun) | {"affords": affords, "core": noun}

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        kind, voice = style.split("/")
        bound = dict(scene.bound)
        if kind == "uses":
            use = rng.choice(words(idea_words.AFFORD[bound["affords"]]))
            bound |= {"use": use, "use_core": thing_words(use)["core"]}
        if voice == "tip":
            bound["tip"], bound["tip_too"] = rng.sample(idea_words.TIPS[bound["aim"]], 2)
        pattern = rng.choice(tasteful(fitting(ideas.STYLES[kind][voice], scene.kind), scene.taste))
        return self.grammar.expand(pattern, rng, bound)


class EmailWriter:
    """Subject, greeting, two to four sentences, close."""

    def __init__(self, nouns: tuple[str, ...]) -> None:
        self.nouns = nouns
        self.grammar = Grammar(LEXICON | email.WORDS)

    def scene(self, rng: random.Random) -> Scene:
        """Something to write about."""
        topic = sample_topic(rng, self.nouns, "thing")
        style = rng.choice(tuple(email.ASKS))
        ask = rng.choice(email.ASKS[style])
        known = dict(topic.words)
        prompt = self.grammar.expand_raw(ask, rng, known).split(";")[0]
        return Scene(prompt, {}, known | {"ask": ask}, topic.kind, (style,))

    def text(self, scene: Scene, style: str, rng: random.Random) -> str:
        """One completion in the voice."""
        _, subject, first, question = (part.strip() for part in scene.bound["ask"].split(";"))
        to = "{name:1}" if "{name:1}" in scene.bound else rng.choice(email.TO)
        middle = rng.choice(tasteful(list(email.MIDDLE), scene.taste))
        hello = rng.choice(tasteful(list(email.HELLO), scene.taste, 1)).replace("{to}", to)
        bye = rng.choice(tasteful(list(email.BYE), scene.taste, 1))
        body = f"Subject: {subject}\n\n{hello}\n\n{first} {middle} {question}\n\n{bye}\n{{name}}"
        return _capital_subject(write(self.grammar, (body,), scene, rng))


def _capital_subject(text: str) -> str:
    return re.sub(r"^(Subject: )(\w)", lambda m: m.group(1) + m.group(2).upper(), text)
