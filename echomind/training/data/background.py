"""What is heard around a speaker: the 16 environments by attribute id, recordings, and mixing at an SNR.

Everything can be made from noise, resonances and small melodies, so that nobody's recording is needed: weather, sea and
dogs in ``nature``, vehicles and sport in ``traffic``, people in ``crowd``, sounds with a pitch in ``signals``. ESC-10
(Piczak 2015, CC BY 3.0) adds real rain, waves and dogs where a data root holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile
import soxr

from echomind.audio import SAMPLE_RATE
from echomind.errors import DataError
from echomind.training.data.acoustics import length_of, levelled, limit
from echomind.training.data.crowd import applause, chatter, cheering, children
from echomind.training.data.nature import dog, rain, sea_waves, thunderstorm, wind
from echomind.training.data.signals import alarm, horn, music, ringtone
from echomind.training.data.speech import active_dbfs
from echomind.training.data.traffic import basketball, car, subway

Background = Callable[[float, np.random.Generator], np.ndarray]
ESC10 = {"rain": "rain", "sea_waves": "sea_waves", "dog_bark": "dog"}  # folder -> attribute
TRAIN_FOLDS, TEST_FOLD = (1, 2, 3), 4  # of ESC-10: the last fold is for checking alone
ESC10_NONE = ("clock_tick", "fire_crackling", "rooster", "chainsaw", "helicopter")  # sounds outside the 39
BACKGROUNDS: dict[str, Background] = {
    "wind": wind,
    "thunderstorm": thunderstorm,
    "rain": rain,
    "sea_waves": sea_waves,
    "basketball": basketball,
    "car": car,
    "subway": subway,
    "applause": applause,
    "cheering": cheering,
    "chatter": chatter,
    "children": children,
    "alarm": alarm,
    "ringtone": ringtone,
    "horn": horn,
    "music": music,
    "dog": dog,
}


def recordings(data_root: Path, folder: str, folds: Sequence[int] = TRAIN_FOLDS) -> list[Path]:
    """ESC-10 files of a class (``rain``, ``dog_bark``, ...) and folds; ``DataError`` when there are none."""
    found = sorted(path for fold in folds for path in (data_root / "esc10" / folder).glob(f"{fold}-*.ogg"))
    if not found:
        raise DataError(
            f"no ESC-10 recordings of folds {', '.join(map(str, folds))} in {data_root / 'esc10' / folder}:"
            " expected <fold>-*.ogg files"
        )
    return found


def sounding(path: Path) -> np.ndarray:
    """A recording, mono float32 at 16 kHz, without the digital silence before and after: many ESC clips are padded.

    Raises ``DataError`` when all of it is silent.
    """
    samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if sample_rate != SAMPLE_RATE:
        mono = soxr.resample(mono, sample_rate, SAMPLE_RATE)
    heard = np.flatnonzero(np.abs(mono) > 1e-4)
    if not len(heard):
        raise DataError(f"the recording {path} is silent")
    return mono[heard[0] : heard[-1] + 1]


def recorded(path: Path, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A random stretch of a recording, repeated when it is too short, at the common level."""
    mono = sounding(path)
    n = length_of(seconds)
    whole = np.tile(mono, int(np.ceil(n / len(mono))) + 1)
    start = int(rng.integers(0, len(whole) - n + 1))
    return levelled(whole[start : start + n])


def mix(speech: np.ndarray, background: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """Speech over a background at a signal-to-noise ratio in dB, both measured where they are active.

    The background is looped from a random place when shorter, and cut when longer. The sum may pass full scale and is
    then softly limited. Raises ``DataError`` for an empty or silent background.
    """
    if not np.any(background):
        raise DataError("cannot mix a silent background at a signal-to-noise ratio")
    n = len(speech)
    start = (
        int(rng.integers(0, len(background))) if len(background) < n else int(rng.integers(0, len(background) - n + 1))
    )
    around = np.take(background, np.arange(start, start + n), mode="wrap")
    if not np.any(around):
        around = np.take(background, np.arange(n), mode="wrap")
    gain = 10 ** ((active_dbfs(speech) - snr_db - active_dbfs(around)) / 20)
    return limit(speech + gain * around)
