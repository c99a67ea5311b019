"""What is heard around a speaker: 16 environments as ``f(seconds, rng) -> samples``, recordings, and mixing at an SNR.

Everything is made from noise, modes and small melodies, so that nobody's recording is needed. Nature and machines are
here, signals with a pitch (alarm, ringtone, horn, music) in ``signals.py``. ``BACKGROUNDS`` maps attribute ids to the functions.
ESC-10 (Piczak 2015, CC BY 3.0) adds real rain, waves and dogs where a data root holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import scipy.signal
import soundfile
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.errors import DataError
from echomind.training.data import events, signals
from echomind.training.data.delivery import limit
from echomind.training.data.spectral import (
    FREQUENCIES,
    band,
    curve,
    fade,
    frames_of,
    glottal,
    shaped_noise,
    tilted,
    tract,
)
from echomind.training.data.speech import active_dbfs

Background = Callable[[float, np.random.Generator], np.ndarray]
LEVEL = 0.1  # root mean square of what is returned; ``mix`` sets the real level
ESC10 = {"rain": "rain", "sea_waves": "sea_waves", "dog_bark": "dog"}  # folder -> attribute
ESC10_NONE = ("clock_tick", "fire_crackling", "rooster", "chainsaw", "helicopter")  # sounds outside the 39


def _count(seconds: float) -> int:
    return int(seconds * SAMPLE_RATE)


def _level(samples: np.ndarray) -> np.ndarray:
    """To the common level; a clip that is mostly pauses is set by its loud parts."""
    power = samples.astype(np.float64) ** 2
    loud = power[power > power.max(initial=0.0) * 1e-3]
    return (
        (samples * LEVEL / np.sqrt(loud.mean() + 1e-12)).astype(np.float32) if len(loud) else samples.astype(np.float32)
    )


def _slope(corner_hz: np.ndarray | float, order: float) -> np.ndarray:
    """Low-pass magnitude with a corner that may move over frames: ``(257, frames)``."""
    return 1 / np.sqrt(1 + (FREQUENCIES[:, None] / np.atleast_1d(corner_hz)[None, :]) ** (2 * order))


def _scatter(
    length: int, sounds: Sequence[np.ndarray], at: np.ndarray, gains: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Lay random ``sounds`` at sample positions ``at``."""
    out = np.zeros(length + max(len(s) for s in sounds), dtype=np.float32)
    for position, gain, which in zip(at.astype(int), gains, rng.integers(len(sounds), size=len(at)), strict=True):
        out[position : position + len(sounds[which])] += gain * sounds[which]
    return out[:length]


