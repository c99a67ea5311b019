import numpy as np
import pytest

from echomind.training.data.signals import MOODS, alarm, horn, music, ringtone, tone


def test_tone_has_its_pitch_and_nothing_beyond_the_band():
    note = tone(3000.0, 0.5, np.ones(8))
    spectrum = np.abs(np.fft.rfft(note))
    hz = np.fft.rfftfreq(len(note), 1 / 16000)
    assert hz[spectrum.argmax()] in (pytest.approx(3000, abs=4), pytest.approx(6000, abs=4))
    assert spectrum[hz > 7700].max() < 0.02 * spectrum.max()


def peakiness(samples):
    """How far the strongest one per cent of bins stands over the median: high for tones, low for noise."""
    spectrum = np.sort(np.abs(np.fft.rfft(samples)) ** 2)
    return 10 * np.log10(spectrum[-len(spectrum) // 100 :].mean() / np.median(spectrum))


@pytest.mark.parametrize("make", [alarm, ringtone, horn, music])
def test_signals_are_tonal(make):
    noise = np.random.default_rng(0).standard_normal(48000)
    for seed in range(6):
        assert peakiness(make(3.0, np.random.default_rng(seed))) > peakiness(noise) + 10, seed


@pytest.mark.parametrize("mood", MOODS)
def test_music_plays_in_every_mood(mood):
    made = music(3.0, np.random.default_rng(0), mood)
    assert len(made) == 48000 and np.isfinite(made).all()
    assert (np.abs(made) > 0.005).mean() > 0.4


def test_an_unknown_mood_is_an_error():
    with pytest.raises(KeyError):
        music(1.0, np.random.default_rng(0), "bored")


def test_an_alarm_keeps_going():
    for seed in range(6):
        made = alarm(5.0, np.random.default_rng(seed))
        thirds = np.abs(made[: len(made) // 3 * 3]).reshape(3, -1).max(axis=1)
        assert thirds.min() > 0.3 * thirds.max()
