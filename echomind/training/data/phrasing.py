"""Where a sentence can be cut open, and what is put between: pauses, breaths and events. Mono float32 at 16 kHz."""

from __future__ import annotations

import numpy as np

from echomind.audio import SAMPLE_RATE
from echomind.training.data.spectral import fade
from echomind.training.data.speech import active_dbfs

FRAME = SAMPLE_RATE // 50  # 20 ms


def quiet_places(samples: np.ndarray, spacing_s: float = 0.22) -> np.ndarray:
    """Sample positions of dips between words, deepest first: local minima at least 14 dB under the active level."""
    count = len(samples) // FRAME
    if count < 8:
        return np.zeros(0, dtype=np.int64)
    level = 10 * np.log10((samples[: count * FRAME].reshape(count, FRAME) ** 2).mean(axis=1) + 1e-10)
    smooth = np.convolve(level, np.ones(3) / 3, mode="same")
    floor = active_dbfs(samples) - 14
    chosen: list[int] = []
    margin = int(0.15 / 0.02)
    for i in np.argsort(smooth[margin:-margin], kind="stable") + margin:
        if smooth[i] > floor:
            break
        if all(abs(i - j) * 0.02 >= spacing_s for j in chosen):
            chosen.append(int(i))
    return np.array(chosen, dtype=np.int64) * FRAME + FRAME // 2


def with_inserts(samples: np.ndarray, inserts: list[tuple[int, np.ndarray]]) -> np.ndarray:
    """Speech cut open at sample positions, each insert laid between, with 8 ms fades at the cuts."""
    parts: list[np.ndarray] = []
    last = 0
    for position, insert in sorted(inserts, key=lambda pair: pair[0]):
        parts += [fade(samples[last:position], 0.008), insert.astype(np.float32)]
        last = position
    return np.concatenate([*parts, fade(samples[last:], 0.008)])


def silence(rng: np.random.Generator, low_s: float, high_s: float) -> np.ndarray:
    """A pause of random length."""
    return np.zeros(int(rng.uniform(low_s, high_s) * SAMPLE_RATE), dtype=np.float32)
