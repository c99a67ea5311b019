"""Vocal deliveries by signal processing: each is ``f(samples, rng, strength) -> samples``, mono float32 at 16 kHz.

``strength`` runs from 0.5 (slight) over 1 (clear) to 1.5 (strong). The same generator state gives the same samples.
Input is plain speech at -26 dBFS (active level); the output keeps the level that belongs to the delivery: a whisper
comes out 10 to 18 dB softer, a shout 8 to 14 dB louder. ``DELIVERIES`` maps attribute ids to these functions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data import events
from echomind.training.data.acoustics import limit
from echomind.training.data.phrasing import FRAME, quiet_places, silence, with_inserts
from echomind.training.data.prosody import PROSODY, Prosody, render
from echomind.training.data.psola import f0_track, reshape
from echomind.training.data.spectral import aspirated, filtered
from echomind.training.data.speech import SPEECH_DBFS, active_dbfs, to_level

Delivery = Callable[[np.ndarray, np.random.Generator, float], np.ndarray]
UNVOICED_F0_HZ = 130.0  # between the two adult medians; used where a clip has no voiced frame to measure


def speaker_of(samples: np.ndarray) -> tuple[float, float]:
    """Median F0 in Hz and the tract factor it suggests (1 at 100 Hz, 1.15 at 190 Hz, 1.35 at 300 Hz)."""
    f0 = f0_track(samples)
    median = float(np.median(f0[f0 > 0])) if np.any(f0 > 0) else UNVOICED_F0_HZ
    return median, float(np.interp(np.log2(median), np.log2([80, 100, 190, 300]), [0.97, 1.0, 1.15, 1.35]))


def plain(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Another ordinary speaker: pitch, range, tempo and tract moved by some percent, gender kept. No cue is added."""
    return render(samples, _someone(rng, strength), rng)


def _someone(rng: np.random.Generator, strength: float) -> Prosody:
    return Prosody(
        pitch=2 ** (rng.uniform(-2.5, 2.5) * strength / 12),
        pitch_range=rng.uniform(0.9, 1.9),  # small synthesisers are flatter (1.7 semitones) than people (2 to 5)
        intonation_st=rng.uniform(0.3, 2.4),
        tempo=rng.uniform(0.88, 1.06),
        formant=rng.uniform(1 - 0.06 * strength, 1 + 0.06 * strength),
        slope_st=rng.uniform(-1.0, 1.0),
        tilt_db=rng.uniform(-0.8, 0.8),
        jitter=rng.uniform(0, 0.008),
        shimmer=rng.uniform(0, 0.04),
    )


