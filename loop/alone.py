"""A model asked by itself: no memory, no ledger; the prompt is the task's, or a text to go on with."""

import random
from collections.abc import Mapping
from pathlib import Path

import msgspec

from loop import checks
from loop.brief import Brief, Message, build_messages
from loop.cleaning import clean
from loop.errors import BadInput, ModelUnusable
from loop.manifest import MANIFEST, read_manifest
from loop.models import render
from loop.models.base import Completion, OnPiece, Sampling, Writer
from loop.models.engine import Engine
from loop.settings import GeneratorSettings, TaskProfile


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a model wrote for one prompt."""

    model: str
    task: str | None
    """None where the prompt was a text to go on with, or a message to answer."""
    prompt: str
    seed: int
    candidates: list[Completion]


def write_alone(
    writer: Writer,
    brief: Brief,
    sampling: Sampling,
    tasks: Mapping[str, TaskProfile],
    settings: GeneratorSettings,
    on_piece: OnPiece | None = None,
) -> Written:
    """`brief.n` candidates. With a task they are asked for and cleaned as in a turn; without one (empty) the model
    goes on with the prompt if it knows no turns of talk, and else answers it.

    Raises BadInput for what cannot be asked, ModelUnusable where nothing was written.
    """
    checks.brief(brief, settings)
    profile = checks.task_profile(tasks, brief.task) if brief.task else None
    if brief.fields and profile is None:
        raise BadInput("fields belong to a task's prompt; name the task with --task")
    seed = random.SystemRandom().getrandbits(31) if sampling.seed is None else sampling.seed
    sampling = msgspec.structs.replace(sampling, seed=seed)
    if profile is not None:
        messages = build_messages(profile, brief.prompt, brief.fields)
        found = [_cleaned(c, profile) for c in writer.write(messages, brief.n, sampling, on_piece)]
    else:
        found = _go_on(writer, brief, sampling, on_piece)
    kept = [each for each in found if each.text.strip()]
    if not kept:
        raise ModelUnusable("the model wrote nothing for this prompt; try another prompt, task or model")
    return Written(model=writer.model_id, task=brief.task or None, prompt=brief.prompt, seed=seed, candidates=kept)


def learned_task(folder: Path) -> str | None:
    """The one task that a tuned model learned; empty for a model of bare texts, None where nothing says so."""
    if not (folder / MANIFEST).is_file():
        return None
    tasks = read_manifest(folder).options.get("tasks")
    return None if not isinstance(tasks, list) or len(tasks) > 1 else "".join(tasks)


def _cleaned(completion: Completion, profile: TaskProfile) -> Completion:
    return msgspec.structs.replace(completion, text=clean(completion.text, profile))


def _go_on(writer: Writer, brief: Brief, sampling: Sampling, on_piece: OnPiece | None) -> list[Completion]:
    if not isinstance(writer, Engine) or not _is_bare(writer):
        messages: list[Message] = [{"role": "user", "content": brief.prompt}]
        return writer.write(messages, brief.n, sampling, on_piece)
    room = max(1, writer.context - min(sampling.max_tokens, writer.context // 2))
    generation = writer.continue_tokens(render.bare(writer.tokenizer, brief.prompt)[-room:], brief.n, sampling)
    for piece in generation:
        if on_piece is not None:
            on_piece(piece)
    return generation.completions()


def _is_bare(engine: Engine) -> bool:
    """Whether the model learned texts alone, or was never taught to talk."""
    return engine.tokenizer.chat_template is None or learned_task(Path(engine.name)) == ""
