import numpy as np
import torch

from echomind.training.augmentation import (
    active_level,
    batch_conditions,
    masked_patches,
    power_sum,
    recording_conditions,
    smooth_curve,
    under,
)


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


def test_a_pitch_track_stays_as_it_is():
    features = np.random.default_rng(0).normal(size=(50, 66)).astype(np.float32) * 0.2
    heard = recording_conditions(features, np.random.default_rng(5))
    np.testing.assert_array_equal(heard[:, 64:], features[:, 64:])
    np.testing.assert_array_equal(heard[:, :64], recording_conditions(features[:, :64], np.random.default_rng(5)))


def batch(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(6, 80, 66, generator=generator) * 0.2
    features[..., 65] = features[..., 65].sigmoid()
    return features, torch.tensor([80, 80, 80, 80, 60, 30])


def test_powers_of_two_sounds_add():
    one, other = torch.tensor([0.5, 0.1]), torch.tensor([0.5, -0.8])
    expected = torch.log10(10 ** (4 * one) + 10 ** (4 * other)) / 4
    torch.testing.assert_close(power_sum(one, other), expected)


def test_noise_drowns_voicing_by_its_share_of_power():
    features, _ = batch()
    equal = under(features, features[..., :64].clone(), 64)
    torch.testing.assert_close(equal[..., 65], features[..., 65] / 2)
    torch.testing.assert_close(equal[..., 64], features[..., 64])
    faint = under(features, features[..., :64] - 2.0, 64)  # 80 dB below
    torch.testing.assert_close(faint, features)


def test_level_is_that_of_the_active_frames():
    features = torch.full((1, 10, 4), -2.0)
    features[0, :3] = 0.5
    loud = active_level(features, torch.ones(1, 10, dtype=torch.bool))
    torch.testing.assert_close(loud, torch.tensor([0.5 + np.log10(4) / 4], dtype=torch.float32))


def test_batches_are_seeded_changed_and_zero_behind_the_end():
    features, lengths = batch()
    one = batch_conditions(features, lengths, 64, np.random.default_rng(3))
    two = batch_conditions(features, lengths, 64, np.random.default_rng(3))
    torch.testing.assert_close(one, two, rtol=0, atol=0)
    assert not torch.equal(one[0], features[0])
    assert not one[5, 30:].any()
    assert torch.isfinite(one).all()
    torch.testing.assert_close(one[:4, :, 64], features[:4, :, 64])


def test_patches_hide_stretches_of_the_bands_alone():
    features, _ = batch()
    hidden = masked_patches(features, 64, np.random.default_rng(1))
    share = (hidden[..., :64] != features[..., :64]).float().mean()
    assert 0.05 < share < 0.7
    torch.testing.assert_close(hidden[..., 64:], features[..., 64:])
