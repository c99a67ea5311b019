"""Text to 16 kHz speech by the small synthesisers of Debian: flite, festival and eSpeak NG.

Build-time only: the app never imports this. Each call is one process without a shell; the text goes in by standard
input, so that it is never a path, an option or a shell word. flite takes about 0.06 s a sentence, festival 0.4 s,
eSpeak NG 0.01 s. PocketSphinx reads flite and festival, not eSpeak NG, which is there for variety of cues alone.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.errors import DataError

PACKAGES = {
    "flite": "flite",
    "festival": "festival festvox-us-slt-hts festvox-kallpc16k festvox-kdlpc16k",
    "espeak": "espeak-ng",
}
PROGRAMS = {"flite": "flite", "festival": "text2wave", "espeak": "espeak-ng"}
TIMEOUT_S = 60.0  # the slowest sentence seen took 1 s
SPEECH_DBFS = -26.0  # active level of ordinary speech, as ITU-T P.56 practice and the benchmark's neutral clips have it
ESPEAK_WORDS_PER_MINUTE = 175.0  # eSpeak NG's own default


@dataclass(frozen=True)
class Voice:
    """One synthetic speaker. ``gender`` is ``"male"`` or ``"female"``; ``f0_hz`` its usual median pitch.

    ``pace`` is the rate that brings the voice to about 2.7 words a second, which is ordinary talk.
    """

    engine: str
    name: str
    gender: str
    f0_hz: float
    pace: float = 1.0

    @property
    def id(self) -> str:
        """``engine:name``, unique."""
        return f"{self.engine}:{self.name}"


FLITE: tuple[Voice, ...] = (
    Voice("flite", "rms", "male", 98.0, 0.85),
    Voice("flite", "slt", "female", 170.0, 0.8),
    Voice("flite", "awb", "male", 125.0, 0.85),
    Voice("flite", "kal16", "male", 100.0, 0.7),
    Voice("flite", "kal", "male", 100.0, 0.7),
)
FESTIVAL: tuple[Voice, ...] = (
    Voice("festival", "cmu_us_slt_arctic_hts", "female", 175.0, 0.85),
    Voice("festival", "kal_diphone", "male", 105.0, 0.8),
    Voice("festival", "ked_diphone", "male", 105.0, 0.8),
)
_ESPEAK_MALE = (
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "m8",
    "klatt",
    "klatt2",
    "klatt3",
    "klatt4",
    "max",
    "edward",
    "adam",
)
_ESPEAK_FEMALE = ("f1", "f2", "f3", "f4", "f5", "Annie", "linda", "steph", "belinda", "Alicia", "Andrea", "anika")
ESPEAK: tuple[Voice, ...] = tuple(
    [Voice("espeak", f"en-us+{name}", "male", 105.0, 0.9) for name in _ESPEAK_MALE]
    + [Voice("espeak", f"en-us+{name}", "female", 185.0, 0.9) for name in _ESPEAK_FEMALE]
)
VOICES: dict[str, Voice] = {voice.id: voice for voice in (*FLITE, *FESTIVAL, *ESPEAK)}


def available(engine: str) -> bool:
    """Whether the program of ``flite``, ``festival`` or ``espeak`` is installed."""
    return shutil.which(PROGRAMS[engine]) is not None


def active_dbfs(samples: np.ndarray) -> float:
    """Level of the active parts in dB re full scale: mean power of the 20 ms frames within 35 dB of the loudest.

    A plain stand-in for ITU-T P.56: pauses do not count, so a slow speaker is not a quiet one. Silence gives -120.
    """
    frame = SAMPLE_RATE // 50
    count = max(len(samples) // frame, 1)
    padded = np.zeros(count * frame, dtype=np.float64)
    padded[: min(len(samples), len(padded))] = samples[: len(padded)]
    power = (padded.reshape(count, frame) ** 2).mean(axis=1)
    return float(10 * np.log10(power[power >= power.max() * 10**-3.5].mean() + 1e-12))


def to_level(samples: np.ndarray, dbfs: float) -> np.ndarray:
    """Scale so that the active level is ``dbfs``; silence stays silence. No limiting: see ``delivery.limit``."""
    if not np.any(samples):
        return samples.astype(np.float32)
    return (samples * 10 ** ((dbfs - active_dbfs(samples)) / 20)).astype(np.float32)


def synthesise(text: str, voice: Voice, *, rate: float = 1.0, pitch: float = 1.0) -> np.ndarray:
    """Speak ``text``: mono float32 at 16 kHz at an active level of -26 dBFS, silence at both ends trimmed to 50 ms.

    ``rate`` 0.5 to 2 multiplies the voice's ordinary pace. ``pitch`` 0.5 to 2 multiplies its pitch where the engine can
    (the diphone voices and eSpeak NG); for the statistical voices use ``delivery`` and leave it at 1.
    Raises ``DataError`` when the text is empty, the voice is none of ``VOICES``, or the program is missing, fails or
    says nothing.
    """
    spoken = " ".join(text.split())
    if not spoken:
        raise DataError("nothing to speak: the text is empty")
    if VOICES.get(voice.id) != voice:
        raise DataError(
            f"no voice {voice.id}: expected one of the {len(VOICES)} in VOICES, as these programs guess silently"
        )
    if not (0.5 <= rate <= 2.0 and 0.5 <= pitch <= 2.0):
        raise DataError(f"rate {rate} and pitch {pitch} of a voice must each be between 0.5 and 2")
    if pitch != 1.0 and not _has_pitch(voice):
        raise DataError(f"voice {voice.id} has no pitch setting: expected pitch 1.0, got {pitch}")
    if not available(voice.engine):
        raise DataError(
            f"the speech program {PROGRAMS[voice.engine]!r} is not installed; "
            f"on Debian: apt-get install {PACKAGES[voice.engine]}"
        )
    with tempfile.TemporaryDirectory(prefix="echomind-tts-") as folder:
        path = Path(folder) / "speech.wav"
        _run(_command(voice, rate * voice.pace, pitch, path), spoken, voice)
        if not path.is_file() or path.stat().st_size <= 44:
            raise DataError(f"voice {voice.id} wrote no sound for {spoken[:60]!r}")
        samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if sample_rate != SAMPLE_RATE:
        mono = soxr.resample(mono, sample_rate, SAMPLE_RATE)
    trimmed = trim(mono)
    if not len(trimmed):
        raise DataError(f"voice {voice.id} said nothing for {spoken[:60]!r}")
    return to_level(trimmed, SPEECH_DBFS)


def trim(samples: np.ndarray, margin_s: float = 0.05) -> np.ndarray:
    """Cut silence (45 dB under the peak) at both ends, leaving ``margin_s`` of it. Empty when all is silent."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * 10 ** (-45 / 20))
    if not len(loud):
        return np.zeros(0, dtype=np.float32)
    margin = int(margin_s * SAMPLE_RATE)
    return np.ascontiguousarray(samples[max(loud[0] - margin, 0) : loud[-1] + margin], dtype=np.float32)


