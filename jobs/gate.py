"""The gate: what a challenger must reach before it writes. `BARS` is the table; a new bar is a function and a line."""

from collections.abc import Callable, Sequence

import msgspec

from jobs.evaluate import Evaluation
from jobs.evaluation.variety import Kept
from jobs.settings import GateSettings

NOT_MEASURED = "could not be measured: "


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: its figure, what the figure is held against, and one sentence that says how it went."""

    name: str
    value: float | None
    limit: float
    ok: bool
    why: str
    ignored: bool = False
    """Whether it was set to count for nothing."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """All bars, and whether none of those that count refused."""

    ok: bool
    bars: tuple[Bar, ...]

    @property
    def refusals(self) -> list[str]:
        """Why it was refused, one sentence for each bar that did."""
        return [f"{bar.name}: {bar.why}" for bar in self.bars if not bar.ok and not bar.ignored]


def judge(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """The judge itself must know something: on prompts that it never saw it is surely better than a coin."""
    verdict = evaluation.verdict
    if verdict.accuracy_interval is None:
        return _bar("judge", None, 0.5, False, verdict.missing)
    what = "the lower end of the interval of the judge's accuracy on unseen prompts"
    return _over("judge", verdict.accuracy_interval[0], 0.5, what)


def win_rate(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """The lower end of the win rate's interval."""
    verdict = evaluation.verdict
    if verdict.interval is None:
        return _bar("win_rate", None, settings.win_rate, False, verdict.missing)
    return _over("win_rate", verdict.interval[0], settings.win_rate, "the lower end of the win rate's interval")


def preference_loss(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """Held-out preference loss; it counts for who was trained on preferences, and where there are held-out pairs."""
    found, limit = evaluation.preferred, settings.preference_loss
    if found is None:
        return _bar("preference_loss", None, limit, True, "no held-out pairs to measure it on")
    if not evaluation.on_preferences:
        return _bar("preference_loss", found.loss, limit, True, "not trained on preferences, so it refuses nothing")
    return _under("preference_loss", found.loss, limit, "held-out preference loss")


def preference_accuracy(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """The share of held-out pairs that the challenger leans the right way on."""
    found, limit = evaluation.preferred, settings.preference_accuracy
    if found is None:
        return _bar("preference_accuracy", None, limit, True, "no held-out pairs to measure it on")
    return _over("preference_accuracy", found.accuracy, limit, "held-out preference accuracy")


def chosen_reward(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """The chosen texts must not have become unlikely along with the rejected ones."""
    found, limit = evaluation.preferred, settings.chosen_reward
    if found is None:
        return _bar("chosen_reward", None, limit, True, "no held-out pairs to measure it on")
    return _over("chosen_reward", found.chosen_reward, limit, "the mean reward of held-out chosen texts", equal=True)


def diversity_champion(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """What is kept of the champion's diversity, at equal lengths."""
    return _diversity("diversity_champion", evaluation.to_champion, settings.diversity_champion, "champion's")


def diversity_base(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """What is kept of the base's diversity, so that small losses do not add up over many nights."""
    return _diversity("diversity_base", evaluation.to_base, settings.diversity_base, "base model's")


def length(evaluation: Evaluation, settings: GateSettings) -> Bar:
    """How far the mean length moved from the champion's."""
    if evaluation.to_champion is None:
        return _bar("length", None, settings.length, False, NOT_MEASURED + "no held-out prompts to write for")
    moved = abs(evaluation.to_champion.length - 1)
    return _under("length", moved, settings.length, "the mean length's distance from the champion's", equal=True)


BARS: dict[str, Callable[[Evaluation, GateSettings], Bar]] = {
    "judge": judge,
    "win_rate": win_rate,
    "preference_loss": preference_loss,
    "preference_accuracy": preference_accuracy,
    "chosen_reward": chosen_reward,
    "diversity_champion": diversity_champion,
    "diversity_base": diversity_base,
    "length": length,
}


def decide(evaluation: Evaluation, settings: GateSettings) -> Decision:
    """Hold the evaluation against every bar."""
    bars = tuple(_counted(bar(evaluation, settings), settings.ignore) for bar in BARS.values())
    return Decision(ok=all(bar.ok or bar.ignored for bar in bars), bars=bars)


def _counted(bar: Bar, ignore: Sequence[str]) -> Bar:
    return msgspec.structs.replace(bar, ignored=True) if bar.name in ignore else bar


def _diversity(name: str, kept: Kept | None, limit: float, whose: str) -> Bar:
    if kept is None:
        return _bar(name, None, limit, False, NOT_MEASURED + "no held-out prompts to write for")
    return _over(name, kept.share, limit, f"the share of the {whose} diversity", equal=True)


def _over(name: str, value: float, limit: float, what: str, equal: bool = False) -> Bar:
    ok = value > limit or (equal and value == limit)
    return _bar(name, value, limit, ok, _sentence(what, value, limit, ok, "over" if not equal else "at least"))


def _under(name: str, value: float, limit: float, what: str, equal: bool = False) -> Bar:
    ok = value < limit or (equal and value == limit)
    return _bar(name, value, limit, ok, _sentence(what, value, limit, ok, "under" if not equal else "at most"))


def _sentence(what: str, value: float, limit: float, ok: bool, relation: str) -> str:
    short = "" if ok else f", {abs(value - limit):.3f} short"
    return f"{what} is {value:.3f} and must be {relation} {limit:g}{short}"


def _bar(name: str, value: float | None, limit: float, ok: bool, why: str) -> Bar:
    return Bar(name=name, value=value, limit=limit, ok=ok, why=why)
