"""One open turn: sound comes in as it is spoken, words and the end of the turn come out, and the answer is ready.

While a pause grows the answer is prepared unseen (``ahead``); when the turn is taken it begins to be told; when it is
certain that the speaker has finished, its voice may begin. Whoever goes on before that is listened to again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import soxr

from echomind.audio import RATES, SAMPLE_RATE, Clip
from echomind.errors import AudioError
from echomind.models.asr import Hearing, Transcript
from echomind.talk.ahead import Ahead, Prepare
from echomind.talk.events import Done, Event, Perceived, Spoken, TakenBack
from echomind.talk.overhearing import Cues, Overhear, SoFar
from echomind.talk.turn_taking import AHEAD_S, SETTLE_S, TurnTaking
from echomind.talk.voice_activity import FRAME, FRAME_S, VoiceActivity

Phase = Literal["waiting", "speaking", "answering", "over"]
Ended = Literal["", "silence", "limit", "button", "nothing", "closed"]

BEFORE_S = 0.35  # of sound before the first frame of speech that belongs to it: soft consonants, a breath
WORDS_BEFORE_S = 0.1  # of it that the recogniser gets: of a breath it makes a word
NOTHING_S = 8.0  # without a word, after which listening ends
LOST_S = 2.0  # without any sound arriving, after which a turn that is being answered counts as over
QUIETEST_DB = -100.0


@dataclass(frozen=True)
class Progress:
    """What is known of an open turn. ``level`` in dB below full scale, ``seconds`` since it was opened."""

    phase: Phase
    words: str
    level: float
    speaking: bool
    seconds: float
    ended: Ended = ""

    def as_dict(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


class Listening:
    """Takes sound in, in order; thread-safe. Its owner closes it.

    ``hearing``: a new utterance of the recogniser. ``prepare``: how to answer. ``limit_s``: longest turn.
    ``overhear``: how to hear cues while one speaks; without it they are known once the answer is prepared.
    ``ahead``: told the clip that will be answered while its last words are still recognised.
    """

    def __init__(
        self,
        hearing: Hearing,
        prepare: Prepare,
        *,
        limit_s: float = 30.0,
        overhear: Overhear = lambda *_: False,
        ahead: Callable[[Clip], None] = lambda _: None,
    ) -> None:
        self._hearing, self._prepare, self._limit_s, self._hear_ahead = hearing, prepare, limit_s, ahead
        self._lock, self._certain = threading.Lock(), threading.Event()
        self._activity, self._taking = VoiceActivity(), TurnTaking()
        self._resample: soxr.ResampleStream | None = None
        self._rate = 0
        self._sound: list[np.ndarray] = []  # frames at 16 kHz since BEFORE_S before the first word
        self._unheard: list[np.ndarray] = []  # by the recogniser
        self._breath_s = 0.0  # of the clip before what the recogniser gets
        self._rest = np.zeros(0, np.float32)  # less than a frame
        self._frames, self._level = 0, QUIETEST_DB
        self._phase: Phase = "waiting"
        self._ended: Ended = ""
        self._ahead: Ahead | None = None
        self._attempt = 0  # to answer; an earlier one may still wait for its words
        self._heard: Transcript | None = None  # by the last passes over all words so far
        self._voice = SoFar(overhear)
        self.touched = time.monotonic()

    @property
    def clip(self) -> Clip:
        """The turn so far, from shortly before its first word. Raises ``AudioError`` where there was none."""
        if not self._taking.started:
            raise AudioError("your recording: found no speech; expected some words")
        return Clip(np.concatenate(self._sound), "your recording")

    def feed(self, samples: np.ndarray, rate: int) -> Progress:
        """What was recorded next: mono float32 in [-1, 1], ``rate`` in Hz, the same for the whole turn.

        Raises ``AudioError`` for another rate, another shape, or values that are no numbers.
        """
        with self._lock:
            self.touched = time.monotonic()
            if self._phase != "over":
                self._rest = np.concatenate([self._rest, self._at_16_khz(samples, rate)])
                while len(self._rest) >= FRAME and not self._over:
                    frame, self._rest = self._rest[:FRAME], self._rest[FRAME:]
                    self._take_in(frame)
                self._overhear()
            return self._progress()

    @property
    def progress(self) -> Progress:
        """What is known now."""
        with self._lock:
            return self._progress()

    @property
    def cues(self) -> Cues:
        """What is heard in the voice so far, by category; empty before anything was. Never waits."""
        return self._voice.cues

    @property
    def _over(self) -> bool:
        return self._phase == "over"

    def finish(self) -> Progress:
        """The speaker says that this is all."""
        with self._lock:
            if not self._over:
                self._end("button" if self._taking.started else "nothing")
            return self._progress()

    def close(self) -> None:
        """Forget the turn: nobody waits for its answer any more. May be called again."""
        with self._lock:
            if not self._over:
                self._phase, self._ended = "over", "closed"
            self._certain.set()
            if self._ahead is not None:
                self._ahead.cancel()
        self._hearing.close()

    def answer(self) -> Iterator[Event]:
        """The events of the answer, once the turn has been taken; ends with ``TakenBack`` when the speaker goes on.

        Its voice and its end are held back until it is certain that the speaker has finished.
        """
        with self._lock:
            ahead = self._ahead if self._phase in ("answering", "over") else None
        if ahead is None:
            return
        for event in ahead:
            if isinstance(event, Spoken | Done) and not self._wait_until_certain(ahead):
                break
            yield event
        if self._ahead is not ahead:
            yield TakenBack()

    def _wait_until_certain(self, ahead: Ahead) -> bool:
        """Whether ``ahead`` is still the answer when the turn is over."""
        while self._ahead is ahead and not self._certain.wait(0.05):
            if time.monotonic() - self.touched > LOST_S:
                with self._lock:
                    if self._ahead is ahead and not self._over:
                        self._end("silence")
        return self._ahead is ahead

    def _at_16_khz(self, samples: np.ndarray, rate: int) -> np.ndarray:
        if samples.ndim != 1 or not np.isfinite(samples).all():
            raise AudioError(f"microphone: found shape {samples.shape}; expected one channel of finite numbers")
        if not RATES[0] <= rate <= RATES[1] or self._rate not in (0, rate):
            expected = f"{self._rate} Hz as before" if self._rate else f"{RATES[0]} to {RATES[1]} Hz"
            raise AudioError(f"microphone: found {rate} Hz; expected {expected}")
        self._rate = rate
        if rate == SAMPLE_RATE:
            return samples.astype(np.float32, copy=False)
        if self._resample is None:
            self._resample = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32")
        return self._resample.resample_chunk(samples.astype(np.float32, copy=False))

    def _take_in(self, frame: np.ndarray) -> None:
        taking, started = self._taking, self._taking.started
        self._frames += 1
        self._level = max(QUIETEST_DB, 20 * float(np.log10(np.sqrt(np.mean(frame**2)) + 1e-9)))
        taking.frame(self._activity.frame(frame), self._level)
        self._sound.append(frame)
        if not taking.started:
            self._sound = self._sound[-round((BEFORE_S + taking.run) / FRAME_S) - 1 :]
        else:
            self._unheard.append(frame if started else self._first_words())
            if taking.silence < AHEAD_S:
                self._let_hear()
        self._decide()

    def _first_words(self) -> np.ndarray:
        """The sound so far without the breath before it."""
        frames = round((WORDS_BEFORE_S + self._taking.run) / FRAME_S) + 1
        self._breath_s = max(0, len(self._sound) - frames) * FRAME_S
        return np.concatenate(self._sound[-frames:])

    def _let_hear(self) -> None:
        """Give the recogniser what it has not heard; not in a long pause, when the answer needs the machine."""
        if self._unheard:
            self._hearing.feed(np.concatenate(self._unheard))
            self._unheard.clear()

    def _overhear(self) -> None:
        """In the midst of speech only: in a pause the answer is prepared, which hears the voice as well."""
        seconds = len(self._sound) * FRAME_S
        if self._ahead is None and self._taking.speaking and not self._taking.silence and self._voice.is_due(seconds):
            self._voice.listen(self.clip)

    def _decide(self) -> None:
        taking = self._taking
        if not taking.started:
            if taking.waited >= NOTHING_S:
                self._end("nothing")
            return
        if self._frames * FRAME_S >= self._limit_s:
            self._end("limit")
        elif taking.silence < AHEAD_S:
            if taking.speaking or self._phase != "answering":  # a sigh belongs to the turn, but takes no reply back
                self._phase = "speaking"
                self._forget_ahead()
        else:
            self._ahead = self._ahead or self._look_ahead()
            patience = taking.patience(self._words)
            if taking.silence >= patience + SETTLE_S:
                self._end("silence")
            elif taking.silence >= patience:
                self._phase = "answering"

    @property
    def _words(self) -> str:
        """As good as they are known by now."""
        return self._hearing.so_far if self._heard is None else self._heard.text

    def _forget_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.cancel()
            self._hearing.never_mind()
        self._ahead, self._heard = None, None
        self._attempt += 1

    def _look_ahead(self) -> Ahead:
        self._let_hear()
        return Ahead(self._prepared(self.clip, self._attempt))

    def _prepared(self, clip: Clip, attempt: int) -> Generator[Event, None, None]:
        at = time.perf_counter()
        self._hear_ahead(clip)
        heard = self._hearing.words().later(self._breath_s)
        with self._lock:
            if attempt != self._attempt:  # the speaker went on while the words were waited for
                return
            self._heard = heard
            last = self._over
        if last:
            self._hearing.close()
        with closing(self._prepare(clip, heard, time.perf_counter() - at)) as events:
            for event in events:
                if isinstance(event, Perceived):
                    self._voice.note(event.perception.cues, clip.seconds)
                yield event

    def _end(self, why: Ended) -> None:
        self._phase, self._ended = "over", why
        if self._taking.started and self._ahead is None:
            self._ahead = self._look_ahead()
        self._certain.set()

    def _progress(self) -> Progress:
        level, seconds = round(self._level, 1), round(self._frames * FRAME_S, 2)
        return Progress(self._phase, self._words, level, self._taking.speaking, seconds, self._ended)
