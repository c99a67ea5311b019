"""What a spoken language model has to offer here, and the values it returns.

One protocol for every backend, so that the talk page, the benchmark and the terminal cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from echomind.audio import Clip


@dataclass(frozen=True)
class Cue:
    """What was heard in one category: the winning label, its probability, and the probability of every attribute."""

    label: str
    score: float
    scores: Mapping[str, float]


@dataclass(frozen=True)
class VAD:
    """Valence, arousal, dominance on EmoBank's scale, 1 (negative, calm, controlled) to 5 (the opposite)."""

    v: float
    a: float
    d: float


@dataclass(frozen=True)
class Turn:
    """One earlier exchange of the conversation. ``emotion`` is what the model named for the user's turn, if it did."""

    user: str
    reply: str = ""
    emotion: str = ""


@dataclass(frozen=True)
class Perception:
    """What the model made of one utterance before it answers. ``state`` is the backend's own and opaque to callers."""

    transcript: str
    cues: Mapping[str, Cue]
    speaker: VAD
    listener: VAD
    state: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Thinking:
    """The model's own reading of the speaker: emotion, its cause, and how sure it is (0 to 1). Shown, never spoken."""

    emotion: str
    cause: str
    confidence: float


class SpokenLanguageModel(Protocol):
    """A model that hears a clip and answers it."""

    name: str

    def perceive(self, clip: Clip, transcript: str, *, topic: str = "", history: Sequence[Turn] = ()) -> Perception:
        """Cues of the 12 categories and V-A-D of speaker and listener."""

    def reply(self, perception: Perception, *, seed: int = 0) -> Iterator[Thinking | str]:
        """Yield the thinking once, then the reply in pieces of text as they are generated."""

    def choose(
        self, clip: Clip, question: str, options: Mapping[str, str], *, transcript: str = ""
    ) -> dict[str, float]:
        """Probability of each option key, in the order of ``options``; sums to 1."""
