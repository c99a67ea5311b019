"""What can be measured in a clip along its time: wave, loudness, pitch, pauses, words. Numbers only, no model.

Cheap on purpose (about 10 ms a second of sound on one core): it is made for every turn. Pitch is the autocorrelation
method of Boersma (1993): the autocorrelation of a windowed frame divided by that of the window, the highest peak with a
small preference for high frequencies. Frames are 48 ms long, three periods of the lowest pitch looked for, every 10 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from echomind.audio import SAMPLE_RATE, Clip
from echomind.models.asr import Word

HOP = SAMPLE_RATE // 100  # 10 ms
FRAME = 48 * SAMPLE_RATE // 1000
COLUMNS = 360  # of the drawn wave: one a pixel on a phone
FLOOR_DB = -80.0  # digital silence stands here
LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0  # a deep man's voice; a child's or a shriek
VOICED_FROM = 0.45  # strength of the periodicity, 0 to 1, as in Praat's default
OCTAVE_COST = 0.01  # what a peak must be higher to win over one an octave above it, as in Praat's default
QUIET_UNDER_PEAK_DB = 25.0  # a pause is so far under the loud parts of the clip ...
QUIET_ABOVE_FLOOR = 0.3  # ... or within this share of the way from its floor to them, where a noise fills the pauses
FLAT_DB = 10.0  # a clip whose loud and quiet parts differ less (music, a steady noise) has no pauses to be found
SHORTEST_PAUSE_S = 0.25  # shorter silences belong to the sounds of words, such as the closing of a p
SHORTEST_VOICED = 3  # frames; a shorter run of pitch is noise
LEAST_VOICED = 0.1  # of the sound; speech has pitch in about half of it, a whisper in next to none
LEAP_OCTAVES, LEAP_AROUND = 0.6, 16  # and frames to either side
_BLOCK = 512  # frames whose spectra are in memory at a time


@dataclass(frozen=True)
class Pause:
    """A silence between words, in seconds from the beginning of the clip."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


@dataclass(frozen=True, eq=False)
class Timeline:
    """One clip along its time.

    ``wave``: shape ``(columns, 2)``, lowest and highest sample of equal stretches of the clip. ``level_db``: dB
    relative to full scale, and ``pitch_hz``: hertz, NaN where the voice has none; both one value each 10 ms, the first
    at 5 ms. ``pauses`` lie between the first and the last sound. ``words`` as the recogniser timed them, if it did.
    """

    seconds: float
    wave: np.ndarray
    level_db: np.ndarray
    pitch_hz: np.ndarray
    pauses: tuple[Pause, ...]
    words: tuple[Word, ...]
    quiet_db: float

    @property
    def times(self) -> np.ndarray:
        """Seconds of the values of ``level_db`` and ``pitch_hz``."""
        return (np.arange(len(self.level_db)) + 0.5) * HOP / SAMPLE_RATE

    @property
    def loudness_db(self) -> float | None:
        """Median level of what is louder than the pauses; None when nothing is."""
        loud = self.level_db[self.level_db > self.quiet_db]
        return float(np.median(loud)) if len(loud) else None

    @property
    def pitch_range_hz(self) -> tuple[float, float, float] | None:
        """Median, 10th and 90th percentile of the pitch; None when too little of the sound has one (a whisper)."""
        voiced = self.pitch_hz[~np.isnan(self.pitch_hz)]
        if len(voiced) < max(LEAST_VOICED * np.count_nonzero(self.level_db > self.quiet_db), 2 * SHORTEST_VOICED):
            return None
        low, middle, high = np.percentile(voiced, (10, 50, 90))
        return float(middle), float(low), float(high)

    @property
    def words_per_s(self) -> float | None:
        """Words a second from the start of the first to the end of the last; None without timed words."""
        if not self.words:
            return None
        span = self.words[-1].end - self.words[0].start
        return len(self.words) / span if span > 0 else None


def timeline(clip: Clip, words: Sequence[Word] = ()) -> Timeline:
    """Measure ``clip``; ``words`` are taken as they are. A clip shorter than a frame has levels and no pitch."""
    samples = clip.samples
    level = levels(samples)
    peak, floor = float(np.percentile(level, 95)), float(np.percentile(level, 5))
    quiet = max(peak - QUIET_UNDER_PEAK_DB, floor + QUIET_ABOVE_FLOOR * (peak - floor))
    found = pauses(level, quiet) if peak - floor >= FLAT_DB else ()
    pitch = np.where(level > quiet - 6, pitches(samples, len(level)), np.nan)  # voices fade below the level of a pause
    line = _without_specks(_without_leaps(pitch))
    return Timeline(clip.seconds, _wave(samples), level, line, found, tuple(words), quiet)


