"""The second ears: a convolutional encoder of the bands' shape and of the prosody, both free of the recording channel.

Next to the first encoder (``encoder.py``) it hears the pitch: relative to the speaker's own middle, with voicing and
loudness, through a narrow convolution beside the wide one over the bands. No attention: on 960 acted clips convolutions
learn more. Half of what it costs goes into the first two layers, so they have few channels.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel

from echomind.errors import ConfigurationError
from echomind.slm.configuration import EchoMindEncoderConfig
from echomind.slm.encoder import LOUD_SHARE, EchoMindEncoder, EncoderOutput, frame_mask, initialise, level_statistics
from echomind.slm.features import PITCH_COLUMNS

PROSODY_CHANNELS = 4  # pitch around the speaker's middle, voicing, loudness, the middle itself
BAND_SCALE = 2.0  # bands around their mean vary by about a half; convolutions like one


class PlainResidualConv(nn.Module):
    """Two 3x3 convolutions with a strided shortcut; halves time and frequency."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False)
        self.norm_first = nn.BatchNorm2d(channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.norm_second = nn.BatchNorm2d(channels_out)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1, stride=2, bias=False)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``(B, C, T, F)`` and the mask of the result ``(B, 1, ceil(T/2), 1)``; nothing leaks in from behind an end."""
        y = nn.functional.relu(self.norm_first(self.first(x))) * mask
        return nn.functional.relu(self.norm_second(self.second(y)) + self.shortcut(x)) * mask


class ProsodyConv(nn.Module):
    """Three strided convolutions over time: the contours of pitch, voicing and loudness at 12.5 frames a second."""

    def __init__(self, channels: list[int], width: int) -> None:
        super().__init__()
        sizes, kernels = [PROSODY_CHANNELS, *channels], (7, 5, 5)
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, kernel, stride=2, padding=kernel // 2, bias=False)
            for before, after, kernel in zip(sizes, channels, kernels, strict=False)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(after) for after in channels)
        self.out = nn.Linear(channels[-1], width)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """``(B, 4, T)`` to ``(B, ceil(T/8), width)``."""
        for layer, norm in zip(self.layers, self.norms, strict=True):
            lengths = (lengths + 1) // 2
            x = nn.functional.relu(norm(layer(x)))
            x = x * frame_mask(lengths, x.shape[2])[:, None]
        return self.out(x.transpose(1, 2))


def prosody(
    energy: torch.Tensor, track: torch.Tensor, mask: torch.Tensor, lengths: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """What the voice does, in terms of the speaker's own: ``(B, 4, T)``, and the middle pitch ``(B, 1)`` in octaves.

    ``energy`` ``(B, T)`` mean of the bands, ``track`` ``(B, T, 2)`` pitch and voicing. The middle is the mean pitch of
    the voiced frames among the loudest 40 %; loudness is relative to the least of those.
    """
    ranked = energy.masked_fill(~mask, float("-inf")).sort(dim=1, descending=True).values
    rank = (lengths * LOUD_SHARE).ceil().long().clamp(min=1) - 1
    least = ranked.gather(1, rank[:, None])
    loud = (energy >= least) & mask
    octaves, voicing = track[..., 0], track[..., 1] * mask
    weight = voicing.square() * loud
    middle = (octaves * weight).sum(1, keepdim=True) / weight.sum(1, keepdim=True).clamp(min=1e-3)
    relative = (octaves - middle) * voicing.square()
    channels = [2 * relative, voicing, 2 * (energy - least) * mask, middle * voicing]
    return torch.stack(channels, dim=1), middle


class ProsodicEncoder(PreTrainedModel):
    """Bands and pitch track to frames at 12.5 Hz; the channel is taken out and given as ``level``.

    ``level`` is made from the mean of each band over the loud and the quiet frames, and from the middle pitch.
    """

    config: EchoMindEncoderConfig
    config_class = EchoMindEncoderConfig
    main_input_name = "input_features"

    def __init__(self, config: EchoMindEncoderConfig) -> None:
        super().__init__(config)
        c1, c2, c3 = config.conv_channels
        self.stem = nn.Conv2d(1, c1, 3, stride=2, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(c1)
        self.blocks = nn.ModuleList([PlainResidualConv(c1, c2), PlainResidualConv(c2, c3)])
        self.frame = nn.Linear(c3 * -(-config.num_mel_bins // 8), config.hidden_size)
        self.prosody = ProsodyConv(config.pitch_channels, config.hidden_size)
        self.context = nn.Conv1d(config.hidden_size, config.hidden_size, 5, padding=2)
        self.norm = nn.LayerNorm(config.hidden_size)
        self.level = nn.Sequential(nn.Linear(2 * config.num_mel_bins + 1, config.level_size), nn.GELU())
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        initialise(module, super()._init_weights)

    def forward(self, input_features: torch.Tensor, feature_lengths: torch.Tensor) -> EncoderOutput:
        """``input_features`` ``(B, T, bands + 2)`` with ``feature_lengths`` ``(B,)`` real frames each."""
        expected = self.config.num_mel_bins + PITCH_COLUMNS
        if input_features.shape[-1] != expected:
            raise ValueError(f"expected {expected} columns, bands and pitch, found {input_features.shape[-1]}")
        bands, track = input_features.split([self.config.num_mel_bins, PITCH_COLUMNS], dim=-1)
        mask = frame_mask(feature_lengths, bands.shape[1])
        loud, quiet = level_statistics(bands, feature_lengths)
        voice, middle = prosody(bands.mean(-1), track, mask, feature_lengths)
        x = BAND_SCALE * (bands - loud[:, None]) * mask[..., None]
        lengths = (feature_lengths + 1) // 2
        x = nn.functional.relu(self.stem_norm(self.stem(x[:, None])))
        x = x * frame_mask(lengths, x.shape[2])[:, None, :, None]
        for block in self.blocks:
            lengths = (lengths + 1) // 2
            x = block(x, frame_mask(lengths, (x.shape[2] + 1) // 2)[:, None, :, None])
        x = self.frame(x.permute(0, 2, 1, 3).flatten(2)) + self.prosody(voice, feature_lengths)
        mask = frame_mask(lengths, x.shape[1])[..., None]
        x = nn.functional.relu(x) * mask
        x = x + nn.functional.relu(self.context(x.transpose(1, 2)).transpose(1, 2))
        level = self.level(torch.cat([loud, quiet, middle], dim=-1))
        return EncoderOutput(last_hidden_state=self.norm(x) * mask, lengths=lengths, level=level)


ENCODERS: dict[str, type[PreTrainedModel]] = {"attention": EchoMindEncoder, "prosodic": ProsodicEncoder}


def build_encoder(config: EchoMindEncoderConfig) -> PreTrainedModel:
    """The encoder that a configuration names; raises ``ConfigurationError`` for a kind that is none."""
    if config.encoder_kind not in ENCODERS:
        raise ConfigurationError(f"encoder_kind {config.encoder_kind!r}: expected one of {', '.join(ENCODERS)}")
    return ENCODERS[config.encoder_kind](config)
