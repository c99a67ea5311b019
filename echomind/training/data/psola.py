"""Pitch, formants, tempo and roughness of speech changed by pitch-synchronous overlap-add (TD-PSOLA).

Pure signal processing on mono float32 at 16 kHz. Moulines and Charpentier (1990), "Pitch-synchronous waveform
processing techniques": two-period grains are cut at pitch marks and laid down again at new distances. Formants move by
resampling first and giving pitch and tempo back afterwards. A 4 s sentence takes about 25 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.fft
import scipy.signal
import soxr

from echomind.audio import SAMPLE_RATE

HOP = 160  # 10 ms between F0 values
WINDOW = 640  # 40 ms holds two periods of 50 Hz
F0_LOW, F0_HIGH = 60.0, 450.0  # Hz; adult voices and a raised one
VOICING = 0.45  # normalised autocorrelation under which a frame counts as unvoiced
UNVOICED_PERIOD = 80  # 5 ms grains where there is no pitch
CANDIDATES = 4

Contour = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (F0 of voiced frames in Hz, their time 0..1) -> new F0


@dataclass(frozen=True)
class Rough:
    """Irregularity of the glottal cycle: relative period jitter and amplitude shimmer, subharmonic depth 0..1."""

    jitter: float = 0.0
    shimmer: float = 0.0
    subharmonic: float = 0.0


def f0_track(samples: np.ndarray, low: float = F0_LOW, high: float = F0_HIGH) -> np.ndarray:
    """F0 in Hz every 10 ms, 0 where unvoiced: autocorrelation peaks (Boersma 1993) and a dynamic-programming path.

    ``samples``: shape ``(n,)``. Returns shape ``(1 + n // 160,)``.
    """
    count = 1 + len(samples) // HOP
    padded = np.zeros(count * HOP + WINDOW, dtype=np.float32)
    padded[WINDOW // 2 : WINDOW // 2 + len(samples)] = samples
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:count]
    window = np.hanning(WINDOW).astype(np.float32)
    size = 2048
    spectrum = scipy.fft.rfft((frames - frames.mean(axis=1, keepdims=True)) * window, size)
    autocorrelation = scipy.fft.irfft(np.abs(spectrum) ** 2, size)[:, : WINDOW // 2 + 2]
    shape = scipy.fft.irfft(np.abs(scipy.fft.rfft(window, size)) ** 2, size)[: WINDOW // 2 + 2]
    energy = autocorrelation[:, :1]
    normal = autocorrelation / (energy + 1e-9) * (shape[0] / shape)
    first, last = int(SAMPLE_RATE / high), min(int(SAMPLE_RATE / low), WINDOW // 2)
    body = normal[:, first : last + 1]
    peak = (body > normal[:, first - 1 : last]) & (body >= normal[:, first + 1 : last + 2])
    lags = np.arange(first, last + 1)
    # A small bonus for short lags settles the octave: the second period correlates almost as well as the first.
    score = np.where(peak, body - 0.05 * np.log2(lags / first), -1.0)
    best = np.argpartition(-score, CANDIDATES, axis=1)[:, :CANDIDATES]
    strength = np.take_along_axis(score, best, axis=1)
    strength[(energy[:, 0] < energy.max(initial=0.0) * 10**-4.5)] = -1.0
    return _best_path(lags[best], strength)


def _best_path(lags: np.ndarray, strength: np.ndarray) -> np.ndarray:
    """Viterbi over ``CANDIDATES`` lags and "unvoiced": octave jumps and voicing changes cost (Boersma 1993, eq. 27)."""
    count = len(lags)
    gain = np.concatenate([np.where(strength > 0, strength, -5.0), np.full((count, 1), VOICING)], axis=1)
    pitch = np.log2(SAMPLE_RATE / lags.astype(np.float64))
    back = np.zeros((count, CANDIDATES + 1), dtype=np.int64)
    total = gain[0]
    for i in range(1, count):
        cost = np.full((CANDIDATES + 1, CANDIDATES + 1), 0.14)
        cost[:-1, :-1] = 0.5 * np.abs(pitch[i - 1][:, None] - pitch[i][None, :])
        cost[-1, -1] = 0.0
        reach = total[:, None] - cost
        back[i] = reach.argmax(axis=0)
        total = reach.max(axis=0) + gain[i]
    state = int(total.argmax())
    f0 = np.zeros(count)
    for i in range(count - 1, -1, -1):
        if state < CANDIDATES:
            f0[i] = SAMPLE_RATE / lags[i, state]
        state = int(back[i, state])
    return f0


def pitch_marks(samples: np.ndarray, f0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sample positions of glottal peaks (every 5 ms where unvoiced) and whether each is voiced."""
    smooth = scipy.signal.sosfiltfilt(_LOWPASS, samples) if len(samples) > 64 else samples
    if abs(smooth.min(initial=0.0)) > abs(smooth.max(initial=0.0)):
        smooth = -smooth  # work on the polarity with the sharper peaks
    marks: list[int] = []
    voiced: list[bool] = []
    position = 0
    while position < len(samples):
        pitch = f0[min(position // HOP, len(f0) - 1)]
        if pitch <= 0:
            marks.append(position)
            voiced.append(False)
            position += UNVOICED_PERIOD
            continue
        period = SAMPLE_RATE / pitch
        inside = bool(voiced and voiced[-1])
        reach = int(0.25 * period) if inside else int(0.5 * period)
        start = max(position - reach, marks[-1] + 16 if marks else 0)
        window = smooth[start : position + reach + 1]
        mark = start + int(window.argmax()) if len(window) else position
        marks.append(mark)
        voiced.append(True)
        position = mark + int(period)
    return np.array(marks, dtype=np.int64), np.array(voiced, dtype=bool)


_LOWPASS = scipy.signal.butter(2, 900, fs=SAMPLE_RATE, output="sos")


def reshape(
    samples: np.ndarray,
    rng: np.random.Generator,
    *,
    contour: Contour | None = None,
    tempo: float | np.ndarray = 1.0,
    formant: float = 1.0,
    rough: Rough = Rough(),
) -> np.ndarray:
    """Lay the voice down again with another F0 contour, tempo, vocal tract length and regularity.

    ``contour`` maps the F0 (Hz) of voiced frames and their relative time to a new F0. ``tempo``: 2 is twice as fast; an
    array gives it along relative time. ``formant``: 1.2 moves all formants up by a fifth. Returns float32 of about
    ``len(samples) / tempo``; fully unvoiced input keeps its pitchless grains and only changes tempo and formants.
    """
    source = np.asarray(samples, dtype=np.float32)
    if len(source) < WINDOW:
        return source.copy()
    if abs(formant - 1.0) > 1e-3:
        source = soxr.resample(source, SAMPLE_RATE, SAMPLE_RATE / formant)
    # After the resampling F0 has moved along with the formants; the contour still gets the speaker's own F0.
    f0 = f0_track(source, F0_LOW * max(formant, 1.0), min(F0_HIGH * max(formant, 1.0), 700.0))
    marks, voiced = pitch_marks(source, f0)
    new_f0 = np.zeros_like(f0)
    heard = f0 > 0
    if heard.any():
        time = np.flatnonzero(heard) / max(len(f0) - 1, 1)
        natural = f0[heard] / formant
        new_f0[heard] = np.clip(contour(natural, time) if contour else natural, 45.0, 900.0)
    speed = np.broadcast_to(np.asarray(tempo, dtype=np.float64), (1,)) if np.ndim(tempo) == 0 else np.asarray(tempo)
    return _lay(source, marks, voiced, new_f0, speed / formant, rough, rng)


def _lay(
    source: np.ndarray,
    marks: np.ndarray,
    voiced: np.ndarray,
    new_f0: np.ndarray,
    speed: np.ndarray,
    rough: Rough,
    rng: np.random.Generator,
) -> np.ndarray:
    """Overlap-add: walk through the output, fetch the nearest grain of the source, step by the new period."""
    longest = int(len(source) / speed.min()) + 4 * WINDOW
    out = np.zeros(longest, dtype=np.float32)
    before = np.diff(marks, prepend=marks[0] - UNVOICED_PERIOD).clip(16, 2 * WINDOW)
    after = np.diff(marks, append=marks[-1] + UNVOICED_PERIOD).clip(16, 2 * WINDOW)
    wobble = rng.standard_normal(longest // 16 + 1)
    place, origin, index, last, turn = 0.0, 0.0, 0, -1, 1
    count, step_no = len(marks), 0
    while origin < len(source) and place < longest - 2 * WINDOW:
        while index + 1 < count and abs(marks[index + 1] - origin) <= abs(marks[index] - origin):
            index += 1
        left, right = int(before[index]), int(after[index])
        start = marks[index] - left
        grain = source[max(start, 0) : marks[index] + right]
        grain = grain * _window(left, right)[max(-start, 0) :][: len(grain)]
        gain = 1.0
        if voiced[index]:
            pitch = new_f0[min(marks[index] // HOP, len(new_f0) - 1)]
            period = SAMPLE_RATE / pitch if pitch > 0 else float(right)
            if rough.jitter:
                period *= float(np.exp(np.clip(rough.jitter * wobble[step_no], -0.35, 0.35)))
            if rough.shimmer:
                gain = max(0.1, 1.0 + rough.shimmer * wobble[-1 - step_no])
            if rough.subharmonic and turn > 0:
                gain *= 1.0 - rough.subharmonic
            turn = -turn
        else:
            period = float(UNVOICED_PERIOD)
            if index == last:
                grain = grain[::-1]  # a repeated noise grain would buzz at 200 Hz
        at = int(place) - left + max(-start, 0)
        cut = max(-at, 0)
        out[max(at, 0) : at + len(grain)] += gain * grain[cut:]
        last, step_no = index, step_no + 1
        place += period
        origin += period * speed[min(int(origin / len(source) * len(speed)), len(speed) - 1)]
    return out[: int(place)]


_WINDOWS: dict[tuple[int, int], np.ndarray] = {}


def _window(left: int, right: int) -> np.ndarray:
    """Hann window with unequal halves, so that grains of neighbouring periods sum to one; kept, as they recur."""
    found = _WINDOWS.get((left, right))
    if found is None:
        rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(left) / left)
        fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(right) / right)
        found = np.concatenate([rise, fall]).astype(np.float32)
        if len(_WINDOWS) < 20_000:
            _WINDOWS[left, right] = found
    return found
