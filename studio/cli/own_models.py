"""`pretrain`, `finetune`, `generate`: from a user's own files to a model that writes, no home needed."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import pairs
from studio.cli.terminal import bar, bold, faint, is_terminal, wrapped

if TYPE_CHECKING:
    from jobs.finetune.report import Finetuned
    from jobs.pretrain.own.report import Pretrained
    from loop.alone import Written
    from loop.models.base import Sampling
    from loop.settings import TaskProfile

Device = Annotated[str, typer.Option(metavar="D", help="auto, cpu, cuda or mps.")]
Seed = Annotated[int, typer.Option(metavar="I", help="The same seed, the same result.")]


@command(app)
def finetune(
    call: Call,
    model: Annotated[str, typer.Argument(metavar="MODEL", help="starter, a folder, or a Hugging Face name.")],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="What `reprise preprocess` made.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder that the tuned model appears as.")],
    epochs: Annotated[float, typer.Option(metavar="E", help="How often every row is seen, if it fits.")] = 3.0,
    minutes: Annotated[float, typer.Option(metavar="M", help="Plan no more training than fits into so many.")] = 5.0,
    batch_size: Annotated[int, typer.Option(metavar="N", min=1, help="Rows per step.")] = 16,
    learning_rate: Annotated[float, typer.Option(metavar="R", min=0.0, help="0: by the model's size.")] = 0.0,
    lora: Annotated[
        bool | None, typer.Option("--lora/--full", help="LoRA, or every weight; else by the model's size.")
    ] = None,
    rank: Annotated[int, typer.Option(metavar="N", min=1, help="Of the LoRA matrices.")] = 16,
    patience: Annotated[
        int, typer.Option(metavar="N", min=0, help="Stop after N evaluations without gain; 0: never.")
    ] = 3,
    max_tokens: Annotated[int, typer.Option(metavar="N", min=32, help="Longest row, prompt and text.")] = 512,
    device: Device = "auto",
    seed: Seed = 0,
) -> None:
    """Tune a model on your own clean data.

    Loss counts on the texts alone, not on what they are asked with. Stopped at any moment, the same command goes on
    from the last checkpoint; until the end, those are in DIR.training. `reprise generate --model DIR` writes with it.
    """
    from jobs.finetune.plan import FinetunePlan
    from jobs.finetune.run import finetune as tune

    plan = _checked(
        FinetunePlan, model=model, data=str(data), epochs=epochs, minutes=minutes, batch_size=batch_size,
        learning_rate=learning_rate, lora=lora, rank=rank, patience=patience, max_tokens=max_tokens, device=device,
        seed=seed,
    )  # fmt: skip
    with bar("finetune", "step") as progress:
        done = tune(out, plan, call.settings().tasks, progress)
    call.answer(done, _told_tuning(done))


@command(app)
def pretrain(
    call: Call,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder that the model appears as.")],
    corpora: Annotated[
        list[Path] | None, typer.Argument(metavar="CORPUS...", help="Text, CSV, JSONL, Parquet; cleaned folders.")
    ] = None,
    size: Annotated[
        str, typer.Option(metavar="S", help="tiny, small or base: 4, 28 or 88 million parameters.")
    ] = "tiny",
    vocabulary: Annotated[int | None, typer.Option(metavar="N", help="Entries of the tokenizer; else by size.")] = None,
    tokens: Annotated[int | None, typer.Option(metavar="N", help="Stop after so many tokens.")] = None,
    minutes: Annotated[float | None, typer.Option(metavar="M", help="Stop after so many minutes.")] = None,
    epochs: Annotated[float | None, typer.Option(metavar="E", help="Stop after so many rounds; else after 4.")] = None,
    map: Annotated[  # noqa: A002
        list[str] | None, typer.Option(metavar="text=COLUMN", help="Which column of a table is the text.")
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(metavar="R", help="starter: the shipped model anew; starter-bare: without examples.")
    ] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Where a recipe finds its open texts.")] = None,
    against: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A model that a recipe's card holds its own against.")
    ] = None,
    hardware: Annotated[str | None, typer.Option(metavar="TEXT", help="How a recipe's card names the machine.")] = None,
    threads: Annotated[int | None, typer.Option(metavar="N", min=1, help="Of the processor; else by size.")] = None,
    device: Device = "auto",
    seed: Seed = 0,
) -> None:
    """Train a tokenizer and a small model from scratch.

    Without a GPU or with one, the same command. Stopped at any moment, it goes on from its last checkpoint when it is
    run again; until the end, those and the loss curve are in DIR.training. A recipe keeps all in DIR, the model in
    DIR/model.
    """
    from loop.errors import BadInput

    if bool(corpora) == bool(recipe):
        raise BadInput("name files to learn from, or a recipe with --recipe; one of both")
    if recipe:
        _settled(size=size != "tiny", vocabulary=vocabulary, tokens=tokens, epochs=epochs, map=map)
        changes = {"minutes": minutes, "threads": threads, "seed": seed or None}
        _make(call, recipe, data, out, changes, hardware, against)
        return
    _pretrain(
        call, out, corpora=[str(path) for path in corpora or ()], size=size, vocabulary=vocabulary, tokens=tokens,
        minutes=minutes, epochs=epochs, maps=map or [], device=device, threads=threads, seed=seed,
    )  # fmt: skip


def _pretrain(call: Call, out: Path, **options: object) -> None:
    """From a user's own corpora."""
    from jobs.pretrain.own.plan import OwnPlan
    from jobs.pretrain.own.run import pretrain as train

    done = train(out, _checked(OwnPlan, **options), call.settings().tasks, bar)
    call.answer(done, _told_pretraining(done))


