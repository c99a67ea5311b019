"""Broken and odd clips of every kind that reaches an app, drawn by chance: what was sent, and what has to come back."""

from __future__ import annotations

import io
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import run
from typing import Any, Literal, NamedTuple

import av
import numpy as np
import soundfile

from echomind.settings import ROOT

Expected = Literal["answer", "refusal", "either"]
SPEECH = sorted((ROOT / "assets" / "examples").glob("*.ogg"))
# Words of another language for each of these voices of eSpeak NG.
ELSEWHERE = {
    "de": "Heute war ein langer Tag, und ich bin sehr müde.",
    "fr": "Je ne sais pas quoi faire de ma soirée.",
    "es": "Hoy he perdido el autobús otra vez.",
    "cmn": "我今天很高兴，因为我们一起吃饭。",
    "ru": "Сегодня я очень устал после работы.",
    "ar": "أنا سعيد جدا اليوم.",
}
NAMES = ("<b>voice</b>.wav", "模型 的 声音.wav", "a" * 180 + ".wav", "..wav", "voice", "voice.wav.exe", "‮vaw.eciov.wav")
OTHER_FILES = {
    "notes.wav": b"This is a text and no sound at all.\n" * 40,
    "list.m3u": b"#EXTM3U\nfile:///etc/passwd\nhttp://example.org/a.mp3\n",
    "list.wav": b"#EXTM3U\n#EXTINF:1,a\nfile:///etc/passwd\n",
    "page.mp3": b"<!doctype html><html><script>alert(1)</script></html>" * 20,
    "picture.ogg": b"\x89PNG\r\n\x1a\n" + bytes(2_000),
    "archive.flac": b"PK\x03\x04" + bytes(2_000),
    "table.m4a": b"a,b\n" + b"1,2\n" * 500,
    "nothing.wav": b"",
    "zeros.wav": bytes(5_000),
}


class Odd(NamedTuple):
    """A file as it is sent, and whether it has to be answered, has to be refused, or may be either."""

    kind: str
    name: str
    data: bytes
    expected: Expected


Make = Callable[[np.random.Generator], Odd]


def speech(chance: np.random.Generator, seconds: float = 1.5) -> tuple[np.ndarray, int]:
    """A piece of one of our own example clips: mono float32, and its rate in Hz."""
    samples, rate = soundfile.read(SPEECH[chance.integers(len(SPEECH))], dtype="float32")
    samples = samples[:, 0] if samples.ndim > 1 else samples
    count = round(seconds * rate)
    at = int(chance.integers(max(1, len(samples) - count)))
    return samples[at : at + count], rate


