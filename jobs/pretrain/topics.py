"""What a text is about: a noun phrase or a doing, in the forms that patterns need."""

import random
import re
from typing import NamedTuple

from jobs.pretrain.domains import DOMAINS
from jobs.pretrain.grammar import right_article, words
from jobs.pretrain.lexicon import LEXICON
from jobs.pretrain.words_everyday import ABSTRACT

DOUBLED = frozenset(
    words("""
    run; swim; get; put; sit; stop; plan; cut; knit; jog; chop; wrap; hum; pet; shop; win; dig; skip; hit; let
    """)
)
SINGULAR_S = frozenset(
    words("""
    chess; tennis; bus; glass; gas; jazz; grass; dress; news; boss; class; mess; kiss; princess; happiness
    """)
)
DETERMINER = re.compile(r"^(an?|the|my|our|your|his|her|this|that|no|every|each|one) ", re.IGNORECASE)

MADE_UP = "?"
"""Among nouns, stands for a word that nobody knows, another each time."""
ONSETS = words(
    "b; bl; br; c; ch; cl; d; dr; f; fl; g; gl; gr; h; j; k; l; m; n; p; pl; pr; qu; r; s; sh; sk; sp; st; t; tr; v; w"
)
VOWELS = words("a; e; i; o; u; a; e; i; o; ai; ea; ee; oo; ou; y")
CODAS = ("", "", "", *words("b; ck; d; g; ll; m; n; nd; ng; nt; p; r; rn; sh; st; t; x; ble; le; ton"))


class Topic(NamedTuple):
    """A topic in its forms; `words` is what slots are bound to."""

    prompt: str
    """As a writer would type it."""
    kind: str
    """`thing` (can be held), `idea` (can not) or `doing`."""
    words: dict[str, str]


def gerund(doing: str) -> str:
    """The -ing form of a base verb phrase: `bake bread` to `baking bread`."""
    verb, _, rest = doing.partition(" ")
    if verb in DOUBLED:
        stem = verb + verb[-1]
    elif verb.endswith("ie"):
        stem = verb[:-2] + "y"
    elif verb.endswith("e") and not verb.endswith(("ee", "ye", "oe")):
        stem = verb[:-1]
    else:
        stem = verb
    return f"{stem}ing {rest}".strip()


def is_plural(phrase: str) -> bool:
    """Whether the phrase takes `are`, by its head noun (before a preposition)."""
    head = re.split(r" (?:of|in|on|at|for|with|from|without|under|about|to|by) ", phrase)[0]
    if DETERMINER.match(phrase) and not re.match(r"(?i)(the|my|our|your|his|her|no) ", phrase):
        return False
    last = head.split()[-1].lower()
    return " and " in phrase or (last.endswith("s") and last not in SINGULAR_S and not last.endswith("ss"))


def thing_words(phrase: str) -> dict[str, str]:
    """The forms of a noun phrase, with and without its article, and what agrees with it."""
    core = DETERMINER.sub("", phrase)
    plural = is_plural(phrase)
    owned = re.match(r"(?i)(my|our|your|his|her) ", phrase)
    return {
        "topic": phrase,
        "core": core,
        "the": phrase if owned else f"the {core}",
        "my": phrase if owned else f"my {core}",
        "this": f"these {core}" if plural else f"this {core}",
        "one": phrase if plural or owned else f"one {core}",
        "is": "are" if plural else "is",
        "isnt": "are not" if plural else "is not",
        "was": "were" if plural else "was",
        "has": "have" if plural else "has",
        "does": "do" if plural else "does",
        "it": "they" if plural else "it",
        "them": "them" if plural else "it",
        "its": "their" if plural else "its",
        "s": "" if plural else "s",
        "es": "" if plural else "es",
    }


def doing_words(doing: str, phrase: str | None = None) -> dict[str, str]:
    """The forms of a doing; as a noun it is its -ing form."""
    noun = phrase or gerund(doing)
    forms = thing_words("x")
    fixed = dict.fromkeys(("topic", "core", "the", "my", "this", "one"), noun)
    return forms | fixed | {"do": doing, "doing": noun}


