import math
import random

import numpy as np
import pytest

from rewards import metrics as m
from rewards.errors import TooFew

TEXTS = ["the cat sat on the mat", "the dog sat on the rug", "a bird sang at dawn"]


def test_distinct_by_hand():
    assert m.distinct_n(["a b a b"], 1) == pytest.approx(2 / 4)
    assert m.distinct_n(["a b a b", "b a"], 2) == pytest.approx(2 / 4)
    assert m.distinct_n(["a"], 2) == 0.0
    assert m.words("Don't stop, Zoë!") == ["don", "'", "t", "stop", ",", "zoë", "!"]


def test_repetition_by_hand():
    assert m.repetition_4gram(["a b c d a b c d"]) == pytest.approx(1 - 4 / 5)
    assert m.repetition_4gram(["a b c d e", "x"]) == 0.0


def test_compression_ratio_tells_sameness():
    same = m.compression_ratio(["once upon a time"] * 50)
    rng = random.Random(0)
    different = m.compression_ratio(["".join(rng.choices("abcdefghijklmnop", k=16)) for _ in range(50)])
    assert same > 5 > 3 > different > 1


def test_self_bleu_of_one_text_told_again_is_one_and_of_strangers_nothing():
    assert m.self_bleu([TEXTS[0]] * 4) == pytest.approx(1.0)
    assert m.self_bleu(["a b c d e", "f g h i j", "k l m n o"]) < 0.05
    with pytest.raises(TooFew):
        m.self_bleu(TEXTS[:1])


def test_self_bleu_is_sacrebleus_mean():
    import sacrebleu

    others = [[*TEXTS[:k], *TEXTS[k + 1 :]] for k in range(3)]
    expected = np.mean([sacrebleu.sentence_bleu(text, rest).score for text, rest in zip(TEXTS, others, strict=True)])
    assert m.self_bleu(TEXTS) == pytest.approx(expected / 100)


def test_bleu_by_hand():
    """Precisions 5/6, 3/5, 1/4 and, smoothed, 1/6; no brevity penalty."""
    expected = math.exp(sum(map(math.log, (5 / 6, 3 / 5, 1 / 4, 1 / 6))) / 4)
    assert m.bleu(["the cat sat on a mat"], ["the cat sat in the mat a"]) <= 1
    assert m.bleu(["the cat sat on mat now"], ["the cat sat on mat now"]) == pytest.approx(1.0)
    assert m.bleu(["a b c x d e"], ["a b c y d e"]) == pytest.approx(expected, rel=1e-3)


def test_vendi_counts_the_different():
    basis = np.eye(6)
    assert m.vendi(basis) == pytest.approx(6.0)
    assert m.vendi(np.repeat(basis[:1], 5, axis=0)) == pytest.approx(1.0)
    assert m.vendi(np.vstack([basis[:3], 7 * basis[:3]])) == pytest.approx(3.0)


def test_vendi_is_the_same_through_either_matrix():
    rows = np.random.default_rng(0).normal(size=(40, 8))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    values = np.linalg.eigvalsh(unit @ unit.T / 40)
    values = values[values > 1e-12]
    assert m.vendi(rows) == pytest.approx(np.exp(-(values * np.log(values)).sum()))


def test_distance_and_cosine_are_sklearns():
    from sklearn.metrics.pairwise import cosine_distances, cosine_similarity

    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(20, 5)), rng.normal(size=(20, 5))
    assert m.mean_pairwise_distance(a) == pytest.approx(cosine_distances(a)[np.triu_indices(20, 1)].mean())
    assert m.cosine(a, b) == pytest.approx(np.diag(cosine_similarity(a, b)).mean())
    with pytest.raises(TooFew):
        m.mean_pairwise_distance(a[:1])


def test_longest_copied_run_by_hand():
    sources = ["We hold these truths to be self-evident.", "All men are mortal"]
    assert m.longest_copied_run(["I hold these truths to heart"], sources) == 4
    assert m.longest_copied_run(["mortal all men", "nothing here"], sources) == 1.0
    assert m.longest_copied_run(["evident all"], sources) == 1, "a run does not go from one source into the next"
    assert m.longest_copied_run(["there"], ["the re"]) == 0


def test_longest_copied_run_is_that_of_the_slow_search():
    rng = random.Random(4)
    sources = [" ".join(rng.choices("abc", k=12)) for _ in range(3)]
    for _ in range(30):
        text = rng.choices("abcd", k=9)
        runs = {tuple(s.split()[i:j]) for s in sources for i in range(12) for j in range(i + 1, 13)}
        slow = max((j - i for i in range(9) for j in range(i + 1, 10) if tuple(text[i:j]) in runs), default=0)
        assert m.longest_copied_run([" ".join(text)], sources) == slow


def test_length_matching_gives_equal_lengths_and_takes_away_what_length_alone_makes():
    rng = random.Random(2)
    a, b = (
        [" ".join(rng.choices("abcdefghij", k=rng.randint(*size))) for _ in range(n)]
        for size, n in (((3, 6), 30), ((8, 30), 50))
    )
    short, long = m.length_matched(a, b)
    assert [len(text.split()) for text in short] == [len(text.split()) for text in long]
    assert len(short) == len(long) == 30
    assert sorted(short) == sorted(a)
    assert abs(m.distinct_n(short) - m.distinct_n(long)) < 0.1 < abs(m.distinct_n(a) - m.distinct_n(b))
    assert m.length_matched(a[::-1], b[::-1]) == (short, long)


def test_length_matching_cuts_nothing_where_lengths_agree():
    a, b = ["z", "y y", "x x x"], ["c", "d d", "e e e"]
    assert m.length_matched(a, b) == (a, b)


def test_the_table_computes_what_it_names():
    rows = np.random.default_rng(0).normal(size=(3, 4))
    given = {"texts": TEXTS, "vectors": rows, "reference_texts": TEXTS, "reference_vectors": rows, "sources": TEXTS}
    scores = {name: metric.function(*(given[kind] for kind in metric.takes)) for name, metric in m.METRICS.items()}
    assert all(math.isfinite(score) for score in scores.values())
    assert [scores["bleu"], scores["cosine"]] == pytest.approx([1.0, 1.0])
    assert scores["mean_length"] == pytest.approx(21.0)