def at_rate(samples: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """The same sound at another rate, by straight lines: it only has to be decoded."""
    times = np.arange(round(len(samples) * wanted / rate)) / wanted
    return np.interp(times, np.arange(len(samples)) / rate, samples).astype(np.float32)


def written(samples: np.ndarray, rate: int, container: str = "WAV", subtype: str | None = None) -> bytes:
    """Encoded by libsndfile."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    return file.getvalue()


def encoded(samples: np.ndarray, container: str, codec: str, rate: int = 48_000, *, pictures: int = 0) -> bytes:
    """Mono sound at ``rate`` through FFmpeg's encoders, with a track of some pictures if asked for."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, container_options={"fflags": "+bitexact"}) as out:
        sound: Any = out.add_stream(codec, rate=rate, layout="mono")
        if pictures:
            video: Any = out.add_stream("mpeg4", rate=10, width=16, height=16, pix_fmt="yuv420p")
            for _ in range(pictures):
                out.mux(video.encode(av.VideoFrame.from_ndarray(np.full((24, 16), 99, np.uint8), "yuv420p")))
            out.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(samples[None, :].astype(np.float32), format="flt", layout="mono")
        frame.sample_rate = rate
        context = sound.codec_context
        resampler = av.AudioResampler(context.format, "mono", rate, context.frame_size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(sound.encode(part))
        out.mux(sound.encode(None))
    return file.getvalue()


ENCODERS: dict[str, Callable[[np.ndarray, int], bytes]] = {
    "wav": lambda s, r: written(s, r),
    "flac": lambda s, r: written(s, r, "FLAC"),
    "ogg": lambda s, r: written(s, r, "OGG", "VORBIS"),
    "opus": lambda s, r: written(at_rate(s, r, 48_000), 48_000, "OGG", "OPUS"),
    "mp3": lambda s, r: written(s, r, "MP3"),
    "aiff": lambda s, r: written(s, r, "AIFF"),
    "m4a": lambda s, r: encoded(at_rate(s, r, 44_100), "mp4", "aac", 44_100),
    "aac": lambda s, r: encoded(at_rate(s, r, 44_100), "adts", "aac", 44_100),
    "webm": lambda s, r: encoded(at_rate(s, r, 48_000), "webm", "libopus"),
    "mkv": lambda s, r: encoded(at_rate(s, r, 48_000), "matroska", "pcm_s16le"),
}


def _any_container(chance: np.random.Generator) -> tuple[str, bytes]:
    container = list(ENCODERS)[chance.integers(len(ENCODERS))]
    return container, ENCODERS[container](*speech(chance))


def container_kind(chance: np.random.Generator) -> Odd:
    """An ordinary clip in any container."""
    container, data = _any_container(chance)
    return Odd(f"ordinary {container}", f"voice.{container}", data, "answer")


def cut(chance: np.random.Generator) -> Odd:
    """Cut off anywhere."""
    container, data = _any_container(chance)
    return Odd(f"cut {container}", f"voice.{container}", data[: int(chance.integers(len(data)))], "either")


def damaged_header(chance: np.random.Generator) -> Odd:
    """A few bytes of the first sixty changed."""
    container, whole = _any_container(chance)
    data = bytearray(whole)
    for at in chance.integers(min(60, len(data)), size=int(chance.integers(1, 6))):
        data[at] = int(chance.integers(256))
    return Odd(f"header of {container} damaged", f"voice.{container}", bytes(data), "either")


def damaged_anywhere(chance: np.random.Generator) -> Odd:
    """A few bytes changed anywhere."""
    container, whole = _any_container(chance)
    data = bytearray(whole)
    for at in chance.integers(len(data), size=int(chance.integers(1, 30))):
        data[at] = int(chance.integers(256))
    return Odd(f"{container} damaged", f"voice.{container}", bytes(data), "either")


def not_finite(chance: np.random.Generator) -> Odd:
    """NaN or infinity among float samples."""
    samples, rate = speech(chance)
    samples = samples.copy()
    at = chance.integers(len(samples), size=int(chance.integers(1, 50)))
    samples[at] = [np.nan, np.inf, -np.inf][chance.integers(3)]
    return Odd("not finite", "voice.wav", written(samples, rate, subtype="FLOAT"), "refusal")


def other_rate(chance: np.random.Generator) -> Odd:
    """A rate from a telephone's to a studio's."""
    rate = int(chance.choice([8_000, 11_025, 22_050, 44_100, 96_000, 192_000]))
    samples, own = speech(chance)
    return Odd(f"{rate} Hz", "voice.wav", written(at_rate(samples, own, rate), rate), "answer")


def absurd_rate(chance: np.random.Generator) -> Odd:
    """A header that declares a rate that no recorder has."""
    data = bytearray(written(*speech(chance)))
    data[24:28] = struct.pack("<I", int(chance.choice([0, 1, 500, 2_000_000_000, 0xFFFFFFFF])))
    return Odd("absurd rate", "voice.wav", bytes(data), "refusal")


def channels(chance: np.random.Generator) -> Odd:
    """From two channels to more than there are loudspeakers."""
    count = int(chance.choice([2, 6, 8, 40]))
    samples, rate = speech(chance)
    data = written(np.repeat(samples[:, None], count, axis=1), rate)
    return Odd(f"{count} channels", "voice.wav", data, "answer" if count <= 32 else "refusal")


def silence(chance: np.random.Generator) -> Odd:
    """Nothing, or next to nothing."""
    level = float(chance.choice([0.0, 1e-6, 5e-5]))
    samples = level * chance.uniform(-1, 1, 16_000 * int(chance.integers(1, 5)))
    return Odd("silence", "voice.wav", written(samples, 16_000, subtype="FLOAT"), "refusal")


def clipping(chance: np.random.Generator) -> Odd:
    """Far too loud: cut at full scale, or floats far beyond it."""
    samples, rate = speech(chance)
    samples = samples / np.abs(samples).max() * 40
    if chance.integers(2):
        return Odd("clipping", "voice.wav", written(np.clip(samples, -1, 1), rate), "answer")
    return Odd("floats beyond full scale", "voice.wav", written(samples, rate, subtype="FLOAT"), "refusal")


def music(chance: np.random.Generator) -> Odd:
    """Chords and a beat, and no word."""
    t = np.arange(48_000) / 16_000
    chord = sum(np.sin(2 * np.pi * float(chance.uniform(110, 880)) * t) for _ in range(4))
    beat = chance.normal(0, 1, len(t)) * (t % 0.5 < 0.05)
    samples = (0.12 * chord + 0.15 * beat).astype(np.float32)
    return Odd("music", "song.mp3", written(np.clip(samples, -1, 1), 16_000, "MP3"), "answer")


def elsewhere(chance: np.random.Generator) -> Odd:
    """Another language, as eSpeak NG speaks it."""
    voice = list(ELSEWHERE)[chance.integers(len(ELSEWHERE))]
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "voice.wav"
        command = [sys.executable, "-m", "echomind.talk.espeak_process", str(wav), voice, "175", "50", "50"]
        run(command, input=ELSEWHERE[voice].encode(), check=True, cwd=ROOT, timeout=120)
        return Odd(f"words in {voice}", f"{voice}.wav", wav.read_bytes(), "answer")


def too_long(chance: np.random.Generator) -> Odd:
    """From a second over the limit to an hour, small where it is compressed."""
    seconds = int(chance.choice([61, 120, 600, 3_600]))
    tone = np.tile((3_000 * np.sin(np.arange(8_000) * 0.2)).astype(np.int16), seconds)
    data = written(tone, 8_000, "FLAC" if seconds > 600 or chance.integers(2) else "WAV")
    return Odd(f"{seconds} s", "lecture.wav", data, "refusal")


def too_short(chance: np.random.Generator) -> Odd:
    """No sample at all, or a few."""
    samples, rate = speech(chance)
    count = int(chance.choice([0, 1, 100, 600]))
    container = str(chance.choice(["WAV", "FLAC", "OGG"]))
    return Odd(f"{count} samples", "voice.wav", written(samples[:count], rate, container), "refusal")


def other_extension(chance: np.random.Generator) -> Odd:
    """A clip whose name says something else."""
    container, data = _any_container(chance)
    extension = str(chance.choice(["wav", "mp3", "txt", "m4a", "json", "ogg"]))
    return Odd(f"{container} as .{extension}", f"voice.{extension}", data, "answer")


def other_file(chance: np.random.Generator) -> Odd:
    """What is no sound."""
    name = list(OTHER_FILES)[chance.integers(len(OTHER_FILES))]
    # Content that comes twice within a moment is one upload for gradio; a last line keeps these apart.
    return Odd("no sound", name, OTHER_FILES[name] and OTHER_FILES[name] + bytes(chance.integers(0, 9, 8)), "refusal")


def declared_size(chance: np.random.Generator) -> Odd:
    """Lengths as recorders that stream write them."""
    data = bytearray(written(*speech(chance)))
    declared = struct.pack("<I", int(chance.choice([0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFF00, 0])))
    data[4:8] = declared
    at = data.index(b"data") + 4
    data[at : at + 4] = declared
    return Odd("declared size", "voice.wav", bytes(data), "answer")


def declared_chunk(chance: np.random.Generator) -> Odd:
    """A chunk before the sound that is said to be larger than the file."""
    data = bytearray(written(*speech(chance)))
    extra = b"LIST" + struct.pack("<I", int(chance.choice([0xFFFFFFFF, 0x7FFFFFFE, 1 << 20]))) + b"INFO"
    return Odd("declared chunk", "voice.wav", bytes(data[:36] + extra + data[36:]), "either")


def other_name(chance: np.random.Generator) -> Odd:
    """A name to trip over."""
    name = NAMES[chance.integers(len(NAMES))]
    broken = bool(chance.integers(2))
    data = b"no sound" + chance.bytes(40) if broken else written(*speech(chance))
    return Odd("name", name, data, "refusal" if broken else "answer")


def pictures(chance: np.random.Generator) -> Odd:
    """A film, with its sound or cut off."""
    samples, rate = speech(chance)
    data = encoded(at_rate(samples, rate, 44_100), "mp4", "aac", 44_100, pictures=15)
    if chance.integers(2):
        return Odd("film", "film.mp4", data, "answer")
    return Odd("film cut", "film.mp4", data[: len(data) // 2], "refusal")


def constant(chance: np.random.Generator) -> Odd:
    """Sound that does not move: a lead that is not plugged in."""
    return Odd("constant", "voice.wav", written(np.full(16_000, float(chance.uniform(0.1, 0.9))), 16_000), "either")


def noise(chance: np.random.Generator) -> Odd:
    """Noise as loud as it gets."""
    return Odd("noise", "noise.wav", written(chance.uniform(-1, 1, 24_000), 16_000), "answer")


MAKERS: tuple[Make, ...] = (
    *(container_kind, cut, damaged_header, damaged_anywhere, not_finite, other_rate, absurd_rate, channels, silence),
    *(clipping, music, elsewhere, too_long, too_short, other_extension, other_file, declared_size, declared_chunk),
    *(other_name, pictures, constant, noise),
)


def drawn(number: int, seed: int) -> Odd:
    """The clip with this number of a seed; each kind comes in turn."""
    return MAKERS[number % len(MAKERS)](np.random.default_rng([seed, number]))
