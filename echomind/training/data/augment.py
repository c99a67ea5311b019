"""Recording conditions: equaliser, room, microphone noise, narrow bands, level. A laptop's microphone lies well inside.

Each is ``f(samples, rng) -> samples``, mono float32 at 16 kHz, same length but for ``margins``. Absolute level carries
meaning here (a shout is 8 to 14 dB over ordinary speech at -26 dBFS, a whisper 10 to 18 dB under), so the microphone's
gain only varies by a normal deviate of 3 dB cut at 6 dB: a shout stays above talk even when the gain is unlucky.
"""

from __future__ import annotations

import numpy as np
import scipy.signal
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.training.data.acoustics import limit
from echomind.training.data.spectral import filtered

GAIN_SIGMA_DB, GAIN_LIMIT_DB = 3.0, 6.0
MU = 255.0


def equalised(samples: np.ndarray, rng: np.random.Generator, depth_db: float = 5.0) -> np.ndarray:
    """A smooth random response: seven points from 80 Hz to 7.5 kHz, deviates of ``depth_db``/2 and a random tilt."""
    at = np.geomspace(80, 7500, 7)
    tilt = rng.uniform(-0.3, 1.9) * np.log2(
        at / 800
    )  # synthesisers are darker than real recordings: lean to the bright side
    gain = np.clip(rng.normal(0, depth_db / 2, len(at)), -depth_db, depth_db) + tilt
    return filtered(samples, gain - gain[3], at)


def room(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A living room to a hall: noise decaying by 60 dB in 0.12 to 0.8 s, 2 to 18 dB under the direct sound."""
    rt60 = float(np.exp(rng.uniform(np.log(0.12), np.log(0.8))))
    n = int(min(rt60, 0.6) * SAMPLE_RATE)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / SAMPLE_RATE / rt60)
    colour = rng.uniform(0.1, 0.7)  # walls swallow high frequencies
    tail = scipy.signal.lfilter([1 - colour], [1, -colour], tail)
    tail *= 10 ** (-rng.uniform(2, 18) / 20) / np.sqrt((tail**2).sum())
    response = np.concatenate([[1.0], np.zeros(int(rng.uniform(0.001, 0.02) * SAMPLE_RATE)), tail])
    return scipy.signal.oaconvolve(samples, response)[: len(samples)].astype(np.float32)


def noise_floor(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Hiss or hum of a microphone and its room: white to pink noise at -80 to -50 dBFS, sometimes with mains hum."""
    n = len(samples)
    noise = filtered(
        rng.standard_normal(n).astype(np.float32), np.array([0.0, -9.0]) * rng.uniform(0, 2.5), np.array([60.0, 7500.0])
    )
    noise *= 10 ** (rng.uniform(-80, -50) / 20) / (noise.std() + 1e-12)
    if rng.random() < 0.2:
        time = np.arange(n) / SAMPLE_RATE
        mains = float(rng.choice([50.0, 60.0]))
        hum = sum(np.sin(2 * np.pi * mains * k * time + rng.uniform(0, 6)) / k for k in (1, 2, 3, 5))
        noise = noise + 10 ** (rng.uniform(-75, -52) / 20) * hum
    return (samples + noise).astype(np.float32)


def narrowed(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What a line or a cheap codec leaves: 8 kHz sampling, or a low-pass at 3.4 to 7 kHz, at times mu-law steps."""
    n = len(samples)
    if rng.random() < 0.5:
        out = soxr.resample(soxr.resample(samples, SAMPLE_RATE, 8000), 8000, SAMPLE_RATE)
        out = np.pad(out, (0, max(0, n - len(out))))[:n]
    else:
        sos = scipy.signal.butter(6, rng.uniform(3400, 7000), fs=SAMPLE_RATE, output="sos")
        out = scipy.signal.sosfilt(sos, samples)
    if rng.random() < 0.4:
        bounded = np.clip(out, -1, 1)
        code = (
            np.round(np.sign(bounded) * np.log1p(MU * np.abs(bounded)) / np.log1p(MU) * 127) / 127
        )  # ITU-T G.711 curve
        out = np.sign(code) * np.expm1(np.abs(code) * np.log1p(MU)) / MU
    return out.astype(np.float32)


def microphone_gain(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Level changed by a normal deviate of 3 dB, at most 6 dB, limited softly."""
    gain = float(np.clip(rng.normal(0, GAIN_SIGMA_DB), -GAIN_LIMIT_DB, GAIN_LIMIT_DB))
    return limit(samples * 10 ** (gain / 20))


def margins(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Silence added before (0 to 0.6 s) and after (0 to 0.8 s): a recording starts before its speaker does."""
    before, after = rng.uniform(0, 0.6), rng.uniform(0, 0.8)
    return np.pad(samples, (int(before * SAMPLE_RATE), int(after * SAMPLE_RATE))).astype(np.float32)


def recorded_speech(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Conditions in order: room (45 %), equaliser (80 %), narrow band (12 %), gain (always), noise floor (75 %)."""
    out = samples
    if rng.random() < 0.45:
        out = room(out, rng)
    if rng.random() < 0.8:
        out = equalised(out, rng)
    if rng.random() < 0.12:
        out = narrowed(out, rng)
    out = microphone_gain(out, rng)
    return noise_floor(out, rng) if rng.random() < 0.75 else out
