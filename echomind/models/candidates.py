"""Texts that could be said, drawn side by side, and which of them is.

What is cheap to know is asked first: whether a draft invents words and how likely the decoder itself finds it. Only
what passes is shown to the judge, and only what makes sense to the judge is compared by what it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from echomind.models.lexicon import words_of
from echomind.models.ranking import Features, Weights, best
from echomind.slm.configuration import THINKING_EMOTIONS

AS_GOOD = 0.4  # of the score: what is nearer to the best is a matter of taste
# Mean log-likelihood of a token. Under it this decoder's sentences are more often nonsense than not (read on held-out
# situations of the half that settles choices); after a first sentence it is kinder to say no more.
LEAST_FLUENT = -1.0
LEAST_SENSE = -0.7  # log-probability that a person wrote it: what is less likely is said only for want of anything else
LEAST_WORDS = 3  # "Oh!" goes with the sentence after it
QUOTED_WORDS = 12
SENTENCE_ENDS = (".", "!", "?")


@dataclass(frozen=True)
class Draft:
    """A text as it was drawn: the mean log-likelihood of its tokens and how many of its words are invented."""

    text: str
    tokens: tuple[int, ...]
    fluency: float
    faults: int = 0
    sense: float | None = None  # see ``Features``; None: the judge was not asked

    @property
    def likely(self) -> bool:
        """Whether it invents nothing and the decoder finds it likely."""
        return not self.faults and self.fluency >= LEAST_FLUENT

    @property
    def sensible(self) -> bool:
        """Whether it is likely and makes sense to the judge."""
        return self.likely and self.sense is not None and self.sense >= LEAST_SENSE


@dataclass(frozen=True)
class Candidate:
    """A draft and what speaks for it."""

    draft: Draft
    features: Features


def chosen(candidates: Sequence[Candidate], weights: Weights) -> Draft:
    """The best of some candidates."""
    return _best(candidates, weights).draft


def among_the_best(candidates: Sequence[Candidate], weights: Weights, generator: torch.Generator) -> Draft:
    """One of those as good as the best: who always said the very best would greet everyone alike."""
    top = _best(candidates, weights)
    least = weights.score(top.features) - AS_GOOD
    near = [c for c in candidates if c.draft.faults == top.draft.faults and weights.score(c.features) >= least]
    return near[int(torch.randint(len(near), (1,), generator=generator))].draft


def _best(candidates: Sequence[Candidate], weights: Weights) -> Candidate:
    scores = [weights.score(c.features) for c in candidates]
    return candidates[best(scores, [c.draft.faults for c in candidates])]


def is_sentence(text: str) -> bool:
    """Whether a text has come to the end of a sentence; an interjection alone ("Oh!") is none."""
    return text.rstrip().endswith(SENTENCE_ENDS) and len(words_of(text)) >= LEAST_WORDS


def closed(text: str) -> str:
    """A text with a sentence's end."""
    return text if text.endswith(SENTENCE_ENDS) else text.rstrip(" ,;:-") + "."


def quoted(transcript: str, emotion: str) -> str:
    """The plain cause, where no candidate speaks of what was said: the speaker's own words."""
    words = transcript.split()
    if not words:
        return "no words were heard, only the voice"
    start = " ".join(words[:QUOTED_WORDS]).rstrip(" .,!?;:") + (" …" if len(words) > QUOTED_WORDS else "")
    return f"they simply say “{start}”" if emotion == THINKING_EMOTIONS[0] else f"of what they tell: “{start}”"
