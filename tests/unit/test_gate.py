"""Each bar can refuse while all others pass."""

import msgspec
import pytest

from jobs.evaluate import Evaluation
from jobs.evaluation.judged import Verdict
from jobs.evaluation.preferred import Preferred
from jobs.evaluation.variety import Kept, Variety
from jobs.gate import BARS, decide
from jobs.settings import GateSettings

SOME = Variety(within=0.7, scores={"vendi": 9.0, "distinct_n": 0.8})


def good() -> Evaluation:
    """A challenger that reaches every bar."""
    kept = Kept(against="base", mine=SOME, theirs=SOME, share=1.0, length=1.02)
    return Evaluation(
        champion="base",
        challenger="m_1",
        base="base",
        verdict=Verdict(
            rated=200, prompts=20, accuracy=0.62, accuracy_interval=(0.55, 0.69), win_rate=0.6, interval=(0.54, 0.66)
        ),
        preferred=Preferred(
            pairs=100, loss=0.6, loss_interval=(0.55, 0.65), accuracy=0.6, accuracy_interval=(0.52, 0.68),
            chosen_reward=0.2, rejected_reward=-0.1,
        ),
        from_base=None,
        on_preferences=True,
        to_champion=kept,
        to_base=kept,
        perplexity={},
        samples=[],
        seconds=1.0,
    )  # fmt: skip


def but(part: str, **changes: object) -> Evaluation:
    """A good evaluation with one part changed."""
    whole = good()
    return msgspec.structs.replace(whole, **{part: msgspec.structs.replace(getattr(whole, part), **changes)})


REFUSED = {
    "judge": but("verdict", accuracy=0.6, accuracy_interval=(0.5, 0.7)),
    "win_rate": but("verdict", interval=(0.5, 0.7)),
    "preference_loss": but("preferred", loss=0.6932),
    "preference_accuracy": but("preferred", accuracy=0.5),
    "chosen_reward": but("preferred", chosen_reward=-0.51),
    "diversity_champion": but("to_champion", share=0.94),
    "diversity_base": but("to_base", share=0.89),
    "length": but("to_champion", length=1.11),
}


def test_a_good_challenger_passes() -> None:
    decision = decide(good(), GateSettings())
    assert decision.ok
    assert [bar.name for bar in decision.bars] == list(BARS)
    assert not decision.refusals


def test_every_bar_has_a_case_here() -> None:
    assert set(REFUSED) == set(BARS)


@pytest.mark.parametrize("name", BARS)
def test_each_bar_refuses_alone(name: str) -> None:
    decision = decide(REFUSED[name], GateSettings())
    assert not decision.ok
    assert [bar.name for bar in decision.bars if not bar.ok] == [name]
    assert len(decision.refusals) == 1
    assert name in decision.refusals[0]


@pytest.mark.parametrize("name", BARS)
def test_an_ignored_bar_is_reported_but_does_not_refuse(name: str) -> None:
    decision = decide(REFUSED[name], GateSettings(ignore=(name,)))
    assert decision.ok
    assert next(bar for bar in decision.bars if bar.name == name).ignored


@pytest.mark.parametrize(
    ("setting", "strict", "bar"),
    [
        ("win_rate", 0.55, "win_rate"),
        ("preference_loss", 0.5, "preference_loss"),
        ("preference_accuracy", 0.7, "preference_accuracy"),
        ("chosen_reward", 0.3, "chosen_reward"),
        ("diversity_champion", 1.1, "diversity_champion"),
        ("diversity_base", 1.1, "diversity_base"),
        ("length", 0.01, "length"),
    ],
)
def test_each_limit_is_configured(setting: str, strict: float, bar: str) -> None:
    decision = decide(good(), GateSettings(**{setting: strict}))
    assert [b.name for b in decision.bars if not b.ok] == [bar]


def test_a_shorter_answer_is_refused_as_a_longer_one() -> None:
    assert not decide(but("to_champion", length=0.89), GateSettings()).ok


def test_too_little_to_judge_by_refuses_and_says_so() -> None:
    why = "too little to judge by: 7 rated texts"
    blind = msgspec.structs.replace(good(), verdict=Verdict(rated=7, prompts=3, missing=why))
    decision = decide(blind, GateSettings())
    assert [bar.name for bar in decision.bars if not bar.ok] == ["judge", "win_rate"]
    assert all(why in refusal for refusal in decision.refusals)


def test_without_held_out_pairs_or_prompts() -> None:
    bare = msgspec.structs.replace(good(), preferred=None, to_champion=None, to_base=None)
    refused = {bar.name for bar in decide(bare, GateSettings()).bars if not bar.ok}
    assert refused == {"diversity_champion", "diversity_base", "length"}


def test_the_preference_loss_of_a_model_that_saw_no_preferences_refuses_nothing() -> None:
    by_sft = msgspec.structs.replace(REFUSED["preference_loss"], on_preferences=False)
    assert decide(by_sft, GateSettings()).ok


def test_how_far_short_is_told() -> None:
    decision = decide(REFUSED["length"], GateSettings())
    assert "0.110 and must be at most 0.1, 0.010 short" in decision.refusals[0]
