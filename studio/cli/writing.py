"""`write` and `recall`: what people come for."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import Key, MaybeModel, MaybeTask, Strategy, Task, pairs
from studio.cli.candidates import about
from studio.cli.terminal import bar, bold, faint, is_terminal, wrapped

if TYPE_CHECKING:
    from loop.brief import Brief, Message
    from loop.turn import Turn
    from memory.item import Recalled
    from studio.compose import House


@command(app)
def write(
    call: Call,
    task: Task,
    prompt: Annotated[str | None, typer.Argument(metavar="PROMPT", help="What to write about.")] = None,
    n: Annotated[int | None, typer.Option("-n", "--n", metavar="N", help="How many candidates.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="More about the request, as Bio=...; repeatable.")
    ] = None,
    strategy: Strategy = None,
    model: MaybeModel = None,
    seed: Annotated[int | None, typer.Option(metavar="I", help="The same seed writes the same again.")] = None,
    key: Key = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE", help="One turn for each row; its columns are the fields.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="With --batch: a new CSV or JSONL file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what --out names if it is there.")] = False,
) -> None:
    """Write candidates, drawing on the best of what you kept before.

    With fields, what was written for other fields is not written again: it is tried anew, or marked. --batch writes
    for every row of a file, one candidate each unless -n says more, and tells how much of it is the same. Stopped
    and started again, it goes on; --key NAME begins a batch of its own.
    """
    from loop import checks
    from loop.brief import Brief
    from studio.cli.batch import alone, write_batch

    settings = call.settings()
    profile = checks.task_profile(settings.tasks, task)
    usual = profile.n if batch is None else 1
    brief = Brief(
        task=task, prompt=prompt or "", fields=pairs(field or [], "field"), n=usual if n is None else n,
        seed=seed, strategy=strategy,
    )  # fmt: skip
    if batch is not None:
        write_batch(call, brief, batch, out, model=model, key=key, force=force)
        return
    alone(out, force)
    checks.brief(brief, settings.generator)
    with call.house() as house:
        turn = _turn(call, house, brief, model, key)
        if call.debug:
            call.note("\n".join(_asked(turn.messages)))
        call.answer(_document(turn, call.debug), _told(turn))


@command(app)
def recall(
    call: Call,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to look for.")],
    task: MaybeTask = None,
    k: Annotated[int, typer.Option("-k", "--k", metavar="K", min=1, max=1000, help="How many.")] = 10,
    strategy: Strategy = None,
) -> None:
    """Search what was written before."""
    from loop import checks

    settings = call.settings()
    checks.words(query, "the query", settings.generator.max_prompt_chars)
    if task is not None:
        checks.task_profile(settings.tasks, task)
    with call.house() as house:
        _index(house)
        found = house.memory.search(query, task=task, k=k, strategy=strategy)
        items = [_item(recalled) for recalled in (*found.liked, *found.avoid)]
        call.answer({"strategy": found.strategy, "items": items}, _listed(items))


@command(app)
def repeats(call: Call, task: Task) -> None:
    """Tell how much of what was written for one person says the same to another."""
    from loop import checks
    from studio.cli.batch import told_repetition

    checks.task_profile(call.settings().tasks, task)
    with call.house() as house:
        _index(house)
        with bar("repeats", "text") as progress:
            told = house.memory.given.repetition(task, progress=progress)
    call.answer(told, told_repetition(told))


def _turn(call: Call, house: "House", brief: "Brief", model: str | None, key: str | None) -> "Turn":
    """One turn; a person who watches sees it being written."""
    from loop.turn import read_back, take_turn
    from studio.writers import writer_for

    if key and (earlier := house.ledger.find(key)):
        return read_back(earlier, house.ledger, house.memory)
    writer = writer_for(house, model)
    _index(house)
    scorer = house.scorer(brief.task)
    if house.serving.problem:
        call.note(house.serving.problem)
    with _watched(call, brief.n) as listen:
        return take_turn(
            brief, memory=house.memory, model=writer, ledger=house.ledger, tasks=house.settings.tasks,
            settings=house.settings.generator, scorer=scorer, listen=listen, key=key,
        )  # fmt: skip


def _index(house: "House") -> None:
    """Bring the index up to date, which takes a while after a large import."""
    with bar("index", "text") as progress:
        house.memory.catch_up(progress)


def _watched(call: Call, n: int) -> Any:
    from studio.cli.live import Live

    return Live(n) if not call.json and is_terminal(sys.stdout) else nullcontext(None)


def _document(turn: "Turn", debug: bool) -> dict[str, object]:
    document: dict[str, object] = {
        "turn_id": turn.turn_id, "task": turn.task, "prompt": turn.prompt, "model": turn.model,
        "strategy": turn.strategy, "seed": turn.seed,
        "recalled": [_shown(each) for each in turn.recalled],
        "avoided": [_shown(each) for each in turn.avoided],
        "candidates": turn.candidates,
    }  # fmt: skip
    return document | {"messages": turn.messages} if debug else document


def _shown(recalled: "Recalled") -> dict[str, object]:
    item = recalled.item
    return {"item_id": item.item_id, "text": item.text, "similarity": recalled.similarity, "reward": item.reward}


def _item(recalled: "Recalled") -> dict[str, Any]:
    item = recalled.item
    more = {"ratings": item.ratings, "task": item.task, "prompt": item.prompt, "human": item.human}
    return {**_shown(recalled), **more}


def _told(turn: "Turn") -> Iterator[str]:
    for number, candidate in enumerate(turn.candidates, 1):
        first, *more = wrapped(candidate.text, indent=5)
        yield f"{bold(f'{number:>3}')}  {first}"
        yield from more
        yield f"     {about(candidate)}"
    for title, shown in (("drawn on", turn.recalled), ("to avoid", turn.avoided)):
        if shown:
            yield f"\n{faint(title)}"
            yield from _listed([_item(each) for each in shown])
    yield f"\n{faint(f'{turn.turn_id}  model {turn.model}  strategy {turn.strategy}  seed {turn.seed}')}"


def _listed(items: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not items:
        yield "nothing found"
    for item in items:
        first, *more = wrapped(str(item["text"]), indent=5)
        yield f"  -  {first}"
        yield from more
        reward = "unrated" if item["reward"] is None else f"reward {item['reward']:.2f}"
        yield faint(f"     {item['item_id']}  similarity {item['similarity']:.2f}  {reward}")


def _asked(messages: Sequence["Message"]) -> Iterator[str]:
    for message in messages:
        yield f"[{message['role']}]\n{message['content']}"
