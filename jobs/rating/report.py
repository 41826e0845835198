"""Everything that is known of the raters, from the ledger: what `reprise raters` shows."""

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import sqlalchemy as sa

from jobs.rating.again import Reliability, reliability, repeats
from jobs.rating.said import Said, by_criterion, history, ratings, said
from loop import schema
from loop.ledger import Ledger
from loop.picked import CROWD, choices
from rewards.agreement import Agreement, Likeness, alpha, with_others
from rewards.calibration import RaterScale, calibrated, fit_criteria, fit_raters
from rewards.drift import Drift, fit_drift
from rewards.errors import TooFew
from rewards.expected import fit_crowd
from rewards.influence import Influence, influences
from rewards.picks import Choice, Picks, fit_picks, shares
from rewards.settings import RewardSettings

LEFT_OUT = 20
"""Of so many raters, the busiest, it is computed what changes without them."""
ALL = "all together"
Progress = Callable[[int, int], None]


class PlaceBias(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rater's picks go, whatever texts stand there."""

    picks: int
    shares: list[float]
    """Each place's share of the picks, the first place first, among as many as were ever shown."""


class RaterReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one rater; None stands for what cannot be said yet."""

    rater: str
    ratings: int
    """Scores given or imported, one for each item."""
    picks: int
    leaning: RaterScale
    criteria: dict[str, RaterScale]
    """Leanings on each criterion."""
    likeness: Likeness | None
    """Correlation with the mean of the others."""
    drift: Drift | None
    places: PlaceBias | None
    repeated: Reliability | None
    influence: Influence | None
    """What changes without the rater."""


class RatersReport(msgspec.Struct, frozen=True, kw_only=True):
    """All raters, the busiest first, and what holds of them together."""

    task: str | None
    raters: list[RaterReport]
    agreement: dict[str, dict[str, Agreement]]
    """Krippendorff's alpha: of the whole value (`all together`) and of each criterion, by `interval` and `ordinal`."""
    calibrated: Agreement | None
    """Alpha of the whole value once every rater's leaning is taken out: what is left is disagreement on texts."""
    strength: float | None
    """How many ratings the mean of all items is worth, for one item; `rewards.prior_strength` is what is set."""
    places: PlaceBias | None
    """Of a rater of whom nothing is known."""
    repeated: Reliability | None
    """Of all repeats."""


def report(
    ledger: Ledger, settings: RewardSettings, task: str | None = None, progress: Progress | None = None
) -> RatersReport:
    """Of one task, or of all. `progress` is told how many raters were left out to see what changes."""
    rows = said(ledger, task)
    values = ratings(rows)
    scales = fit_raters(values)
    straight = [(rater, item_id, calibrated(value, scales[rater])) for rater, item_id, value in values]
    criteria = list(by_criterion(rows))
    picks = fit_picks(_choices(ledger, task))
    again = _repeats(ledger, rows, settings, task)
    parts = _Parts(
        ratings=Counter(rater for rater, _, _ in values),
        scales=scales,
        criteria=fit_criteria(criteria),
        likeness=with_others(straight),
        drift=fit_drift(ratings([row for row in rows if row.kind == "rating"])),
        picks=picks,
        again=again,
        influence=_influence(ledger, rows, settings, progress),
    )
    return RatersReport(
        task=task,
        raters=[parts.of(rater) for rater in _busiest(rows, picks)],
        agreement=_agreement(values, criteria),
        calibrated=_by_level(straight).get("interval"),
        strength=fit_crowd(values).strength if _shared(values) else None,
        places=_places(picks, None),
        repeated=reliability([pair for some in again.values() for pair in some]) if again else None,
    )


class _Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What was computed of all raters at once."""

    ratings: Counter[str]
    scales: dict[str, RaterScale]
    criteria: dict[str, dict[str, RaterScale]]
    likeness: dict[str, Likeness]
    drift: dict[str, Drift]
    picks: Picks
    again: dict[str, list[tuple[float, float]]]
    influence: dict[str, Influence]

    def of(self, rater: str) -> RaterReport:
        """The part of one rater."""
        return RaterReport(
            rater=rater,
            ratings=self.ratings[rater],
            picks=self.picks.counts.get(rater, 0),
            leaning=self.scales.get(rater, RaterScale()),
            criteria=self.criteria.get(rater, {}),
            likeness=self.likeness.get(rater),
            drift=self.drift.get(rater),
            places=_places(self.picks, rater),
            repeated=reliability(self.again[rater]) if rater in self.again else None,
            influence=self.influence.get(rater),
        )


def _busiest(rows: Sequence[Said], picks: Picks) -> list[str]:
    """Every rater, who said most first; the crowd is nobody."""
    counts = Counter(row.rater for row in rows if row.rater != CROWD)
    counts.update(dict.fromkeys(picks.counts, 0))
    return sorted(counts, key=lambda rater: (-counts[rater], rater))


def _shared(values: Sequence[tuple[str, str, float]]) -> bool:
    return max(Counter(item_id for _, item_id, _ in values).values(), default=0) > 1


def _places(picks: Picks, rater: str | None) -> PlaceBias | None:
    if not picks.crowd or (rater is not None and rater not in picks.raters):
        return None
    bias = picks.crowd if rater is None else picks.raters[rater]
    count = sum(picks.counts.values()) if rater is None else picks.counts[rater]
    return PlaceBias(picks=count, shares=shares(bias, range(len(bias))))


def _choices(ledger: Ledger, task: str | None) -> list[Choice]:
    with ledger.reading() as db:
        return choices(db, task)


def _repeats(
    ledger: Ledger, rows: Sequence[Said], settings: RewardSettings, task: str | None
) -> dict[str, list[tuple[float, float]]]:
    given = history(ledger)
    if task is not None:
        known = {row.item_id for row in rows}
        given = [each for each in given if each.item_id in known]
    return repeats(given, settings.again_after)


def _influence(
    ledger: Ledger, rows: Sequence[Said], settings: RewardSettings, progress: Progress | None
) -> dict[str, Influence]:
    m = schema.means.c
    with ledger.reading() as db:
        means = {task: float(mean) for task, mean in db.execute(sa.select(m.task, m.mean))}
    counts = Counter(row.rater for row in rows if row.rater != CROWD)
    busiest = [rater for rater, _ in counts.most_common(LEFT_OUT)]
    # what the crowd alone spoke of stays as it is without any of them
    theirs = {row.item_id for row in rows if row.rater in counts}
    of_item = {row.item_id: means.get(row.task, settings.prior_mean) for row in rows if row.item_id in theirs}
    votes = [row.vote for row in rows if row.item_id in theirs]
    return influences(votes, busiest, of_item, settings.prior_strength, progress)


def _agreement(
    values: Sequence[tuple[str, str, float]], criteria: Sequence[tuple[str, str, str, float]]
) -> dict[str, dict[str, Agreement]]:
    of: dict[str, list[tuple[str, str, float]]] = {ALL: list(values)}
    for rater, item_id, criterion, value in criteria:
        of.setdefault(criterion, []).append((rater, item_id, value))
    found = {name: _by_level(some) for name, some in of.items()}
    return {name: levels for name, levels in found.items() if levels}


def _by_level(rows: Sequence[tuple[str, str, float]]) -> dict[str, Agreement]:
    try:
        return {"interval": alpha(rows), "ordinal": alpha(rows, "ordinal")}
    except TooFew:
        return {}
