"""Word overlap of replies with reference replies: BLEU, ROUGE-L and METEOR as EchoMind's code computes them.

All values are 0 to 1, one an item; a pair with an empty text gets 0. Each pair is scored once, however often it
recurs; the numbers are those of nltk and rouge-score.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from nltk.stem.porter import PorterStemmer
from nltk.tokenize import NLTKWordTokenizer, PunktSentenceTokenizer
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer

from echomind.scoring.pairs import each_pair
from echomind.scoring.wordnet import NO_SYNONYMS, Synonyms, installed_wordnet

_UNIFORM = (0.25, 0.25, 0.25, 0.25)
_SMOOTHING = SmoothingFunction().method1
_SENTENCES = PunktSentenceTokenizer()
_WORDS = NLTKWordTokenizer()


def bleu(references: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
    """NLTK sentence BLEU-4: uniform weights, smoothing method 1, lower-cased Treebank tokens. Float64 (n,), 0 to 1.

    EchoMind's ``word_tokenize`` splits sentences before words, with a Punkt model that nltk does not ship. The same
    Punkt without a trained model needs no data and lacks only its list of abbreviations: the full stop of "mr. smith"
    becomes a word of its own.
    """
    words_of = lru_cache(maxsize=None)(_WORDS.tokenize)  # replies share sentences: "I'm so sorry to hear that."

    def words(text: str) -> list[str]:
        return [word for sentence in _SENTENCES.tokenize(text.lower()) for word in words_of(sentence)]

    def score(reference: str, hypothesis: str) -> float:
        return float(sentence_bleu([words(reference)], words(hypothesis), _UNIFORM, _SMOOTHING))

    return each_pair(references, hypotheses, score)


def rouge_l(references: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
    """ROUGE-L F-measure of rouge-score, whole text, without stemming. Float64 (n,), 0 to 1.

    EchoMind does not say whether words were stemmed; off is the default of rouge-score.
    """
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    return each_pair(references, hypotheses, lambda r, h: float(scorer.score(r, h)["rougeL"].fmeasure))


def meteor(references: Sequence[str], hypotheses: Sequence[str], synonyms: Synonyms | None = None) -> np.ndarray:
    """NLTK METEOR on lower-cased words between spaces. Float64 (n,), 0 to 1.

    ``synonyms`` is a WordNet; by default the one that is installed, and without one the stage that matches synonyms
    finds nothing. ``meteor_metric_id`` says which of the two it is.
    """
    known = synonyms or installed_wordnet() or NO_SYNONYMS
    stemmer = _RememberingStemmer()

    def score(reference: str, hypothesis: str) -> float:
        words = hypothesis.lower().split()
        return float(single_meteor_score(reference.lower().split(), words, stemmer=stemmer, wordnet=known))

    return each_pair(references, hypotheses, score)


def meteor_metric_id() -> str:
    """``"meteor"`` where a WordNet is installed, else ``"meteor_stem"``: exact and stemmed words, no synonyms."""
    return "meteor" if installed_wordnet() else "meteor_stem"


class _RememberingStemmer:
    """nltk's Porter stemmer that stems each word once. One a call: kept longer, it would keep what anyone ever sent."""

    def __init__(self) -> None:
        self.stem: Any = lru_cache(maxsize=None)(PorterStemmer().stem)
