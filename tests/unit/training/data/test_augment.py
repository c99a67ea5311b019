import numpy as np
import pytest

from echomind.training.data.augment import (
    equalised,
    margins,
    microphone_gain,
    narrowed,
    noise_floor,
    recorded_speech,
    room,
)
from echomind.training.data.delivery import shout, whisper
from echomind.training.data.speech import active_dbfs

SAME_LENGTH = (equalised, room, noise_floor, narrowed, microphone_gain, recorded_speech)


@pytest.mark.parametrize("change", SAME_LENGTH)
def test_each_keeps_length_and_is_seeded(male, change):
    for seed in range(5):
        made = change(male, np.random.default_rng(seed))
        assert made.dtype == np.float32 and len(made) == len(male) and np.isfinite(made).all()
        assert np.array_equal(made, change(male, np.random.default_rng(seed)))
    assert not np.array_equal(made, change(male, np.random.default_rng(77)))


def test_gain_stays_within_six_decibels(male):
    changes = [active_dbfs(microphone_gain(male, np.random.default_rng(s))) - active_dbfs(male) for s in range(60)]
    assert max(np.abs(changes)) <= 6.1
    assert 1.5 < np.std(changes) < 4.5


def test_levels_of_shout_talk_and_whisper_survive_the_microphone(male):
    def heard(samples):
        return np.median([active_dbfs(recorded_speech(samples, np.random.default_rng(s))) for s in range(12)])

    loud, soft = shout(male, np.random.default_rng(0), 1.0), whisper(male, np.random.default_rng(0), 1.0)
    assert heard(loud) > heard(male) + 5 and heard(male) > heard(soft) + 5


def test_margins_are_silent_and_surround_the_speech(male):
    made = margins(male, np.random.default_rng(0))
    start = int(np.flatnonzero(made)[0]) - int(np.flatnonzero(male)[0])
    assert 0 <= start <= 9600 and len(male) <= len(made) <= len(male) + 22400
    assert np.array_equal(made[start : start + len(male)], male)


def test_a_room_rings_after_the_sound(male):
    stopped = np.concatenate([male, np.zeros(4000, dtype=np.float32)])
    assert np.abs(room(stopped, np.random.default_rng(0))[-3000:]).max() > 1e-4


def test_noise_floor_is_faint(male):
    for seed in range(10):
        noise = noise_floor(male, np.random.default_rng(seed)) - male
        assert -83 < 20 * np.log10(noise.std()) < -45


def test_narrow_bands_lose_treble():
    noise = np.random.default_rng(0).standard_normal(32000).astype(np.float32) * 0.1

    def treble(samples):
        power = np.abs(np.fft.rfft(samples)) ** 2
        return power[int(0.94 * len(power)) :].sum() / power.sum()  # above 7.5 kHz

    lost = [treble(narrowed(noise, np.random.default_rng(s))) < 0.5 * treble(noise) for s in range(8)]
    assert all(lost)
