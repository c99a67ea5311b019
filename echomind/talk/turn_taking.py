"""When a speaker has finished: from what is heard in the pauses, and from the words before them. No sound here.

Three moments in a growing pause. After ``AHEAD_S`` the answer is prepared unseen. After ``patience`` the turn is taken:
the reply begins to be shown. After ``SETTLE_S`` more it is certain: the microphone is closed and the voice may begin.
Whoever goes on before that is listened to, and the reply is taken back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from echomind.talk.voice_activity import FRAME_S

SPEECH, NO_SPEECH = 0.5, 0.35  # probabilities; between them it stays as it was
ONSET_S = 0.096  # of speech in a row before a turn has begun: shorter is a click or a knock
AHEAD_S = 0.096  # shorter than some stop consonants (up to 0.12), whose answer is begun for nothing
PATIENCE_S = 0.5
UNFINISHED_S = 0.9  # after words that want others, and after less than a word
LONGEST_S = 1.3  # patience with a speaker who makes long pauses
SETTLE_S = 0.5
MARGIN = 1.25  # a pause as long as the longest so far, and a quarter more, is still a pause
# A breath, a sigh, a sob: so much above the noise floor, and not lost beside the speech. Nobody is done in one.
NOT_QUIET_DB, SOFTER_DB = 12.0, 40.0
SOUND_S = 1.5  # of sound without speech that is waited for: longer is a noise that has begun
WINDOW_S, FLOOR_PERCENT, LOUD_PERCENT = 3.0, 10.0, 95.0  # the noise floor is what the level falls to now and then
SHORT_S = 0.5  # of speech: a "well" or an "I"

_UNFINISHED = frozenset(
    re.findall(
        r"\S+",
        "a an the my your his her its our their this these some any every no "
        "and or but because so if when while although that which who than as like "
        "to of in on at for from with by about into "
        "i i'm i've i'll we we're they they're he's she's it's you're there's "
        "is are was were be been am have has had do does did can could will would should must might may "
        "not really very just um uh er well",
    )
)


def wants_more(words: str) -> bool:
    """Whether the sentence can hardly end here: its last word is one that others follow."""
    last = re.findall(r"[a-z']+", words.lower())
    return bool(last) and last[-1] in _UNFINISHED


@dataclass
class TurnTaking:
    """What the frames of one turn have told so far. Times in seconds."""

    started: bool = False
    speaking: bool = False
    silence: float = 0.0  # since the last speech, or sound that may be the speaker's
    pause: float = 0.0  # since the last speech
    spoken: float = 0.0  # speech in all
    longest_pause: float = 0.0  # after which the speaker went on
    waited: float = 0.0  # for the first word
    run: float = 0.0  # of speech frames up to now
    _sound: float = 0.0
    _loud: bool = False

    def __post_init__(self) -> None:
        self._levels: list[float] = []

    def frame(self, probability: float, level_db: float) -> None:
        """Take in the next frame: the probability of speech and its level."""
        self._levels = [*self._levels[-round(WINDOW_S / FRAME_S) :], level_db]
        self.pause += FRAME_S
        speech = probability >= (NO_SPEECH if self.speaking else SPEECH)
        self.run = self.run + FRAME_S if speech else 0.0
        if not self.started:
            self.waited += FRAME_S
            self.started = self.speaking = self.run >= ONSET_S
            self.spoken = self.run if self.started else 0.0
        elif speech and (self.speaking or self.run >= ONSET_S):
            if not self.speaking:
                self.longest_pause = max(self.longest_pause, self.pause - self.run)
            self.speaking, self.silence, self.pause, self._sound = True, 0.0, 0.0, 0.0
            self.spoken += FRAME_S
        elif speech:
            return  # perhaps the first of more
        elif self._noisy(level_db) and self._sound < SOUND_S and not self.speaking:
            self._sound += FRAME_S
            self.silence = 0.0
        else:
            self.speaking = False
            self.silence += FRAME_S

    def _noisy(self, level_db: float) -> bool:
        """Whether this frame and the one before are louder than silence; one alone is a click."""
        before, self._loud = self._loud, level_db > self.quiet_db
        return before and self._loud

    @property
    def quiet_db(self) -> float:
        """The level below which a frame without speech is silent."""
        floor, loud = np.percentile(self._levels, (FLOOR_PERCENT, LOUD_PERCENT))
        return float(max(floor + NOT_QUIET_DB, loud - SOFTER_DB))

    def patience(self, words: str) -> float:
        """How long a pause may grow, after these words, before the turn is taken."""
        wait = UNFINISHED_S if wants_more(words) or self.spoken < SHORT_S else PATIENCE_S
        return max(wait, min(MARGIN * self.longest_pause, LONGEST_S))