def other_gender(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Male to female or back, judged by median F0: about 9 semitones and 15 % tract length, as adults differ."""
    f0, _ = speaker_of(samples)
    up = f0 < 150
    target = rng.uniform(175, 230) if up else rng.uniform(90, 130)
    formant = rng.uniform(1.12, 1.2) if up else rng.uniform(0.82, 0.88)
    return render(samples, Prosody(pitch=target / f0, formant=formant, pitch_range=1.1 if up else 0.85), rng)


def _prosodic(samples: np.ndarray, rng: np.random.Generator, strength: float, *, name: str) -> np.ndarray:
    """A delivery that is prosody alone, from ``PROSODY``."""
    return limit(render(samples, PROSODY[name].at(strength).varied(rng), rng))


def child(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """A child of 4 to 11: F0 250 to 340 Hz, tract 20 to 35 % shorter than a man's (Lee et al. 1999)."""
    f0, scale = speaker_of(samples)
    target = rng.uniform(245, 300) * 1.06 ** (strength - 1) * rng.uniform(0.97, 1.12)
    formant = rng.uniform(1.3, 1.42) / scale
    prosody = PROSODY["child"].at(strength).varied(rng)
    return render(samples, Prosody(**{**prosody.__dict__, "pitch": target / f0, "formant": formant}), rng)


def elderly(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Old age: tremor of 4 to 7 Hz, slower, rough and breathy; men rise, women fall in pitch (Linville 2001)."""
    f0, _ = speaker_of(samples)
    pitch = rng.uniform(1.0, 1.25) if f0 < 150 else rng.uniform(0.78, 0.95)
    prosody = PROSODY["elderly"].at(strength).varied(rng)
    formant = rng.uniform(0.93, 1.0)
    aged = render(samples, Prosody(**{**prosody.__dict__, "pitch": pitch, "formant": formant}), rng)
    places = quiet_places(aged)[: int(rng.integers(0, 3))]
    return with_inserts(aged, [(int(p), silence(rng, 0.08, 0.3)) for p in places])


def whisper(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Noise in place of the glottal source, less energy under 700 Hz, 10 to 18 dB softer, a little slower."""
    slower = reshape(samples, rng, tempo=float(rng.uniform(0.82, 1.0)), formant=float(rng.uniform(1.0, 1.06)))
    noise = aspirated(slower, rng, lifter=32)
    bass = rng.uniform(8, 16)
    noise = filtered(
        noise, np.array([-bass - 10, -bass, -2.0, 1.0, -1.0]), np.array([60.0, 250.0, 800.0, 2500.0, 7000.0])
    )
    return to_level(noise, SPEECH_DBFS - 10 - rng.uniform(0, 8) * min(strength, 1.3))


def shout(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """High, flat and bright at high level with a driven, clipped edge; vowels grow longer than consonants."""
    f0, _ = speaker_of(samples)
    prosody = PROSODY["shout"].at(strength).varied(rng, 0.15)
    ceiling = 430 / f0  # what PSOLA still carries without sounding like a cartoon
    loud = render(samples, Prosody(**{**prosody.__dict__, "pitch": min(prosody.pitch, ceiling), "gain_db": 0.0}), rng)
    level = SPEECH_DBFS + float(np.clip(10.5 * strength + rng.normal(0, 1.2), 7.5, 14))
    driven = to_level(compressed(loud, 0.5), level + 2.5)
    edge = rng.uniform(0.45, 0.8)
    clipped = edge * np.tanh(driven / edge)
    return limit(to_level(clipped, level))


def compressed(samples: np.ndarray, amount: float) -> np.ndarray:
    """Level differences between 20 ms frames scaled by ``1 - amount``; pauses (35 dB down) stay pauses."""
    count = max(len(samples) // FRAME, 1)
    power = (
        (samples[: count * FRAME].reshape(count, -1) ** 2).mean(axis=1) if len(samples) >= FRAME else np.array([1.0])
    )
    level = 10 * np.log10(power + 1e-10)
    over = np.clip(level - active_dbfs(samples), -18, 12)
    gain = np.interp(
        np.arange(len(samples)), (np.arange(count) + 0.5) * FRAME, np.where(level > -70, -amount * over, 0.0)
    )
    return (samples * 10 ** (gain / 20)).astype(np.float32)


def breathless(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Out of breath: audible breaths in every pause and around the phrase, aspiration in the voice, short phrases."""
    f0, scale = speaker_of(samples)
    voice = render(
        samples,
        Prosody(aspiration=0.3, tempo=1.05, pitch=1.06, tilt_db=-0.6, tremor=0.008).at(strength).varied(rng),
        rng,
    )
    level = np.abs(voice).max() * rng.uniform(0.22, 0.45) * strength

    def gasp() -> np.ndarray:
        pair = [events.breath(rng, f0, scale)]
        if rng.random() < 0.5:
            pair.insert(0, 0.8 * events.breath(rng, f0, scale, inward=False))
        return np.concatenate([silence(rng, 0.02, 0.06), *(level * part for part in pair), silence(rng, 0.02, 0.1)])

    places = quiet_places(voice, 0.5)[: max(1, int(len(voice) / SAMPLE_RATE / 1.3 * strength))]
    spoken = with_inserts(voice, [(int(p), gasp()) for p in places])
    return limit(np.concatenate([gasp(), spoken, gasp()] if rng.random() < 0.7 else [gasp(), spoken]))


def tired(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Vocal fatigue: slow, low, flat, breathy, level and pitch sagging, dragging pauses."""
    voice = render(samples, PROSODY["tired"].at(strength).varied(rng), rng)
    places = quiet_places(voice, 0.4)[: int(rng.integers(1, 4))]
    return limit(with_inserts(voice, [(int(p), silence(rng, 0.15, 0.45)) for p in places]))


def sobbing(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Crying speech: unsteady pitch and level, phrases broken by catch breaths, sobs and sniffs."""
    f0, scale = speaker_of(samples)
    shaken = Prosody(
        pitch=1.12, pitch_range=1.1, tempo=0.82, tremor=0.045, jitter=0.02, shimmer=0.12, aspiration=0.22, gain_db=-2
    )
    voice = render(samples, shaken.at(strength).varied(rng), rng)
    level = np.abs(voice).max()

    def catch() -> np.ndarray:
        kind = rng.choice(["sob", "sniff", "breath"], p=[0.5, 0.25, 0.25])
        sound = {"sob": events.sob, "sniff": events.sniff, "breath": events.breath}[str(kind)](rng, f0, scale)
        return np.concatenate(
            [silence(rng, 0.03, 0.15), level * rng.uniform(0.3, 0.65) * sound, silence(rng, 0.05, 0.35)]
        )

    places = quiet_places(voice, 0.5)[: max(2, int(len(voice) / SAMPLE_RATE * 0.6 * strength))]
    broken = with_inserts(voice, [(int(p), catch()) for p in places])
    cry = level * rng.uniform(0.4, 0.7) * events.sob(rng, f0, scale)
    order = [cry, silence(rng, 0.1, 0.3), broken] if rng.random() < 0.5 else [broken, silence(rng, 0.05, 0.2), cry]
    return limit(np.concatenate(order))


def stretched(samples: np.ndarray, rng: np.random.Generator, factor: float) -> np.ndarray:
    """Time scaled without touching pitch: ``factor`` 1.5 takes two thirds of the time."""
    return reshape(samples, rng, tempo=factor)


def fast(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Hurried: 1.35 to 2 times the pace (about 3.5 to 5 words a second), at the same pitch."""
    return stretched(samples, rng, float(np.clip(1.35 + 0.29 * strength + rng.uniform(-0.1, 0.1), 1.35, 2.0)))


def slow(samples: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """Drawn out: 0.5 to 0.8 of the pace and pauses between words, at the same pitch and with full voice."""
    factor = float(np.clip(0.86 - 0.18 * strength + rng.uniform(-0.07, 0.07), 0.5, 0.8))
    voice = stretched(samples, rng, factor)
    places = quiet_places(voice, 0.4)[: int(rng.integers(2, 6))]
    return with_inserts(voice, [(int(p), silence(rng, 0.12, 0.5)) for p in places])


# Event -> (maker, level range against the speech peak, prosody of the speech around it).
_EVENTS: dict[str, tuple[Callable[..., np.ndarray], tuple[float, float], Prosody]] = {
    "cough": (events.cough, (0.7, 1.4), Prosody()),
    "sigh": (events.sigh, (0.3, 0.7), Prosody(tempo=0.85, pitch=0.96, pitch_range=0.8, gain_db=-1, aspiration=0.06)),
    "laughter": (
        events.laughter,
        (0.5, 1.1),
        Prosody(pitch=1.1, pitch_range=1.2, tempo=1.03, tremor=0.008, formant=1.02),
    ),
    "yawn": (events.yawn, (0.4, 0.9), Prosody(tempo=0.85, pitch_range=0.8, tilt_db=-0.8, gain_db=-1)),
    "moan": (events.moan, (0.5, 1.0), Prosody(tempo=0.85, pitch=0.97, pitch_range=0.8, tilt_db=-0.8, gain_db=-1)),
}


def _with_event(samples: np.ndarray, rng: np.random.Generator, strength: float, *, name: str) -> np.ndarray:
    """Speech with one to three events before it, in a pause, or after it."""
    make, (low, high), around = _EVENTS[name]
    f0, scale = speaker_of(samples)
    voice = render(samples, around.at(strength).varied(rng), rng)
    level = np.abs(voice).max()

    def event() -> np.ndarray:
        gap = (silence(rng, 0.04, 0.2), silence(rng, 0.06, 0.3))
        return np.concatenate(
            [gap[0], level * rng.uniform(low, high) * make(rng, f0, scale * rng.uniform(0.95, 1.05)), gap[1]]
        )

    places = set(
        rng.choice(["before", "within", "after"], size=int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])), replace=False)
    )
    inside = quiet_places(voice, 0.5)[:2]
    if "within" in places and len(inside):
        voice = with_inserts(voice, [(int(rng.choice(inside)), event())])
    elif "within" in places:
        places.add("before")
    parts = [event()] if "before" in places else []
    parts.append(voice)
    if "after" in places:
        parts.append(event())
    return limit(np.concatenate(parts))


DELIVERIES: dict[str, Delivery] = {
    **{
        name: partial(_prosodic, name=name)
        for name in ("happy", "sad", "surprise", "angry", "fear", "disgust", "hoarse")
    },
    **{name: partial(_with_event, name=name) for name in _EVENTS},
    "child": child,
    "elderly": elderly,
    "breath": breathless,
    "tired": tired,
    "sobbing": sobbing,
    "shout": shout,
    "whisper": whisper,
    "fast": fast,
    "slow": slow,
}
