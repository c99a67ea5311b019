"""What is asked: scripts in several deliveries, multiple-choice questions about them, reference replies.

One script is the same words in a target, a neutral and an alternative delivery (EchoMind, arXiv 2510.22758, section 3).
Every loader and builder makes these values; nothing downstream knows in which files they lay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from echomind.benchmark.question_types import Level, QuestionType
from echomind.taxonomy import CATEGORY_OF, NEUTRAL

Style = Literal["target", "neutral", "alternative"]
STYLES: tuple[Style, ...] = ("target", "neutral", "alternative")
UNKNOWN = "unknown"  # the cue of a delivery where the set does not say it: neither neutral nor any attribute


@dataclass(frozen=True)
class Delivery:
    """One recording of a script.

    ``cue`` is an attribute id, ``"neutral"``, or ``"unknown"`` where the set does not say it (``spoken_info`` is then
    what it says instead, or ""); ``spoken_info`` the official cue string; ``audio`` the clip's path; ``reference`` the
    reference reply ("" where the set has none); ``reference_audio`` its recording.
    """

    style: Style
    cue: str
    spoken_info: str
    audio: Path
    reference: str = ""
    reference_audio: Path | None = None

    @property
    def category(self) -> str | None:
        """Category id of the cue; ``None`` for a neutral delivery and for an unknown cue."""
        return None if self.cue in (NEUTRAL, UNKNOWN) else CATEGORY_OF[self.cue]


@dataclass(frozen=True)
class Script:
    """One remark in its deliveries. ``text`` is "" where the set does not give the words."""

    id: str
    topic: str
    text: str
    target: str
    deliveries: Mapping[Style, Delivery]


@dataclass(frozen=True)
class Question:
    """One multiple-choice question about one delivery. ``answer`` is an option's letter, ``None`` where not given."""

    id: str
    type: QuestionType
    script: str
    style: Style
    audio: Path
    question: str
    options: Mapping[str, str]
    answer: str | None

    @property
    def level(self) -> Level:
        """Level of the question's type."""
        return self.type.level


@dataclass(frozen=True)
class BenchmarkSet:
    """A whole set. ``id`` names the board its scores belong to; ``voice`` is who speaks; ``notes`` what to tell users.

    ``digest`` identifies the items (text, options, keys and references; not the sound), so that scores of different
    versions are never mixed.
    """

    id: str
    voice: Literal["tts", "human"]
    scripts: tuple[Script, ...]
    questions: tuple[Question, ...]
    digest: str
    notes: tuple[str, ...] = ()

    @cached_property
    def script_by_id(self) -> dict[str, Script]:
        """Scripts by their id."""
        return {script.id: script for script in self.scripts}

    @cached_property
    def question_by_id(self) -> dict[str, Question]:
        """Questions by their id (ids are unique over both levels)."""
        return {question.id: question for question in self.questions}

    def deliveries(self) -> Iterator[tuple[Script, Delivery]]:
        """Every delivery of every script, in order: the items of transcription and of conversation."""
        for script in self.scripts:
            for style in STYLES:
                if style in script.deliveries:
                    yield script, script.deliveries[style]

    def level(self, level: Level) -> tuple[Question, ...]:
        """The questions of one level, in order."""
        return tuple(q for q in self.questions if q.level == level)

    def cue_of(self, question: Question) -> str:
        """Attribute id (or ``"neutral"``, ``"unknown"``) of the delivery a question is about."""
        return self.script_by_id[question.script].deliveries[question.style].cue
