import time

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from echomind.errors import DataError
from echomind.scoring.wer import PIECE, normalise, word_errors

REFERENCES = [
    "I can't believe we finally made it!",
    "Could you turn the music down, please?",
    "It's two o'clock already.",
    "My neighbour paid $20 for the colour print.",
    "[sighs] Um, I guess so.",
]
HYPOTHESES = [
    "i can't believe we finally made it",
    "could you turn music down down please sir",
    "It's 2 o'clock, all ready.",
    "my neighbor paid twenty dollars for a color print",
    "",
]


def test_hand_counted_errors():
    counted = word_errors(REFERENCES, HYPOTHESES)
    # none; "the" dropped, "down" and "sir" added; "already" heard as two words; "the" replaced; all 3 words dropped
    assert counted.errors.tolist() == [0, 3, 2, 1, 3]
    assert counted.reference_words.tolist() == [8, 7, 5, 8, 3]
    assert counted.corpus == pytest.approx(9 / 31)
    assert counted.utterance_mean == pytest.approx(np.mean([0, 3 / 7, 2 / 5, 1 / 8, 1]))
    np.testing.assert_allclose(counted.rates, [0, 3 / 7, 2 / 5, 1 / 8, 1])


def test_equal_to_jiwer_on_the_same_normal_form():
    normal = EnglishTextNormalizer()
    counted = word_errors(REFERENCES, HYPOTHESES)
    references, hypotheses = [normal(t) for t in REFERENCES], [normal(t) for t in HYPOTHESES]
    assert counted.corpus == jiwer.wer(references, hypotheses)
    assert counted.rates.tolist() == [jiwer.wer(r, h) for r, h in zip(references, hypotheses, strict=True)]


def test_normal_form_is_whispers():
    normal = EnglishTextNormalizer()
    for text in REFERENCES + HYPOTHESES:
        assert normalise(text).split() == normal(text).split()


def test_cannot_and_cant_differ_as_whisper_has_it():
    assert word_errors(["You can't."], ["you cannot"]).errors.tolist() == [2]


def test_both_sides_share_the_oddity_of_two_oclock():
    assert normalise("two o'clock") == normalise("2 o'clock") == "20 clock"


def test_a_reference_without_words_counts_what_was_added():
    counted = word_errors(["Hmm.", "Yes."], ["no way", "yes"])
    assert counted.errors.tolist() == [2, 0]
    assert counted.reference_words.tolist() == [0, 1]
    assert counted.corpus == 2.0
    assert counted.utterance_mean == 0.0  # only the utterance that has words
    assert np.isnan(counted.rates[0])


def test_no_words_at_all_is_refused():
    counted = word_errors(["Hmm.", "(laughs)"], ["", "ha"])
    for measure in ("corpus", "utterance_mean"):
        with pytest.raises(DataError, match="no words in 2 references"):
            getattr(counted, measure)


def test_lists_of_other_lengths_are_refused():
    with pytest.raises(DataError, match="found 1 hypotheses for 2 references"):
        word_errors(["a", "b"], ["a"])


def test_nothing_to_score_is_two_empty_arrays():
    counted = word_errors([], [])
    assert counted.errors.shape == counted.reference_words.shape == (0,)
    assert counted.errors.dtype == counted.reference_words.dtype == np.int64


@pytest.mark.parametrize("text", ["<" * 50_000, "9" * 50_000, " " * 200_000 + "x", "(" * 50_000, "one " * 10_000])
def test_a_hostile_transcript_neither_fails_nor_stalls(text):
    """Whole, these take the normaliser 14 s and more (time grows with the square), or raise on a too long number."""
    start = time.process_time()
    counted = word_errors(["a quiet day"], [text])
    assert time.process_time() - start < 5
    assert counted.errors[0] >= 3


def test_pieces_keep_all_words():
    words = [f"word{'x' * (n % 9)}" for n in range(PIECE // 4)]
    assert normalise(" ".join(words)).split() == words
