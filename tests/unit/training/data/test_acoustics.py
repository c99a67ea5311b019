import numpy as np
import pytest

from echomind.training.data.acoustics import LEVEL, levelled, limit, lowpass_gain, placed, reverberated, scattered


def test_limit_leaves_ordinary_samples_and_bounds_loud_ones():
    samples = np.linspace(-3, 3, 601)
    limited = limit(samples)
    inside = np.abs(samples) <= 0.7
    assert np.allclose(limited[inside], samples[inside], atol=1e-6)
    assert np.abs(limited).max() <= 0.98 + 1e-6
    assert np.all(np.diff(limited) >= 0)


def test_levelled_reaches_the_common_level_and_keeps_silence():
    noise = np.random.default_rng(0).standard_normal(16000)
    assert levelled(noise).std() == pytest.approx(LEVEL, rel=0.1)
    assert not levelled(np.zeros(100)).any()


def test_lowpass_is_three_decibels_down_at_its_corner():
    gain = lowpass_gain(np.array([1000.0, 2000.0]), 2.0)
    assert gain.shape == (257, 2)
    assert 20 * np.log10(gain[32, 0]) == pytest.approx(-3, abs=0.1)  # bin 32 is 1 kHz
    assert gain[32, 1] > 0.95


def test_placed_cuts_what_lies_outside():
    out = np.zeros(1600)
    placed(out, np.ones(800), -0.025)
    placed(out, np.ones(800), 0.08, gain=2.0)
    assert out[:400].sum() == 400 and out[400:1280].sum() == 0 and out[1280:].sum() == 640


def test_scattered_lays_every_sound():
    out = scattered(1000, [np.ones(10)], np.array([0, 500, 995]), np.array([1.0, 2.0, 3.0]), np.random.default_rng(0))
    assert len(out) == 1000 and out.sum() == 10 + 20 + 15


def test_reverberation_rings_on_for_its_time():
    click = np.zeros(16000, dtype=np.float32)
    click[0] = 1.0
    rung = reverberated(click, np.random.default_rng(0), 0.5, 0.5)
    early, late = (rung[500:2500] ** 2).mean(), (rung[4500:6500] ** 2).mean()
    assert 10 * np.log10(early / late) == pytest.approx(60 * 0.25 / 0.5, abs=4)
