"""Non-verbal vocal events from a source-filter model: breath, cough, sigh, laughter, yawn, moan, sob.

Each is ``f(rng, f0_hz, scale) -> samples`` at a peak of about 1: ``f0_hz`` the speaker's median pitch and ``scale``
the length of the vocal tract as a formant factor (1 male, 1.15 female). Shapes follow published descriptions: laughter
as 4 to 6 aspirated calls a second with raised, falling pitch (Bachorowski et al. 2001); cough as burst, noisy decay
and an optional voiced end, 0.3 to 0.5 s (Korpas et al. 1996); sob as bursts of breaths drawn in before a wavering cry.
"""

from __future__ import annotations

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data.spectral import band, curve, fade, glottal, tilted, tract

A = np.array([730.0, 1150.0, 2500.0, 3500.0, 4500.0])  # formants of an adult male, Peterson and Barney (1952)
SCHWA = np.array([500.0, 1450.0, 2450.0, 3500.0, 4500.0])
O = np.array([500.0, 850.0, 2400.0, 3400.0, 4500.0])  # noqa: E741 - the vowel
M = np.array([280.0, 1050.0, 2200.0, 3300.0, 4500.0])
WIDTHS = np.array([90.0, 110.0, 160.0, 250.0, 350.0])


def _ramp(seconds: float, points: list[tuple[float, float]]) -> np.ndarray:
    """Envelope through (relative time, value) points, one value a sample."""
    n = int(seconds * SAMPLE_RATE)
    at, values = zip(*points, strict=True)
    return np.interp(np.linspace(0, 1, n), at, values)


def _peak(samples: np.ndarray) -> np.ndarray:
    return fade((samples / (np.abs(samples).max(initial=0.0) + 1e-9)).astype(np.float32), 0.008)


def _silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * SAMPLE_RATE), dtype=np.float32)


def breath(rng: np.random.Generator, f0_hz: float, scale: float, inward: bool = True) -> np.ndarray:
    """One audible breath, 0.25 to 0.7 s: inward bright and rising, outward darker and falling."""
    seconds = rng.uniform(0.25, 0.5) if inward else rng.uniform(0.35, 0.7)
    shape = [(0, 0), (0.65, 1), (0.9, 0.7), (1, 0)] if inward else [(0, 0), (0.15, 1), (0.5, 0.5), (1, 0)]
    loud = _ramp(seconds, shape)
    noise = rng.standard_normal(len(loud)) * loud
    formants = (
        (SCHWA if inward else A)[:, None] * scale * rng.uniform(0.95, 1.2) * np.array([[1.0, 1.15 if inward else 0.9]])
    )
    return _peak(tilted(tract(noise, formants, WIDTHS * 2.2), 1.0 if inward else -1.5))


