"""The sound of EchoMind-Mini: a delivery to samples, samples to a small Ogg Opus file that is the same every time.

Build-time only: needs flite and festival, and the synthesis chain of the training data (never its clips: the sentences
are others, and so are the seeds). All surroundings are synthesised; no recording of anybody goes in.

What the deliveries of a script share: voice, pace, pitch, brightness, noise floor, and 0.25 s of air at both ends.
Each passes the vocoder exactly once, the neutral one too, so that its traces tell nothing either. Level is never
normalised after the delivery: a whisper lies 10 to 18 dB under plain speech (-26 dBFS, active), a shout 8 to 14 over.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import av
import numpy as np
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.benchmark.mini_cast import Part
from echomind.training.data.background import BACKGROUNDS, mix
from echomind.training.data.crowd import chatter, children
from echomind.training.data.delivery import DELIVERIES
from echomind.training.data.prosody import Prosody, render
from echomind.training.data.signals import music
from echomind.training.data.spectral import tilted
from echomind.training.data.speech import SPEECH_DBFS, VOICES, synthesise, to_level

VERSION = 1  # raise when the sound changes, so that clips of an earlier version are not taken for this one
AIR_S = 0.25
PITCH = (0.97, 1.04)  # a voice moved by resampling, half a semitone either way: speakers vary, and no artefact
BRIGHTER_DB = (0.0, 3.0)  # an octave: synthesisers are darker than close microphones hear people
STRENGTH = (0.9, 1.25)  # 1 is clear, 0.5 slight, 1.5 strong
SNR_DB = (11.0, 16.0)  # words stay readable, and the sound is plain in every pause and under the words
FLOOR_DBFS = (-72.0, -62.0)  # a quiet room
BIT_RATE = 18_000  # bits a second; measured: the recogniser reads it as well as the uncompressed sound
CROWD_SIZE = 24  # sentences that babble is made of
APPLICATION = "audio"  # not "voip", which filters what it takes for noise, and the backgrounds with it


class Studio:
    """Makes the clips of one seed. ``texts``: the sentences of the set, from which babble takes its own."""

    def __init__(self, seed: int, texts: Sequence[str]) -> None:
        self._seed = seed
        self._babble = random.Random(f"{seed} babble").sample(list(texts), min(CROWD_SIZE, len(texts)))
        self._spoken: dict[str, np.ndarray] = {}

    def record(self, part: Part) -> np.ndarray:
        """Samples of a delivery, mono float32 at 16 kHz; the same part and seed give the same samples.

        Raises ``DataError`` where flite or festival is missing or fails.
        """
        speaker = np.random.default_rng([self._seed, part.number])  # the same for the three deliveries
        pitch, brighter = speaker.uniform(*PITCH), speaker.uniform(*BRIGHTER_DB)
        floor_dbfs, once = speaker.uniform(*FLOOR_DBFS), int(speaker.integers(2**32))
        own = np.random.default_rng([self._seed, part.number, *part.style.encode()])
        speech = synthesise(part.text, VOICES[part.voice], rate=1 / pitch)
        speech = tilted(soxr.resample(speech, SAMPLE_RATE, SAMPLE_RATE / pitch).astype(np.float32), brighter)
        speech = to_level(speech, SPEECH_DBFS)  # what deliveries take for plain speech
        if part.cue in DELIVERIES:
            speech = DELIVERIES[part.cue](speech, own, float(own.uniform(*STRENGTH)))
        else:
            speech = render(speech, Prosody(), np.random.default_rng(once))
        speech = np.pad(speech, int(AIR_S * SAMPLE_RATE))
        if part.cue in BACKGROUNDS:
            around = self._surroundings(part, len(speech) / SAMPLE_RATE, own)
            speech = mix(speech, around, float(own.uniform(*SNR_DB)), own)
        floor = np.random.default_rng(once).standard_normal(len(speech)).astype(np.float32)
        return (speech + 10 ** (floor_dbfs / 20) * tilted(floor, -3.0)).astype(np.float32)

    def _surroundings(self, part: Part, seconds: float, rng: np.random.Generator) -> np.ndarray:
        if part.cue == "music":
            return music(seconds, rng, part.mood)
        if part.cue in ("chatter", "children"):
            voices = self._crowd(part.text)
            return (chatter if part.cue == "chatter" else children)(seconds, rng, voices)
        return BACKGROUNDS[part.cue](seconds, rng)

    def _crowd(self, without: str) -> list[np.ndarray]:
        """Sentences of the set by four voices in turn, the clip's own words left out."""
        names = ("flite:rms", "flite:slt", "flite:awb", "flite:kal16")
        for number, text in enumerate(self._babble):
            if text not in self._spoken:
                self._spoken[text] = synthesise(text, VOICES[names[number % len(names)]])
        return [self._spoken[text] for text in self._babble if text != without]


def encode(samples: np.ndarray, comment: str) -> bytes:
    """Ogg Opus of mono 16 kHz samples with ``comment`` in its tags: the same bytes for the same samples.

    ``bitexact`` fixes the stream's serial number, which is random otherwise, and leaves the encoder's version out.
    """
    pcm = (np.clip(samples, -1, 1) * 32767).round().astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        container.metadata["comment"] = comment
        stream = container.add_stream(
            "libopus", rate=SAMPLE_RATE, layout="mono", options={"application": APPLICATION, "vbr": "on"}
        )
        stream.bit_rate = BIT_RATE
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return out.getvalue()


def comment_of(data: bytes) -> str:
    """The comment in the tags of an Ogg file; "" where it has none or is no whole Ogg file."""
    try:
        with av.open(io.BytesIO(data), format="ogg") as container:
            tags = {**container.metadata, **container.streams.audio[0].metadata}
    except (av.error.FFmpegError, IndexError):
        return ""
    return tags.get("comment", tags.get("COMMENT", ""))
