import numpy as np

from echomind.training.augmentation import recording_conditions, smooth_curve


def test_the_same_draw_gives_the_same_features():
    features = np.random.default_rng(0).normal(size=(50, 64)).astype(np.float32) * 0.2
    one = recording_conditions(features, np.random.default_rng(5))
    two = recording_conditions(features, np.random.default_rng(5))
    np.testing.assert_array_equal(one, two)
    assert one.shape == features.shape
    assert np.isfinite(one).all()


def test_the_input_is_not_touched():
    features = np.zeros((20, 64), np.float32)
    for seed in range(20):
        recording_conditions(features, np.random.default_rng(seed))
    assert not features.any()


def test_the_curve_is_smooth_and_its_depth_is_in_decibels():
    curves = np.stack([smooth_curve(64, 5.0, np.random.default_rng(s)) for s in range(300)]) * 40
    assert np.abs(np.diff(curves, axis=1)).max() < 6  # dB from one band to the next
    assert 3 < curves.std() < 8
