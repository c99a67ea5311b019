"""Any file or microphone buffer to one ``Clip``: mono float32 at 16 kHz, with limits and clear errors.

libsndfile reads WAV, FLAC, OGG (Vorbis, Opus) and MP3; FFmpeg's libraries (PyAV) read the rest, M4A / AAC and WebM
among them. Both decode block by block and stop at the time limit, so a clip that is too long costs no more than one
that just fits. Lengths written in a header are never trusted: recorders that stream write absurd ones.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from echomind import audio_faults
from echomind.audio_faults import MIN_SECONDS
from echomind.errors import AudioError
from echomind.settings import get_settings

if TYPE_CHECKING:
    from av.container import InputContainer

SAMPLE_RATE = 16_000  # Hz; what the encoder and both recognisers expect
RATES = (2_000, 384_000)  # Hz; a rate outside is a broken header, and resampling from it would not end
MAX_CHANNELS = 32
SILENCE = 2.0**-13  # peak; four steps of a 16-bit recorder, below the noise floor of any open microphone
OVERSHOOT = 4.0  # peak; lossy codecs overshoot 1.0 a little, integers put into a float buffer do so by thousands
BLOCK_VALUES = 2**18  # samples over all channels that are decoded at a time

# What a file that FFmpeg may open begins with: (offset, bytes) -> FFmpeg's name of the container. The container is
# named rather than guessed by FFmpeg, whose guesses include playlists that make it open other files and addresses.
CONTAINERS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"RIFF", "wav"),
    (0, b"caff", "caf"),
    (0, b"FORM", "aiff"),
    (0, b"#!AMR", "amr"),
    (0, b"ID3", "mp3"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"\xff\xfb", "mp3"),
    (0, b"\xff\xf3", "mp3"),
)


@dataclass(frozen=True)
class Clip:
    """Mono speech. ``samples``: float32 in [-1, 1], shape ``(n,)``, at 16 kHz. ``name`` is shown in messages only."""

    samples: np.ndarray
    name: str = "clip"

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self.samples) / SAMPLE_RATE


def load_clip(source: str | Path | bytes, *, max_seconds: float | None = None, name: str | None = None) -> Clip:
    """Decode an audio file, given as a path or as its bytes, to mono 16 kHz.

    Any sample rate from 2 to 384 kHz, integer or float samples, up to 32 channels (averaged over those that carry
    sound). ``max_seconds`` and the size limit default to the settings (60 s, 50 MB). ``name`` stands in messages; it
    defaults to the file's name.
    Raises ``AudioError``: missing file, not audio, truncated, empty, too long, too large, silent, not finite.
    """
    limit_s = get_settings().max_clip_s if max_seconds is None else max_seconds
    decoder = _decode(source, limit_s, name)
    return _finish(decoder.mono(), decoder.rate, decoder.name, limit_s)


def load_native(
    source: str | Path | bytes, *, max_seconds: float | None = None, name: str | None = None
) -> tuple[np.ndarray, int]:
    """As ``load_clip``, at the file's own rate: mono float32 ``(n,)`` in [-1, 1], and the rate in Hz.

    For measures of sound quality, which hear what a lower rate takes away. Raises ``AudioError`` as ``load_clip`` does.
    """
    limit_s = get_settings().max_clip_s if max_seconds is None else max_seconds
    decoder = _decode(source, limit_s, name)
    mono = decoder.mono()
    _check_sound(mono, decoder.rate, decoder.name, limit_s)
    return np.clip(mono, -1.0, 1.0).astype(np.float32, copy=False), decoder.rate


def clip_from_array(
    sample_rate: int, data: np.ndarray, *, max_seconds: float | None = None, name: str = "microphone"
) -> Clip:
    """A microphone buffer to mono 16 kHz.

    ``data``: shape ``(n,)`` or ``(n, channels)``; signed integers are full scale at their type's limit, unsigned ones
    are centred, floats are in [-1, 1]. ``sample_rate`` in Hz, 2,000 to 384,000.
    Raises ``AudioError`` as ``load_clip`` does, and for another shape or type.
    """
    limit_s = get_settings().max_clip_s if max_seconds is None else max_seconds
    data = np.asarray(data)
    if data.ndim not in (1, 2) or (data.ndim == 2 and not 1 <= data.shape[1] <= MAX_CHANNELS):
        expected = f"(samples,) or (samples, 1 to {MAX_CHANNELS} channels)"
        raise AudioError(f"{name}: found shape {data.shape}; expected {expected}")
    rate = _check_rate(int(sample_rate), name)
    if len(data) > limit_s * rate:
        raise audio_faults.too_long(name, limit_s, len(data) / rate)
    samples = _to_float(data, name)
    return _finish(_downmix(samples[:, None] if samples.ndim == 1 else samples), rate, name, limit_s)


def _decode(source: str | Path | bytes, limit_s: float, name: str | None) -> _Decoder:
    name = _one_line(name or ("clip" if isinstance(source, bytes) else Path(source).name))
    data = source if isinstance(source, bytes) else _read_file(Path(source), name)
    _check_size(len(data), name)
    decoder = _Decoder(name, limit_s)
    if not decoder.read_soundfile(data) and not decoder.read_ffmpeg(data):
        raise audio_faults.not_audio(name, data)
    return decoder


class _Decoder:
    """Collects mono blocks of one file up to the time limit."""

    def __init__(self, name: str, limit_s: float) -> None:
        self.name, self.limit_s = name, limit_s
        self.rate = 0
        self._frames = 0
        self._sums: list[np.ndarray] = []
        self._active = np.zeros(0, dtype=bool)

    def mono(self) -> np.ndarray:
        """What was read, averaged over the channels that carry sound; float32 ``(n,)``."""
        total = np.concatenate(self._sums) if self._sums else np.zeros(0, dtype=np.float32)
        return total / max(1, int(self._active.sum()))

    def read_soundfile(self, data: bytes) -> bool:
        """Read with libsndfile; False when it does not know the format or its header claims that nothing follows."""
        import soundfile

        try:
            file = soundfile.SoundFile(io.BytesIO(data))
        except soundfile.LibsndfileError:
            return False
        with file:
            self._start(file.samplerate, file.channels)
            block = max(1, BLOCK_VALUES // file.channels)
            try:
                while len(frames := file.read(block, dtype="float32", always_2d=True)):
                    self._add(frames)
            except soundfile.LibsndfileError as error:
                raise self._broken(error) from error
            # FLAC says its length in samples and is exact; a shortfall means the end of the file is missing. WAV
            # lengths are no such promise (streamed headers), nor are MP3's (estimates).
            if file.format == "FLAC" and self._frames < file.frames < 2**40:
                raise self._broken(f"the header promises {file.frames / self.rate:.1f} s")
        if not self._frames:
            self.rate = 0  # a recorder that never came back to fill in the length; FFmpeg reads what is there
        return self._frames > 0

    def read_ffmpeg(self, data: bytes) -> bool:
        """Read with FFmpeg's libraries; False when the first bytes are of no container that we let it open."""
        container_name = next((f for at, magic, f in CONTAINERS if data[at : at + len(magic)] == magic), None)
        if container_name is None:
            return False
        import av

        try:
            with av.open(io.BytesIO(data), mode="r", format=container_name, metadata_errors="replace") as container:
                for frames, rate in _ffmpeg_blocks(container, self.name):
                    if not self.rate:
                        self._start(rate, frames.shape[1])
                    self._add(frames)
        except av.error.FFmpegError as error:
            if not self.rate:
                raise AudioError(
                    f"{self.name}: a truncated or corrupt file: it begins like {container_name} but cannot be decoded"
                    f" ({error.strerror}); expected a complete audio file"
                ) from error
            raise self._broken(error.strerror) from error  # its text has a number and a function of FFmpeg's
        if not self.rate:
            raise audio_faults.too_short(self.name, 0.0, self.limit_s)
        return True

    def _start(self, rate: int, channels: int) -> None:
        self.rate = _check_rate(rate, self.name)
        if channels > MAX_CHANNELS:
            raise AudioError(f"{self.name}: found {channels} channels; expected at most {MAX_CHANNELS}")
        self._active = np.zeros(channels, dtype=bool)

    def _add(self, frames: np.ndarray) -> None:
        if frames.shape[1] != len(self._active):
            raise self._broken(f"the channels change from {len(self._active)} to {frames.shape[1]}")
        self._active |= _carry_sound(frames)
        self._sums.append(frames.sum(axis=1, dtype=np.float32))
        self._frames += len(frames)
        if self._frames > self.limit_s * self.rate:
            raise audio_faults.too_long(self.name, self.limit_s)

    def _broken(self, why: object) -> AudioError:
        read = self._frames / self.rate if self.rate else 0.0
        return audio_faults.broken(self.name, read, why)


