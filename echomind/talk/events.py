"""What a turn tells as it goes on, and the times it measures."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from echomind.models.asr import Transcript
from echomind.models.protocol import Perception, Thinking
from echomind.talk.care import Care
from echomind.talk.intent import Asked
from echomind.talk.prosody import PLAIN, Prosody
from echomind.talk.speak import Speech


@dataclass
class Timings:
    """Seconds that each step took; None for a step that did not happen.

    ``first_token`` counts from the start of the reply step (the thinking included) to its first piece of text and is
    part of ``reply``; ``total`` runs from the start of decoding to the end of the last step.
    """

    decode: float | None = None
    asr: float | None = None
    perceive: float | None = None
    first_token: float | None = None
    reply: float | None = None
    voice: float | None = None
    total: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        """By name, to a tenth of a millisecond."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value if value is None else round(value, 4) for name, value in values.items()}


@dataclass(frozen=True)
class Heard:
    """The words, recognised or given."""

    transcript: Transcript


@dataclass(frozen=True)
class Perceived:
    """Cues and V-A-D."""

    perception: Perception


@dataclass(frozen=True)
class Thought:
    """The model's reading of the speaker."""

    thinking: Thinking


@dataclass(frozen=True)
class Cared:
    """A danger was said outright; the reply pieces that follow are fixed text with help lines, not the model's."""

    care: Care


@dataclass(frozen=True)
class AskedBack:
    """The speaker asked about their own feelings; the reply that follows is put together from the earlier turns."""

    question: Asked


@dataclass(frozen=True)
class ReplyPiece:
    """The next piece of the reply's text; the sentences it ends are spoken while the next ones are written."""

    text: str


@dataclass(frozen=True)
class Spoken:
    """One ``sentence`` of the reply as sound, said in ``delivery``; or the ``problem`` that leaves it without."""

    speech: Speech | None
    problem: str = ""
    sentence: str = ""
    delivery: Prosody = PLAIN


@dataclass(frozen=True)
class Done:
    """The end of the turn: the whole reply (empty without a model) and the measured times."""

    reply: str
    timings: Timings = field(repr=False)


@dataclass(frozen=True)
class Waiting:
    """All places for turns are taken; ``position`` is 1 for the next to be let in."""

    position: int


@dataclass(frozen=True)
class TakenBack:
    """The speaker went on: what was told of this turn does not count, and nothing follows."""


Event = Waiting | TakenBack | Heard | Perceived | Thought | Cared | AskedBack | ReplyPiece | Spoken | Done
