"""Whatever a model says, the metrics of texts give numbers in their range, one an item, whatever stands beside it."""

import jiwer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echomind.scoring.overlap import bleu, meteor, rouge_l
from echomind.scoring.wer import normalise, word_errors
from echomind.scoring.wordnet import NO_SYNONYMS

WORDS = st.sampled_from(
    [
        "I",
        "can't",
        "two",
        "o'clock",
        "double",
        "seven",
        "million",
        "%",
        "$20",
        "home.",
        "Rest",
        "?",
        "(sigh)",
        "<x>",
        "½",
    ]
)
TEXT = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=12).map(" ".join))
PAIRS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6)
METRICS = [bleu, rouge_l, lambda r, h: meteor(r, h, NO_SYNONYMS)]


@settings(max_examples=150, deadline=None)
@given(PAIRS)
def test_word_errors_are_those_of_jiwer(pairs):
    references, hypotheses = zip(*pairs, strict=True)
    counted = word_errors(references, hypotheses)
    for errors, words, (reference, hypothesis) in zip(counted.errors, counted.reference_words, pairs, strict=True):
        alone = jiwer.process_words(normalise(reference), normalise(hypothesis))
        assert errors == alone.substitutions + alone.deletions + alone.insertions
        assert words == alone.hits + alone.substitutions + alone.deletions == len(normalise(reference).split())
        assert errors <= max(words, len(normalise(hypothesis).split()))


@pytest.mark.parametrize("metric", METRICS, ids=["bleu", "rouge_l", "meteor"])
@settings(max_examples=80, deadline=None)
@given(PAIRS)
def test_overlap_is_bounded_and_of_each_pair_alone(metric, pairs):
    references, hypotheses = zip(*pairs, strict=True)
    values = metric(references, hypotheses)
    assert ((values >= 0) & (values <= 1 + 1e-12)).all()
    backwards = metric(references[::-1], hypotheses[::-1])
    np.testing.assert_array_equal(values, backwards[::-1])
    assert values[0] == metric(references[:1], hypotheses[:1])[0]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["we", "walked", "the", "dog", "today", "again"]), min_size=4, max_size=15).map(" ".join)
)
def test_what_is_said_word_for_word_scores_best(text):
    assert word_errors([text], [text]).errors[0] == 0
    assert bleu([text], [text])[0] == pytest.approx(1)
    assert rouge_l([text], [text])[0] == pytest.approx(1)
    assert meteor([text], [text], NO_SYNONYMS)[0] == pytest.approx(1 - 0.5 / len(text.split()) ** 3)
