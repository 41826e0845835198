"""Openly licensed text, read from the data folder. `SOURCES` and two word files are all that is ever opened."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from jobs.pretrain.grammar import words
from jobs.pretrain.personas import Persona
from jobs.pretrain.words_common import COUNTED, UNCOUNTED
from jobs.pretrain.words_everyday import FOOD, LISTED, OBJECTS

csv.field_size_limit(1 << 24)


class Sample(NamedTuple):
    """A real text with what was asked; samples of one group can stand as examples for each other."""

    task: str
    prompt: str
    group: str
    text: str


class Source(NamedTuple):
    """Where text comes from, under which licence, and what share of the rows it gives."""

    name: str
    file: str
    licence: str
    credit: str
    share: float
    read: Callable[[Path], Iterator[Sample]]


STOP = frozenset(
    words("""
    about; after; again; against; always; another; because; before; being; between; could; does; doing; down; every
    first; from; have; having; here; into; itself; just; know; like; made; make; many; more; most; much; must
    never; nothing; only; other; over; people; really; same; should; some; something; such; than; that; their; them
    then; there; these; they; thing; things; this; those; through; time; under; until; very; want; well; were; what
    when; where; which; while; will; with; without; would; your; yours; youre; dont; didnt; cant; wont; said; says
    tell; told; went
    """)
)
COARSE = re.compile(
    r"(?i)\b(sex\w*|dead|kill\w*|murder\w*|suicid\w*|nazi\w*|hitler|drug\w*|penis|breast\w*|whore|slut|drunk|rape\w*|gun|guns"
    r"|shit|fuck\w*|damn|hell|ass|bitch\w*|naked|porn\w*|virgin\w*|condom\w*|prostitut\w*|blonde\w*|fat|terror\w*|jew\w*|muslim\w*)\b"
)


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a gzip-compressed CSV file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def clean(text: str) -> str | None:
    """The text in plain ASCII on one line, or None when it is coarse, shouted or in other letters."""
    plain = text.translate(PLAIN).replace("''", '"').replace("--", " - ")
    plain = " ".join(plain.split())
    if not plain.isascii() or COARSE.search(plain) or plain.isupper() or "http" in plain:
        return None
    return plain


PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "—": " - ", "–": "-", "\u2060": "", "\u00a0": " "}
)


def keyword(text: str) -> str:
    """What a text is about, roughly: its longest word that is not a common one; empty if there is none."""
    found = [word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in STOP]
    return max(found, key=len, default="")


def captions(path: Path) -> Iterator[Sample]:
    """What crowds laughed at: at most 60 captions a cartoon, the best by mean rating, of at least 30 votes."""
    shown = {row["contest"]: row["description"] for row in rows(path.parent / "contests.csv.gz") if row["description"]}
    best: dict[str, list[tuple[float, str]]] = {}
    for row in rows(path):
        if row["contest"] in shown and int(row["votes"]) >= 30 and len(row["caption"]) <= 110:
            best.setdefault(row["contest"], []).append((float(row["mean_1to3"]), row["caption"]))
    for contest, found in best.items():
        top = dict.fromkeys(text for _, text in sorted(found, reverse=True)[:60])
        yield from (Sample("caption", shown[contest], contest, text) for text in map(clean, top) if text)


def ideas(path: Path) -> Iterator[Sample]:
    """Ideas that judges found at least fairly original, of three words or more."""
    ask = {"uses": "unusual uses for a {}", "instances": "things that are {}", "consequences": "what {}"}
    for row in rows(path):
        text = clean(row["response"])
        if row["task"] not in ask or not text or float(row["originality_1to5"]) < 2.0:
            continue
        if 3 <= len(text.split()) <= 14:
            prompt = ask[row["task"]].format(row["prompt"].lower()).replace("a pants", "pants")
            yield Sample("brainstorm", prompt, prompt, text[0].upper() + text[1:])


def one_liners(path: Path) -> Iterator[Sample]:
    """One-liners that people found rather funny than not; the prompt is their rarest word."""
    for row in rows(path):
        text = clean(row["text"])
        if text and float(row["bws_score"]) >= 0 and len(text) <= 170 and keyword(text):
            yield Sample("tweet", keyword(text), row["kind"], text)


def quotes(path: Path) -> Iterator[Sample]:
    """Short quotations without their author."""
    for row in rows(path):
        text = clean(row["quote"])
        tag = row["tags"].split(";")[0].strip().lower()
        if text and len(text) <= 120 and tag:
            yield Sample("tweet", tag if tag != "famous quotes" else keyword(text) or tag, tag, text)


def titles(path: Path) -> Iterator[Sample]:
    """Headlines, without those that only name a forum section."""
    for row in rows(path):
        text = clean(re.sub(r"\s*[\[(].*?[\])]", "", row["title"]))
        if text and len(text) > 20 and keyword(text) and not re.match(r"(Show|Ask|Tell) HN", text):
            yield Sample("tweet", keyword(text), "title", text)


def starters(path: Path) -> Iterator[Sample]:
    """Questions that begin a conversation."""
    for row in rows(path):
        text = clean(row["text"])
        if text and len(text) <= 140:
            about = row["category"] if row["category"] not in ("", "general") else "a new friend"
            yield Sample("opener", about, "starter", text)


def openings(path: Path) -> Iterator[Sample]:
    """The first sentences of stories, up to 300 characters; the prompt is the title."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for story in map(json.loads, file):
            text = clean(story["opening"])
            cut = _sentences(text, 300) if text else ""
            title = clean(story["title"]) or ""
            if len(cut) > 40 and re.search("[a-z]{3}", title):
                yield Sample("story", title.lower(), story["author"], cut)


