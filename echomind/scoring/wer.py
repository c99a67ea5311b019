"""Word errors of transcripts: Levenshtein distance over words (jiwer) on texts in Whisper's English normal form.

The paper gives WER without saying how texts are normalised; Whisper's normaliser is what most speech leaderboards use.
It lowers case, drops punctuation, fillers ("hmm", "um") and bracketed remarks, spells contractions out and writes
numbers as digits. Two oddities are known. It reads the "o" of "o'clock" as a zero: "two o'clock" and "2 o'clock" both
become "20 clock", and as both sides go through it, this costs nobody an error. It writes "can't" as "can not" and
leaves "cannot" alone: who writes one for the other has two errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from jiwer import process_words
from whisper_normalizer.english import EnglishTextNormalizer

from echomind.errors import DataError
from echomind.scoring.pairs import check_pairs

# Some of the normaliser's patterns take time that grows with the square of the length, and a number of more than 4,300
# digits makes it fail. Utterances of the benchmark have under 200 characters; what is far longer is taken in pieces.
PIECE = 1_000


@dataclass(frozen=True)
class WordErrors:
    """Errors (replaced, dropped and added words) and words of the reference, both int64 arrays, one entry an utterance.

    A reference without words ("Hmm." has none once it is normalised) counts what was added as errors.
    """

    errors: np.ndarray
    reference_words: np.ndarray

    @cached_property
    def rates(self) -> np.ndarray:
        """Errors over reference words of each utterance, 0 and up; NaN where the reference has no words."""
        rates = np.full(len(self.errors), np.nan)
        np.divide(self.errors, self.reference_words, out=rates, where=self.reference_words > 0)
        return rates

    @property
    def corpus(self) -> float:
        """Sum of errors over sum of reference words, the usual corpus WER; ``DataError`` for no words at all."""
        total = int(self.reference_words.sum())
        if total == 0:
            raise DataError(f"found no words in {len(self.errors)} references, expected at least one: WER is undefined")
        return float(self.errors.sum() / total)

    @property
    def utterance_mean(self) -> float:
        """Mean of ``rates`` over the utterances that have one, as EchoMind's code averages; ``DataError`` for none."""
        rates = self.rates[self.reference_words > 0]
        if len(rates) == 0:
            raise DataError(f"found no words in {len(self.errors)} references, expected at least one: WER is undefined")
        return float(rates.mean())


def word_errors(references: Sequence[str], hypotheses: Sequence[str]) -> WordErrors:
    """Word errors of each hypothesis against its reference, both normalised; an empty hypothesis is all deletions.

    Raises ``DataError`` where the lists differ in length. Equal to jiwer on the normalised texts.
    """
    check_pairs(references, hypotheses)
    normal = {text: normalise(text) for text in {*references, *hypotheses}}
    if not references:  # jiwer takes no texts for one empty text
        return WordErrors(np.zeros(0, np.int64), np.zeros(0, np.int64))
    words = process_words([normal[text] for text in references], [normal[text] for text in hypotheses])
    errors = [
        sum(
            # of equally long runs of replaced words either side gives the count; deletions have no hypothesis words
            max(part.ref_end_idx - part.ref_start_idx, part.hyp_end_idx - part.hyp_start_idx)
            for part in alignment
            if part.type != "equal"
        )
        for alignment in words.alignments
    ]
    return WordErrors(np.array(errors, np.int64), np.array([len(words) for words in words.references], np.int64))


def normalise(text: str) -> str:
    """``text`` in Whisper's English normal form, single spaces between words; texts over 1,000 characters in pieces."""
    normaliser = _normaliser()
    return " ".join(" ".join(normaliser(piece) for piece in _pieces(" ".join(text.split()))).split())


def _pieces(text: str) -> Iterator[str]:
    """``text`` cut at its spaces into pieces of at most ``PIECE`` characters; a longer word is cut anywhere."""
    while len(text) > PIECE:
        space = text.rfind(" ", 0, PIECE + 1)
        end = space if space > 0 else PIECE
        yield text[:end]
        text = text[end:].lstrip(" ")
    yield text


@lru_cache(maxsize=1)
def _normaliser() -> EnglishTextNormalizer:
    return EnglishTextNormalizer()
