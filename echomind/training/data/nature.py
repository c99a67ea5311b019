"""Weather, sea and animals, synthesised: each ``f(seconds, rng) -> samples``, mono float32 at 16 kHz."""

from __future__ import annotations

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data import events
from echomind.training.data.acoustics import length_of, levelled, lowpass_gain, reverberated, scattered
from echomind.training.data.spectral import FREQUENCIES, curve, frames_of, glottal, shaped_noise, tract


def wind(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Low roar with gusts of 1 to 4 s, its corner rising with its strength, sometimes a whistling edge."""
    n = length_of(seconds)
    frames = frames_of(n)
    gust = np.exp(0.7 * curve(frames, rng, 0.7) + 0.2 * curve(frames, rng, 5.0))
    gain = lowpass_gain(rng.uniform(180, 420) * gust, rng.uniform(1.1, 1.7)) * gust[None, :]
    if rng.random() < 0.6:
        centre = rng.uniform(450, 1100) * 2 ** (0.35 * curve(frames, rng, 0.8))
        whistle = np.exp(-0.5 * ((FREQUENCIES[:, None] - centre[None, :]) / rng.uniform(30, 90)) ** 2)
        gain = gain + rng.uniform(0.1, 0.5) * whistle * gust[None, :] ** 1.5
    gain[FREQUENCIES < 40] *= 0.3
    return levelled(shaped_noise(gain, n, rng))


def rain(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A steady bright hiss and thousands of single drops, some on a hollow surface."""
    n = length_of(seconds)
    frames = frames_of(n)
    hiss = (
        (FREQUENCIES[:, None] / 3000) ** rng.uniform(0.1, 0.7)
        * lowpass_gain(rng.uniform(3500, 7500), 1.0)
        * np.exp(0.08 * curve(frames, rng, 2.0))
    )
    base = shaped_noise(hiss, n, rng)
    drops = []
    for _ in range(24):
        m = int(rng.uniform(0.002, 0.012) * SAMPLE_RATE)
        time = np.arange(m)
        drops.append(
            np.sin(2 * np.pi * rng.uniform(1200, 6500) / SAMPLE_RATE * time * (1 + 0.2 * time / m))
            * np.exp(-5 * time / m)
        )
    count = int(rng.uniform(80, 500) * seconds)
    fall = scattered(n, drops, rng.uniform(0, n, count), rng.exponential(1.0, count), rng)
    return levelled(base / base.std() + rng.uniform(0.3, 1.8) * fall / (fall.std() + 1e-9))


def thunderstorm(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Rain or wind with one or two claps of thunder: a crack, then rumbling under 200 Hz for seconds."""
    n = length_of(seconds)
    bed = rain(seconds, rng) if rng.random() < 0.8 else wind(seconds, rng)
    out = bed * rng.uniform(0.15, 0.6)
    for number in range(int(rng.integers(1, 3))):
        start = int(rng.uniform(0, 0.35) * n) if number == 0 else int(rng.uniform(0.3, 0.8) * n)
        m = n - start
        frames = frames_of(m)
        time = np.arange(frames) * 0.008
        near = rng.random()
        rolls = sum(
            rng.uniform(0.4, 1.0) * np.exp(-np.abs(time - at) / rng.uniform(0.2, 0.9)) for at in rng.uniform(0, 2.5, 5)
        )
        envelope = np.exp(-time / rng.uniform(0.8, 2.5)) * (1 + rolls) * np.clip(time / (0.02 + 0.3 * (1 - near)), 0, 1)
        corner = 70 + 120 * near + 2500 * near * np.exp(-time / 0.12)
        rumble = shaped_noise(lowpass_gain(corner, 1.3) * envelope[None, :], m, rng)
        out[start:] += rng.uniform(0.25, 0.5) * rumble / (np.abs(rumble).max() + 1e-9)
    return levelled(out)


def sea_waves(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Swell every 3 to 7 s that breaks into bright foam and draws back, over a far low wash."""
    n = length_of(seconds)
    frames = frames_of(n)
    time = np.arange(frames) * 0.008
    period, phase = rng.uniform(3, 7), rng.uniform(0, 1)
    cycle = (time / period + phase + 0.08 * curve(frames, rng, 0.3)) % 1.0
    crest = np.where(cycle < 0.35, (cycle / 0.35) ** 2, np.exp(-(cycle - 0.35) / rng.uniform(0.15, 0.3)))
    body = lowpass_gain(350 + 1500 * crest, 1.2) * (0.25 + crest)[None, :]
    foam = (FREQUENCIES[:, None] / 4000) ** 0.6 * (crest**2 * rng.uniform(0.2, 0.7))[None, :]
    return levelled(shaped_noise(body + foam, n, rng))


def dog(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One dog, barks in groups of 1 to 4: 0.1 to 0.25 s, pitch arched, rough, size between terrier and shepherd."""
    n = length_of(seconds)
    out = np.zeros(n, dtype=np.float32)
    size = rng.uniform(0, 1)
    pitch, scale = 320 + 500 * size, 0.9 + 0.8 * size
    at = rng.uniform(0, 0.5)
    while at < seconds - 0.15:
        for _ in range(int(rng.integers(1, 5))):
            m = int(rng.uniform(0.1, 0.25) * SAMPLE_RATE)
            part = np.linspace(0, 1, m)
            f0 = pitch * rng.uniform(0.9, 1.1) * np.interp(part, [0, 0.3, 1], [0.7, 1.15, 0.6])
            loud = np.interp(part, [0, 0.08, 0.5, 1], [0, 1, 0.7, 0])
            source = (
                glottal(f0, rng, jitter=0.12, open_quotient=0.5) * loud
                + rng.uniform(0.1, 0.35) * rng.standard_normal(m) * loud
            )
            gape = np.stack([events.O, events.A, events.SCHWA], axis=1) * scale
            bark = tract(source.astype(np.float32), gape, events.WIDTHS * 1.5)
            start = int(at * SAMPLE_RATE)
            stop = min(start + m, n)
            if stop > start:
                out[start:stop] += (bark / (np.abs(bark).max() + 1e-9) * rng.uniform(0.6, 1.0))[: stop - start]
            at += rng.uniform(0.22, 0.5)
        at += rng.uniform(0.3, 1.5)
    return levelled(reverberated(out, rng, rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.4)))
