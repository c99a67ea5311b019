"""The shape of a turn's answer, as published with the ``/talk`` endpoint and printed by ``python -m echomind talk``."""

from __future__ import annotations

from typing import TypedDict


class CueAnswer(TypedDict):
    """What was heard in one category: the label, its probability, and the probability of every attribute."""

    label: str
    score: float
    scores: dict[str, float]


class VADAnswer(TypedDict):
    """Valence, arousal, dominance, each 1 to 5."""

    v: float
    a: float
    d: float


class VADPair(TypedDict):
    """As the speaker expresses them and as a listener feels them."""

    speaker: VADAnswer
    listener: VADAnswer


class ThinkingAnswer(TypedDict):
    """The model's reading of the speaker; ``confidence`` 0 to 1."""

    emotion: str
    cause: str
    confidence: float


class TimingsAnswer(TypedDict):
    """Seconds of each step; null for a step that did not happen."""

    decode: float | None
    asr: float | None
    perceive: float | None
    first_token: float | None
    reply: float | None
    voice: float | None
    total: float | None


class TalkAnswer(TypedDict):
    """One turn: what was heard, felt, why, and the reply."""

    clip: str
    transcript: str
    cues: dict[str, CueAnswer]
    vad: VADPair
    thinking: ThinkingAnswer
    reply: str
    timings_s: TimingsAnswer
    model: str


class EarlierTurn(TypedDict, total=False):
    """One earlier exchange; ``user`` is needed."""

    user: str
    reply: str
    emotion: str