def related(domain: dict[str, tuple[str, ...]], rng: random.Random) -> dict[str, str]:
    """Two things, a doing, a place and two qualities of one domain."""
    solid = [thing for thing in domain["things"] if thing not in ABSTRACT] or domain["things"]
    thing = rng.choice(solid)
    other, third = rng.sample([name for name in domain["things"] if name != thing], 2)
    do, do2 = rng.sample(domain["doings"], 2)
    adj, adj2 = rng.sample(domain["qualities"], 2)
    place = rng.choice(domain["places"])
    found = {"thing": thing, "other": other, "third": third, "do": do, "doing": gerund(do), "place": place}
    return found | {"do_too": do2, "doing_too": gerund(do2), "adj": adj, "adj_too": adj2}


def sample_topic(
    rng: random.Random, nouns: tuple[str, ...], kinds: str = "thing idea doing", own: bool = False
) -> Topic:
    """A topic of one of the kinds: mostly of a domain, else any noun of `nouns`; `own` lets it be `my` noun."""
    domain = rng.choice(DOMAINS)
    near = related(domain, rng)
    dice = rng.random()
    if dice < 0.18 and "doing" in kinds:
        doing = _doing_with_extra(near["do"], rng)
        return Topic(_asked(gerund(doing), rng), "doing", near | doing_words(doing))
    kind = "thing"
    if dice < 0.56 or not nouns:
        rest = [name for name in domain["things"] if name not in near.values()]
        phrase = rng.choice([name for name in rest if "idea" in kinds or name not in ABSTRACT] or [near["thing"]])
        kind = "idea" if phrase in ABSTRACT else kind
    else:
        phrase = any_noun(rng, nouns, own)
        near = related(_plain_domain(), rng)
    phrase = right_article(_with_extra(phrase, kind, rng))
    return Topic(_asked(phrase, rng), kind, near | thing_words(phrase))


def any_noun(rng: random.Random, nouns: tuple[str, ...], own: bool = False) -> str:
    """An everyday noun with some article; `own` lets it be `my`. A `?` among the nouns becomes a made-up word."""
    noun = rng.choice(nouns)
    if noun == MADE_UP:
        noun = rng.choice(("", "~")) + made_up(rng)
    mine = "my " if own else ""
    if noun.endswith("s") or noun.startswith("~"):
        return rng.choice(("", "", mine)) + noun.lstrip("~")
    return rng.choice(("a ", "a ", "a ", mine or "the ")) + noun


def made_up(rng: random.Random) -> str:
    """A word that nobody knows, of two or three syllables: who has copied many copies the next one, too."""
    syllable = ("".join(map(rng.choice, (ONSETS, VOWELS, CODAS))) for _ in range(rng.choice((2, 2, 3))))
    return "".join(syllable)


def _plain_domain() -> dict[str, tuple[str, ...]]:
    return {
        "things": LEXICON["household"],
        "doings": LEXICON["chore"],
        "places": LEXICON["spot"],
        "qualities": LEXICON["good"],
    }


def _with_extra(phrase: str, kind: str, rng: random.Random) -> str:
    """Sometimes a color, for things that can be held, or for whom, as people type it."""
    dice = rng.random()
    if dice < 0.10 and kind == "thing" and re.fullmatch(r"an? \w+", phrase):
        start, rest = _split(phrase)
        return f"{start}{rng.choice(LEXICON['color'])} {rest}"
    return phrase


def _doing_with_extra(doing: str, rng: random.Random) -> str:
    """Sometimes with whom."""
    return f"{doing} with {rng.choice(LEXICON['friend'])}" if rng.random() < 0.1 and "with" not in doing else doing


def a_name(rng: random.Random, kind: str) -> str:
    """A first name."""
    return rng.choice(LEXICON[kind])


def _split(phrase: str) -> tuple[str, str]:
    found = DETERMINER.match(phrase)
    return (found.group(0), phrase[found.end() :]) if found else ("", phrase)


def _asked(phrase: str, rng: random.Random) -> str:
    """The topic as someone types it: bare, with its article, with a capital or none at all, with a full stop."""
    asked = DETERMINER.sub("", phrase) if rng.random() < 0.35 else phrase
    dice = rng.random()
    if dice < 0.3:
        asked = asked[0].upper() + asked[1:]
    elif dice < 0.4:
        asked = asked.lower()
    return asked + "." if rng.random() < 0.08 else asked
