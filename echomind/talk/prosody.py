"""How a reply should sound, given what was felt and heard in the speaker's voice: two small tables.

The delivery answers the speaker, it does not copy: a sad or tired voice gets a slower, softer, lower one; a happy voice
a brighter one; anger and fear get calm. The directions are those of the acoustic profiles of emotion in Juslin and
Laukka (2003), with effects kept small, since a synthetic voice that acts soon sounds false. Cues then move it a little
further: nobody answers a whisper aloud, a child or an old person fast, or someone in traffic softly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from echomind.models.protocol import Cue
from echomind.talk.sureness import is_notable
from echomind.words import t


@dataclass(frozen=True)
class Prosody:
    """Delivery relative to the voice's own.

    ``rate`` and ``range`` (of the melody): 1 is usual. ``pitch_st`` in semitones, ``volume_db``: 0 is usual.
    ``pause_s``: silence between sentences, in seconds.
    """

    rate: float = 1.0
    pitch_st: float = 0.0
    range: float = 1.0
    volume_db: float = 0.0
    pause_s: float = 0.30


@dataclass(frozen=True)
class Shift:
    """What a cue adds: factors of rate and range, additions to the rest.

    ``speaks_for``: the emotion that the cue is a sign of; where just that is answered, the cue is not counted again.
    """

    rate: float = 1.0
    pitch_st: float = 0.0
    range: float = 1.0
    volume_db: float = 0.0
    pause_s: float = 0.0
    speaks_for: str = ""


PLAIN = Prosody()
SOFT = Prosody(rate=0.88, pitch_st=-1.5, range=0.8, volume_db=-4.0, pause_s=0.50)
CALM = Prosody(rate=0.92, pitch_st=-1.0, range=0.85, volume_db=-2.0, pause_s=0.45)
BRIGHT = Prosody(rate=1.06, pitch_st=1.5, range=1.25, volume_db=0.0, pause_s=0.25)

BY_EMOTION: dict[str, Prosody] = {
    "happy": BRIGHT,
    "surprise": Prosody(rate=1.03, pitch_st=1.0, range=1.3, pause_s=0.28),
    "sad": SOFT,
    "sobbing": SOFT,
    "tired": Prosody(rate=0.90, pitch_st=-1.0, range=0.8, volume_db=-4.0, pause_s=0.50),
    "unwell": Prosody(rate=0.92, pitch_st=-0.5, range=0.9, volume_db=-3.0, pause_s=0.45),
    "fear": CALM,
    "angry": CALM,
    "disgust": CALM,
}
_WORN, _ILL = Shift(0.94, -0.5, 0.9, -2.0, 0.12, "tired"), Shift(0.95, 0.0, 1.0, -1.0, 0.10, "unwell")
_DOWN = Shift(0.94, -0.5, 0.9, -2.0, 0.12, "sad")
BY_CUE: dict[str, Shift] = {
    "whisper": Shift(rate=0.95, range=0.9, volume_db=-6.0),
    "shout": Shift(rate=0.95, volume_db=-1.0, speaks_for="angry"),
    "tired": _WORN,
    "yawn": _WORN,
    "sobbing": _DOWN,
    "sigh": _DOWN,
    "breath": _ILL,
    "cough": _ILL,
    "hoarse": _ILL,
    "moan": _ILL,
    "laughter": Shift(rate=1.02, pitch_st=0.5, range=1.1, speaks_for="happy"),
    "fast": Shift(rate=1.04, pause_s=-0.06),
    "slow": Shift(rate=0.93, pause_s=0.10),
    "child": Shift(rate=0.94, pitch_st=1.0, range=1.15),
    "elderly": Shift(rate=0.92, pause_s=0.12),
}
LOUD_PLACES = ("weather", "location", "voices", "event")  # categories of sounds in which a soft voice is lost
IN_NOISE = Shift(rate=0.96)
_LIMITS = {"rate": (0.78, 1.15), "pitch_st": (-3, 3), "range": (0.6, 1.5), "volume_db": (-10, 0), "pause_s": (0.2, 0.8)}


def prosody_for(emotion: str, cues: Mapping[str, Cue] | None = None) -> Prosody:
    """Delivery of a reply to someone in that state who sounds so; without an entry (neutral) the plain one.

    ``cues``: by category; only those that are stated (see ``sureness``) count. Every value stays within small limits,
    and in a loud place the level stays up whatever else was heard.
    """
    state = emotion.strip().casefold()
    found = BY_EMOTION.get(state, PLAIN)
    heard = {name: cue.label for name, cue in (cues or {}).items() if is_notable(name, cue)}
    for label in heard.values():
        shift = BY_CUE.get(label)
        if shift is not None and (not shift.speaks_for or shift.speaks_for != state):
            found = _shifted(found, shift)
    if any(name in LOUD_PLACES for name in heard):
        found = replace(_shifted(found, IN_NOISE), volume_db=0.0)
    return found


def _shifted(base: Prosody, by: Shift) -> Prosody:
    values = {
        "rate": base.rate * by.rate,
        "pitch_st": base.pitch_st + by.pitch_st,
        "range": base.range * by.range,
        "volume_db": base.volume_db + by.volume_db,
        "pause_s": base.pause_s + by.pause_s,
    }
    return Prosody(**{name: min(max(value, _LIMITS[name][0]), _LIMITS[name][1]) for name, value in values.items()})


def in_words(prosody: Prosody) -> str:
    """``"slower, softer and lower"``; empty for the voice's own way."""
    found = [
        word
        for value, usual, low, high in (
            (prosody.rate, 1.0, t("slower"), t("faster")),
            (prosody.volume_db, 0.0, t("softer"), t("louder")),
            (prosody.pitch_st, 0.0, t("lower in pitch"), t("higher in pitch")),
        )
        if (word := low if value < usual else high if value > usual else "")
    ]
    if len(found) == 3:
        return t("{first}, {second} and {last}", first=found[0], second=found[1], last=found[2])
    return t("{first} and {last}", first=found[0], last=found[1]) if found[1:] else (found or [""])[0]
