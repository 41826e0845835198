"""The heart: one pass from a brief to its candidates."""

import random
from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from loop import checks
from loop.brief import Brief, Message, build_messages
from loop.cleaning import clean, distinct
from loop.errors import KeyUsed, ModelUnusable
from loop.events import CandidateWritten, Event, RecalledItem, Recorded, TurnTaken
from loop.faults import point
from loop.ids import new_id
from loop.ledger import Ledger, Vectors
from loop.models.base import Piece, Sampling, Writer
from loop.prompts import Asked, pack, unpack
from loop.remember import Memory
from loop.settings import GeneratorSettings, TaskProfile
from memory.item import Recalled
from memory.recall import Recall

TRIES = 3  # rounds of writing before a model that repeats itself gets away with fewer candidates
Listener = Callable[[Piece], None]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a turn."""

    candidate_id: str
    text: str
    novelty: float
    strategy: str
    echo_of: str | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A brief with what was recalled for it and what was written."""

    turn_id: str
    task: str
    prompt: str
    model: str
    strategy: str
    seed: int
    recalled: tuple[Recalled, ...]
    avoided: tuple[Recalled, ...]
    candidates: tuple[Candidate, ...]
    messages: tuple[Message, ...] = ()
    """What the model was asked; empty for a turn that is read back from the ledger."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A text before it is a candidate, and the strategy that it was written with."""

    text: str
    strategy: str


def take_turn(
    brief: Brief,
    *,
    memory: Memory,
    model: Writer,
    ledger: Ledger,
    tasks: Mapping[str, TaskProfile],
    settings: GeneratorSettings,
    listen: Listener | None = None,
    key: str | None = None,
) -> Turn:
    """Recall, write, and make it durable; sent twice with one key, it happens once."""
    profile = checks.task_profile(tasks, brief.task)
    checks.brief(brief, settings)
    if key and (earlier := ledger.find(key)):
        return read_back(earlier, ledger, memory)
    seed = random.SystemRandom().getrandbits(31) if brief.seed is None else brief.seed
    recall = memory.recall(brief, seed)
    messages = _messages(profile, brief, recall)
    drafts = _write(profile, brief, recall, messages, memory.explores(seed, brief.n), model, seed, listen)
    turn, vectors = _assessed(brief, recall, drafts, memory, model.model_id, seed, messages)
    point("mid-write")
    recorded = ledger.append(*_events(turn, brief, memory), texts=_texts(turn, brief), vectors=vectors, key=key)
    point("mid-write")
    return turn if _is(recorded, turn) else read_back(recorded, ledger, memory)


def _messages(profile: TaskProfile, brief: Brief, recall: Recall | None) -> list[Message]:
    liked = [found.item.text for found in recall.liked] if recall else []
    avoid = [(found.item.text, found.item.reason) for found in recall.avoid] if recall else []
    return build_messages(profile, brief.prompt, brief.fields, liked=liked, avoid=avoid)


def _write(
    profile: TaskProfile,
    brief: Brief,
    recall: Recall,
    messages: list[Message],
    explore: bool,
    model: Writer,
    seed: int,
    listen: Listener | None,
) -> list[Draft]:
    """Candidates with what was recalled, and one without it where this turn explores."""
    shown = bool(recall.liked or recall.avoid)
    explore = explore and shown
    drafts = _distinct_drafts(profile, messages, brief.n - explore, model, seed, listen, recall.strategy)
    if explore:
        bare = _messages(profile, brief, None)
        shifted = _shifted(listen, brief.n - 1)
        drafts += _distinct_drafts(profile, bare, 1, model, seed, shifted, "none")
    if not drafts:
        raise ModelUnusable("the model wrote nothing for this prompt; try another prompt or another model")
    return drafts


def _distinct_drafts(
    profile: TaskProfile,
    messages: list[Message],
    n: int,
    model: Writer,
    seed: int,
    listen: Listener | None,
    strategy: str,
) -> list[Draft]:
    """n texts that differ, writing again for those that came out empty or twice."""
    texts: list[str] = []
    for attempt in range(TRIES):
        wanted = n - len(texts)
        if wanted == 0:
            break
        sampling = Sampling(
            max_tokens=profile.max_tokens,
            temperature=profile.temperature,
            top_p=profile.top_p,
            seed=(seed + attempt) % 2**31,
        )
        written = model.write(messages, wanted, sampling, _shifted(listen, len(texts)))
        texts = distinct([*texts, *(clean(completion.text, profile) for completion in written)])
    return [Draft(text=text, strategy=strategy) for text in texts]


