import pytest
import torch

from echomind.slm.encoder import LEVEL_FREE, level_statistics


@pytest.fixture
def features():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 160, 64, generator=generator) * 0.2, torch.tensor([101, 160])


def test_a_clip_gives_the_same_alone_and_in_a_padded_batch(tiny_model, features):
    batch, lengths = features
    batch = batch * (torch.arange(160)[None, :, None] < lengths[:, None, None])
    with torch.no_grad():
        together = tiny_model.cue_logits(tiny_model.encode_audio(batch, lengths))
        alone = tiny_model.cue_logits(tiny_model.encode_audio(batch[:1, :101], lengths[:1]))
    for name, value in alone.items():
        torch.testing.assert_close(together[name][:1], value, atol=1e-5, rtol=1e-4)


def test_emotion_does_not_depend_on_microphone_or_level(tiny_model, features):
    batch, _ = features
    lengths = torch.tensor([160, 160])
    coloured = batch + torch.linspace(-0.5, 0.5, 64)[None, None]  # 40 dB from the lowest to the highest band
    with torch.no_grad():
        before = tiny_model.cue_logits(tiny_model.encode_audio(batch, lengths))
        after = tiny_model.cue_logits(tiny_model.encode_audio(coloured, lengths))
    for name in LEVEL_FREE:
        torch.testing.assert_close(before[name], after[name], atol=1e-4, rtol=1e-3)
    assert (before["volume"] - after["volume"]).abs().max() > 1e-3


def test_level_statistics_are_means_of_the_loud_and_the_quiet_frames():
    features = torch.arange(10.0)[None, :, None].expand(1, 10, 3).clone()
    loud, quiet = level_statistics(features, torch.tensor([10]))
    assert loud[0].tolist() == [7.5] * 3  # 6, 7, 8, 9: the loudest 40 %
    assert quiet[0].tolist() == [0.0] * 3  # the quietest tenth


def test_one_frame_is_enough(tiny_model):
    with torch.no_grad():
        logits = tiny_model.cue_logits(tiny_model.encode_audio(torch.randn(1, 1, 64), torch.tensor([1])))
    assert all(torch.isfinite(v).all() for v in logits.values())
