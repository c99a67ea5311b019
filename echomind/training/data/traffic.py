"""Car, subway and a ball game, synthesised: each ``f(seconds, rng) -> samples``, mono float32 at 16 kHz."""

from __future__ import annotations

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data.acoustics import length_of, levelled, lowpass_gain, placed, reverberated, scattered
from echomind.training.data.signals import tone
from echomind.training.data.spectral import band, curve, frames_of, shaped_noise


def _glide(n: int, rng: np.random.Generator, low_hz: float, high_hz: float, octaves: float) -> np.ndarray:
    """Phase of a machine that speeds up or slows down by up to ``octaves`` over the sound, never quite evenly."""
    trend = np.interp(np.arange(n), [0, n * rng.uniform(0.3, 1.0)], [0, rng.uniform(-octaves, octaves)])
    hz = rng.uniform(low_hz, high_hz) * 2 ** (trend + 0.03 * curve(n, rng, 1.0, SAMPLE_RATE))
    return 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE


def car(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Inside a car: engine orders that drift with the revs over tyre noise; a passing vehicle, an indicator.

    Engine orders 0.5 to 6 of a four-stroke; the cabin passes 12 to 18 dB an octave less above its corner.
    """
    n = length_of(seconds)
    frames = frames_of(n)
    firing = _glide(n, rng, 30, 85, 0.6)
    engine = sum(
        rng.uniform(0.3, 1.0) / order**0.8 * np.sin(order * firing + rng.uniform(0, 6))
        for order in (0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    )
    engine = engine * (1 + 0.15 * curve(n, rng, 12.0, SAMPLE_RATE))
    steady = np.exp(0.1 * curve(frames, rng, 1.0))
    tyres = shaped_noise(lowpass_gain(rng.uniform(90, 350), rng.uniform(1.8, 2.8)) * steady, n, rng)
    air = shaped_noise(lowpass_gain(rng.uniform(500, 1500), 1.0) * steady, n, rng)
    out = engine / engine.std() * rng.uniform(0.5, 1.6) + tyres / tyres.std() + rng.uniform(0.05, 0.3) * air / air.std()
    if rng.random() < 0.4:
        time = np.arange(frames) * 0.008
        passing = np.exp(-(((time - rng.uniform(0, seconds)) / rng.uniform(0.3, 0.9)) ** 2))
        swish = shaped_noise(lowpass_gain(1500.0, 1.2) * passing[None, :], n, rng)
        out = out + rng.uniform(1.5, 4.0) * swish / (np.abs(swish).max() + 1e-9)
    if rng.random() < 0.35:
        tick = band(np.pad(rng.standard_normal(160) * np.exp(-np.arange(160) / 30), (0, 400)), 1500, 5000)
        at = np.arange(rng.uniform(0, 0.35), seconds - 0.05, 0.35) * SAMPLE_RATE
        out = out + scattered(n, [tick / np.abs(tick).max()], at, np.full(len(at), rng.uniform(0.5, 2.0)), rng)
    return levelled(out)


def subway(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A train on rails: roar in a tunnel, double clacks at the joints, a gliding motor, squeals, a door's chime."""
    n = length_of(seconds)
    frames = frames_of(n)
    sway = np.exp(0.25 * curve(frames, rng, 1.5))
    rumble = shaped_noise(lowpass_gain(rng.uniform(80, 200), 1.6) * sway, n, rng)
    roar = band(shaped_noise(np.ones((257, 1)) * sway, n, rng), rng.uniform(250, 450), rng.uniform(900, 1800))
    out = rumble / rumble.std() + rng.uniform(0.3, 0.9) * roar / roar.std()
    m = int(0.1 * SAMPLE_RATE)
    decay = np.exp(-np.arange(m) / SAMPLE_RATE / 0.02)
    clacks = []
    for _ in range(4):
        clack = band(rng.standard_normal(m) * decay, rng.uniform(90, 200), rng.uniform(1200, 3000))
        clacks.append(clack / np.abs(clack).max())
    period, axle = rng.uniform(0.5, 1.2), rng.uniform(0.09, 0.18)
    starts = np.arange(rng.uniform(0, period), seconds - 0.3, period)
    at = np.concatenate([starts, starts + axle]) * SAMPLE_RATE
    if len(at):
        out = out + rng.uniform(4, 9) * scattered(n, clacks, at, rng.uniform(0.6, 1, len(at)), rng)
    motor = _glide(n, rng, 180, 800, 1.2)
    whine = sum(np.sin(k * motor + rng.uniform(0, 6)) / k**1.2 for k in (1, 2, 3, 4, 6))
    out = out + rng.uniform(0.1, 0.8) * whine
    if rng.random() < 0.45:
        squeal = rng.uniform(2000, 4200) * (1 + 0.01 * curve(n, rng, 6.0, SAMPLE_RATE))
        shape = np.exp(-(((np.arange(n) / SAMPLE_RATE - rng.uniform(0, seconds)) / rng.uniform(0.4, 1.2)) ** 2))
        out = out + rng.uniform(0.3, 1.2) * np.sin(2 * np.pi * np.cumsum(squeal) / SAMPLE_RATE) * shape
    if rng.random() < 0.25:
        start, hz = rng.uniform(0, max(seconds - 1.0, 0.1)), rng.uniform(500, 900)
        for i, step in enumerate((1.26, 1.0)):
            placed(out, tone(hz * step, 0.6, np.array([1, 0.3, 0.1]), 0.5), start + 0.4 * i, 2.0)
    return levelled(reverberated(out.astype(np.float32), rng, rng.uniform(0.5, 1.2), rng.uniform(0.2, 0.45)))


def basketball(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One or two balls on a hall's floor, 1.2 to 3 bounces a second, squeaking soles, a rim; with the hall's echo."""
    n = length_of(seconds)
    out = np.zeros(n, dtype=np.float32)
    m = int(0.25 * SAMPLE_RATE)
    time = np.arange(m) / SAMPLE_RATE
    for ball in range(1 + int(rng.random() < 0.35)):
        modes = (
            (rng.uniform(70, 110), 0.05, 1.0),
            (rng.uniform(160, 260), 0.03, 0.7),
            (rng.uniform(700, 1100), 0.012, rng.uniform(0.2, 0.6)),
        )
        thump = sum(gain * np.sin(2 * np.pi * hz * time) * np.exp(-time / decay) for hz, decay, gain in modes)
        bounce = thump + rng.uniform(0.2, 0.6) * rng.standard_normal(m) * np.exp(-time / 0.006)
        at, gap = rng.uniform(0, 0.4), 1 / rng.uniform(1.2, 3.0)
        while at < seconds:
            placed(out, bounce, at, rng.uniform(0.7, 1.0) * (1.0 if ball == 0 else rng.uniform(0.2, 0.6)))
            at += gap * rng.uniform(0.85, 1.15)
            if rng.random() < 0.1:
                gap = 1 / rng.uniform(1.2, 3.0)
                at += rng.uniform(0.2, 0.6)
    for _ in range(int(rng.poisson(0.5 * seconds))):
        k = int(rng.uniform(0.05, 0.18) * SAMPLE_RATE)
        sweep = rng.uniform(1800, 3200) * np.linspace(1, rng.uniform(0.85, 1.3), k)
        squeak = np.sign(np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE)) * np.hanning(k)
        placed(out, squeak, rng.uniform(0, seconds), rng.uniform(0.03, 0.12))
    if rng.random() < 0.3:
        rim = tone(rng.uniform(350, 600), 0.5, np.array([1, 0.7, 0.5, 0.4]), 0.2, np.array([1, 1.83, 2.71, 3.9]))
        placed(out, rim, rng.uniform(0, seconds), rng.uniform(0.2, 0.5))
    return levelled(reverberated(out, rng, rng.uniform(0.5, 1.3), rng.uniform(0.25, 0.6)))
