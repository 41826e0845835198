"""The morning report: one JSON document and one page that needs nothing but itself."""

import random
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from jobs.curves import loss_curve
from jobs.distill.dataset import datasets_folder
from jobs.evaluate import Evaluation
from jobs.run_state import Refinement, State
from jobs.train.child import StageDone, stages_done
from jobs.train.methods import METHODS
from jobs.train.plan import replace_json
from jobs.train.rows import read_rows

CHANGES = 14  # rows of what changed in the writing
JSON, PAGE, TEMPLATE = "report.json", "report.html", "report.html.jinja"


def write_report(run: Path, state: State, result: Refinement) -> Path:
    """Write both into the run's folder; the page's path."""
    done = stages_done(run, state.plan) if state.plan else []
    learned = _learned(run, state, done)
    run.mkdir(parents=True, exist_ok=True)
    told = {"result": result, "stages": done, "trained_on": learned.items, "rows_by_source": learned.sources}
    replace_json(run / JSON, {**msgspec.to_builtins(state), **told})
    page = run / PAGE
    new = page.with_suffix(".new")
    new.write_text(_page(state, result, done, learned), encoding="utf-8")
    new.replace(page)
    return page


class _Learned(NamedTuple):
    """What a model learned from: the items whose words it read, and its rows by where they came from."""

    items: list[str]
    sources: dict[str, int]


def _learned(run: Path, state: State, done: list[StageDone]) -> _Learned:
    """Nothing where nothing was trained, or where the dataset was deleted because something in it was forgotten."""
    if not done or state.dataset_id is None:
        return _Learned([], {})
    folder = datasets_folder(run.parent.parent) / state.dataset_id
    files = dict.fromkeys(METHODS[stage.stage].rows for stage in done)
    rows = [row for name in files for row in read_rows(folder / f"{name}.jsonl")]
    items = sorted({item for row in rows for item in row.get("items", ())})
    return _Learned(items, dict(Counter(str(row.get("source", "")) for row in rows).most_common()))


class _Blind(NamedTuple):
    """What both models wrote for a request, in an order that does not tell them apart."""

    request: str
    sides: list[tuple[str, list[str]]]
    """Which model, and its texts."""


def _blind(evaluation: Evaluation, run_id: str) -> list[_Blind]:
    """The same order whenever the page is written again."""
    rng, found = random.Random(run_id), []
    for each in evaluation.samples:
        sides = [(evaluation.champion, each.before), (evaluation.challenger, each.after)]
        rng.shuffle(sides)
        found.append(_Blind(each.request, sides))
    return found


def _page(state: State, result: Refinement, done: list[StageDone], learned: _Learned) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=_number, duration=_duration)
    curves = [(d, Markup(loss_curve(f"{d.stage}: loss by step", d.curve.train, d.curve.validation))) for d in done]
    evaluation = state.evaluation
    return environment.get_template(TEMPLATE).render(
        state=state,
        result=result,
        stages=curves,
        evaluation=evaluation,
        learned=learned,
        blind=_blind(evaluation, state.run_id) if evaluation else [],
        changes=evaluation.changes[:CHANGES] if evaluation else [],
        headline=_headline(state, result),
    )


def _headline(state: State, result: Refinement) -> str:
    if result.promoted:
        return "A new model writes from now on"
    return "The new model was not good enough" if state.decision else "Nothing was trained"


def _number(value: Any, places: int = 3) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
