"""`preprocess`: from raw files to clean texts that a model can be tuned on; no home is needed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeTask
from studio.cli.terminal import bar, faint

if TYPE_CHECKING:
    from jobs.preprocess.run import Preprocessed


@command(app)
def preprocess(
    call: Call,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CSV, TSV, JSONL, Parquet, text; gzip or not.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The new folder for what is clean.")],
    task: MaybeTask = None,
    map: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help="Which column is text, prompt, field.NAME; repeatable."),
    ] = None,
    urls: Annotated[str, typer.Option(metavar="FATE", help="remove, keep or mask.")] = "remove",
    mentions: Annotated[str, typer.Option(metavar="FATE", help="remove, keep or mask.")] = "remove",
    hashtags: Annotated[str, typer.Option(metavar="FATE", help="keep, strip, or split into words.")] = "keep",
    pii: Annotated[str, typer.Option(metavar="FATE", help="mask or keep e-mails, phones, cards, ...")] = "mask",
    region: Annotated[str, typer.Option(metavar="CC", help="Country of phone numbers without a +code.")] = "US",
    language: Annotated[str, typer.Option(metavar="CODES", help="en, or en,de, or any.")] = "any",
    min_length: Annotated[int, typer.Option(metavar="N", help="Fewest characters of a text.")] = 1,
    max_length: Annotated[int, typer.Option(metavar="N", help="Most characters; 0 is no limit.")] = 0,
    repeat: Annotated[int, typer.Option(metavar="N", help="Longest run of a character; 0 is no limit.")] = 3,
    near_duplicates: Annotated[
        float, typer.Option(metavar="SHARE", help="Texts as similar as this are one; 1: the same words.")
    ] = 0.8,
    split: Annotated[str, typer.Option(metavar="T/V/T", help="Shares of train/validation/test.")] = "0.9/0.05/0.05",
    seed: Annotated[int, typer.Option(metavar="I", help="Another seed, another split.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace DIR if an earlier run made it.")] = False,
) -> None:
    """Clean files of texts, take out copies, and split them for `finetune`.

    Ours: text prompt field.NAME. A column that bears one of these names, and a file's only column, needs no --map.
    DIR gets train.jsonl, validation.jsonl and test.jsonl, and a report of what was left out and changed, with samples.
    """
    from jobs.preprocess.reading import TextPlan
    from jobs.preprocess.run import preprocess as run
    from jobs.preprocess.settings import Preprocessing, read_languages, read_split_shares
    from loop import checks

    if task is not None:
        checks.task_profile(call.settings().tasks, task)
    settings = Preprocessing.of(
        task=task or "", mapping=TextPlan.of_maps(map or []).mapping, urls=urls, mentions=mentions, hashtags=hashtags,
        pii=pii, region=region.upper(), language=read_languages(language), min_length=min_length,
        max_length=max_length, repeat=repeat, near_duplicates=near_duplicates, split=read_split_shares(split),
        seed=seed,
    )  # fmt: skip
    with _stages() as progress:
        done = run(files, out, settings, progress, force=force)
    call.answer(done, _told(done))


@contextmanager
def _stages() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each thing that is done, by its name."""
    shown: dict[str, Callable[[int, int], None]] = {}

    def progress(what: str, done: int, total: int) -> None:
        if what not in shown:
            shown[what] = bars.enter_context(bar(what, ""))
        shown[what](done, total)

    with ExitStack() as bars:
        yield progress


def _told(done: "Preprocessed") -> Iterator[str]:
    yield f"{done.rows_out:,} of {done.rows_in:,} rows are in {done.path}"
    yield f"  train {done.train:,}, validation {done.validation:,}, test {done.test:,}"
    if done.dropped:
        yield "  left out: " + ", ".join(
            f"{count:,} {reason.replace('_', ' ')}" for reason, count in done.dropped.items()
        )
    yield faint(f"  what was left out and changed, with samples: {done.path / 'report.md'}")