def _sentences(text: str, most: int) -> str:
    ends = [found.end() for found in re.finditer(r"[.!?][\"']?(?= |$)", text) if found.end() <= most]
    return text[: ends[-1]] if ends else ""


SOURCES = (
    Source(
        "nycc",
        "nycc_caption_ratings/captions_rated.csv.gz",
        "CC BY 4.0",
        "New Yorker Caption Contest data (NEXT; Jain, Nowak, Sievert et al.), captions by the magazine's readers",
        0.03,
        captions,
    ),
    Source(
        "aut",
        "aut_originality_ocsai/rated_ideas.csv.gz",
        "MIT",
        "Ocsai training data (DU Massive Texts Lab; Organisciak et al. 2023)",
        0.02,
        ideas,
    ),
    Source(
        "humour",
        "ukp_humour_pairs/items.csv.gz",
        "Apache-2.0",
        "UKP humour data (Simpson et al., ACL 2019)",
        0.012,
        one_liners,
    ),
    Source("quotes", "lm_corpus_small/quotes.csv.gz", "MIT", "quotable-io/data", 0.008, quotes),
    Source(
        "titles",
        "lm_corpus_small/hn_top2000_titles.csv.gz",
        "MIT",
        "Hacker News titles (minimaxir/textgenrnn)",
        0.002,
        titles,
    ),
    Source(
        "starters",
        "conversation_starters/starters.csv.gz",
        "MIT",
        "Conversation starters (eingland/Conversation-Starter-Help, jyapayne/conversation-starter)",
        0.01,
        starters,
    ),
    Source(
        "openings",
        "lm_corpus_standardebooks/openings.jsonl.gz",
        "CC0 1.0",
        "Openings of Standard Ebooks short fiction",
        0.008,
        openings,
    ),
)
"""Every source of real text, with its share of the rows; our own generator writes the rest."""

PERSONAS = "personas_synthetic_persona_chat/personas_unique.jsonl.gz"
WORDLISTS = "brainstorm_wordlists/corpora_selected.jsonl.gz"


def personas(data: Path) -> tuple[Persona, ...]:
    """The personas of Synthetic-Persona-Chat (CC BY 4.0), for the Bio and Interests of openers.

    Lines with a word that hardly any other line has are left out: slips of the pen, mostly.
    """
    with gzip.open(data / PERSONAS, "rt", encoding="utf-8") as file:
        found = [tuple(json.loads(line)["persona"]) for line in file]
    seen = Counter(word for lines in found for line in lines for word in _spelled(line))
    kept = (
        tuple(line for line in lines if min((seen[word] for word in _spelled(line)), default=0) >= OFTEN)
        for lines in found
    )
    return tuple(lines for lines in kept if lines)


OFTEN = 4
"""A word of a persona's line stands in at least so many lines."""


def _spelled(line: str) -> set[str]:
    return set(re.findall(r"[a-z']+", line.lower()))


def nouns(data: Path) -> tuple[str, ...]:
    """What people ask about: everyday things and food, ours and those of the word lists (CC0) that everybody knows,
    and words far and wide; each once.

    A `~` marks what takes no article (food, music, Mondays).
    """
    listed = (f"~{noun}" for noun in _listed(data, {"menuItems": "menuItems"}))
    food = (*(noun for noun in listed if noun in LISTED), *(f"~{noun}" for noun in FOOD))
    return tuple(dict.fromkeys((*objects(data), *food, *COUNTED, *(f"~{word}" for word in UNCOUNTED))))


def objects(data: Path) -> tuple[str, ...]:
    """Names of things that one can hold, wear or plug in."""
    listed = _listed(data, {"objects": "objects", "clothing": "clothes", "appliances": "appliances"})
    return tuple(dict.fromkeys((*OBJECTS, *(noun for noun in listed if noun in LISTED))))


def _listed(data: Path, wanted: dict[str, str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    with gzip.open(data / WORDLISTS, "rt", encoding="utf-8") as file:
        for entry in map(json.loads, file):
            name = Path(entry["path"]).stem
            if name in wanted:
                found.update(dict.fromkeys(_usable(entry["data"][wanted[name]])))
    return tuple(found)


def _usable(entries: list[str]) -> Iterator[str]:
    for entry in entries:
        noun = (entry.lower() if entry.isupper() or " " in entry else entry).strip()
        if re.fullmatch(r"[a-z][a-z' -]{2,24}", noun):
            yield noun
