"""Random recording conditions in the log-mel domain: cheap enough to redraw for every clip and step.

Features are ``(log10 power + 4) / 4``, so one decibel is 1/40. Each clip gets another smooth equaliser (microphone,
room colour), another gain, another noise floor and now and then a lost band, so that what stays the same is the voice.
"""

from __future__ import annotations

import numpy as np

DECIBEL = 1 / 40


def smooth_curve(bands: int, depth_db: float, rng: np.random.Generator) -> np.ndarray:
    """A random curve over the bands: three slow cosines, ``depth_db`` standard deviation in all."""
    x = np.linspace(0, np.pi, bands)
    weights = rng.normal(size=3) * np.array([1.0, 0.7, 0.5])
    curve = sum(w * np.cos((k + 1) * x + rng.uniform(0, np.pi)) for k, w in enumerate(weights))
    return np.asarray(curve) * depth_db * DECIBEL


def recording_conditions(features: np.ndarray, rng: np.random.Generator, *, gain_db: float = 5.0) -> np.ndarray:
    """One clip ``(frames, bands)`` as another microphone in another room would have given it."""
    bands = features.shape[1]
    out = features + smooth_curve(bands, 5.0, rng) + rng.normal(0, gain_db) * DECIBEL
    if rng.random() < 0.7:  # a noise floor 12 to 50 dB under the loud frames, of any colour
        loud = np.quantile(out.mean(1), 0.8)
        floor = loud - rng.uniform(12, 50) * DECIBEL + smooth_curve(bands, 6.0, rng)
        floor = floor + rng.normal(0, 1.5 * DECIBEL, size=out.shape)
        out = np.log10(10 ** (4 * out) + 10 ** (4 * floor)) / 4
    if rng.random() < 0.2:  # telephone and codecs: the top is missing
        cut = int(rng.integers(int(bands * 0.72), bands))
        out[:, cut:] = np.minimum(out[:, cut:], out.min() + rng.uniform(0, 10) * DECIBEL)
    if rng.random() < 0.3:  # a short drop-out hides nothing that matters
        width = int(rng.integers(2, 12))
        at = int(rng.integers(0, max(1, len(out) - width)))
        out[at : at + width] = out.mean()
    if rng.random() < 0.3:  # a voice a little higher or lower
        out = np.roll(out, int(rng.integers(-1, 2)), axis=1)
    return out.astype(np.float32)
