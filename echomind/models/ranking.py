"""Which of several candidates is said: the one that fits the voice, the words, and the model's own language best.

A candidate that invents (``lexicon``), or says again what was said before, comes after all that do not. Among
the rest a weighted sum decides; its weights were fitted on held-out situations of our corpus
(``python -m echomind.training.reply_weights``), never on recordings of a benchmark. That of ``sense`` is 1, as of a
log-probability beside others; with 2 replies to such situations and to DREAM's and RECCON's development parts read no
better.

- ``fluency``: the mean log-likelihood of its tokens;
- ``agreement``: the logarithm of how far what it reads as (``choosing``) is what was perceived;
- ``nearness``: the cosine of its sentence vector with the transcript's (MiniLM);
- ``taken_up``: words of the speaker that it takes up, 2 at most;
- ``sense``: of the reply so far with it, the logarithm of the probability that a person wrote that (``slm.judge``).

How much likelier a candidate is with the speaker's words, or with the voice, than without them (mutual information)
was tried beside these and got a weight of nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np

from echomind.models.choosing import READ_LABELS
from echomind.models.lexicon import Lexicon
from echomind.slm.configuration import EMOTION_OF_CUE, THINKING_EMOTIONS
from echomind.taxonomy import NONE

FAINTEST = 0.02  # a reading that agrees with nothing heard still has this: readings are right in 7 of 10 only
CLEARLY = 0.5  # a cue heard with this probability counts fully
MOST_TAKEN_UP = 2


@dataclass(frozen=True)
class Features:
    """What speaks for a candidate; each is better when it is larger."""

    fluency: float
    agreement: float
    nearness: float
    taken_up: float
    sense: float = 0.0


@dataclass(frozen=True)
class Weights:
    """One for each of ``Features``, in their units."""

    fluency: float
    agreement: float
    nearness: float
    taken_up: float
    sense: float = 0.0

    def score(self, features: Features) -> float:
        """The weighted sum."""
        return sum(w * f for w, f in zip(astuple(self), astuple(features), strict=True))


CAUSE = Weights(1.65, 1.01, 16.3, 1.23)
OPENING = Weights(1.34, 0.95, 0.0, 0.0, 1.0)  # the first sentence of a reply
GOING_ON = Weights(1.24, 0.39, 12.2, 1.44, 1.0)  # the others


class ReplyReader(Protocol):
    """Tells whether a reply makes sense, such as ``slm.judge.Judge``."""

    def __call__(self, emotion: str, transcript: str, replies: Sequence[str]) -> np.ndarray:
        """Log-odds ``(n,)`` that a person wrote these as answers to words said with that emotion."""


class TextReader(Protocol):
    """Sentence vectors and what cue a text was written for, such as ``choosing.OptionReader``."""

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Sentence vectors of length 1, ``(n, width)``."""

    def trained(self, vector: np.ndarray) -> np.ndarray:
        """Probability of each of ``READ_LABELS`` given a text."""


def expected_labels(emotion: str, heard: Mapping[str, float]) -> np.ndarray:
    """How far a reply may speak of each of ``READ_LABELS``, 0 to 1, given the emotion perceived and the cues heard.

    Of the cues that speak for the emotion the strongest counts fully and others by their share of it (to speak of a
    cough is wrong for one who is out of breath). An emotion that is a cue itself may come from the words alone: its
    cues then count by their share of ``CLEARLY``, so that a laugh that was hardly heard is not spoken of, and the
    emotion counts for what is missing to a sound heard clearly. One without a cue of its name (unwell), of which
    nothing was heard, lets all its cues count. Cues that speak for no emotion count by their probability, nothing at
    all fully when the emotion is neutral and half otherwise.
    """
    own = {label: heard.get(label, 0.0) for label in READ_LABELS if EMOTION_OF_CUE.get(label) == emotion}
    enough = max(own.values(), default=0.0)
    if emotion in own:
        enough = max(enough, CLEARLY)
    expected = {label: heard.get(label, 0.0) if label not in EMOTION_OF_CUE else 0.0 for label in READ_LABELS}
    expected |= {label: p / enough if enough > 0 else 1.0 for label, p in own.items()}
    if emotion in own:
        sounds = max((expected[label] for label in own if label != emotion), default=0.0)
        expected[emotion] = max(expected[emotion], 1.0 - sounds)
    expected[NONE] = 1.0 if emotion == THINKING_EMOTIONS[0] else 0.5
    return np.array([expected[label] for label in READ_LABELS])


class Ranker:
    """Scores the texts of one turn; without a ``reader`` the two features of meaning are 0 for all."""

    def __init__(
        self,
        reader: TextReader | None,
        lexicon: Lexicon,
        transcript: str,
        emotion: str,
        heard: Mapping[str, float],
        judge: ReplyReader | None = None,
    ) -> None:
        self._reader, self._lexicon, self._transcript = reader, lexicon, transcript
        self._emotion, self._judge = emotion, judge
        self._expected = expected_labels(emotion, heard)
        self._said: np.ndarray | None = None

    def features(self, texts: Sequence[str], fluency: Sequence[float], sense: Sequence[float]) -> list[Features]:
        """Features of candidates, given their fluency and their sense (0 where they are no part of a reply).

        A text that is alone has no agreement and no nearness, for there is nothing to compare it with.
        """
        agreement, nearness = self._meaning(texts)
        taken_up = [float(min(MOST_TAKEN_UP, len(set(self._lexicon.taken_up(text))))) for text in texts]
        return [Features(*values) for values in zip(fluency, agreement, nearness, taken_up, sense, strict=True)]

    def sense(self, replies: Sequence[str]) -> list[float]:
        """The sense of replies as far as they go; 0 for all without a judge."""
        if self._judge is None:
            return [0.0] * len(replies)
        return (-np.logaddexp(0.0, -self._judge(self._emotion, self._transcript, replies))).tolist()

    def _meaning(self, texts: Sequence[str]) -> tuple[list[float], list[float]]:
        if self._reader is None or len(texts) < 2:
            return [0.0] * len(texts), [0.0] * len(texts)
        if self._said is None:
            *vectors, self._said = self._reader.vectors([*texts, self._transcript])
        else:
            vectors = list(self._reader.vectors(texts))
        agreement = [math.log(FAINTEST + float(self._reader.trained(v) @ self._expected)) for v in vectors]
        return agreement, [float(v @ self._said) for v in vectors]

    def faults(self, text: str) -> int:
        """How many words of a candidate are invented."""
        return len(self._lexicon.invented(text))


def best(scores: Sequence[float], faults: Sequence[int]) -> int:
    """The index of the highest score among the candidates with the fewest faults (the first of equals)."""
    return min(range(len(scores)), key=lambda i: (faults[i], -scores[i]))
