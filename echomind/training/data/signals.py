"""Sounds with a pitch around a speaker: alarm clock, ringtone, vehicle horn, and music in five moods.

Each is ``f(seconds, rng) -> samples``, mono float32 at 16 kHz, at about 0.1 root mean square where it sounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data.acoustics import levelled, placed, reverberated
from echomind.training.data.spectral import band, curve, fade

MOODS = ("happy", "funny", "sad", "exciting", "angry")


def tone(
    hz: float, seconds: float, harmonics: np.ndarray, decay_s: float = 0.0, inharmonic: np.ndarray | None = None
) -> np.ndarray:
    """A note: harmonics (or ``inharmonic`` multiples) with the given amplitudes, none above 7.6 kHz."""
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    multiples = np.arange(1, len(harmonics) + 1) if inharmonic is None else inharmonic
    out = np.zeros(len(time))
    for multiple, amplitude in zip(multiples, harmonics, strict=True):
        if hz * multiple < 7600:
            damping = np.exp(-time * multiple**0.5 / decay_s) if decay_s else 1.0
            out += amplitude * np.sin(2 * np.pi * hz * multiple * time) * damping
    return fade(out, 0.006)


SQUARE = 1 / np.arange(1, 12) * (np.arange(1, 12) % 2)


def alarm(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """An alarm clock: electronic beeps in groups, a two-tone buzzer, or a mechanical bell with a hammer."""
    out = np.zeros(int(seconds * SAMPLE_RATE))
    kind = rng.integers(4)
    hz = rng.uniform(1500, 3200)
    if kind == 0:  # groups of beeps
        group, beep = int(rng.integers(2, 5)), rng.uniform(0.05, 0.12)
        at = rng.uniform(0, 0.5)
        while at < seconds:
            for i in range(group):
                placed(out, tone(hz, beep, SQUARE), at + i * 2 * beep)
            at += group * 2 * beep + rng.uniform(0.25, 0.35) + 0.2
    elif kind == 1:  # two tones in turn
        step, low = rng.uniform(0.15, 0.5), hz * rng.uniform(0.6, 0.8)
        for i, at in enumerate(np.arange(0, seconds, step)):
            placed(out, tone(hz if i % 2 else low, step * rng.uniform(0.95, 1.0), SQUARE), at)
    elif kind == 2:  # bell: 15 to 25 hammer blows a second
        blow = tone(rng.uniform(1800, 2800), 0.3, np.array([1, 0.8, 0.6, 0.4]), 0.25, np.array([1, 1.52, 2.31, 2.9]))
        period = 1 / rng.uniform(15, 25)
        for at in np.arange(0, seconds, period):
            placed(out, blow, at * rng.uniform(0.999, 1.001), rng.uniform(0.7, 1.0))
    else:  # a buzzer, on and off
        hz = rng.uniform(350, 900)
        on = rng.uniform(0.3, 0.7)
        for at in np.arange(rng.uniform(0, 0.3), seconds, on * rng.uniform(1.6, 2.2)):
            placed(out, tone(hz, on, 1 / np.arange(1, 16) ** 0.6), at)
    return levelled(reverberated(out, rng, rng.uniform(0.2, 0.8), rng.uniform(0, 0.3)))


def ringtone(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A phone: a repeated little tune on mallets or beeps, a warbling trill, or a line's two-frequency ring."""
    out = np.zeros(int(seconds * SAMPLE_RATE))
    kind = rng.integers(4)
    if kind <= 1:
        scale = np.array([0, 2, 4, 7, 9, 12, 14, 16])
        tune = rng.choice(scale, size=int(rng.integers(5, 11)))
        step = rng.uniform(0.09, 0.2)
        root = 440 * 2 ** (rng.uniform(2, 16) / 12)
        colour = np.array([1, 0.05, 0.02, 0.5]) if kind == 0 else np.array([1, 0.5, 0.4, 0.2, 0.15])
        rhythm = rng.choice([1, 1, 1, 2], size=len(tune))
        at = rng.uniform(0, 0.4)
        while at < seconds:
            for degree, long in zip(tune, rhythm, strict=True):
                placed(out, tone(root * 2 ** (degree / 12), step * long * 1.5, colour, 0.18 if kind == 0 else 0.6), at)
                at += step * long
            at += rng.choice([0.0, 0.3, 1.0])
    elif kind == 2:
        first, second, rate = rng.uniform(700, 1500), rng.uniform(1.1, 1.35), rng.uniform(12, 25)
        time = np.arange(len(out)) / SAMPLE_RATE
        switch = (time * rate % 1 < 0.5).astype(float)
        phase = np.cumsum(first * np.where(switch > 0, 1, second)) / SAMPLE_RATE * 2 * np.pi
        cadence = (time + rng.uniform(0, 1)) % rng.uniform(1.4, 3.0) < rng.uniform(0.8, 1.3)
        out += (np.sin(phase) + 0.4 * np.sin(3 * phase)) * cadence
    else:
        time = np.arange(len(out)) / SAMPLE_RATE
        pair = rng.choice([440.0, 400.0, 425.0])
        rung = np.sin(2 * np.pi * pair * time) + np.sin(2 * np.pi * pair * rng.choice([1.09, 1.125]) * time)
        bell = rung * (1 + 0.8 * np.sin(2 * np.pi * 20 * time)) + 0.3 * np.sin(2 * np.pi * 3 * pair * time)
        out += bell * ((time + rng.uniform(0, 1.5)) % rng.uniform(1.8, 3.0) < rng.uniform(0.9, 1.5))
    return levelled(reverberated(out, rng, rng.uniform(0.2, 0.8), rng.uniform(0, 0.3)))


