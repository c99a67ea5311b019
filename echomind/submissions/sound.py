"""The sound of replies: real recordings that whoever scores them can read, at a glance: the header and the last sample.

A recording with nothing in it is the model's failure. It is counted when it is scored, and only a warning here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from echomind.audio import MAX_CHANNELS, RATES, load_native
from echomind.audio_faults import MIN_SECONDS
from echomind.errors import AudioError
from echomind.models.endpoint_wire import LONGEST_REPLY_S
from echomind.scoring.problems import Problem, Problems
from echomind.submissions.content import HEAD, sound_kind

if TYPE_CHECKING:
    import soundfile

_FORMATS = "a whole recording as WAV or FLAC"
_UNKNOWN = 2**36  # samples; a FLAC header cannot count as far, and libsndfile says more where it does not know


def check_sound(path: Path, name: str, problems: Problems, warnings: Problems) -> None:
    """Note what is wrong with a recording: no sound, damaged, too long, a rate or channels that nobody records with."""
    import soundfile

    short = False
    with path.open("rb") as file:
        head = file.read(HEAD)
    if sound_kind(head) is None:
        found, expected = f"a file that begins {head[:8].hex(' ') or 'with nothing'}", _FORMATS
    else:
        try:
            with soundfile.SoundFile(path) as sound:  # opened once: an upload may have 3,356 recordings
                found, expected = _fault(sound)
                short = sound.frames < MIN_SECONDS * sound.samplerate
        except soundfile.LibsndfileError as error:
            why = " ".join(str(error.error_string).split())[:80]
            found, expected = f"a recording that is damaged or cut off ({why})", _FORMATS
    if found:
        problems.add(Problem(name, found=found, expected=expected))
    elif short:
        _check_short(path, name, warnings)


def _fault(sound: soundfile.SoundFile) -> tuple[str, str]:
    """What is wrong with a recording: found, expected; two empty texts where nothing is."""
    if not RATES[0] <= sound.samplerate <= RATES[1]:
        return f"a sample rate of {sound.samplerate} Hz", f"{RATES[0]} to {RATES[1]} Hz"
    if sound.channels > MAX_CHANNELS:
        return f"{sound.channels} channels", f"at most {MAX_CHANNELS}"
    if sound.frames >= _UNKNOWN:
        return "a recording that does not say its length, as streams do", _FORMATS
    if sound.frames > LONGEST_REPLY_S * sound.samplerate:
        return f"{sound.frames / sound.samplerate:.0f} s of sound", f"at most {LONGEST_REPLY_S:.0f} s"
    if sound.frames:
        sound.seek(sound.frames - 1)
        if len(sound.read(1)) != 1:
            return "a recording that is cut off", _FORMATS
    return "", ""


def _check_short(path: Path, name: str, warnings: Problems) -> None:
    """Look closer at a recording of no length: a stream's header says 0 though sound follows."""
    try:
        load_native(path.read_bytes(), max_seconds=LONGEST_REPLY_S, name="sound")
    except AudioError as error:
        why = str(error).removeprefix("sound: ").partition(";")[0]
        warnings.add(Problem(name, found=f"{why}; it counts as failed"))
