"""What a model has to offer to sit the benchmark, and the three ways it may be asked for a reply.

Every backend (our model, ``transformers`` models, endpoints, the floors) looks the same to ``evaluate``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from echomind.audio import Clip

PromptCondition = Literal["zero", "basic", "enhanced"]
PROMPT_CONDITIONS: tuple[PromptCondition, ...] = ("zero", "basic", "enhanced")


@dataclass(frozen=True)
class SpokenReply:
    """A reply: its words, and its sound where the model speaks."""

    text: str
    audio: Clip | None = None


@dataclass(frozen=True)
class ReplyRequest:
    """Everything a model may be told for a reply. ``system`` is "" in the zero condition; see ``models.prompts``.

    ``key`` identifies the item (``"mini-001/target"``): floors seed their choices with it, models must not use it.
    """

    key: str
    clip: Clip
    condition: PromptCondition
    topic: str
    system: str


@dataclass(frozen=True)
class ChoiceRequest:
    """A multiple-choice question about a clip; ``options`` by letter, in the order to show."""

    key: str
    clip: Clip
    question_type: str
    question: str
    options: Mapping[str, str]


class AnsweringModel(Protocol):
    """A model that can be evaluated. Calls may come from ``concurrency`` threads at once.

    Each method returns the model's raw words: nothing is parsed here, the scorer does that and counts what it cannot
    read. A call that failed for good raises ``EchoMindError``; it is recorded as an empty answer and said so.
    """

    name: str
    concurrency: int

    def transcribe(self, key: str, clip: Clip) -> str:
        """The words of the clip."""

    def choose(self, request: ChoiceRequest) -> str:
        """The model's answer in its own words, e.g. ``"The answer is: B"``."""

    def reply(self, request: ReplyRequest) -> SpokenReply:
        """What the model would say to the speaker."""
