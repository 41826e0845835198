"""The heart: one pass from a brief to its candidates."""

import random
from collections.abc import Mapping

import msgspec
import numpy as np

from loop import checks
from loop.brief import Brief, Message, build_messages
from loop.drafts import Desk, Draft, Listener, write_drafts
from loop.errors import KeyUsed, ModelUnusable
from loop.events import CandidateWritten, Choice, Event, RecalledItem, TurnTaken
from loop.faults import point
from loop.ids import new_id
from loop.ledger import Ledger, Vectors
from loop.models.base import Writer
from loop.prompts import Asked, pack, unpack
from loop.recorded import Recorded
from loop.remember import Memory
from loop.settings import GeneratorSettings, TaskProfile
from memory.item import Recalled
from memory.recall import Recall
from memory.repeats import Shared
from rewards.scorer import Scorer


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a turn."""

    candidate_id: str
    text: str
    novelty: float
    strategy: str
    echo_of: str | None = None
    repeats: str | None = None
    """The text for other fields that it repeats: no round of writing wrote anything newer."""
    shared: Shared | None = None
    """What it has in common with that."""
    chosen: Choice | None = None
    """Why it is shown, where others that were written are not."""


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


def take_turn(
    brief: Brief,
    *,
    memory: Memory,
    model: Writer,
    ledger: Ledger,
    tasks: Mapping[str, TaskProfile],
    settings: GeneratorSettings,
    scorer: Scorer | None = None,
    listen: Listener | None = None,
    key: str | None = None,
) -> Turn:
    """Recall, write, and make it durable; sent twice with one key, it happens once.

    With a `scorer` more is written than is shown, as `settings.best_of` says.
    """
    profile = checks.task_profile(tasks, brief.task)
    checks.brief(brief, settings)
    if key and (earlier := ledger.find(key)):
        return read_back(earlier, ledger, memory)
    seed = random.SystemRandom().getrandbits(31) if brief.seed is None else brief.seed
    recall = memory.recall(brief, seed)
    messages = _messages(profile, brief, recall)
    desk = Desk(
        brief=brief, profile=profile, model=model, memory=memory, seed=seed, tries=settings.tries, listen=listen,
        scorer=scorer, best_of=settings.best_of,
    )  # fmt: skip
    drafts = _write(desk, recall, messages)
    turn, vectors = _assessed(desk, recall, drafts, messages)
    point("mid-write")
    recorded = ledger.append(*_events(turn, brief, memory), texts=_texts(turn, brief), vectors=vectors, key=key)
    point("mid-write")
    return turn if _is(recorded, turn) else read_back(recorded, ledger, memory)


def _messages(profile: TaskProfile, brief: Brief, recall: Recall | None) -> list[Message]:
    liked = [found.item.text for found in recall.liked] if recall else []
    avoid = [(found.item.text, found.item.reason) for found in recall.avoid] if recall else []
    return build_messages(profile, brief.prompt, brief.fields, liked=liked, avoid=avoid)


def _write(desk: Desk, recall: Recall, messages: list[Message]) -> list[Draft]:
    """Candidates with what was recalled, and one without it where this turn explores."""
    n = desk.brief.n
    explore = bool(recall.liked or recall.avoid) and desk.memory.explores(desk.seed, n)
    drafts = write_drafts(desk, messages, n - explore, recall.strategy)
    if explore:
        drafts += write_drafts(desk, _messages(desk.profile, desk.brief, None), 1, "none", first=n - 1)
    if not drafts:
        raise ModelUnusable("the model wrote nothing for this prompt; try another prompt or another model")
    return drafts


def _assessed(desk: Desk, recall: Recall, drafts: list[Draft], messages: list[Message]) -> tuple[Turn, Vectors]:
    brief, memory = desk.brief, desk.memory
    ids = [new_id("c") for _ in drafts]
    matrix = np.stack([draft.vector for draft in drafts])
    assessed = memory.assess([draft.text for draft in drafts], matrix, recall)
    turn = Turn(
        turn_id=new_id("t"),
        task=brief.task,
        prompt=brief.prompt,
        model=desk.model.model_id,
        strategy=recall.strategy,
        seed=desk.seed,
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
                repeats=draft.repeat.item_id if draft.repeat else None,
                shared=draft.repeat.shared if draft.repeat else None,
                chosen=draft.choice,
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
        repeats=candidate.repeats,
        shared=candidate.shared,
        chosen=candidate.chosen,
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
                repeats=c.repeats,
                shared=c.shared,
                chosen=c.chosen,
            )
            for c in written
            if c.candidate_id in texts
        ),
    )