def horn(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A vehicle's horn: two reedy tones a third apart (300 to 520 Hz), long or short, with a street's echo."""
    out = np.zeros(int(seconds * SAMPLE_RATE))
    low = rng.uniform(300, 430) if rng.random() < 0.8 else rng.uniform(140, 240)  # now and then a lorry
    pair = (low, low * rng.choice([1.19, 1.25, 1.26, 1.33]))
    colour = np.array([0.6, 1, 0.9, 0.8, 0.9, 0.6, 0.5, 0.5, 0.35, 0.3, 0.25, 0.2]) * rng.uniform(0.7, 1.3, 12)
    at = rng.uniform(0, 0.4 * seconds)
    while at < seconds:
        for _ in range(int(rng.integers(1, 4))):
            blast = rng.uniform(0.12, 0.5) if rng.random() < 0.6 else rng.uniform(0.6, 1.6)
            for hz in pair:
                placed(out, tone(hz, blast, colour), at, rng.uniform(0.8, 1.0))
            at += blast + rng.uniform(0.08, 0.25)
        at += rng.uniform(0.5, 2.5)
    return levelled(reverberated(out, rng, rng.uniform(0.3, 1.0), rng.uniform(0.05, 0.35)))


@dataclass(frozen=True)
class _Mood:
    """What a mood does to music: beats a minute, scale, chord roots, drums and drive 0..1, note length, register."""

    tempo: tuple[float, float]
    minor: bool
    chords: tuple[tuple[int, ...], ...]
    drums: float
    drive: float
    sustain: float
    octave: int
    density: float


_MOODS = {
    "happy": _Mood((105, 135), False, ((0, 9, 5, 7), (0, 5, 7, 0), (0, 7, 9, 5)), 0.5, 0.0, 0.5, 1, 0.7),
    "funny": _Mood((110, 150), False, ((0, 7, 0, 7), (0, 2, 7, 0)), 0.2, 0.0, 0.15, 1, 0.8),
    "sad": _Mood((55, 78), True, ((0, 8, 3, 10), (0, 5, 8, 7)), 0.0, 0.0, 2.0, 0, 0.35),
    "exciting": _Mood((130, 165), True, ((0, 8, 3, 10), (0, 3, 10, 5)), 1.0, 0.3, 0.3, 1, 0.9),
    "angry": _Mood((140, 190), True, ((0, 1, 0, 6), (0, 3, 1, 0)), 1.0, 1.0, 0.25, -1, 0.6),
}


def music(seconds: float, rng: np.random.Generator, mood: str | None = None) -> np.ndarray:
    """A few bars in one of ``MOODS`` (a random one when None): chords, bass, melody, drums and distortion."""
    style = _MOODS[mood or str(rng.choice(MOODS))]
    out = np.zeros(int(seconds * SAMPLE_RATE))
    beat = 60 / rng.uniform(*style.tempo)
    root = 220 * 2 ** (rng.uniform(-5, 6) / 12)
    chords = style.chords[int(rng.integers(len(style.chords)))]
    third = 3 if style.minor else 4
    scale = np.array([0, 2, 3, 5, 7, 8, 10, 12] if style.minor else [0, 2, 4, 5, 7, 9, 11, 12])
    order = np.arange(1, 17)
    # From flute over reed and strings to brass: how fast the harmonics fall off.
    colours = (0.7**order, 1 / order, (order % 2) / order, 1 / order**1.6, 0.85**order / order**0.5)
    lead, pad = colours[int(rng.integers(5))], colours[int(rng.integers(5))]
    detune = 2 ** (rng.uniform(0.04, 0.14) / 12)  # two players are never quite in tune
    note = int(rng.integers(len(scale)))
    start = -rng.uniform(0, 4) * beat
    for number in range(int(seconds / beat) + 6):
        at = start + number * beat
        chord = chords[(number // 4) % len(chords)]
        if number % (4 if style.sustain > 1 else 2) == 0:
            for step in (0, third, 7) if style.drive < 0.9 else (0, 7, 12):
                hz = root * 2 ** ((chord + step) / 12 + min(style.octave, 0))
                for voice in (hz / detune, hz * detune):
                    long = beat * max(style.sustain * 2, 0.6)
                    placed(out, tone(voice, long, pad, max(style.sustain, 0.35)), at, 0.2)
        placed(out, tone(root * 2 ** (chord / 12 - 1), beat * 0.9, np.array([1, 0.6, 0.3, 0.2]), 0.5), at, 0.5)
        for half in (0.0, 0.5):
            if rng.random() < style.density * (1.0 if half == 0 else 0.6):
                note = int(np.clip(note + rng.integers(-2, 3), 0, len(scale) - 1))
                hz = root * 2 ** (scale[note] / 12 + style.octave)
                placed(
                    out,
                    tone(hz, beat * max(style.sustain, 0.25), lead, max(style.sustain, 0.15)),
                    at + half * beat,
                    0.55,
                )
        if style.drums:
            m = int(0.12 * SAMPLE_RATE)
            time = np.arange(m) / SAMPLE_RATE
            kick = np.sin(2 * np.pi * np.cumsum(50 + 90 * np.exp(-time / 0.02)) / SAMPLE_RATE) * np.exp(-time / 0.06)
            snare = band(rng.standard_normal(m) * np.exp(-time / 0.04), 300, 6500)
            placed(out, kick if number % 2 == 0 else snare, at, style.drums)
            hat = band(rng.standard_normal(m // 3) * np.exp(-time[: m // 3] / 0.012), 4500, 7800)
            for half in (0.0, 0.5):
                placed(out, hat, at + half * beat, 0.5 * style.drums)
    if style.drive:
        out = np.tanh(out / (out.std() + 1e-9) * (1 + 4 * style.drive)) * (
            1 + 0.02 * curve(len(out), rng, 1.0, SAMPLE_RATE)
        )
    return levelled(reverberated(out, rng, rng.uniform(0.4, 1.4), rng.uniform(0.1, 0.35)))
