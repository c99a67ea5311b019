"""Pitch track of a clip: fast enough for the live turn (about 10 ms for 5 s), with numpy and scipy alone.

The autocorrelation of each frame, divided by that of its window (Boersma 1993), is read on a grid of log frequencies;
the path through it that is strong and does not jump is the pitch, and its strength says how voiced a frame is.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.fft
import scipy.signal

RATE = 8_000  # pitch needs no more, and half the samples are half the time
LOWEST_HZ, OCTAVES, PER_OCTAVE = 60.0, 3.25, 16  # 60 to 570 Hz; a bin is three quarters of a semitone
FRAME_S = 0.04  # over two periods of the lowest voice
REFERENCE_HZ = 150.0  # pitch is given in octaves around this, between most men and most women
JUMP_COST = 0.06  # strength that a step of one bin from one frame to the next has to win
HIGHER_BONUS = 0.02  # an octave: of two equal peaks the shorter period is the pitch, the longer its double


@lru_cache(maxsize=1)
def _grid() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Window, its autocorrelation, lags of the bins (not whole), and how much a bin is preferred."""
    window = scipy.signal.get_window("hann", round(FRAME_S * RATE)).astype(np.float32)
    own = scipy.signal.correlate(window, window)[len(window) - 1 :]
    octaves = np.arange(round(OCTAVES * PER_OCTAVE)) / PER_OCTAVE
    lags = RATE / (LOWEST_HZ * 2**octaves)
    return window, own / own[0], lags, HIGHER_BONUS * octaves


def periodicity(samples: np.ndarray, hop: int = 80) -> np.ndarray:
    """Normalised autocorrelation ``(1 + n // hop, bins)`` of samples at 8 kHz at the lags of the pitch grid."""
    window, own, lags, _ = _grid()
    size = len(window)
    padded = np.pad(np.asarray(samples, np.float32), (size // 2, size // 2 + hop))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][: 1 + len(samples) // hop]
    frames = (frames - frames.mean(1, keepdims=True)) * window
    power = np.abs(scipy.fft.rfft(frames, 2 * size, axis=1)) ** 2
    correlation = scipy.fft.irfft(power, axis=1)[:, :size]
    # A frame of silence correlates with itself perfectly; what lies 50 dB under the clip's loudest counts as noise.
    floor = 1e-5 * correlation[:, 0].max() + 1e-12
    normal = correlation / (correlation[:, :1] + floor) / np.maximum(own, 0.05)
    below = np.floor(lags).astype(int)
    share = (lags - below).astype(np.float32)
    return normal[:, below] * (1 - share) + normal[:, below + 1] * share


def pitch_track(samples: np.ndarray, sample_rate: int = 16_000) -> np.ndarray:
    """Pitch and voicing of a waveform every 10 ms, float32 ``(1 + n // 160, 2)`` for ``n`` samples at 16 kHz.

    First octaves around 150 Hz (meaningful where there is voice), then voicing, 0 to 1.
    """
    slow = scipy.signal.resample_poly(np.asarray(samples, np.float32), RATE, sample_rate)
    slow = slow[: -(-len(samples) * RATE // sample_rate)]
    strengths = periodicity(slow)
    count = 1 + len(samples) // (sample_rate // 100)
    if len(strengths) < count:
        strengths = np.pad(strengths, ((0, count - len(strengths)), (0, 0)), mode="edge")
    strengths = strengths[:count]
    path = best_path(np.clip(strengths, 0, 1) + _grid()[3])
    rows = np.arange(count)
    voicing = np.clip(strengths[rows, path], 0, 1)
    # The peak of a parabola through a bin and its neighbours lies between bins.
    left, right = (
        strengths[rows, np.maximum(path - 1, 0)],
        strengths[rows, np.minimum(path + 1, strengths.shape[1] - 1)],
    )
    bend = left - 2 * strengths[rows, path] + right
    inner = (path > 0) & (path < strengths.shape[1] - 1) & (bend < -1e-4)
    shift = np.where(inner, 0.5 * (left - right) / np.where(inner, bend, 1.0), 0.0)
    octaves = np.log2(LOWEST_HZ / REFERENCE_HZ) + (path + np.clip(shift, -0.5, 0.5)) / PER_OCTAVE
    return np.stack([octaves, voicing], axis=1).astype(np.float32)


def best_path(strengths: np.ndarray) -> np.ndarray:
    """Bins ``(frames,)`` of the path of most strength where a change of bin costs ``JUMP_COST`` each (Viterbi)."""
    frames, bins = strengths.shape
    at = np.arange(bins)
    cost = np.minimum(JUMP_COST * np.abs(at[:, None] - at[None, :]), 0.5).astype(np.float32)
    came = np.empty((frames, bins), np.int64)
    total = strengths[0].astype(np.float32)
    for frame in range(1, frames):
        reached = total[None, :] - cost
        came[frame] = reached.argmax(1)
        total = reached[at, came[frame]] + strengths[frame]
    path = np.empty(frames, np.int64)
    path[-1] = total.argmax()
    for frame in range(frames - 1, 0, -1):
        path[frame - 1] = came[frame, path[frame]]
    return path
