"""Recordings as they should be and as they should not."""

from __future__ import annotations

import io
import struct

import numpy as np
import soundfile


def tone(seconds: float, rate: int = 16_000) -> np.ndarray:
    """A quiet hum."""
    return 0.2 * np.sin(np.arange(int(seconds * rate)) * 0.05)


def sound(seconds: float = 0.5, kind: str = "WAV", rate: int = 16_000) -> bytes:
    """An honest recording."""
    out = io.BytesIO()
    soundfile.write(out, tone(seconds, rate), rate, format=kind)
    return out.getvalue()


def wav(
    seconds: float = 0.5, *, said: int | None = None, riff: int | None = None, rate: int = 16_000, channels: int = 1
) -> bytes:
    """A 16-bit WAV whose header says what it is told to: ``said`` bytes of sound, and any rate and channels."""
    data = (tone(seconds) * 32_767).astype("<i2").tobytes()
    length, whole = len(data) if said is None else said, 36 + len(data) if riff is None else riff
    fmt = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2 % 2**32, channels * 2 % 2**16, 16)
    return b"RIFF" + struct.pack("<I", whole) + b"WAVEfmt " + fmt + b"data" + struct.pack("<I", length) + data


def flac_of_length(samples: int) -> bytes:
    """A FLAC whose header counts so many samples."""
    made = bytearray(sound(kind="FLAC"))
    made[21] = made[21] & 0xF0 | samples >> 32 & 0x0F
    made[22:26] = struct.pack(">I", samples & 0xFFFFFFFF)
    return bytes(made)
