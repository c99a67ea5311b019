"""Feelings over the turns of one conversation, and the answer to "how did my feelings change?" (HumDial's task 1).

The answer names the emotion of every turn in order, neutral ones too, since that is what the task is marked by, and the
shape of the whole: pleasant and unpleasant emotions decide it, and where all turns are alike, the valence does.
It is put together from what the model noted in each turn; nothing is generated.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from echomind.models.protocol import VAD

Shape = Literal["level", "rise", "fall", "dip", "peak", "waver"]
MIN_STEP = 0.4  # of valence or arousal, on a scale of 1 to 5: less is within the model's own error
SURE_FROM = 0.5  # of the thinking's confidence (it speaks in thirds): below it an emotion is "perhaps"
_PLEASANT = {"happy": 1, "neutral": 0, "surprise": 0}  # every other emotion is unpleasant
_NAMES = {
    "surprise": "surprised",
    "fear": "afraid",
    "disgust": "disgusted",
    "tired": "worn out",
    "sobbing": "close to tears",
    "": "hard to read",
}
_SHAPES: dict[Shape, str] = {
    "level": "All in all it stayed much the same",
    "rise": "All in all things brightened on the way",
    "fall": "All in all it went downhill",
    "dip": "So there was a low point in the middle, and you came out of it",
    "peak": "So it rose in the middle and sank again",
    "waver": "So it went up and down",
}


@dataclass(frozen=True)
class Moment:
    """What the model noted in one turn: the words, emotion, cause and confidence (0 to 1), V-A-D of both sides.

    ``signs``: attribute ids of what was heard for sure in the voice.
    """

    words: str
    emotion: str
    cause: str
    confidence: float
    speaker: VAD
    listener: VAD
    signs: tuple[str, ...] = ()


def polarity(emotion: str) -> int:
    """1 pleasant, 0 neither, -1 unpleasant."""
    return _PLEASANT.get(emotion, -1 if emotion else 0)


def shape(values: Sequence[float], step: float) -> Shape:
    """The shape of a line. Differences under ``step`` count for nothing.

    ``dip`` and ``peak``: a turn between the ends is a step under (over) both of them, and none is on the other side.
    """
    first, last, low, high = values[0], values[-1], min(values), max(values)
    if high - low < step:
        return "level"
    dips, peaks = low <= min(first, last) - step, high >= max(first, last) + step
    if dips != peaks:
        return "dip" if dips else "peak"
    if not dips and abs(last - first) >= step:
        return "rise" if last > first else "fall"
    return "waver"


def overall(moments: Sequence[Moment]) -> Shape:
    """The shape of a conversation: by the emotions, or by the valence where they are all of one kind."""
    kinds = [polarity(moment.emotion) for moment in moments]
    return shape(kinds, 1) if len(set(kinds)) > 1 else shape([moment.speaker.v for moment in moments], MIN_STEP)


def change_told(moments: Sequence[Moment]) -> str:
    """The answer to "how did my feelings change?"."""
    if not moments:
        return "I have not heard you yet. Say something first, then ask me again."
    if len(moments) == 1:
        feeling = feeling_words(moments[0])
        return f"I have heard one turn so far, and you sounded {feeling} in it. Say some more, then ask me again."
    stretches = [(words, list(run)) for words, run in groupby(moments, key=feeling_words)]
    parts, turn = [], 0
    for number, (words, run) in enumerate(stretches):
        turn += len(run)
        verb = "you sounded" if number == 0 else "you ended" if turn == len(moments) else "you were"
        span = f" for {_count(len(run))} turns" if len(run) > 1 else ""
        parts.append(f"{'' if number == 0 else 'then '}{verb} {words}{span} (“{quoted(run[0].words)}”)")
    if len(stretches) == 1:
        told = f"You sounded {stretches[0][0]} in {_all(len(moments))} turns."
    else:
        told = "First " + "; ".join(parts) + "."
    return " ".join(filter(None, (told, _summed_up(moments), _closing(moments[-1]))))


def _summed_up(moments: Sequence[Moment]) -> str:
    calmer = moments[-1].speaker.a - moments[0].speaker.a
    voice = "" if abs(calmer) < MIN_STEP else "more excited" if calmer > 0 else "calmer"
    return _SHAPES[overall(moments)] + (f", and your voice grew {voice}." if voice else ".")


def _closing(last: Moment) -> str:
    kind = polarity(last.emotion)
    if kind < 0:
        return "Thank you for telling me; I am listening if there is more."
    return "It is good to hear you end on a bright note." if kind > 0 else ""


def feeling_words(moment: Moment) -> str:
    """The emotion of a turn as an adjective, with "perhaps" where the model is not sure."""
    words = _NAMES.get(moment.emotion, moment.emotion)
    return words if moment.confidence >= SURE_FROM or not moment.emotion else f"perhaps {words}"


def quoted(words: str, width: int = 48) -> str:
    """The beginning of what was said; a dash where no word was recognised."""
    return textwrap.shorten(words.strip(" .!?"), width, placeholder=" …") or "—"


def _all(number: int) -> str:
    return "both" if number == 2 else f"all {_count(number)}"


def _count(number: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}.get(number, str(number))