def levels(samples: np.ndarray) -> np.ndarray:
    """Root mean square over 30 ms around each 10 ms step, in dB relative to full scale, at least ``FLOOR_DB``."""
    count = max(1, len(samples) // HOP)
    power = np.zeros(count)
    whole = samples[: count * HOP].astype(np.float64)
    if len(whole) == count * HOP:
        power = (whole.reshape(count, HOP) ** 2).mean(axis=1)
    elif len(whole):
        power[0] = float((whole**2).mean())
    padded = np.concatenate([power[:1], power, power[-1:]])
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    return np.maximum(10 * np.log10(np.maximum(smooth, 1e-12)), FLOOR_DB)


def pauses(level_db: np.ndarray, quiet_db: float) -> tuple[Pause, ...]:
    """Stretches of ``SHORTEST_PAUSE_S`` or more at or under ``quiet_db``, with louder steps before and after."""
    loud = np.flatnonzero(level_db > quiet_db)
    gaps = np.flatnonzero(np.diff(loud) * HOP >= SHORTEST_PAUSE_S * SAMPLE_RATE + HOP)
    step = HOP / SAMPLE_RATE
    return tuple(Pause(float((loud[i] + 1) * step), float(loud[i + 1] * step)) for i in gaps)


def pitches(samples: np.ndarray, count: int) -> np.ndarray:
    """Fundamental frequency in hertz at ``count`` steps of 10 ms, NaN where there is no clear one."""
    found = np.full(count, np.nan)
    padded = np.pad(samples.astype(np.float32), (FRAME // 2, FRAME))
    window = np.hanning(FRAME).astype(np.float32)
    size = 1 << (2 * FRAME - 1).bit_length()
    low, high = int(SAMPLE_RATE / HIGHEST_HZ), int(SAMPLE_RATE / LOWEST_HZ)
    of_window = np.fft.irfft(np.abs(np.fft.rfft(window, size)) ** 2)[: high + 2]
    lags = np.arange(low, high + 1)
    preference = OCTAVE_COST * np.log2(LOWEST_HZ * lags / SAMPLE_RATE)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[HOP // 2 :: HOP][:count]
    for start in range(0, len(frames), _BLOCK):
        block = frames[start : start + _BLOCK]
        block = (block - block.mean(axis=1, keepdims=True)) * window
        correlation = np.fft.irfft(np.abs(np.fft.rfft(block, size)) ** 2)[:, : high + 2]
        energy = correlation[:, :1]
        strength = np.divide(correlation, energy, out=np.zeros_like(correlation), where=energy > 1e-9)
        strength *= of_window[0] / of_window
        here = strength[:, low : high + 1]
        peaks = (here >= strength[:, low - 1 : high]) & (here >= strength[:, low + 1 : high + 2])
        best = np.where(peaks, here - preference, -1.0).argmax(axis=1)
        rows = np.arange(len(block))
        left, top, right = (strength[rows, lags[best] + k] for k in (-1, 0, 1))
        bend = left - 2 * top + right
        shift = np.divide(0.5 * (left - right), bend, out=np.zeros_like(bend), where=bend < -1e-9)
        clear = (top >= VOICED_FROM) & peaks[rows, best]
        found[start : start + len(block)] = np.where(clear, SAMPLE_RATE / (lags[best] + shift), np.nan)
    return found


def _without_leaps(pitch: np.ndarray) -> np.ndarray:
    """Without values more than ``LEAP_OCTAVES`` from the median of the third of a second around: octave errors."""
    padded = np.pad(pitch, LEAP_AROUND, constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * LEAP_AROUND + 1)
    usual = np.full(len(pitch), np.nan)
    voiced = ~np.isnan(pitch)
    usual[voiced] = np.nanmedian(around[voiced], axis=1)
    return np.where(np.abs(np.log2(pitch / usual)) <= LEAP_OCTAVES, pitch, np.nan)


def _without_specks(pitch: np.ndarray) -> np.ndarray:
    """Without runs of pitch too short to be a voice."""
    voiced = np.concatenate([[False], ~np.isnan(pitch), [False]])
    edges = np.flatnonzero(np.diff(voiced.astype(np.int8)))
    kept = pitch.copy()
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start < SHORTEST_VOICED:
            kept[start:end] = np.nan
    return kept


def _wave(samples: np.ndarray) -> np.ndarray:
    if not len(samples):
        return np.zeros((0, 2), dtype=np.float32)
    edges = np.unique(np.linspace(0, len(samples), min(COLUMNS, len(samples)) + 1).astype(int))[:-1]
    return np.stack([np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)], axis=1)
