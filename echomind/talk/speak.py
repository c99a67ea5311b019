"""A reply as speech: flite where it is installed, else eSpeak NG.

The voice always runs in a process of its own, with the text on its standard input and a time limit: eSpeak NG is under
the GPL and must never be loaded into this one, and a crash of either then costs a voice, not the app. Without the
``espeak-ng`` program the library in the ``espeakng_loader`` wheel serves, driven by ``echomind.talk.espeak_process``.
Nothing is left on disk. flite comes first because people (and recognisers) understand it far better.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from echomind.errors import VoiceError
from echomind.settings import ROOT
from echomind.talk.prosody import Prosody, prosody_for
from echomind.words import t

MAX_CHARS = 1_000  # about a minute of speech; a reply is two or three sentences
MAX_PIECE = 200  # characters spoken at a time; flite's time grows faster than the length of a sentence
TIMEOUT_S = 30.0  # for the whole reply; either program needs well under a second
# The built-in flite voice that obeys its pitch settings; its melody is that of a range of about 28 Hz when left alone.
FLITE_VOICE, FLITE_PITCH_HZ, FLITE_RANGE_HZ = "slt", 170.0, 32.0
ESPEAK_VOICE, ESPEAK_RATE, ESPEAK_PITCH = "en-us+f3", 160, 50  # words a minute; 0 to 99
# eSpeak's pitch scale: 0, 50 and 99 were measured at 68, 103 and 171 Hz, so a semitone is about 6 points.
ESPEAK_PITCH_PER_SEMITONE = 6.0
PIECE = re.compile(r"[^.!?;:\n]+[.!?;:]*|[.!?;:]+")

Synthesize = Callable[[str, Prosody, Path, float], None]


@dataclass(frozen=True)
class Speech:
    """A spoken reply: 16-bit mono ``wav``, its length, the ``engine`` that spoke and the ``text`` that was spoken.

    ``text`` is shorter than the reply when that was longer than ``MAX_CHARS``.
    """

    wav: bytes
    seconds: float
    engine: str
    text: str


def speak(text: str, how: str | Prosody = "", *, engine: str | None = None, timeout_s: float = TIMEOUT_S) -> Speech:
    """Speak ``text``. ``how``: a delivery, or the emotion it answers (an id such as ``"sad"``; anything else is plain).

    ``engine``: ``"flite"``, ``"espeak-ng"`` or ``"espeakng-loader"``; by default the first that is here.
    Raises ``VoiceError`` when there is nothing to say, no engine, or the engine fails or outlasts ``timeout_s``.
    """
    import soundfile

    pieces = _pieces(text)
    if not any(c.isalnum() for piece in pieces for c in piece):
        raise VoiceError(t("nothing to speak: found “{text}”; expected words", text=text[:40]))
    engine = engine or voice_engine()
    if engine not in ENGINES:
        raise VoiceError(f"voice {engine!r}: no such engine; expected one of {', '.join(ENGINES)}")
    prosody = prosody_for(how) if isinstance(how, str) else how
    deadline = time.monotonic() + timeout_s
    parts: list[np.ndarray] = []
    rate = 0
    with tempfile.TemporaryDirectory(prefix="echomind-voice-") as folder:
        wav = Path(folder) / "piece.wav"
        for piece in pieces:
            ENGINES[engine](piece, prosody, wav, deadline - time.monotonic())
            samples, rate = soundfile.read(wav, dtype="float32")
            parts += [_trim(samples), np.zeros(round(prosody.pause_s * rate), dtype=np.float32)]
    spoken = np.concatenate(parts[:-1]) * 10 ** (prosody.volume_db / 20)
    file = io.BytesIO()
    soundfile.write(file, spoken, rate, format="WAV", subtype="PCM_16")
    return Speech(file.getvalue(), len(spoken) / rate, engine, " ".join(pieces))


def joined(sentences: Sequence[Speech], pause_s: float) -> Speech:
    """Spoken sentences as one sound, ``pause_s`` of silence between them.

    Raises ``VoiceError`` when there is none or they differ in sample rate.
    """
    import soundfile

    if not sentences:
        raise VoiceError("nothing to join: found no spoken sentence; expected at least one")
    read = [soundfile.read(io.BytesIO(sentence.wav), dtype="int16") for sentence in sentences]
    rates = sorted({rate for _, rate in read})
    if len(rates) > 1:
        raise VoiceError(f"cannot join: found sample rates {rates}; expected one")
    between = np.zeros(round(pause_s * rates[0]), dtype=np.int16)
    parts = [part for samples, _ in read for part in (samples, between)][:-1]
    whole, file = np.concatenate(parts), io.BytesIO()
    soundfile.write(file, whole, rates[0], format="WAV", subtype="PCM_16")
    engines = dict.fromkeys(sentence.engine for sentence in sentences)
    return Speech(file.getvalue(), len(whole) / rates[0], ", ".join(engines), " ".join(s.text for s in sentences))


def voice_engine() -> str:
    """The first engine that is here. Raises ``VoiceError`` when none is."""
    for program in ("flite", "espeak-ng"):
        if shutil.which(program):
            return program
    if _loader_is_installed():
        return "espeakng-loader"
    raise VoiceError(
        t("no voice: found neither flite nor espeak-ng nor the espeakng-loader wheel; expected one of them")
    )


def _loader_is_installed() -> bool:
    from importlib.util import find_spec

    return find_spec("espeakng_loader") is not None


def _pieces(text: str) -> list[str]:
    """Sentences and clauses to speak one by one, up to ``MAX_CHARS`` in all, without control characters.

    Square brackets go too: eSpeak reads what stands between double ones as phoneme codes.
    """
    clean = "".join(" " if c in "[]<>" or not (c.isprintable() or c == "\n") else c for c in text)
    pieces: list[str] = []
    for match in PIECE.findall(clean[:MAX_CHARS]):
        parts = textwrap.wrap(" ".join(match.split()), MAX_PIECE)
        pieces += [part for part in parts if any(c.isalnum() for c in part)]
    return pieces


def _flite(text: str, prosody: Prosody, wav: Path, timeout_s: float) -> None:
    pitch = FLITE_PITCH_HZ * 2 ** (prosody.pitch_st / 12)
    features = {
        "duration_stretch": 1 / prosody.rate,
        "int_f0_target_mean": pitch,
        "int_f0_target_stddev": FLITE_RANGE_HZ * prosody.range,
    }
    settings = [part for name, value in features.items() for part in ("--setf", f"{name}={value:.3f}")]
    _run(["flite", "-voice", FLITE_VOICE, *settings, "-f", "/dev/stdin", "-o", str(wav)], text, wav, timeout_s)


def _espeak_values(prosody: Prosody) -> tuple[int, int, int]:
    """Rate in words a minute, pitch 0 to 99 and pitch range 0 to 99, as eSpeak counts."""
    pitch = ESPEAK_PITCH + ESPEAK_PITCH_PER_SEMITONE * prosody.pitch_st
    return round(ESPEAK_RATE * prosody.rate), round(min(max(pitch, 0), 99)), round(min(50 * prosody.range, 99))


def _espeak_program(text: str, prosody: Prosody, wav: Path, timeout_s: float) -> None:
    rate, pitch, _ = _espeak_values(prosody)
    command = ["espeak-ng", "--stdin", "-b", "1", "-v", ESPEAK_VOICE, "-s", str(rate), "-p", str(pitch), "-w", str(wav)]
    _run(command, text, wav, timeout_s)


def _espeak_library(text: str, prosody: Prosody, wav: Path, timeout_s: float) -> None:
    values = [str(value) for value in _espeak_values(prosody)]
    _run([sys.executable, "-m", "echomind.talk.espeak_process", str(wav), ESPEAK_VOICE, *values], text, wav, timeout_s)


ENGINES: dict[str, Synthesize] = {
    "flite": _flite,
    "espeak-ng": _espeak_program,
    "espeakng-loader": _espeak_library,
}


def _run(command: list[str], text: str, wav: Path, timeout_s: float) -> None:
    """Run a voice program without a shell; its text comes on standard input, so it is never an option or a path."""
    wav.unlink(missing_ok=True)
    name = "espeakng-loader" if command[0] == sys.executable else command[0]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=max(timeout_s, 0.01), check=False, cwd=ROOT
        )
    except subprocess.TimeoutExpired as error:
        raise VoiceError(
            t("voice {name}: took longer than its time limit for {n} characters", name=name, n=len(text))
        ) from error
    except OSError as error:
        raise VoiceError(t("voice {name}: cannot be started ({reason})", name=name, reason=error.strerror)) from error
    if done.returncode != 0 or not wav.is_file() or wav.stat().st_size <= 44:  # 44: a WAV header without a sample
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1] if said else t("no message")
        raise VoiceError(
            t("voice {name}: failed with status {status} ({reason})", name=name, status=done.returncode, reason=reason)
        )


def _trim(samples: np.ndarray) -> np.ndarray:
    """Without the silence that the voice puts around each piece; the pauses of the table take its place."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples
