"""The 8 understanding and 10 reasoning question types of EchoMind, with the names its project page uses.

Source: EchoMind (arXiv 2510.22758), section 3, and the demonstration items of the project page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Level = Literal["understanding", "reasoning"]
LEVELS: tuple[Level, ...] = ("understanding", "reasoning")


@dataclass(frozen=True)
class QuestionType:
    """One kind of multiple-choice question; ``title`` is the official label, ``options`` how many options it has."""

    id: str
    level: Level
    title: str
    options: int


QUESTION_TYPES: tuple[QuestionType, ...] = (
    QuestionType("coarse_grained", "understanding", "Coarse Grained", 4),
    QuestionType("gender_recognition", "understanding", "Fine Grained Gender Recognition", 2),
    QuestionType("age_group_classification", "understanding", "Fine Grained Age Group Classification", 3),
    QuestionType("voice_style_detection", "understanding", "Fine Grained Voice Style Detection", 4),
    QuestionType("speech_emotion_recognition", "understanding", "Fine Grained Speech Emotion Recognition", 4),
    QuestionType("speaking_pace_classification", "understanding", "Fine Grained Speaking Pace Classification", 2),
    QuestionType("nve_recognition", "understanding", "Fine Grained Nve Recognition", 4),
    QuestionType("background_sound_detection", "understanding", "Fine Grained Background Sound Detection", 4),
    QuestionType("multiple_people_detection", "reasoning", "Multiple People Detection", 2),
    QuestionType("laughter_sentiment_detection", "reasoning", "Laughter Sentiment Detection", 2),
    QuestionType("shouting_sentiment_detection", "reasoning", "Shouting Sentiment Detection", 2),
    QuestionType("audio_text_sentiment_consistency", "reasoning", "Audio-Text Sentiment Consistency", 2),
    QuestionType("response_style_matching", "reasoning", "Response Style Matching", 4),
    QuestionType("personalized_recommendation_matching", "reasoning", "Personalized Recommendation Matching", 4),
    QuestionType("contextual_suggestion_generation", "reasoning", "Contextual Suggestion Generation", 4),
    QuestionType("preceding_event_inference", "reasoning", "Preceding Event Inference", 4),
    QuestionType("speaker_intent_recognition", "reasoning", "Speaker Intent Recognition", 4),
    QuestionType("empathy_aware_response_selection", "reasoning", "Empathy-Aware Response Selection", 4),
)
QUESTION_TYPE: dict[str, QuestionType] = {kind.id: kind for kind in QUESTION_TYPES}


def _folded(label: str) -> str:
    words = re.sub(r"[^a-z]+", " ", label.casefold()).split()
    return " ".join(words).removeprefix("fine grained ")


_OF_LABEL = {_folded(kind.title): kind for kind in QUESTION_TYPES} | {
    kind.id.replace("_", " "): kind for kind in QUESTION_TYPES
}


def question_type_of(label: str) -> QuestionType:
    """The type with this official label or id; case, dashes, underscores and "Fine Grained" do not matter.

    Raises ``KeyError`` with the label that was found when it is none of the 18.
    """
    found = _OF_LABEL.get(_folded(label))
    if found is None:
        raise KeyError(f"unknown question type {label!r}: expected one of the 18 labels or ids")
    return found
