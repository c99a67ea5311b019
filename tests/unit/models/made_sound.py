"""Sounds made for tests of recognisers."""

import numpy as np

from echomind.audio import SAMPLE_RATE, Clip


def babble(seconds, seed=0):
    """Noise with the envelope of syllables: not words, but something to decode."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    voice = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 20)) * (1 + np.sin(2 * np.pi * 4 * t)) / 8
    return Clip((voice + rng.normal(0, 0.01, len(t))).astype(np.float32) * 0.5)
