import numpy as np
import pytest

from echomind.slm import EchoMindFeatureExtractor
from echomind.slm.pitch import REFERENCE_HZ, best_path, pitch_track


def voice(hz: np.ndarray) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(hz) / 16_000
    return sum(np.sin(k * phase) / k for k in range(1, 9)).astype(np.float32) * 0.1


@pytest.mark.parametrize("hz", [75.0, 110.0, 205.0, 320.0, 480.0])
def test_a_steady_voice_is_heard_at_its_pitch(hz):
    octaves, voicing = pitch_track(voice(np.full(16_000, hz))).T
    assert REFERENCE_HZ * 2 ** np.median(octaves) == pytest.approx(hz, rel=0.01)
    assert voicing[3:-3].min() > 0.9


def test_a_glide_is_followed():
    hz = 180 * 2 ** (0.4 * np.sin(2 * np.pi * np.arange(32_000) / 16_000))
    octaves = pitch_track(voice(hz))[:, 0]
    assert np.abs(octaves[3:-3] - np.log2(hz[::160] / REFERENCE_HZ)[: len(octaves) - 6 + 3][3:]).max() < 0.03


def test_noise_and_silence_are_not_voiced():
    noise = np.random.default_rng(0).normal(0, 0.1, 16_000).astype(np.float32)
    assert pitch_track(noise)[:, 1].mean() < 0.2
    assert pitch_track(np.zeros(16_000, np.float32))[:, 1].max() < 0.01


@pytest.mark.parametrize("samples", [1, 159, 160, 400, 16_001])
def test_there_is_a_frame_for_every_frame_of_the_bands(samples):
    wave = np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32)
    track = pitch_track(wave)
    assert track.shape == (1 + samples // 160, 2)
    assert np.isfinite(track).all()


def test_level_does_not_matter():
    wave = voice(np.full(8_000, 150.0)) + np.random.default_rng(2).normal(0, 0.01, 8_000).astype(np.float32)
    np.testing.assert_allclose(pitch_track(wave), pitch_track(wave * 0.01), atol=1e-3)


def test_the_path_does_not_jump_for_one_frame():
    strengths = np.full((9, 40), 0.1)
    strengths[:, 10] = 0.8
    strengths[4, 30] = 0.9
    assert best_path(strengths).tolist() == [10] * 9


def test_the_extractor_adds_the_track_and_says_so_only_then(tmp_path):
    wave = voice(np.full(16_000, 150.0))
    plain, pitched = EchoMindFeatureExtractor(), EchoMindFeatureExtractor(pitch=True)
    assert "pitch" not in plain.to_dict()
    both = pitched(wave)["input_features"][0].numpy()
    np.testing.assert_array_equal(both[:, :64], plain(wave)["input_features"][0].numpy())
    np.testing.assert_allclose(both[:, 64:], pitch_track(wave))
    pitched.save_pretrained(tmp_path)
    assert EchoMindFeatureExtractor.from_pretrained(tmp_path).columns == 66
