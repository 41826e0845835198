"""The figures of a comparison, against hand-computed values and simulated judges."""

import math
import random
from typing import Any

import numpy as np
import pytest

from jobs.evaluation.held_out import HeldOut, clusters
from jobs.evaluation.judged import judge_models
from jobs.evaluation.preferred import Scored, preferred
from jobs.evaluation.variety import kept_variety
from jobs.evaluation.written import Written
from jobs.settings import EvaluateSettings
from tests.fakes import WordEmbedder

SETTINGS = EvaluateSettings(min_prompts=8, min_rated=50)
LIKED = ["sea", "moon", "gull", "salt", "foam", "tide"]
DISLIKED = ["memo", "form", "tax", "rust", "queue", "delay"]
PLAIN = ["bread", "stone", "door", "lamp", "road", "cup"]


def text(rng: random.Random, words: list[str]) -> str:
    return " ".join(rng.sample(words, 3) + rng.sample(PLAIN, 3))


def held_out(rng: random.Random, shuffled: bool = False, prompts: int = 16, texts: int = 8) -> HeldOut:
    """Rated texts of two kinds; the ratings follow the kind, or nothing."""
    asked, rated = [], []
    for n in range(prompts):
        asked.append({"prompt_id": f"p{n}", "task": "tweet", "request": f"thing {n}", "fields": {}, "prompt": []})
        for k in range(texts):
            liked = k % 2 == 0
            reward = rng.random() if shuffled else rng.gauss(0.7 if liked else 0.3, 0.1)
            said = [{"role": "assistant", "content": text(rng, LIKED if liked else DISLIKED)}]
            rated.append({"prompt_id": f"p{n}", "prompt": [], "completion": said, "reward": reward, "human": True})
    return HeldOut(prompts=asked, texts=rated, pairs=[], requests={row["prompt_id"]: row["request"] for row in asked})


def wrote(rng: random.Random, name: str, words: list[str], prompts: int = 16) -> Written:
    return Written(model_id=name, texts=[[text(rng, words) for _ in range(4)] for _ in range(prompts)])


def test_a_model_that_writes_what_is_liked_wins_and_the_other_loses() -> None:
    rng = random.Random(0)
    seen = held_out(rng)
    a, b = wrote(rng, "a", LIKED), wrote(rng, "b", DISLIKED)
    won = judge_models(seen, b, a, WordEmbedder(), SETTINGS)
    lost = judge_models(seen, a, b, WordEmbedder(), SETTINGS)
    assert won.accuracy_interval is not None
    assert won.accuracy_interval[0] > 0.5
    assert won.interval is not None
    assert lost.interval is not None
    assert won.win_rate is not None
    assert lost.win_rate == pytest.approx(1 - won.win_rate)
    assert won.interval[0] > 0.9
    assert lost.interval[1] < 0.1


def test_a_longer_text_does_not_win_by_length() -> None:
    rng = random.Random(1)
    short = wrote(rng, "short", PLAIN)
    long = Written(model_id="long", texts=[[f"{t} and so on and on" for t in group] for group in short.texts])
    rated = held_out(rng, shuffled=True)
    for row in rated.texts:  # people liked what was longer, and nothing else
        extra = rng.randrange(10)
        row["completion"][0]["content"] += " ." * extra
        row["reward"] = extra / 10
    found = judge_models(rated, short, long, WordEmbedder(), SETTINGS)
    assert found.interval is not None
    assert found.interval[0] < 0.5 or (found.accuracy_interval or (0, 0))[0] < 0.5


def test_shuffled_ratings_are_seldom_believed() -> None:
    believed = 0
    for seed in range(20):
        rng = random.Random(100 + seed)
        found = judge_models(
            held_out(rng, shuffled=True), wrote(rng, "b", DISLIKED), wrote(rng, "a", LIKED), WordEmbedder(), SETTINGS
        )
        assert found.accuracy_interval is not None
        assert found.interval is not None
        believed += found.accuracy_interval[0] > 0.5 and found.interval[0] > 0.5
    assert believed <= 3  # of 20, where 1 is expected at most


@pytest.mark.parametrize(("prompts", "texts", "words"), [(16, 2, "rated texts"), (4, 20, "prompts to write for")])
def test_too_little_to_judge_by_is_told(prompts: int, texts: int, words: str) -> None:
    rng = random.Random(0)
    seen = held_out(rng, prompts=prompts, texts=texts)
    found = judge_models(
        seen, wrote(rng, "a", LIKED, prompts), wrote(rng, "b", LIKED, prompts), WordEmbedder(), SETTINGS
    )
    assert found.win_rate is None
    assert words in found.missing


def pairs(n: int, prompts: int) -> list[dict[str, Any]]:
    said = [[{"role": "assistant", "content": f"text {k}"}] for k in range(n)]
    return [{"prompt_id": f"p{k % prompts}" if prompts else "", "chosen": said[k]} for k in range(n)]


def test_preference_figures_equal_the_formula() -> None:
    base = Scored(np.array([-10.0, -20.0]), np.array([-12.0, -18.0]))
    new = Scored(np.array([-8.0, -21.0]), np.array([-13.0, -16.0]))
    found = preferred(pairs(2, 2), new, base, beta=0.5, seed=0)
    margins = [0.5 * (2.0 - -1.0), 0.5 * (-1.0 - 2.0)]
    assert found is not None
    assert found.loss == pytest.approx(sum(math.log1p(math.exp(-m)) for m in margins) / 2)
    assert found.accuracy == 0.5
    assert found.chosen_reward == pytest.approx(0.5 * (2.0 - 1.0) / 2)
    assert found.rejected_reward == pytest.approx(0.5 * (-1.0 + 2.0) / 2)


def test_an_untrained_model_has_loss_ln_2_and_accuracy_one_half() -> None:
    same = Scored(np.arange(8.0), np.arange(8.0))
    found = preferred(pairs(8, 4), same, same, beta=0.1, seed=0)
    assert found is not None
    assert (found.loss, found.accuracy) == (pytest.approx(math.log(2)), 0.5)


def test_pairs_are_drawn_by_prompt_or_where_there_is_none_by_text() -> None:
    assert clusters(pairs(4, 2)) == ["p0", "p1", "p0", "p1"]
    assert len(set(clusters(pairs(4, 1)))) == 4
    assert len(set(clusters(pairs(4, 0)))) == 4
    one = preferred(pairs(1, 1), Scored(np.ones(1), np.ones(1)), Scored(np.ones(1), np.ones(1)), 0.1, 0)
    assert one is None


def test_a_model_that_says_one_thing_keeps_little_diversity() -> None:
    rng = random.Random(0)
    rich = wrote(rng, "rich", PLAIN + LIKED + DISLIKED)
    poor = Written(model_id="poor", texts=[[group[0]] * 4 for group in rich.texts])
    kept = kept_variety(poor, rich, WordEmbedder())
    assert kept.share < 0.3
    assert kept_variety(rich, rich, WordEmbedder()).share == pytest.approx(1.0)
    assert kept_variety(rich, poor, WordEmbedder()).share >= 1.0


def test_diversity_is_compared_at_equal_length() -> None:
    rng = random.Random(0)
    rich = wrote(rng, "rich", PLAIN + LIKED + DISLIKED)
    longer = Written(model_id="longer", texts=[[f"{t} {t} {t}" for t in group] for group in rich.texts])
    kept = kept_variety(longer, rich, WordEmbedder())
    assert kept.share == pytest.approx(1.0, abs=0.02)
    assert kept.length == pytest.approx(3.0, abs=0.1)
