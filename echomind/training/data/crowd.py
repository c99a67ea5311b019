"""People around a speaker, synthesised: applause, cheering, chatter, children. Mono float32 at 16 kHz.

Each is ``f(seconds, rng) -> samples``; chatter and children can be given sentences, else they murmur without words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data import events
from echomind.training.data.acoustics import length_of, levelled, reverberated, scattered
from echomind.training.data.spectral import band, curve, fade, frames_of, glottal, tilted, tract


def applause(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """5 to 150 people, each clapping 2.5 to 5 times a second with hands of their own resonance."""
    n = length_of(seconds)
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
    out = scattered(n, claps, np.concatenate(at), np.concatenate(gains), rng)
    return levelled(reverberated(out, rng, rng.uniform(0.4, 1.5), rng.uniform(0.2, 0.6)))


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
    n = length_of(seconds)
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
    return levelled(reverberated(tilted(out, 1.0), rng, rng.uniform(0.6, 1.5), 0.35))


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
    n = length_of(seconds)
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
    return levelled(reverberated(out, rng, rng.uniform(0.4, 1.0), rng.uniform(0.3, 0.7)))


def children(seconds: float, rng: np.random.Generator, voices: Sequence[np.ndarray] = ()) -> np.ndarray:
    """2 to 6 children: high, quick voices, squeals, laughter, outdoors or in a hall. ``voices`` as in ``chatter``."""
    n = length_of(seconds)
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
    return levelled(reverberated(out, rng, rng.uniform(0.3, 1.0), rng.uniform(0.15, 0.5)))
