"""The answer to "why do I feel like this?" (HumDial's task 2): the cause behind the feeling that stood out most.

It brings together what the model noted over the turns: its causes, the words they were taken from, what the voice did,
and the turn in which the feeling came in. Nothing is generated. What the model only guesses is called a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from echomind.talk.trajectory import SURE_FROM, Moment, feeling_words, quoted

_YOU = {"they": "you", "them": "you", "their": "your", "theirs": "yours", "themselves": "yourself"}
_SIGNS = {
    "sigh": "a sigh",
    "sobbing": "sobbing",
    "tired": "a tired voice",
    "breath": "short breath",
    "hoarse": "a hoarse voice",
    "shout": "a raised voice",
    "whisper": "a whisper",
    "fast": "hurried speech",
    "slow": "slow speech",
    "cough": "a cough",
    "laughter": "laughter",
    "yawn": "a yawn",
    "moan": "a moan",
}


def addressed(cause: str) -> str:
    """A cause as the model notes it, about "them", said to the speaker."""
    return re.sub(
        r"\b(they|them|their|theirs|themselves)\b", lambda found: _YOU[found[0].casefold()], cause, flags=re.I
    )


def reason_told(moments: Sequence[Moment]) -> str:
    """The answer to "why do I feel like this?"."""
    if not moments:
        return "I have not heard you yet. Say something first, then ask me again."
    strong = [moment for moment in moments if moment.emotion not in ("", "neutral")]
    if not strong:
        return (
            "I have heard no strong feeling in your voice so far, so I will not make up a reason. "
            f"You spoke of “{quoted(moments[-1].words)}”. What do you notice yourself?"
        )
    weight: dict[str, float] = {}
    for moment in strong:  # the last of equals wins: it is read again, so it moves to the end
        weight[moment.emotion] = weight.pop(moment.emotion, 0.0) + moment.confidence
    main = max(reversed(list(weight)), key=lambda emotion: weight[emotion])
    turns = [moment for moment in strong if moment.emotion == main]
    surest = max(turns, key=lambda moment: moment.confidence)
    feeling = feeling_words(surest).removeprefix("perhaps ")
    sure = surest.confidence >= SURE_FROM
    because = f" because {addressed(surest.cause)}" if surest.cause else ", and I could not tell the cause"
    parts = [
        f"{'I think' if sure else 'My guess is that'} you feel {feeling}{because}.",
        f"I take that from your words, “{quoted(surest.words)}”{_heard(surest)}.",
    ]
    first = turns[0]
    if moments.index(first) > 0:
        before = feeling_words(moments[moments.index(first) - 1])
        parts.append(f"Just before you sounded {before}; it came in when you said “{quoted(first.words)}”.")
    other = next((moment for moment in turns if moment.cause and moment.cause != surest.cause), None)
    if other is not None:
        parts.append(f"It may also be that {addressed(other.cause)}.")
    parts.append("Does that fit, or is it something else?")
    return " ".join(parts)


def _heard(moment: Moment) -> str:
    signs = [_SIGNS[sign] for sign in moment.signs if sign in _SIGNS]
    return f", and from how you said it: {', '.join(signs)}" if signs else ""
