import numpy as np
import pytest

from echomind.training.data.spectral import (
    FREQUENCIES,
    aspirated,
    band,
    curve,
    fade,
    filtered,
    frames_of,
    glottal,
    shaped_noise,
    sound,
    spectrogram,
    tilted,
    tract,
)


@pytest.mark.parametrize("length", [1, 300, 512, 16001])
def test_spectrogram_and_back_is_the_same_sound(length):
    samples = np.random.default_rng(0).standard_normal(length).astype(np.float32)
    spectrum = spectrogram(samples)
    assert spectrum.shape == (257, frames_of(length))
    assert np.abs(sound(spectrum, length) - samples).max() < 1e-5


def level(samples, low, high):
    power = np.abs(np.fft.rfft(samples)) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / 16000)
    return 10 * np.log10(power[(hz >= low) & (hz < high)].mean())


def test_filtered_gives_the_gain_that_was_asked():
    noise = np.random.default_rng(0).standard_normal(64000).astype(np.float32)
    shaped = filtered(noise, np.array([0.0, 0.0, -20.0, -20.0]), np.array([20.0, 1000.0, 2000.0, 8000.0]))
    assert level(shaped, 200, 900) - level(noise, 200, 900) == pytest.approx(0, abs=0.5)
    assert level(shaped, 2500, 7000) - level(noise, 2500, 7000) == pytest.approx(-20, abs=0.5)


def test_tilt_brightens_by_the_slope_and_leaves_the_pivot():
    noise = np.random.default_rng(0).standard_normal(64000).astype(np.float32)
    bright = tilted(noise, 6.0, pivot_hz=1000.0)
    assert level(bright, 980, 1020) - level(noise, 980, 1020) == pytest.approx(0, abs=0.5)
    assert level(bright, 3900, 4100) - level(noise, 3900, 4100) == pytest.approx(12, abs=0.7)


def test_band_keeps_the_middle():
    noise = np.random.default_rng(0).standard_normal(32000).astype(np.float32)
    kept = band(noise, 500, 2000)
    assert level(kept, 900, 1100) > level(kept, 50, 100) + 20


def test_glottal_source_has_its_period_and_pauses_where_f0_is_zero():
    f0 = np.full(16000, 100.0)
    f0[8000:] = 0.0
    pulses = glottal(f0, np.random.default_rng(0), jitter=0.0)
    assert np.corrcoef(pulses[160:4000], pulses[320:4160])[0, 1] > 0.99
    assert np.corrcoef(pulses[160:4000], pulses[240:4080])[0, 1] < 0.5
    assert not pulses[8000:].any()


def test_tract_resonates_at_its_formants():
    noise = np.random.default_rng(0).standard_normal(64000).astype(np.float32)
    spoken = tract(noise, np.array([700.0, 1200.0, 2500.0]), 80.0)
    assert level(spoken, 650, 750) > level(spoken, 300, 400) + 8
    assert level(spoken, 2400, 2600) > level(spoken, 1700, 1900) + 5


def test_shaped_noise_follows_its_gain():
    gain = np.where(FREQUENCIES[:, None] < 1000, 1.0, 0.01) * np.ones((1, frames_of(32000)))
    noise = shaped_noise(gain, 32000, np.random.default_rng(0))
    assert level(noise, 200, 800) > level(noise, 2000, 7000) + 30


def test_aspirated_speech_keeps_its_envelope_and_level(male):
    noise = aspirated(male, np.random.default_rng(0))
    assert len(noise) == len(male)
    for low, high in ((500, 1000), (1000, 2000)):
        assert level(noise, low, high) == pytest.approx(level(male, low, high), abs=5)


def test_curve_is_smooth_with_unit_deviation():
    values = curve(20_000, np.random.default_rng(0), 2.0)
    assert len(values) == 20_000
    assert 0.5 < values.std() < 1.2
    assert np.abs(np.diff(values)).max() < 0.15


def test_fade_starts_and_ends_in_silence_and_keeps_the_middle():
    faded = fade(np.ones(1600, dtype=np.float32), 0.01)
    assert faded[0] == 0 and faded[-1] == 0
    assert np.all(faded[200:1400] == 1)
