"""How a reply should sound, given what was felt in the speaker's voice: one small table.

The delivery answers the speaker's emotion, it does not copy it: a sad or tired voice gets a slower, softer, lower one;
a happy voice a brighter one; anger and fear get calm. The directions are those of the acoustic profiles of emotion in
Juslin and Laukka (2003), with effects kept small, since a synthetic voice that acts soon sounds false.
"""

from __future__ import annotations

from dataclasses import dataclass


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


def prosody_for(emotion: str) -> Prosody:
    """Delivery of a reply to someone in that state; without an entry (neutral) the plain one."""
    return BY_EMOTION.get(emotion.strip().casefold(), PLAIN)
