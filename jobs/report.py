"""The morning report: one JSON document and one page that needs nothing but itself."""

from pathlib import Path
from typing import Any

import msgspec

from jobs.curves import loss_curve
from jobs.run_state import Refinement, State
from jobs.train.child import StageDone, stages_done
from jobs.train.plan import replace_json

JSON, PAGE, TEMPLATE = "report.json", "report.html", "report.html.jinja"


def write_report(run: Path, state: State, result: Refinement) -> Path:
    """Write both into the run's folder; the page's path."""
    done = stages_done(run, state.plan) if state.plan else []
    run.mkdir(parents=True, exist_ok=True)
    replace_json(run / JSON, {**msgspec.to_builtins(state), "result": result, "stages": done})
    page = run / PAGE
    new = page.with_suffix(".new")
    new.write_text(_page(state, result, done), encoding="utf-8")
    new.replace(page)
    return page


def _page(state: State, result: Refinement, done: list[StageDone]) -> str:
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
    return environment.get_template(TEMPLATE).render(
        state=state, result=result, stages=curves, evaluation=state.evaluation, headline=_headline(state, result)
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
