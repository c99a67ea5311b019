"""A neural voice for replies, where a setting names one: any text-to-speech model that ``transformers`` has a pipeline
for. The delivery's level always applies; rate and pitch with VITS, which has a speaking rate: it speaks slower and is
played faster for a higher pitch, and the other way round."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from echomind.errors import CheckpointError, VoiceError
from echomind.talk.prosody import Prosody
from echomind.talk.speak import MAX_CHARS, Speech, speak
from echomind.words import t

log = logging.getLogger(__name__)
RETRY_S = 60.0  # a Hub that is out of reach is not asked again before
Speak = Callable[[str, Prosody], Speech]


class NeuralVoice:
    """A text-to-speech checkpoint, from a folder or the Hub. One sentence at a time; safe from several threads.

    Raises ``CheckpointError`` when the checkpoint cannot be had or is not a voice.
    """

    def __init__(self, checkpoint: str, device: str = "cpu") -> None:
        from transformers import pipeline

        load: Any = pipeline  # its many overloads name this task by another word
        try:
            self._pipeline: Any = load("text-to-speech", model=checkpoint, device=device)
        except (OSError, ValueError, KeyError, ImportError) as error:
            reason = str(error).strip().splitlines()[0]
            raise CheckpointError(
                f"voice {checkpoint}: cannot be loaded ({reason}); expected a text-to-speech folder or Hub id"
            ) from error
        self.name = Path(checkpoint).name
        self._own_rate = getattr(self._pipeline.model, "speaking_rate", None)  # of VITS
        self._lock = threading.Lock()  # the rate is the model's own attribute

    def speak(self, text: str, delivery: Prosody) -> Speech:
        """One sentence. Raises ``VoiceError`` when there is nothing to say, or the model cannot say it."""
        import soundfile

        words = " ".join(text.split())[:MAX_CHARS]
        if not any(c.isalnum() for c in words):
            raise VoiceError(t("nothing to speak: found “{text}”; expected words", text=text[:40]))
        samples, rate = self._sound(words, delivery)
        if not len(samples) or not np.isfinite(samples).all():
            raise VoiceError(t("voice {name}: gave no sound for {n} characters", name=self.name, n=len(words)))
        spoken = np.clip(samples * 10 ** (delivery.volume_db / 20), -1, 1)
        file = io.BytesIO()
        soundfile.write(file, spoken, rate, format="WAV", subtype="PCM_16")
        return Speech(file.getvalue(), len(spoken) / rate, self.name, words)

    def _sound(self, words: str, delivery: Prosody) -> tuple[np.ndarray, int]:
        import soxr

        higher = 2 ** (delivery.pitch_st / 12) if self._own_rate else 1.0
        with self._lock:
            try:
                if self._own_rate:
                    self._pipeline.model.speaking_rate = self._own_rate * delivery.rate / higher
                made = self._pipeline(words)
            except (RuntimeError, ValueError, IndexError) as error:  # such as letters that its alphabet does not have
                reason = (str(error).strip().splitlines() or [t("no message")])[0]
                problem = t(
                    "voice {name}: could not speak {n} characters ({reason})",
                    name=self.name,
                    n=len(words),
                    reason=reason,
                )
                raise VoiceError(problem) from error
        rate = int(made["sampling_rate"])
        samples = np.atleast_1d(np.asarray(made["audio"], dtype=np.float32))
        return (samples if higher == 1.0 else soxr.resample(samples, rate * higher, rate)), rate


class Voice:
    """How this server speaks: with the neural voice that is named, loaded at first use, else with what is installed.

    A voice that cannot be had leaves the installed one, which ``Speech.engine`` names, and a line in the log.
    """

    def __init__(self, checkpoint: str = "", device: str = "cpu") -> None:
        self._checkpoint, self._device = checkpoint, device
        self._lock = threading.Lock()
        self._neural: NeuralVoice | None = None
        self._failed_at = float("-inf")

    def __call__(self, text: str, delivery: Prosody) -> Speech:
        """Speak a sentence. Raises ``VoiceError``."""
        neural = self._loaded()
        return speak(text, delivery) if neural is None else neural.speak(text, delivery)

    def _loaded(self) -> NeuralVoice | None:
        if not self._checkpoint:
            return None
        with self._lock:
            if self._neural is None and time.monotonic() - self._failed_at > RETRY_S:
                try:
                    self._neural = NeuralVoice(self._checkpoint, self._device)
                except CheckpointError as error:
                    self._failed_at = time.monotonic()
                    log.warning("%s; replies are spoken by what is installed", error)
            return self._neural