def _has_pitch(voice: Voice) -> bool:
    return voice.engine == "espeak" or voice.name.startswith(("kal", "ked"))


def _command(voice: Voice, rate: float, pitch: float, path: Path) -> list[str]:
    """The argument list; nothing of it comes from the text."""
    stretch = f"{1 / rate:.3f}"
    if voice.engine == "flite":
        f0 = ["--setf", f"int_f0_target_mean={voice.f0_hz * pitch:.1f}"] if pitch != 1.0 else []
        return ["flite", "-voice", voice.name, "--setf", f"duration_stretch={stretch}", *f0, "-f", "-", "-o", str(path)]
    if voice.engine == "festival":
        # Duration_Stretch moves the diphone voices; the HTS voice has an option of its own.
        setup = f"(begin (voice_{voice.name}) (Parameter.set 'Duration_Stretch {stretch})"
        if voice.name.endswith("_hts"):
            setup += f' (set! hts_engine_params (append hts_engine_params \'(("-r" {rate:.3f}))))'
        elif pitch != 1.0:
            setup += f" (set! int_lr_params '((target_f0_mean {voice.f0_hz * pitch:.1f}) (target_f0_std 14)"
            setup += " (model_f0_mean 170) (model_f0_std 34)))"
        return ["text2wave", "-eval", setup + ")", "-o", str(path)]
    words = max(80, round(ESPEAK_WORDS_PER_MINUTE * rate))
    setting = int(np.clip(50 + 50 * np.log2(pitch) / 0.75, 0, 99))  # 0 / 50 / 99 give about 68 / 103 / 171 Hz
    return ["espeak-ng", "-v", voice.name, "-s", str(words), "-p", str(setting), "-z", "--stdin", "-w", str(path)]


def _run(command: Sequence[str], text: str, voice: Voice) -> None:
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(f"voice {voice.id} did not finish within {TIMEOUT_S:.0f} s for {text[:60]!r}") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise DataError(
            f"{command[0]} failed with status {done.returncode} for {text[:60]!r}: {said[-1] if said else 'no message'}"
        )