def wind(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Low roar with gusts of 1 to 4 s, its corner rising with its strength, sometimes a whistling edge."""
    n = _count(seconds)
    frames = frames_of(n)
    gust = np.exp(0.7 * curve(frames, rng, 0.7) + 0.2 * curve(frames, rng, 5.0))
    gain = _slope(rng.uniform(180, 420) * gust, rng.uniform(1.1, 1.7)) * gust[None, :]
    if rng.random() < 0.6:
        centre = rng.uniform(450, 1100) * 2 ** (0.35 * curve(frames, rng, 0.8))
        whistle = np.exp(-0.5 * ((FREQUENCIES[:, None] - centre[None, :]) / rng.uniform(30, 90)) ** 2)
        gain = gain + rng.uniform(0.1, 0.5) * whistle * gust[None, :] ** 1.5
    gain[FREQUENCIES < 40] *= 0.3
    return _level(shaped_noise(gain, n, rng))


def rain(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A steady bright hiss and thousands of single drops, some on a hollow surface."""
    n = _count(seconds)
    frames = frames_of(n)
    hiss = (
        (FREQUENCIES[:, None] / 3000) ** rng.uniform(0.1, 0.7)
        * _slope(rng.uniform(3500, 7500), 1.0)
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
    fall = _scatter(n, drops, rng.uniform(0, n, count), rng.exponential(1.0, count), rng)
    return _level(base / base.std() + rng.uniform(0.3, 1.8) * fall / (fall.std() + 1e-9))


def thunderstorm(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Rain or wind with one or two claps of thunder: a crack, then rumbling under 200 Hz for seconds."""
    n = _count(seconds)
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
        rumble = shaped_noise(_slope(corner, 1.3) * envelope[None, :], m, rng)
        out[start:] += rng.uniform(0.25, 0.5) * rumble / (np.abs(rumble).max() + 1e-9)
    return _level(out)


def sea_waves(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Swell every 3 to 7 s that breaks into bright foam and draws back, over a far low wash."""
    n = _count(seconds)
    frames = frames_of(n)
    time = np.arange(frames) * 0.008
    period, phase = rng.uniform(3, 7), rng.uniform(0, 1)
    cycle = (time / period + phase + 0.08 * curve(frames, rng, 0.3)) % 1.0
    crest = np.where(cycle < 0.35, (cycle / 0.35) ** 2, np.exp(-(cycle - 0.35) / rng.uniform(0.15, 0.3)))
    body = _slope(350 + 1500 * crest, 1.2) * (0.25 + crest)[None, :]
    foam = (FREQUENCIES[:, None] / 4000) ** 0.6 * (crest**2 * rng.uniform(0.2, 0.7))[None, :]
    return _level(shaped_noise(body + foam, n, rng))


def basketball(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A ball on a hall's floor, 1.2 to 2.6 bounces a second, squeaking soles, now and then a rim; with the hall's echo."""
    n = _count(seconds)
    m = int(0.25 * SAMPLE_RATE)
    time = np.arange(m) / SAMPLE_RATE
    thump = sum(
        gain * np.sin(2 * np.pi * hz * time) * np.exp(-time / decay)
        for hz, decay, gain in (
            (rng.uniform(70, 110), 0.05, 1.0),
            (rng.uniform(160, 260), 0.03, 0.7),
            (rng.uniform(700, 1100), 0.012, 0.35),
        )
    )
    bounce = thump + 0.35 * rng.standard_normal(m) * np.exp(-time / 0.006)
    out = np.zeros(n, dtype=np.float32)
    at, gap = rng.uniform(0, 0.4), 1 / rng.uniform(1.2, 2.6)
    while at < seconds:
        start = int(at * SAMPLE_RATE)
        stop = min(start + m, n)
        out[start:stop] += (rng.uniform(0.7, 1.0) * bounce)[: stop - start]
        at += gap * rng.uniform(0.85, 1.15)
        if rng.random() < 0.08:
            gap = 1 / rng.uniform(1.2, 2.6)
            at += rng.uniform(0.2, 0.6)
    for _ in range(int(rng.poisson(0.5 * seconds))):
        k = int(rng.uniform(0.05, 0.18) * SAMPLE_RATE)
        sweep = rng.uniform(1800, 3200) * np.linspace(1, rng.uniform(0.85, 1.3), k)
        squeak = np.sign(np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE)) * np.hanning(k) * rng.uniform(0.03, 0.12)
        start = int(rng.integers(0, max(n - k, 1)))
        out[start : start + k] += squeak[: n - start].astype(np.float32)
    return _level(echo(out, rng, rng.uniform(0.5, 1.3), rng.uniform(0.25, 0.6)))


def echo(samples: np.ndarray, rng: np.random.Generator, rt60_s: float, wet: float) -> np.ndarray:
    """Diffuse reverberation: exponentially decaying, slightly darkening noise of the given RT60."""
    m = max(int(min(rt60_s, 1.5) * SAMPLE_RATE), 64)
    tail = rng.standard_normal(m) * 10 ** (-3 * np.arange(m) / SAMPLE_RATE / rt60_s)
    tail = scipy.signal.lfilter([0.4], [1, -0.6], tail)
    reverberated = scipy.signal.oaconvolve(samples, tail / np.sqrt((tail**2).sum()))[: len(samples)]
    return ((1 - wet) * samples + wet * reverberated).astype(np.float32)


def car(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Inside a car: engine orders that drift with the revs, road noise, sometimes a vehicle that passes or an indicator."""
    n = _count(seconds)
    firing = rng.uniform(35, 95) * 2 ** (
        np.interp(np.arange(n), [0, n], [0, rng.uniform(-0.35, 0.5)]) + 0.04 * curve(n, rng, 1.0, SAMPLE_RATE)
    )
    phase = 2 * np.pi * np.cumsum(firing) / SAMPLE_RATE
    engine = sum(
        rng.uniform(0.3, 1.0) / order**0.9 * np.sin(order * phase + rng.uniform(0, 6))
        for order in (0.5, 1, 1.5, 2, 3, 4, 6)
    )
    frames = frames_of(n)
    road = shaped_noise(
        _slope(rng.uniform(120, 450), rng.uniform(0.9, 1.4)) * np.exp(0.1 * curve(frames, rng, 1.0)), n, rng
    )
    out = engine / engine.std() * rng.uniform(0.3, 1.2) + road / road.std()
    if rng.random() < 0.4:
        time = np.arange(frames) * 0.008
        passing = np.exp(-(((time - rng.uniform(0, seconds)) / rng.uniform(0.3, 0.9)) ** 2))
        swish = shaped_noise(_slope(2500.0, 1.0) * passing[None, :], n, rng)
        out = out + rng.uniform(0.5, 1.5) * swish / (np.abs(swish).max() + 1e-9) * 3
    if rng.random() < 0.25:
        tick = rng.standard_normal(160) * np.exp(-np.arange(160) / 30)
        at = np.arange(rng.uniform(0, 0.4), seconds - 0.02, 0.35) * SAMPLE_RATE
        out = out + _scatter(n, [band(np.pad(tick, (0, 400)), 1500, 5000)], at, np.full(len(at), 2.0), rng)
    return _level(out)


def subway(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A train on rails: rumble, pairs of clacks at the joints, a motor's gliding whine, at times squealing wheels."""
    n = _count(seconds)
    frames = frames_of(n)
    rumble = shaped_noise(
        (_slope(rng.uniform(150, 500), 1.1) + 0.06 * _slope(3500.0, 0.8)) * np.exp(0.15 * curve(frames, rng, 2.0)),
        n,
        rng,
    )
    out = rumble / rumble.std()
    m = int(0.08 * SAMPLE_RATE)
    clack = band(rng.standard_normal(m) * np.exp(-np.arange(m) / SAMPLE_RATE / 0.015), 150, 1800)
    period = rng.uniform(0.45, 1.1)
    starts = np.arange(rng.uniform(0, period), seconds - 0.2, period)
    at = np.concatenate([starts, starts + rng.uniform(0.1, 0.2)]) * SAMPLE_RATE
    if len(at):
        out = out + rng.uniform(2, 5) * _scatter(
            n, [clack / np.abs(clack).max()], at, rng.uniform(0.6, 1, len(at)), rng
        )
    glide = rng.uniform(250, 900) * 2 ** np.interp(np.arange(n), [0, n], [0, rng.uniform(-1.0, 1.0)])
    whine = sum(np.sin(k * 2 * np.pi * np.cumsum(glide) / SAMPLE_RATE) / k**1.3 for k in (1, 2, 3, 5))
    out = out + rng.uniform(0.05, 0.5) * whine
    if rng.random() < 0.35:
        squeal = rng.uniform(2200, 4200) * (1 + 0.01 * curve(n, rng, 6.0, SAMPLE_RATE))
        shape = np.exp(-(((np.arange(n) / SAMPLE_RATE - rng.uniform(0, seconds)) / rng.uniform(0.4, 1.2)) ** 2))
        out = out + rng.uniform(0.2, 0.8) * np.sin(2 * np.pi * np.cumsum(squeal) / SAMPLE_RATE) * shape
    return _level(echo(out.astype(np.float32), rng, 0.8, 0.3))


def applause(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """5 to 150 people, each clapping 2.5 to 5 times a second with hands of their own resonance."""
    n = _count(seconds)
    people = int(np.exp(rng.uniform(np.log(5), np.log(150))))
    m = int(0.03 * SAMPLE_RATE)
    time = np.arange(m) / SAMPLE_RATE
    claps = []
    for _ in range(min(people, 24)):
        centre = rng.uniform(700, 2600)
        clap = band(rng.standard_normal(m) * np.exp(-time / rng.uniform(0.002, 0.008)), centre * 0.6, centre * 2.2)
        claps.append(clap / np.abs(clap).max())
    at, gains = [], []
    for _ in range(people):
        beats = np.arange(rng.uniform(0, 0.3), seconds, 1 / rng.uniform(2.5, 5.0))
        at.append(np.clip(beats + rng.normal(0, 0.02, len(beats)), 0, seconds - 0.001) * SAMPLE_RATE)
        gains.append(np.full(len(beats), rng.uniform(0.2, 1.0)))
    out = _scatter(n, claps, np.concatenate(at), np.concatenate(gains), rng)
    return _level(echo(out, rng, rng.uniform(0.4, 1.5), rng.uniform(0.2, 0.6)))


def _crowd_voice(n: int, rng: np.random.Generator, low_hz: float, high_hz: float) -> np.ndarray:
    """One sustained shout, "aah" to "ooh", with a gliding pitch."""
    start, length = int(rng.uniform(-0.3, 0.7) * n), int(rng.uniform(0.6, 2.5) * SAMPLE_RATE)
    start, stop = max(start, 0), min(max(start, 0) + length, n)
    m = stop - start
    if m < SAMPLE_RATE // 5:
        return np.zeros(n, dtype=np.float32)
    glide = np.interp(np.linspace(0, 1, m), [0, 0.3, 1], [0.8, 1.1, rng.uniform(0.6, 0.95)])
    f0 = rng.uniform(low_hz, high_hz) * glide * (1 + 0.02 * curve(m, rng, 6.0, SAMPLE_RATE))
    mixed = rng.uniform(0, 1)
    vowel = (mixed * events.A + (1 - mixed) * events.O) * rng.uniform(0.95, 1.3)
    voice = tract(
        glottal(f0, rng, jitter=0.03) + 0.05 * rng.standard_normal(m).astype(np.float32), vowel, events.WIDTHS * 1.3
    )
    out = np.zeros(n, dtype=np.float32)
    out[start:stop] = fade(voice / (voice.std() + 1e-9), 0.15) * rng.uniform(0.3, 1.0)
    return out


def cheering(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A crowd's "yeah" and "woo": many long, high, gliding voices over a roar, whistles, some clapping."""
    n = _count(seconds)
    frames = frames_of(n)
    voices = sum(_crowd_voice(n, rng, 180, 520) for _ in range(int(rng.integers(10, 22))))
    vowel_roar = tract(rng.standard_normal(n).astype(np.float32), events.A * 1.15, events.WIDTHS * 5)
    swell = np.interp(np.arange(n), np.linspace(0, n, frames), np.exp(0.35 * curve(frames, rng, 0.8)))
    out = voices / (np.std(voices) + 1e-9) + rng.uniform(0.4, 1.2) * vowel_roar / vowel_roar.std() * swell
    for _ in range(int(rng.poisson(0.6 * seconds))):
        m = int(rng.uniform(0.2, 0.6) * SAMPLE_RATE)
        sweep = np.interp(np.linspace(0, 1, m), [0, 0.4, 1], rng.uniform(1500, 3200) * np.array([0.8, 1.1, 0.75]))
        start = int(rng.integers(0, max(n - m, 1)))
        whistle = np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE) * np.hanning(m) * rng.uniform(0.5, 1.5)
        out[start : start + m] += whistle[: n - start]
    if rng.random() < 0.5:
        out = out + rng.uniform(2, 8) * applause(seconds, rng)
    return _level(echo(tilted(out, 1.0), rng, rng.uniform(0.6, 1.5), 0.35))


def _babbler(n: int, rng: np.random.Generator, f0_hz: float, scale: float) -> np.ndarray:
    """One murmuring voice without words: 4 to 5 syllables a second of random vowels and hisses, with pauses."""
    syllables = max(int(n / SAMPLE_RATE * rng.uniform(3.6, 5.2)), 2)
    vowels = np.stack([events.A, events.O, events.SCHWA, np.array([300, 2200, 2900, 3500, 4500.0])])
    path = vowels[rng.integers(4, size=syllables)].T * scale * rng.uniform(0.92, 1.08, (1, syllables))
    frames = np.linspace(0, syllables, n, endpoint=False)
    loud = (0.5 - 0.5 * np.cos(2 * np.pi * frames)) ** 0.7 * (rng.random(syllables) < 0.82)[frames.astype(int)]
    f0 = f0_hz * 2 ** (0.15 * curve(n, rng, 2.5, SAMPLE_RATE))
    hiss = 0.25 * rng.standard_normal(n) * (rng.random(syllables) < 0.35)[frames.astype(int)] * (frames % 1 < 0.25)
    voice = tract((glottal(f0, rng) * loud).astype(np.float32), path, events.WIDTHS * 1.2) + hiss
    return (voice / (voice.std() + 1e-9)).astype(np.float32)


def _looped(voices: Sequence[np.ndarray], n: int, rng: np.random.Generator) -> np.ndarray:
    """One talker: sentences from a pool one after another, entered at a random place."""
    parts, length = [], 0
    while length < 2 * n:
        parts.append(voices[int(rng.integers(len(voices)))])
        length += len(parts[-1])
    start = int(rng.integers(0, length - n))
    talk = np.concatenate(parts)[start : start + n]
    return (talk / (talk.std() + 1e-6)).astype(np.float32)


def chatter(seconds: float, rng: np.random.Generator, voices: Sequence[np.ndarray] = ()) -> np.ndarray:
    """A room of 4 to 12 people talking. ``voices``: sentences to speak; without them wordless murmurs are made."""
    n = _count(seconds)
    out = np.zeros(n, dtype=np.float32)
    for _ in range(int(rng.integers(4, 13))):
        speed = rng.uniform(0.9, 1.1)  # resampled: other pitch, other tract, another speaker
        talk = (
            _looped(voices, int(n * speed) + 8, rng)
            if len(voices)
            else _babbler(n, rng, float(rng.choice([110, 130, 190, 220])), 1.08)
        )
        out += (
            np.interp(np.arange(n) * speed, np.arange(len(talk)), talk) * rng.uniform(0.3, 1.0)
            if len(voices)
            else talk * rng.uniform(0.3, 1.0)
        )
    return _level(echo(out, rng, rng.uniform(0.4, 1.0), rng.uniform(0.3, 0.7)))


def children(seconds: float, rng: np.random.Generator, voices: Sequence[np.ndarray] = ()) -> np.ndarray:
    """2 to 6 children: high, quick voices, squeals and laughter, outdoors or in a hall. ``voices`` as in ``chatter``."""
    n = _count(seconds)
    out = np.zeros(n, dtype=np.float32)
    for _ in range(int(rng.integers(2, 7))):
        if len(voices):
            speed = rng.uniform(1.45, 1.8)  # read fast: pitch, formants and tempo of a small, lively speaker
            talk = _looped(voices, int(n * speed) + 8, rng)
            one = np.interp(np.arange(n) * speed, np.arange(len(talk)), talk)
        else:
            one = _babbler(n, rng, rng.uniform(260, 400), rng.uniform(1.35, 1.55))
        presence = np.clip(0.6 + 0.8 * curve(n, rng, 0.8, SAMPLE_RATE), 0, 1)
        out += (one * presence * rng.uniform(0.3, 1.0)).astype(np.float32)
    for _ in range(int(rng.poisson(0.5 * seconds))):
        shout = _crowd_voice(n, rng, 380, 650)
        out += 1.5 * shout
    for _ in range(int(rng.poisson(0.3 * seconds))):
        giggle = events.laughter(rng, rng.uniform(280, 380), 1.45)[:n]
        start = int(rng.integers(0, max(n - len(giggle), 1)))
        out[start : start + len(giggle)] += 3.0 * giggle
    return _level(echo(out, rng, rng.uniform(0.3, 1.0), rng.uniform(0.15, 0.5)))


def dog(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """One dog, barks in groups of 1 to 4: 0.1 to 0.25 s, pitch arched, rough, size between terrier and shepherd."""
    n = _count(seconds)
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
    return _level(echo(out, rng, rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.4)))


BACKGROUNDS: dict[str, Background] = {
    f.__name__: f
    for f in (wind, thunderstorm, rain, sea_waves, basketball, car, subway, applause, cheering, chatter, children, dog)
} | {f.__name__: f for f in (signals.alarm, signals.ringtone, signals.horn, signals.music)}


def recordings(data_root: Path, folder: str) -> list[Path]:
    """ESC-10 files of a class (``rain``, ``dog_bark``, ...) under a data root. Raises ``DataError`` when there are none."""
    found = sorted((data_root / "esc10" / folder).glob("*.ogg"))
    if not found:
        raise DataError(f"no ESC-10 recordings in {data_root / 'esc10' / folder}: expected <fold>-*.ogg files")
    return found


def recorded(path: Path, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A random stretch of a recording, repeated when it is too short, at the common level."""
    samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if sample_rate != SAMPLE_RATE:
        mono = soxr.resample(mono, sample_rate, SAMPLE_RATE)
    sounding = np.flatnonzero(np.abs(mono) > 1e-4)
    if not len(sounding):
        raise DataError(f"the recording {path} is silent")
    mono = mono[sounding[0] : sounding[-1] + 1]  # many ESC clips are padded with digital silence
    n = _count(seconds)
    whole = np.tile(mono, int(np.ceil(n / len(mono))) + 1)
    start = int(rng.integers(0, len(whole) - n + 1))
    return _level(whole[start : start + n])


def mix(speech: np.ndarray, background: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """Speech over a background at a signal-to-noise ratio in dB, both measured where they are active.

    The background is looped from a random place when shorter, and cut when longer. The sum may pass full scale and is
    then softly limited. Raises ``DataError`` for an empty or silent background.
    """
    if not np.any(background):
        raise DataError("cannot mix a silent background at a signal-to-noise ratio")
    n = len(speech)
    start = (
        int(rng.integers(0, len(background))) if len(background) < n else int(rng.integers(0, len(background) - n + 1))
    )
    around = np.take(background, np.arange(start, start + n), mode="wrap")
    if not np.any(around):
        around = np.take(background, np.arange(n), mode="wrap")
    gain = 10 ** ((active_dbfs(speech) - snr_db - active_dbfs(around)) / 20)
    return limit(speech + gain * around)
