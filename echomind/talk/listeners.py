"""The open turns of all visitors, each under a key that only its visitor knows. Nothing here outlives its turn."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from dataclasses import dataclass, field

import numpy as np

from echomind.errors import AudioError
from echomind.talk.engine import BusyError
from echomind.talk.listening import Listening, Progress
from echomind.words import Language, language, t

OPEN_AT_ONCE = 16  # turns; a silent one costs little, but each holds half a minute of sound at most
SILENT_S = 10.0  # without a sound arriving, after which a visitor has left
ANSWERED_S = 120.0  # the same for a turn that is over: whoever reads its answer closes it
CHUNK_S = 5.0  # longest piece of sound taken at once
PCM_PEAK = 32_768.0


@dataclass
class _Open:
    listening: Listening
    chunks: int = 0  # taken so far
    language: Language = field(default_factory=language)  # of whoever began it: pieces of sound do not say


class Listeners:
    """Thread-safe."""

    def __init__(self, *, open_at_once: int = OPEN_AT_ONCE) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._at_once = open_at_once

    def open(self, listening: Listening) -> str:
        """The key of a new open turn. Raises ``BusyError`` when too many are open; ``listening`` is closed then."""
        gone = self._sweep()
        with self._lock:
            room = len(self._open) < self._at_once
            key = secrets.token_urlsafe(16)
            if room:
                self._open[key] = _Open(listening)
        for other in gone if room else [*gone, listening]:
            other.close()
        if not room:
            raise BusyError(
                t("{n} people are speaking at once, as many as fit; please try again in a moment", n=self._at_once)
            )
        return key

    def find(self, key: str) -> Listening | None:
        """The turn of that key, if it is still open."""
        with self._lock:
            found = self._open.get(key)
        return None if found is None else found.listening

    def language_of(self, key: str) -> Language:
        """The language of whoever opened that turn; of whoever asks where it is not open any more."""
        with self._lock:
            found = self._open.get(key)
        return language() if found is None else found.language

    def hear(self, key: str, number: int, rate: int, pcm: str) -> Progress:
        """The next chunk of a turn: its ``number`` from 0, 16-bit mono little-endian samples in base64, at ``rate`` Hz.

        A chunk that comes again is not heard again. Raises ``AudioError`` for one that was skipped, or cannot be read,
        and when the turn is not open any more.
        """
        with self._lock:
            found = self._open.get(key)
        if found is None:
            raise AudioError(t("this turn is over; please press Speak again"))
        if number < found.chunks:
            return found.listening.progress
        if number > found.chunks:
            raise AudioError(f"microphone: found piece {number}; expected piece {found.chunks}")
        progress = found.listening.feed(_samples(pcm, rate), rate)
        found.chunks += 1
        return progress

    def close(self, key: str) -> None:
        """Forget a turn; one that is not open is no error."""
        with self._lock:
            found = self._open.pop(key, None)
        if found is not None:
            found.listening.close()

    def _sweep(self) -> list[Listening]:
        """Take out the turns of visitors who have left."""
        now = time.monotonic()
        with self._lock:
            left = [key for key, turn in self._open.items() if now - turn.listening.touched > _patience(turn)]
            return [self._open.pop(key).listening for key in left]


def _patience(turn: _Open) -> float:
    return ANSWERED_S if turn.listening.progress.phase == "over" else SILENT_S


def _samples(pcm: str, rate: int) -> np.ndarray:
    if len(pcm) > CHUNK_S * rate * 2 * 4 / 3 + 4:
        raise AudioError(f"microphone: found a piece of {len(pcm)} characters; expected at most {CHUNK_S:g} s")
    try:
        data = base64.b64decode(pcm, validate=True)
    except (binascii.Error, ValueError) as error:
        raise AudioError(f"microphone: found a piece that is not base64 ({error})") from error
    if len(data) % 2:
        raise AudioError(f"microphone: found {len(data)} bytes; expected 16-bit samples")
    return np.frombuffer(data, "<i2").astype(np.float32) / PCM_PEAK
