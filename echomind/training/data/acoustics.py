"""Small acoustics shared by all sounds around a speaker: levels, slopes, scattered grains, reverberation.

Mono float32 at 16 kHz throughout.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.signal

from echomind.audio import SAMPLE_RATE
from echomind.training.data.spectral import FREQUENCIES

PEAK = 0.98  # of full scale; nothing made here goes beyond
LEVEL = 0.1  # root mean square of a background before mixing; ``background.mix`` sets the real level


def length_of(seconds: float) -> int:
    """Samples in ``seconds``."""
    return int(seconds * SAMPLE_RATE)


def levelled(samples: np.ndarray) -> np.ndarray:
    """To 0.1 root mean square; a sound that is mostly pauses is set by its loud parts."""
    power = np.asarray(samples, dtype=np.float64) ** 2
    loud = power[power > power.max(initial=0.0) * 1e-3]
    if not len(loud):
        return np.asarray(samples, dtype=np.float32)
    return (samples * LEVEL / np.sqrt(loud.mean() + 1e-12)).astype(np.float32)


def lowpass_gain(corner_hz: np.ndarray | float, order: float) -> np.ndarray:
    """Low-pass magnitude over a spectrogram's bins, the corner may move over frames: ``(257, frames or 1)``."""
    return 1 / np.sqrt(1 + (FREQUENCIES[:, None] / np.atleast_1d(corner_hz)[None, :]) ** (2 * order))


def scattered(
    length: int, sounds: Sequence[np.ndarray], at: np.ndarray, gains: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Lay sounds, drawn at random from ``sounds``, at the sample positions ``at``."""
    out = np.zeros(length + max(len(s) for s in sounds), dtype=np.float32)
    for position, gain, which in zip(at.astype(int), gains, rng.integers(len(sounds), size=len(at)), strict=True):
        out[position : position + len(sounds[which])] += gain * sounds[which]
    return out[:length]


def placed(out: np.ndarray, sound: np.ndarray, at_s: float, gain: float = 1.0) -> None:
    """Add a sound into ``out`` from ``at_s`` seconds on; what lies outside is cut."""
    start = int(at_s * SAMPLE_RATE)
    first, stop = max(start, 0), min(start + len(sound), len(out))
    if first < stop:
        out[first:stop] += gain * sound[first - start : stop - start]


def reverberated(samples: np.ndarray, rng: np.random.Generator, rt60_s: float, wet: float) -> np.ndarray:
    """Diffuse reverberation: noise that decays by 60 dB in ``rt60_s`` and darkens; ``wet`` 0..1 is its share."""
    n = max(int(min(rt60_s, 1.5) * SAMPLE_RATE), 64)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / SAMPLE_RATE / rt60_s)
    tail = scipy.signal.lfilter([0.4], [1, -0.6], tail)
    around = scipy.signal.oaconvolve(samples, tail / np.sqrt((tail**2).sum()))[: len(samples)]
    return ((1 - wet) * samples + wet * around).astype(np.float32)


def limit(samples: np.ndarray) -> np.ndarray:
    """Soft limiter: untouched under 0.7 of full scale, tanh above, never beyond 0.98."""
    loud = np.abs(samples)
    knee = 0.7
    squeezed = knee + (PEAK - knee) * np.tanh((loud - knee) / (PEAK - knee))
    return (np.sign(samples) * np.where(loud > knee, squeezed, loud)).astype(np.float32)
