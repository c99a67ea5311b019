import numpy as np
import pytest

from echomind.training.data.psola import HOP, Rough, f0_track, pitch_marks, reshape


def median_f0(samples):
    f0 = f0_track(samples)
    return float(np.median(f0[f0 > 0]))


@pytest.mark.parametrize("hz", [75, 110, 160, 220, 330, 420])
def test_f0_of_a_harmonic_tone_is_found(hz):
    time = np.arange(16000) / 16000
    tone = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 8)).astype(np.float32)
    f0 = f0_track(tone)[5:-5]
    assert (f0 > 0).mean() > 0.95
    assert np.median(f0) == pytest.approx(hz, rel=0.02)


def test_noise_and_silence_have_no_f0():
    noise = np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    assert (f0_track(noise) > 0).mean() < 0.15
    assert not f0_track(np.zeros(16000, dtype=np.float32)).any()


def test_one_f0_value_every_ten_milliseconds(male):
    assert len(f0_track(male)) == 1 + len(male) // HOP


def test_voiced_marks_are_a_period_apart(male):
    marks, voiced = pitch_marks(male, f0_track(male))
    assert np.all(np.diff(marks) > 0)
    both = voiced[1:] & voiced[:-1]
    assert np.median(np.diff(marks)[both]) == pytest.approx(16000 / 110, rel=0.06)


@pytest.mark.parametrize("factor", [0.75, 1.4, 1.8])
def test_pitch_moves_and_duration_stays(male, factor):
    moved = reshape(male, np.random.default_rng(0), contour=lambda f0, time: f0 * factor)
    assert median_f0(moved) == pytest.approx(median_f0(male) * factor, rel=0.04)
    assert len(moved) == pytest.approx(len(male), rel=0.02)


@pytest.mark.parametrize("tempo", [0.6, 1.5])
def test_tempo_moves_and_pitch_stays(male, tempo):
    moved = reshape(male, np.random.default_rng(0), tempo=tempo)
    assert len(moved) * tempo == pytest.approx(len(male), rel=0.03)
    assert median_f0(moved) == pytest.approx(median_f0(male), rel=0.03)


def test_formants_move_and_pitch_and_duration_stay(male):
    def centroid(samples):
        power = np.abs(np.fft.rfft(samples)) ** 2
        return float((power * np.fft.rfftfreq(len(samples))).sum() / power.sum())

    moved = reshape(male, np.random.default_rng(0), formant=1.25)
    assert centroid(moved) > 1.1 * centroid(male)
    assert median_f0(moved) == pytest.approx(median_f0(male), rel=0.03)
    assert len(moved) == pytest.approx(len(male), rel=0.03)


def test_roughness_lowers_the_regularity_of_the_voice(male):
    def regularity(samples):
        middle = samples[len(samples) // 10 :]
        peaks = []
        for start in range(0, len(middle) - 1024, 800):
            frame = middle[start : start + 1024] * np.hanning(1024)
            correlation = np.correlate(frame, frame, "full")[1023:]
            if correlation[0] > 1e-3:
                peaks.append(correlation[60:250].max() / correlation[0])
        return np.median(peaks)

    smooth = reshape(male, np.random.default_rng(0))
    rough = reshape(male, np.random.default_rng(0), rough=Rough(jitter=0.05, shimmer=0.3, subharmonic=0.4))
    assert regularity(rough) < 0.9 * regularity(smooth)


def test_a_snippet_shorter_than_a_window_is_returned_unchanged():
    snippet = np.linspace(-0.1, 0.1, 300, dtype=np.float32)
    assert np.array_equal(reshape(snippet, np.random.default_rng(0), tempo=2.0), snippet)
