import numpy as np
import pytest

from echomind.training.data import events
from echomind.training.data.psola import f0_track

LENGTHS = {
    "breath": (0.2, 0.8),
    "cough": (0.2, 2.0),
    "sigh": (0.7, 2.6),
    "laughter": (0.4, 3.2),
    "yawn": (1.4, 3.0),
    "moan": (0.6, 1.9),
    "sob": (0.2, 2.8),
    "sniff": (0.1, 0.9),
}


@pytest.mark.parametrize("name", sorted(LENGTHS))
def test_each_has_its_length_peak_and_seed(name):
    low, high = LENGTHS[name]
    for seed in range(6):
        made = getattr(events, name)(np.random.default_rng(seed), 190.0, 1.15)
        assert np.isfinite(made).all()
        assert low <= len(made) / 16000 <= high, seed
        assert 0.4 < np.abs(made).max() <= 1.01
    again = getattr(events, name)(np.random.default_rng(5), 190.0, 1.15)
    assert np.array_equal(made, again)


def voiced_share(samples):
    return (f0_track(samples) > 0).mean()


def test_moans_are_voiced_and_breaths_are_not():
    for seed in range(4):
        assert voiced_share(events.moan(np.random.default_rng(seed), 150.0, 1.0)) > 0.6
        assert voiced_share(events.breath(np.random.default_rng(seed), 150.0, 1.0)) < 0.15


def test_laughter_comes_in_calls_at_its_rate():
    made = events.laughter(np.random.default_rng(3), 120.0, 1.0)
    frames = len(made) // 160
    envelope = np.sqrt((made[: frames * 160].reshape(frames, 160) ** 2).mean(axis=1))
    spectrum = np.abs(np.fft.rfft(envelope - envelope.mean(), 1024))
    rate = np.fft.rfftfreq(1024, 0.01)
    wanted = (rate > 2.5) & (rate < 14)
    peak = rate[wanted][spectrum[wanted].argmax()]
    assert 3.8 < peak < 12.5  # the call rate or its double (the /h/ and the vowel)


def test_a_cough_starts_at_once():
    for seed in range(4):
        made = np.abs(events.cough(np.random.default_rng(seed), 120.0, 1.0))
        assert made[: int(0.08 * 16000)].max() > 0.5


def test_yawn_and_moan_fall_in_pitch():
    for name in ("yawn", "moan"):
        f0 = f0_track(getattr(events, name)(np.random.default_rng(2), 150.0, 1.0))
        voiced = f0[f0 > 0]
        assert np.median(voiced[-len(voiced) // 4 :]) < np.median(voiced[len(voiced) // 4 : len(voiced) // 2])
