import math

import numpy as np
import pytest
from nltk.stem.porter import PorterStemmer
from nltk.tokenize import NLTKWordTokenizer, PunktSentenceTokenizer
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.meteor_score import meteor_score
from rouge_score.rouge_scorer import RougeScorer

from echomind.errors import DataError
from echomind.scoring import overlap
from echomind.scoring.overlap import bleu, meteor, meteor_metric_id, rouge_l
from echomind.scoring.wordnet import NO_SYNONYMS

REFERENCES = [
    "Oh no, that sounds exhausting. Do you want to sit down for a bit?",
    "Congratulations! You've worked so hard for this.",
    "Take care, and call me if the fever's back.",
    "Let's find you something warm to drink.",
    "Sure.",
    "It can't have been easy to tell her.",
]
HYPOTHESES = [
    "That sounds exhausting. Would you like to sit down?",
    "congratulations, you worked so hard!",
    "Call me if the fevers are back... and take care.",
    "Pineapple on Tuesdays",
    "Sure.",
    "",
]


def test_bleu_by_hand():
    """Of "the cat sat down" and "the cat sat there": 3/4, 2/3, 1/2 and, smoothed, 0.1/1; equal lengths, no penalty."""
    assert bleu(["the cat sat down"], ["the cat sat there"])[0] == pytest.approx((3 / 4 * 2 / 3 * 1 / 2 * 0.1) ** 0.25)
    # one word short: all that is there matches, 4-grams do not exist (0.1 of at least 1), penalty exp(1 - 4/3)
    assert bleu(["The cat sat down"], ["the cat sat"])[0] == pytest.approx(math.exp(-1 / 3) * 0.1**0.25)


def test_rouge_l_by_hand():
    """Longest common run in order of "a b c d e" and "a x c e": a c e; P 3/4, R 3/5, F 2/3."""
    assert rouge_l(["a b c d e"], ["A x, c e!"])[0] == pytest.approx(2 / 3)


def test_rouge_l_does_not_stem():
    assert rouge_l(["waiting"], ["waited"])[0] == 0.0


def test_meteor_by_hand():
    """3 of 3 words match, one by its stem, in one run: Fmean 1, penalty 0.5 (1/3)^3."""
    assert meteor(["the cats slept"], ["the cat slept"], NO_SYNONYMS)[0] == pytest.approx(1 - 0.5 / 27)
    # two runs of 2 matches; P 1, R 2/3, Fmean P R / (0.9 P + 0.1 R), penalty 0.5 (2/2)^3
    fmean = (2 / 3) / (0.9 + 0.1 * 2 / 3)
    assert meteor(["one two three"], ["three one"], NO_SYNONYMS)[0] == pytest.approx(0.5 * fmean)


def test_bleu_splits_sentences_before_words():
    """The full stop inside a reply is a word of its own, as ``word_tokenize`` has it."""
    assert bleu(["Oh. I see. Rest."], ["oh . i see . rest ."])[0] == pytest.approx(1)


def test_equal_to_nltk_and_rouge_score():
    words, sentences = NLTKWordTokenizer(), PunktSentenceTokenizer()
    scorer = RougeScorer(["rougeL"], use_stemmer=False)

    def tokens(text):
        return [word for sentence in sentences.tokenize(text.lower()) for word in words.tokenize(sentence)]

    pairs = [(r, h) for r in REFERENCES for h in HYPOTHESES]
    references, hypotheses = zip(*pairs, strict=True)
    smooth = SmoothingFunction().method1
    np.testing.assert_allclose(
        bleu(references, hypotheses),
        [sentence_bleu([tokens(r)], tokens(h), smoothing_function=smooth) for r, h in pairs],
        atol=1e-12,
    )
    np.testing.assert_allclose(
        rouge_l(references, hypotheses), [scorer.score(r, h)["rougeL"].fmeasure for r, h in pairs], atol=1e-12
    )
    np.testing.assert_allclose(
        meteor(references, hypotheses, NO_SYNONYMS),
        [
            meteor_score([r.lower().split()], h.lower().split(), stemmer=PorterStemmer(), wordnet=NO_SYNONYMS)
            for r, h in pairs
        ],
        atol=1e-12,
    )


@pytest.mark.parametrize("metric", [bleu, rouge_l, meteor])
def test_bounds_and_empty_texts(metric):
    values = metric([*REFERENCES, "", "words", " "], [*HYPOTHESES, "words", "  \n", ""])
    assert values.dtype == np.float64
    assert values.shape == (9,)
    assert ((values >= 0) & (values <= 1)).all()
    assert values[3] < 0.02
    assert values[5:].tolist() == [0.0] * 4
    assert metric([], []).shape == (0,)


@pytest.mark.parametrize("metric", [bleu, rouge_l, meteor])
def test_lists_of_other_lengths_are_refused(metric):
    with pytest.raises(DataError, match="found 2 hypotheses for 1 references"):
        metric(["a"], ["a", "b"])


def test_meteor_says_whether_synonyms_took_part(monkeypatch):
    class Kin:
        def synsets(self, lemma):
            return [self] if lemma == "glad" else []

        def lemmas(self):
            return [self]

        def name(self):
            return "happi"  # nltk looks synonyms up among stems

    references, hypotheses = ["so happy today"], ["so glad today"]
    monkeypatch.setattr(overlap, "installed_wordnet", lambda: None)
    assert meteor_metric_id() == "meteor_stem"
    stems_only = meteor(references, hypotheses)[0]
    monkeypatch.setattr(overlap, "installed_wordnet", Kin)
    assert meteor_metric_id() == "meteor"
    assert meteor(references, hypotheses)[0] == pytest.approx(1 - 0.5 / 27)
    assert stems_only < 0.5
