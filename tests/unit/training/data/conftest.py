"""A sentence without any speech program: vowels and hisses at a known pitch, with pauses, at ordinary level."""

import numpy as np
import pytest

from echomind.audio import SAMPLE_RATE
from echomind.training.data.events import WIDTHS, A, O
from echomind.training.data.spectral import fade, glottal, tract
from echomind.training.data.speech import SPEECH_DBFS, to_level


def utterance(f0_hz: float, seed: int = 0, words: int = 5) -> np.ndarray:
    """``words`` words of 0.45 s with gaps of 0.15 s; F0 moves by two semitones around ``f0_hz``."""
    rng = np.random.default_rng(seed)
    parts = [np.zeros(1600, dtype=np.float32)]
    for number in range(words):
        n = int(0.35 * SAMPLE_RATE)
        f0 = f0_hz * 2 ** (2 / 12 * np.sin(np.pi * np.arange(n) / n + number))
        vowel = tract(glottal(f0, rng), (A, O)[number % 2] * (1.0 if f0_hz < 150 else 1.15), WIDTHS)
        hiss = 0.3 * rng.standard_normal(int(0.1 * SAMPLE_RATE)).astype(np.float32)
        parts += [
            fade(hiss * vowel.std(), 0.01),
            fade(vowel, 0.02),
            np.zeros(int(0.15 * SAMPLE_RATE), dtype=np.float32),
        ]
    return to_level(np.concatenate(parts), SPEECH_DBFS)


@pytest.fixture(scope="session")
def male() -> np.ndarray:
    return utterance(110.0)


@pytest.fixture(scope="session")
def female() -> np.ndarray:
    return utterance(200.0)