def _shifted(listen: Listener | None, by: int) -> Listener | None:
    """A listener that hears candidate 0 as candidate `by`."""
    if listen is None or by == 0:
        return listen
    return lambda piece: listen(Piece(piece.index + by, piece.text))


def _assessed(
    brief: Brief,
    recall: Recall,
    drafts: list[Draft],
    memory: Memory,
    model_id: str,
    seed: int,
    messages: list[Message],
) -> tuple[Turn, Vectors]:
    ids = [new_id("c") for _ in drafts]
    assessed, matrix = memory.assess([draft.text for draft in drafts], recall)
    turn = Turn(
        turn_id=new_id("t"),
        task=brief.task,
        prompt=brief.prompt,
        model=model_id,
        strategy=recall.strategy,
        seed=seed,
        recalled=recall.liked,
        avoided=recall.avoid,
        messages=tuple(messages),
        candidates=tuple(
            Candidate(
                candidate_id=id_,
                text=draft.text,
                novelty=seen.novelty,
                strategy=draft.strategy,
                echo_of=seen.echo_of,
            )
            for id_, draft, seen in zip(ids, drafts, assessed, strict=True)
        ),
    )
    asked = memory.vector(Asked(brief.prompt, brief.fields).words)
    return turn, Vectors(memory.embedder.fingerprint, [*ids, brief.prompt_id], np.vstack([matrix, asked]))


def _events(turn: Turn, brief: Brief, memory: Memory) -> list[Event]:
    recalled = tuple(
        RecalledItem(item_id=r.item.item_id, similarity=r.similarity, reward=r.item.reward, avoid=avoid)
        for shown, avoid in ((turn.recalled, False), (turn.avoided, True))
        for r in shown
    )
    taken = TurnTaken(
        turn_id=turn.turn_id,
        task=turn.task,
        prompt_id=brief.prompt_id,
        n=brief.n,
        strategy=turn.strategy,
        propensity=memory.propensity(turn.strategy, brief.n),
        model_id=turn.model,
        seed=turn.seed,
        recalled=recalled,
    )
    return [taken, *(_written(turn, brief, place, c) for place, c in enumerate(turn.candidates))]


def _written(turn: Turn, brief: Brief, position: int, candidate: Candidate) -> CandidateWritten:
    return CandidateWritten(
        candidate_id=candidate.candidate_id,
        turn_id=turn.turn_id,
        task=turn.task,
        prompt_id=brief.prompt_id,
        position=position,
        model_id=turn.model,
        strategy=candidate.strategy,
        novelty=candidate.novelty,
        echo_of=candidate.echo_of,
    )


def _texts(turn: Turn, brief: Brief) -> dict[str, str]:
    return {brief.prompt_id: pack(brief.prompt, brief.fields)} | {c.candidate_id: c.text for c in turn.candidates}


def _is(recorded: tuple[Recorded, ...], turn: Turn) -> bool:
    first = recorded[0].event
    return isinstance(first, TurnTaken) and first.turn_id == turn.turn_id


def read_back(recorded: tuple[Recorded, ...], ledger: Ledger, memory: Memory) -> Turn:
    """A turn as its events tell it; forgotten candidates are left out."""
    taken = recorded[0].event
    if not isinstance(taken, TurnTaken):
        raise KeyUsed
    written = [r.event for r in recorded if isinstance(r.event, CandidateWritten)]
    texts = ledger.texts([taken.prompt_id, *(c.candidate_id for c in written)])
    return Turn(
        turn_id=taken.turn_id,
        task=taken.task,
        prompt=unpack(texts.get(taken.prompt_id)).prompt,
        model=taken.model_id,
        strategy=taken.strategy,
        seed=taken.seed,
        recalled=memory.shown(r for r in taken.recalled if not r.avoid),
        avoided=memory.shown(r for r in taken.recalled if r.avoid),
        candidates=tuple(
            Candidate(
                candidate_id=c.candidate_id,
                text=texts[c.candidate_id],
                novelty=c.novelty,
                strategy=c.strategy,
                echo_of=c.echo_of,
            )
            for c in written
            if c.candidate_id in texts
        ),
    )