def _ffmpeg_blocks(container: InputContainer, name: str) -> Iterator[tuple[np.ndarray, int]]:
    """Blocks of float32 ``(n, channels)`` with their sample rate, from the first audio stream."""
    import av

    if not container.streams.audio:
        raise audio_faults.no_sound_track(name, container.format.name)
    to_float = av.AudioResampler(format="fltp")
    for frame in container.decode(container.streams.audio[0]):
        for part in to_float.resample(frame):
            yield part.to_ndarray().T, part.sample_rate


def _read_file(path: Path, name: str) -> bytes:
    if not path.is_file():
        raise AudioError(f"{name}: no such file (looked for {path}); expected an audio file")
    _check_size(path.stat().st_size, name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise AudioError(f"{name}: cannot be read ({error.strerror}); expected a readable audio file") from error


def _one_line(name: str) -> str:
    """A file's name fit for a message: printable, at most 80 characters."""
    return "".join(c if c.isprintable() else " " for c in name)[:80]


def _check_size(size: int, name: str) -> None:
    limit_mb = get_settings().max_upload_mb
    if size > limit_mb * 2**20:
        raise audio_faults.too_large(name, size, limit_mb)


def _check_rate(rate: int, name: str) -> int:
    if not RATES[0] <= rate <= RATES[1]:
        raise AudioError(f"{name}: found a sample rate of {rate} Hz; expected {RATES[0]} to {RATES[1]} Hz")
    return rate


def _to_float(data: np.ndarray, name: str) -> np.ndarray:
    """Samples of any number type as float32, full scale at 1."""
    kind, bits = data.dtype.kind, data.dtype.itemsize * 8
    if kind == "i":
        return (data / 2.0 ** (bits - 1)).astype(np.float32)
    if kind == "u":
        return (data / 2.0 ** (bits - 1) - 1.0).astype(np.float32)
    if kind == "f":
        return data.astype(np.float32)
    raise AudioError(f"{name}: found samples of type {data.dtype}; expected integers or floats")


def _downmix(samples: np.ndarray) -> np.ndarray:
    """Average of ``(n, channels)`` over the channels that carry sound: a voice on one side keeps its level."""
    return samples.sum(axis=1) / max(1, int(_carry_sound(samples).sum()))


def _carry_sound(frames: np.ndarray) -> np.ndarray:
    """Which channels of ``(n, channels)`` hold more than the dither of an empty one."""
    return (np.abs(frames) > SILENCE).any(axis=0)


def _finish(mono: np.ndarray, rate: int, name: str, limit_s: float) -> Clip:
    """Check, resample and wrap."""
    _check_sound(mono, rate, name, limit_s)
    if rate != SAMPLE_RATE:
        import soxr

        mono = soxr.resample(mono, rate, SAMPLE_RATE)
    return Clip(np.clip(mono, -1.0, 1.0).astype(np.float32, copy=False), name)


def _check_sound(mono: np.ndarray, rate: int, name: str, limit_s: float) -> None:
    seconds = len(mono) / rate
    if seconds < MIN_SECONDS:
        raise audio_faults.too_short(name, seconds, limit_s)
    bad = int(len(mono) - np.isfinite(mono).sum())
    if bad:
        raise AudioError(f"{name}: found {bad} samples that are not finite numbers (NaN or infinity); expected none")
    peak = float(np.abs(mono).max())
    if peak < SILENCE:
        raise audio_faults.silence(name, peak)
    if peak > OVERSHOOT:
        raise AudioError(f"{name}: found float samples up to {peak:.3g}; expected them within -1 to 1")
