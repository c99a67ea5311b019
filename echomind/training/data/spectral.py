"""Spectral shaping shared by voices and backgrounds: tilt, noise with a moving spectrum, glottal source, vocal tract.

Pure signal processing, mono float32 at 16 kHz. Spectrograms here are ``(257, frames)``, 512-point, 8 ms apart.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal

from echomind.audio import SAMPLE_RATE

SIZE, STEP = 512, 128
FREQUENCIES = np.fft.rfftfreq(SIZE, 1 / SAMPLE_RATE)  # Hz of the 257 bins
_WINDOW = np.sqrt(scipy.signal.windows.hann(SIZE, sym=False)).astype(np.float32)  # at both ends of the transform
_OVERLAP = float((_WINDOW.astype(np.float64) ** 2).sum() / STEP)  # what overlap-add of the squared windows sums to: 2


def frames_of(length: int) -> int:
    """How many spectrogram frames ``length`` samples give."""
    return 1 + int(np.ceil((length + SIZE - STEP) / STEP))


def spectrogram(samples: np.ndarray) -> np.ndarray:
    """Complex short-time spectrum, ``(257, frames_of(n))``; the first frame is centred 128 samples before the sound."""
    frames = frames_of(len(samples))
    padded = np.zeros((frames - 1) * STEP + SIZE, dtype=np.float32)
    padded[SIZE - STEP : SIZE - STEP + len(samples)] = samples
    windows = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::STEP]
    return scipy.fft.rfft(windows * _WINDOW, axis=1).T


def sound(spectrum: np.ndarray, length: int) -> np.ndarray:
    """Inverse of ``spectrogram`` by overlap-add, cut to ``length`` samples, float32."""
    frames = scipy.fft.irfft(spectrum.T, SIZE, axis=1) * _WINDOW
    count, per = len(frames), SIZE // STEP
    blocks = np.zeros((count + per - 1, STEP), dtype=np.float32)
    for part in range(per):  # SIZE is a whole number of steps, so whole blocks can be added at once
        blocks[part : part + count] += frames[:, part * STEP : (part + 1) * STEP]
    return (blocks.ravel()[SIZE - STEP : SIZE - STEP + length] / _OVERLAP).astype(np.float32)


def filtered(samples: np.ndarray, gain_db: np.ndarray, at_hz: np.ndarray) -> np.ndarray:
    """Zero-phase filter whose gain in dB is interpolated over log frequency between the points ``at_hz``."""
    size = scipy.fft.next_fast_len(len(samples) + SIZE, real=True)  # room for the response, and a quick transform
    spectrum = scipy.fft.rfft(np.asarray(samples, dtype=np.float32), size)
    frequency = scipy.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    gain = np.interp(np.log2(np.maximum(frequency, 10.0)), np.log2(at_hz), gain_db)
    shaped = scipy.fft.irfft(spectrum * (10 ** (gain / 20)).astype(np.float32), size)
    return shaped[: len(samples)].astype(np.float32)


def tilted(samples: np.ndarray, db_per_octave: float, pivot_hz: float = 700.0) -> np.ndarray:
    """Brighten (positive) or darken from 300 Hz to 5 kHz, 0 dB at the pivot: what vocal effort does to the source."""
    points = np.array([20.0, 300.0, pivot_hz, 5000.0, 8000.0])
    octaves = np.log2(np.clip(points, 300.0, 5000.0) / pivot_hz)
    return filtered(samples, db_per_octave * octaves, points)


def band(samples: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    """Second-order band-pass (causal)."""
    sos = scipy.signal.butter(2, [low_hz, min(high_hz, 7900.0)], btype="bandpass", fs=SAMPLE_RATE, output="sos")
    return scipy.signal.sosfilt(sos, samples).astype(np.float32)


def shaped_noise(gain: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """White noise through a time-varying magnitude ``(257, frames_of(length))``."""
    return sound(spectrogram(rng.standard_normal(length).astype(np.float32)) * gain, length)


def curve(length: int, rng: np.random.Generator, rate_hz: float, per_second: float = 125.0) -> np.ndarray:
    """Smooth random curve, about zero mean and unit deviation, with ``rate_hz`` changes a second; ``length`` values."""
    knots = max(int(np.ceil(length / per_second * rate_hz)) + 3, 4)
    values = rng.standard_normal(knots)
    at = np.linspace(0, knots - 1, length)
    low = at.astype(int).clip(0, knots - 2)
    part = 0.5 - 0.5 * np.cos(np.pi * (at - low))
    return values[low] * (1 - part) + values[low + 1] * part


def envelope(samples: np.ndarray, lifter: int = 40) -> np.ndarray:
    """Smooth spectral magnitude ``(257, frames)`` from the low cepstrum: the vocal tract without the harmonics.

    ``lifter`` 40 quefrency samples is 2.5 ms, under the period of a 400 Hz voice.
    """
    log = np.log(np.abs(spectrogram(samples)) + 1e-6)
    cepstrum = scipy.fft.irfft(log, SIZE, axis=0)
    cepstrum[lifter : SIZE - lifter + 1] = 0.0
    return np.exp(np.real(scipy.fft.rfft(cepstrum, axis=0)))


def aspirated(samples: np.ndarray, rng: np.random.Generator, lifter: int = 40) -> np.ndarray:
    """The same articulation with the glottal source replaced by noise: no periodicity left, same spectral envelope."""
    gain = envelope(samples, lifter) / np.sqrt(SIZE / 2)  # the window's mean square is 1/2: noise of unit density
    return shaped_noise(gain, len(samples), rng)


def glottal(
    f0_hz: np.ndarray, rng: np.random.Generator, *, jitter: float = 0.01, open_quotient: float = 0.6
) -> np.ndarray:
    """Glottal flow derivative (Rosenberg 1971, C pulse) for an F0 given per sample; 0 Hz is silence."""
    wobble = 1 + jitter * curve(len(f0_hz), rng, 60.0, SAMPLE_RATE)
    phase = np.cumsum(f0_hz * wobble / SAMPLE_RATE) % 1.0
    rise = open_quotient * 0.67
    fall = open_quotient - rise
    opening = 0.5 * np.pi / rise * np.sin(np.pi * phase / rise)
    closing = -0.5 * np.pi / fall * np.sin(0.5 * np.pi * (phase - rise) / fall)
    flow = np.where(phase < rise, opening, np.where(phase < open_quotient, closing, 0.0))
    return np.where(f0_hz > 0, flow / 4.0, 0.0).astype(np.float32)


def tract(excitation: np.ndarray, formants_hz: np.ndarray, bandwidths_hz: np.ndarray | float = 90.0) -> np.ndarray:
    """Resonances of a vocal tract: ``formants_hz`` is ``(k,)`` or moves, ``(k, m)`` interpolated over the sound."""
    frames = frames_of(len(excitation))
    wanted = np.atleast_2d(np.asarray(formants_hz, dtype=np.float64).T).T
    at = np.linspace(0, wanted.shape[1] - 1, frames)
    widths = np.broadcast_to(np.asarray(bandwidths_hz, dtype=np.float64), (len(wanted),))
    gain = np.ones((len(FREQUENCIES), frames))
    square = FREQUENCIES[:, None] ** 2
    for track, width in zip(wanted, widths, strict=True):
        centre = np.interp(at, np.arange(wanted.shape[1]), track)[None, :]
        gain *= centre**2 / np.sqrt((centre**2 - square) ** 2 + square * width**2)
    # Higher formants exist in a real tract; without this each modelled one would take 12 dB an octave off the treble.
    gain *= np.maximum(FREQUENCIES[:, None] / 1000.0, 1.0) ** (len(wanted) * 0.9)
    return sound(spectrogram(excitation) * np.minimum(gain, 60.0), len(excitation))


def fade(samples: np.ndarray, seconds: float = 0.01) -> np.ndarray:
    """Raised-cosine ramps at both ends."""
    n = min(int(seconds * SAMPLE_RATE), len(samples) // 2)
    out = np.array(samples, dtype=np.float32)
    if n:
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)).astype(np.float32)
        out[:n] *= ramp
        out[len(out) - n :] *= ramp[::-1]
    return out
