"""Loss curves as inline SVG: no script, no request, readable in light and dark."""

from collections.abc import Sequence
from html import escape

Points = Sequence[tuple[int, float]]
STYLE = (
    "<style>svg{font:11px sans-serif;fill:#777}line{stroke:#bbb}polyline{fill:none;stroke-width:1.5}"
    ".train{stroke:#5b8def}polyline.validation{stroke:#d9772b;stroke-width:2}circle{fill:#d9772b}</style>"
)
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 520, 180, 44, 24, 12


def loss_curve(title: str, train: Points, validation: Points) -> str:
    """One chart: a thin line for the training rows, dots joined for the validation rows; empty without any point."""
    every = [*train, *validation]
    if not every:
        return ""
    x = _scale([step for step, _ in every], LEFT, WIDTH - 8)
    y = _scale([loss for _, loss in every], HEIGHT - BOTTOM, TOP)
    return "".join(
        [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
            *_axes(every, x, y),
            f'<polyline class="train" points="{_path(train, x, y)}"/>',
            f'<polyline class="validation" points="{_path(validation, x, y)}"/>',
            *(f'<circle class="validation" cx="{x(s):.1f}" cy="{y(v):.1f}" r="2.5"/>' for s, v in validation),
            "</svg>",
        ]
    )


def picture(title: str, train: Points, validation: Points) -> str:
    """The same chart as a file of its own."""
    chart = loss_curve(title, train, validation)
    return chart.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(">", f">{STYLE}", 1)


class _scale:  # noqa: N801 - used as a function
    """A linear map from the values' range to pixels."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self.low, self.high = min(values), max(values)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        return self._start + (self._end - self._start) * ((value - self.low) / span if span else 0.5)


def _axes(every: Points, x: _scale, y: _scale) -> list[str]:
    marks = [f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:.2f}</text>' for v in {y.low, y.high}]
    floor = HEIGHT - BOTTOM
    return [
        f'<line x1="{LEFT}" y1="{floor}" x2="{WIDTH - 8}" y2="{floor}"/>',
        f'<line x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{floor}"/>',
        *sorted(marks),
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 6}" text-anchor="end">step {x.high:.0f}</text>',
    ]


def _path(points: Points, x: _scale, y: _scale) -> str:
    return " ".join(f"{x(step):.1f},{y(loss):.1f}" for step, loss in points)
