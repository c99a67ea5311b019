import pytest
import torch

from echomind.errors import ConfigurationError
from echomind.slm import EchoMindConfig, EchoMindEncoderConfig
from echomind.slm.ears import ProsodicEncoder, build_encoder, prosody
from echomind.slm.encoder import LEVEL_FREE, CueHeads, EchoMindEncoder

SHAPE = EchoMindEncoderConfig(
    encoder_kind="prosodic", conv_channels=[8, 8, 16], pitch_channels=[8, 8, 8], hidden_size=32, level_size=8
)


@pytest.fixture(scope="module")
def ears() -> tuple[ProsodicEncoder, CueHeads]:
    torch.manual_seed(0)
    return build_encoder(SHAPE).eval(), CueHeads(EchoMindConfig(encoder_config=SHAPE)).eval()


def clips(*lengths: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(len(lengths), max(lengths), 66, generator=generator) * 0.2
    x[..., 65] = x[..., 65].sigmoid()
    n = torch.tensor(lengths)
    return x * (torch.arange(max(lengths))[None, :, None] < n[:, None, None]), n


def hear(ears: tuple[ProsodicEncoder, CueHeads], x: torch.Tensor, n: torch.Tensor) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        return ears[1](ears[0](x, n))


def test_the_configuration_names_the_encoder():
    assert type(build_encoder(EchoMindEncoderConfig())) is EchoMindEncoder
    assert type(build_encoder(SHAPE)) is ProsodicEncoder
    with pytest.raises(ConfigurationError, match="'loud': expected one of attention, prosodic"):
        build_encoder(EchoMindEncoderConfig(encoder_kind="loud"))


@pytest.mark.parametrize("length", [1, 7, 101])
def test_a_clip_gives_the_same_alone_and_in_a_padded_batch(ears, length):
    x, n = clips(length, 160)
    together, alone = hear(ears, x, n), hear(ears, x[:1, :length], n[:1])
    for name, value in alone.items():
        torch.testing.assert_close(together[name][:1], value, atol=1e-5, rtol=1e-4)


def test_frames_are_as_many_as_the_projector_counts(ears):
    x, n = clips(1, 8, 9, 161)
    encoded = ears[0](x, n)
    assert encoded.lengths.tolist() == [1, 1, 2, 21]
    assert encoded.last_hidden_state.shape == (4, 21, 32)
    assert encoded.level.shape == (4, 8)


def test_emotion_does_not_depend_on_microphone_or_level(ears):
    x, n = clips(160, 160)
    coloured = x.clone()
    coloured[..., :64] += torch.linspace(-0.5, 0.5, 64)  # 40 dB from the lowest to the highest band
    before, after = hear(ears, x, n), hear(ears, coloured, n)
    for name in LEVEL_FREE:
        torch.testing.assert_close(before[name], after[name], atol=1e-4, rtol=1e-3)
    assert (before["volume"] - after["volume"]).abs().max() > 1e-4


def test_prosody_is_relative_to_the_speakers_own_middle():
    x, n = clips(120)
    energy, mask = x[..., :64].mean(-1), torch.ones(1, 120, dtype=torch.bool)
    low, middle = prosody(energy, x[..., 64:], mask, n)
    higher = x[..., 64:] + torch.tensor([0.7, 0.0])
    high, other = prosody(energy, higher, mask, n)
    torch.testing.assert_close(high[:, :3], low[:, :3], atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(other - middle, torch.full((1, 1), 0.7))


def test_features_without_pitch_are_refused(ears):
    with pytest.raises(ValueError, match="expected 66 columns, bands and pitch, found 64"):
        ears[0](torch.zeros(1, 20, 64), torch.tensor([20]))
