import numpy as np
import pytest

from echomind.slm import EchoMindFeatureExtractor


def tone(seconds: float, level: float = 0.1) -> np.ndarray:
    t = np.arange(int(16_000 * seconds)) / 16_000
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def test_absolute_level_survives():
    extractor = EchoMindFeatureExtractor()
    quiet, loud = extractor.extract(tone(1, 0.01)), extractor.extract(tone(1, 0.1))
    # Ten times the amplitude is 20 dB is 2 in log10 power is 0.5 after the division by four.
    assert loud.max() - quiet.max() == pytest.approx(0.5, abs=1e-3)


def test_batch_is_padded_and_lengths_are_told():
    batch = EchoMindFeatureExtractor()([tone(1.0), tone(0.5)])
    assert batch["input_features"].shape == (2, 101, 64)
    assert batch["feature_lengths"].tolist() == [101, 51]
    assert batch["input_features"][1, 51:].abs().max() == 0


def test_silence_is_finite():
    assert np.isfinite(EchoMindFeatureExtractor().extract(np.zeros(16_000, np.float32))).all()


def test_wrong_rate_is_refused():
    with pytest.raises(ValueError, match="expected 16000 Hz, found 8000 Hz"):
        EchoMindFeatureExtractor()(tone(1), sampling_rate=8_000)


def test_saved_and_loaded_gives_the_same_features(tmp_path):
    extractor = EchoMindFeatureExtractor(feature_size=40)
    extractor.extract(tone(0.2))  # fills the cached filter bank, which must not be written
    extractor.save_pretrained(tmp_path)
    again = EchoMindFeatureExtractor.from_pretrained(tmp_path)
    np.testing.assert_array_equal(again.extract(tone(0.3)), extractor.extract(tone(0.3)))
