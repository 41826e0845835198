"""What a persona's lines say: short facts, told back to the person, and hobbies."""

import re

from jobs.pretrain.topics import gerund

Persona = tuple[str, ...]
"""The lines of one persona, each a sentence in the first person."""

TO_YOU = (
    (r"\bi am\b|\bi'm\b", "you are"),
    (r"\bi was\b", "you were"),
    (r"\bi've\b", "you have"),
    (r"\bmyself\b", "yourself"),
    (r"\bmy\b", "your"),
    (r"\bmine\b", "yours"),
    (r"\bme\b", "you"),
    (r"\bi\b", "you"),
)
HEAVY = re.compile(
    r"\b(die|died|dead|death|kill\w*|jail|prison|detention|drug\w*|alcohol\w*|drunk|cancer|depress\w*|abus\w*|gun\w*|"
    r"divorc\w*|fat|hate\w*|sex\w*|trump|god|church|war|army|fired|weed|suicid\w*|sick|disease|ugly|weight|poor|lie|steal|"
    r"years? old|girl|boy|single|swift|not|hair|tall|short|eyes|bored|alone|lost|lonely|broke|never)\b"
)
BROKEN = re.compile(r"\ba (?!bus|boss|class|glass|dress|business|gas)[a-z]+s\b")
LIKES = re.compile(r"^i (?:really )?(?:love|like|enjoy) (to )?([a-z' ]{3,40})\.?$")


def told_back(line: str) -> str:
    """What a plain line of a persona says, to the person: `I have a dog.` as `you have a dog`; empty for others."""
    text = line.strip().rstrip(".").lower()
    plain = re.match(r"(i|my) ", text) and 3 <= len(text.split()) <= 9 and text.isascii()
    return _second_person(text) if plain and not HEAVY.search(text) and not BROKEN.search(text) else ""


def bio(lines: Persona) -> str:
    """The lines as they stand, in one text."""
    return " ".join(line.strip() for line in lines)


def hobbies(persona: Persona) -> tuple[str, ...]:
    """What a persona says it likes, as a noun or an -ing form."""
    found = []
    for line in persona:
        match = LIKES.match(line.strip().lower())
        if match and not HEAVY.search(line.lower()) and " my" not in match.group(2):
            found.append(gerund(match.group(2)) if match.group(1) else match.group(2))
    return tuple(dict.fromkeys(found))[:4]


def _second_person(text: str) -> str:
    for first, second in TO_YOU:
        text = re.sub(first, second, text)
    return text