def cough(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """One to three coughs: a burst within 10 ms, noise that decays over 0.2 s, often a short voiced end."""
    parts: list[np.ndarray] = []
    for number in range(int(rng.integers(1, 4))):
        seconds = rng.uniform(0.22, 0.38)
        n = int(seconds * SAMPLE_RATE)
        time = np.arange(n) / SAMPLE_RATE
        burst = np.exp(-time / 0.018) * (1 - np.exp(-time / 0.0015))
        tail = np.exp(-time / rng.uniform(0.06, 0.11)) * (1 - np.exp(-time / 0.004))
        noise = rng.standard_normal(n) * (1.6 * burst + 0.6 * tail)
        voicing = rng.uniform(0.1, 0.7) * np.exp(-(((time - 0.6 * seconds) / (0.2 * seconds)) ** 2))
        f0 = f0_hz * rng.uniform(1.1, 1.7) * np.linspace(1.15, 0.7, n)
        source = noise + 2.0 * voicing * glottal(f0, rng, jitter=0.08)
        formants = np.stack([A * rng.uniform(0.9, 1.1), SCHWA], axis=1) * scale
        parts += [
            _peak(tilted(tract(source, formants, WIDTHS * 1.8), 1.0)) * (0.85**number),
            _silence(rng.uniform(0.02, 0.2)),
        ]
    return np.concatenate(parts)


def sigh(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """A breath in, then 0.8 to 1.6 s out: breathy noise, mostly with a soft voice that glides down by about a fifth."""
    seconds = rng.uniform(0.8, 1.6)
    loud = _ramp(seconds, [(0, 0), (0.08, 1), (0.35, 0.6), (1, 0)])
    n = len(loud)
    voiced = rng.uniform(0.0, 0.9) if rng.random() < 0.75 else 0.0
    f0 = f0_hz * rng.uniform(1.0, 1.35) * np.geomspace(1.0, rng.uniform(0.55, 0.75), n)
    fading = _ramp(seconds, [(0, 0.3), (0.1, 1), (0.6, 0.35), (1, 0)])
    source = 0.5 * rng.standard_normal(n) * loud + 2.2 * voiced * glottal(f0, rng, open_quotient=0.8) * fading * loud
    formants = np.stack([A, 0.6 * A + 0.4 * O, SCHWA], axis=1) * scale * rng.uniform(0.93, 1.07)
    outward = _peak(tilted(tract(source, formants, WIDTHS * 1.7), -1.5))
    inward = 0.4 * breath(rng, f0_hz, scale)
    return np.concatenate([inward, _silence(rng.uniform(0.03, 0.15)), outward]) if rng.random() < 0.7 else outward


def laughter(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """A bout of 3 to 9 calls "ha", 4.2 to 6 a second: /h/ noise, then a voiced vowel, pitch and level falling."""
    calls = int(rng.integers(3, 10))
    period = 1 / rng.uniform(4.2, 6.0)
    top = f0_hz * rng.uniform(1.4, 2.1)
    formants = ((1 - (mix := rng.uniform(0, 0.8))) * A + mix * SCHWA) * scale * rng.uniform(0.95, 1.1)
    snicker = rng.random() < 0.2  # unvoiced, snort-like laughter is common too
    parts: list[np.ndarray] = []
    for number in range(calls):
        progress = number / max(calls - 1, 1)
        aspirated, voiced = period * rng.uniform(0.3, 0.45), period * rng.uniform(0.4, 0.6)
        n = int((aspirated + voiced) * SAMPLE_RATE)
        time = np.arange(n) / SAMPLE_RATE
        breathy = np.exp(-(((time - 0.5 * aspirated) / (0.45 * aspirated)) ** 2))
        ringing = np.clip((time - aspirated) / 0.02, 0, 1) * np.clip((aspirated + voiced - time) / 0.05, 0, 1)
        f0 = top * (1 - 0.3 * progress) * (1 + 0.12 * np.sin(np.pi * np.clip((time - aspirated) / voiced, 0, 1)))
        f0 = f0 * rng.uniform(0.94, 1.06)
        voice = 0.0 if snicker else 2.0
        source = (
            0.45 * rng.standard_normal(n) * (breathy + 0.15 * ringing) + voice * glottal(f0, rng, jitter=0.02) * ringing
        )
        call = _peak(tract(source, formants * (1.05 - 0.1 * progress), WIDTHS * 1.3))
        rest = max(period - aspirated - voiced, 0.0) * (1 + 0.5 * progress)
        parts += [call * (1 - 0.55 * progress) * rng.uniform(0.8, 1.0), _silence(rest)]
    if rng.random() < 0.5:
        parts.append(0.3 * breath(rng, f0_hz, scale))
    return np.concatenate(parts)


def yawn(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """1.6 to 3 s: a long breath in through an opening mouth, then a voiced "aah" that falls by about an octave."""
    inhale, exhale = rng.uniform(0.6, 1.1), rng.uniform(0.9, 1.8)
    loud = _ramp(inhale, [(0, 0), (0.7, 1), (1, 0.2)])
    opening = np.stack([SCHWA * 0.8, A * 1.05], axis=1) * scale
    inward = _peak(tilted(tract(rng.standard_normal(len(loud)) * loud, opening, WIDTHS * 2.5), -1.0))
    loud = _ramp(exhale, [(0, 0.1), (0.15, 1), (0.5, 0.7), (1, 0)])
    n = len(loud)
    f0 = (
        f0_hz
        * rng.uniform(1.1, 1.6)
        * np.interp(np.linspace(0, 1, n), [0, 0.15, 1], [0.85, 1.0, rng.uniform(0.5, 0.65)])
    )
    source = 2.0 * glottal(f0, rng, jitter=0.02, open_quotient=0.75) * loud + 0.18 * rng.standard_normal(n) * loud
    closing = np.stack([A * np.array([1.1, 0.95, 1, 1, 1]), A, O, M], axis=1) * scale
    return np.concatenate([0.4 * inward, _peak(tilted(tract(source, closing, WIDTHS * 1.4), -2.5))])


def moan(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """0.7 to 1.8 s of a dark, nasal or rounded vowel, pitch rising then falling, a little rough: "mmh", "ohh"."""
    seconds = rng.uniform(0.7, 1.8)
    loud = _ramp(seconds, [(0, 0), (0.2, 0.9), (0.45, 1), (1, 0)])
    n = len(loud)
    arch = np.interp(np.linspace(0, 1, n), [0, rng.uniform(0.15, 0.4), 1], [0.9, 1.12, rng.uniform(0.65, 0.8)])
    f0 = f0_hz * rng.uniform(0.9, 1.4) * arch * (1 + 0.015 * curve(n, rng, 7.0, SAMPLE_RATE))
    source = 2.0 * glottal(f0, rng, jitter=0.05, open_quotient=0.65) * loud + 0.1 * rng.standard_normal(n) * loud
    vowels = (np.stack([M, O, M], axis=1), np.stack([SCHWA, O], axis=1), np.stack([O, A * 0.9, O], axis=1))
    return _peak(tilted(tract(source, vowels[int(rng.integers(3))] * scale, WIDTHS * 1.3), -2.0))


def sob(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """2 to 5 catch breaths, 3 to 5 a second, half voiced, often ended by a short wavering cry."""
    parts: list[np.ndarray] = []
    for _ in range(int(rng.integers(2, 6))):
        seconds = rng.uniform(0.12, 0.22)
        loud = _ramp(seconds, [(0, 0), (0.3, 1), (0.7, 0.6), (1, 0)])
        n = len(loud)
        f0 = f0_hz * rng.uniform(1.6, 2.6) * np.geomspace(0.8, 1.2, n)  # ingressive voice squeaks upwards
        source = 0.6 * rng.standard_normal(n) * loud + rng.uniform(0, 1.2) * glottal(f0, rng, jitter=0.06) * loud
        parts += [
            _peak(tract(source, SCHWA * scale * 1.1, WIDTHS * 1.8)) * rng.uniform(0.5, 1),
            _silence(rng.uniform(0.05, 0.16)),
        ]
    if rng.random() < 0.7:
        loud = _ramp(rng.uniform(0.4, 0.9), [(0, 0), (0.15, 1), (1, 0)])
        n = len(loud)
        waver = 1 + 0.06 * np.sin(2 * np.pi * np.cumsum(rng.uniform(5, 8) / SAMPLE_RATE * np.ones(n)))
        f0 = f0_hz * rng.uniform(1.3, 1.9) * np.geomspace(1.1, 0.75, n) * waver
        source = 2 * glottal(f0, rng, jitter=0.05, open_quotient=0.7) * loud + 0.25 * rng.standard_normal(n) * loud
        parts.append(_peak(tract(source, np.stack([A, SCHWA], axis=1) * scale, WIDTHS * 1.4)))
    return np.concatenate(parts)


def sniff(rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """One or two wet nasal inhalations of 0.1 to 0.25 s: narrow bright noise."""
    parts: list[np.ndarray] = []
    for _ in range(int(rng.integers(1, 3))):
        loud = _ramp(rng.uniform(0.1, 0.25), [(0, 0), (0.4, 1), (1, 0)])
        flutter = 1 + 0.4 * curve(len(loud), rng, 40.0, SAMPLE_RATE)
        parts += [
            _peak(band(rng.standard_normal(len(loud)) * loud * flutter, 1500, 6000)),
            _silence(rng.uniform(0.05, 0.15)),
        ]
    return np.concatenate(parts)