def _settled(**others: object) -> None:
    """Raises BadInput for an option that is given beside a recipe, which settles it."""
    from loop.errors import BadInput

    wrong = [name for name, given in others.items() if given]
    if wrong:
        raise BadInput(f"a recipe settles --{wrong[0]} itself; leave it out")


def _make(
    call: Call,
    recipe: str,
    data: Path | None,
    out: Path,
    changes: dict[str, Any],
    hardware: str | None,
    against: str | None,
) -> None:
    """A committed recipe."""
    import os

    from msgspec.structs import replace

    from jobs.pretrain.plan import RECIPES
    from jobs.pretrain.starter import make_starter, told
    from loop.errors import BadInput

    if recipe not in RECIPES:
        raise BadInput(f"there is no recipe '{recipe}'; choose {' or '.join(RECIPES)}")
    if data is None:
        raise BadInput(f"the recipe '{recipe}' needs its open texts; name their folder with --data")
    plan = replace(RECIPES[recipe], **{name: value for name, value in changes.items() if value is not None})
    with bar("pretrain", "s") as progress:
        made = make_starter(plan, data, out, hardware or f"{os.cpu_count()} processor cores", progress, against)
    call.answer(made, told(made))


@command(app)
def generate(
    call: Call,
    prompt: Annotated[str, typer.Option(metavar="P", help="What to write about, or a text to go on with.")],
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="starter, a folder, or a Hugging Face name; else as set.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(metavar="NAME", help="A kind of writing; else what the model was tuned for.")
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="More about the request, as Bio=...; repeatable.")
    ] = None,
    n: Annotated[int, typer.Option("-n", "--n", metavar="N", min=1, max=64, help="How many candidates.")] = 4,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", min=1, help="Longest candidate.")] = None,
    temperature: Annotated[
        float | None, typer.Option(metavar="T", min=0.0, max=5.0, help="How freely; 0 takes the likeliest word.")
    ] = None,
    top_p: Annotated[
        float | None, typer.Option("--top-p", metavar="P", min=0.01, max=1.0, help="Draw from the likeliest share P.")
    ] = None,
    device: Device = "auto",
    seed: Annotated[int | None, typer.Option(metavar="I", help="The same seed writes the same again.")] = None,
) -> None:
    """Let a model write, without home, memory or ledger."""
    from msgspec.structs import replace

    from loop import checks
    from loop.alone import learned_task, write_alone
    from loop.brief import Brief
    from loop.models.load import open_writer
    from studio.cli.live import Live

    settings = call.settings()
    chosen = settings.generator if model is None else replace(settings.generator, model=model, url="")
    task = (learned_task(Path(chosen.model).expanduser()) or "") if task is None else task
    brief = Brief(task=task, prompt=prompt, fields=pairs(field or [], "field"), n=n)
    profile = checks.task_profile(settings.tasks, task) if task else None
    checks.brief(brief, chosen)
    writer = open_writer(replace(chosen, device=device))
    sampling = _sampling(profile, seed, max_tokens, temperature, top_p)
    with Live(n) if not call.json and is_terminal(sys.stdout) else nullcontext(None) as listen:
        done = write_alone(writer, brief, sampling, settings.tasks, chosen, listen)
    call.answer(done, _told_writing(done))


def _sampling(
    profile: "TaskProfile | None",
    seed: int | None,
    max_tokens: int | None,
    temperature: float | None,
    top_p: float | None,
) -> "Sampling":
    """As the task has it, but for what was said."""
    from msgspec.structs import replace

    from loop.models.base import Sampling
    from loop.settings import TaskProfile

    base = Sampling.of(profile or TaskProfile(instruction="", max_tokens=64), seed)
    said: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature, "top_p": top_p}
    return replace(base, **{name: value for name, value in said.items() if value is not None})


def _checked(kind: Any, **given: Any) -> Any:
    """A plan of these options. Raises BadInput for one that is out of range."""
    import msgspec

    from loop.errors import BadInput

    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise BadInput(f"an option cannot be used: {error}") from error


def _told_tuning(done: "Finetuned") -> Iterator[str]:
    yield f"{bold(done.model)} is tuned; `reprise generate --model {done.model} --prompt ...` writes with it"
    why = "more did not fit into the minutes" if done.out_of_time else "validation gained no more"
    cut = f" of {done.wanted_epochs:g}: {why}" if done.epochs < 0.99 * done.wanted_epochs else ""
    yield faint(f"  {done.method}, {done.rows['train']:,} rows, {done.steps:,} steps, {done.epochs:g} epochs{cut}")
    for name, before in done.before.items():
        after = done.after[name]
        yield f"  {name.replace('_', ' ')} {before:.2f} -> {after:.2f} ({after / before - 1:+.0%})"
    if done.fall <= 0:
        yield "  it foretells unseen texts no better than before; give it more rows or other settings"


def _told_pretraining(done: "Pretrained") -> Iterator[str]:
    yield f"{bold(done.model)} is trained; `reprise generate --model {done.model} --prompt ...` writes with it"
    yield faint(f"  {done.parameters:,} parameters, {done.vocabulary:,} tokens in the vocabulary")
    kind = f"{done.device}{', bfloat16' if done.bf16 else ''}"
    yield f"  {done.tokens:,} tokens in {done.minutes:.1f} min: {done.tokens_per_s:,.0f} tokens/s ({kind})"
    yield f"  held out: perplexity {done.perplexity:.2f} per token, {done.bits_per_byte:.3f} bits per byte"


def _told_writing(done: "Written") -> Iterator[str]:
    for number, candidate in enumerate(done.candidates, 1):
        first, *more = wrapped(candidate.text.strip(), indent=5)
        yield f"{bold(f'{number:>3}')}  {first}"
        yield from more
    task = f"task {done.task}  " if done.task else ""
    yield f"\n{faint(f'model {done.model}  {task}seed {done.seed}')}"
