"""`compare`: which way to recall leads to texts that are liked more?"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studio.cli.app import Call, app, command
from studio.cli.arguments import MaybeModel
from studio.cli.terminal import bar, faint, table, wrapped

if TYPE_CHECKING:
    from jobs.compare import Comparison

PROMPTS = (
    "unusual uses for a brick", "ways to spend a rainy afternoon", "a gift for somebody who has everything",
    "how to make a long train ride fun", "a new kind of museum", "what to do with old newspapers",
)  # fmt: skip


@command(app)
def compare(
    call: Call,
    strategies: Annotated[str, typer.Option(metavar="A,B", help="Recall strategies, with commas between.")],
    rounds: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How often all prompts are written for.")],
    rater: Annotated[str, typer.Option(metavar="R", help="auto, judge or plain.")] = "auto",
    task: Annotated[str, typer.Option(metavar="NAME", help="A kind of writing.")] = "brainstorm",
    prompts: Annotated[Path | None, typer.Option(metavar="FILE", help="One prompt a line; else six of ours.")] = None,
    n: Annotated[int, typer.Option("-n", "--n", metavar="N", min=1, max=64, help="Candidates a turn.")] = 4,
    seed: Annotated[int, typer.Option(metavar="I", help="The same seed, the same experiment.")] = 0,
    model: MaybeModel = None,
) -> None:
    """Let recall strategies compete before a simulated rater.

    Each strategy works on a copy of your memory that is thrown away; your own stays as it is. The rater `judge`
    expects what you would say, by a judge fitted to your ratings; `plain` likes what fits the prompt and differs
    from its siblings; `auto` is the judge where there are 50 ratings or more.
    """
    from jobs.compare import Parts
    from jobs.compare import compare as run
    from jobs.raters import rater as chosen
    from loop import checks
    from studio.writers import writer_for

    checks.task_profile(call.settings().tasks, task)
    asked = _prompts(prompts)
    with call.house("reprise compare") as house, bar("compare", "turn") as progress:
        s, embedder = house.settings, house.memory.embedder
        parts = Parts(house.ledger, writer_for(house, model), embedder, s.tasks, s.generator, s.memory, s.rewards)
        found = run(
            parts, strategies.split(","), asked, task, rounds=rounds, rater=chosen(rater, house.ledger, embedder),
            n=n, seed=seed, progress=progress,
        )  # fmt: skip
    call.answer(found, _told(found))


def _prompts(file: Path | None) -> list[str]:
    from loop.errors import BadInput

    if file is None:
        return list(PROMPTS)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"the prompts in '{file}' cannot be read; give a text file with one prompt a line") from error
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _told(found: "Comparison") -> Iterator[str]:
    rows = [
        (str(r.round), r.strategy, f"{r.reward:.3f}", f"{r.interval[0]:.3f}-{r.interval[1]:.3f}", f"{r.novelty:.2f}",
         f"{r.diversity:.2f}")
        for r in found.rounds
    ]  # fmt: skip
    yield from table(("round", "strategy", "reward", "95 %", "novelty", "diversity"), rows)
    yield ""
    yield from wrapped(found.report, indent=0)
    yield faint(f"rater {found.rater}, task {found.task}, {found.prompts} prompts; your memory was not changed")
