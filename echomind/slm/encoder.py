"""The ears: a small convolutional and attention encoder, and one classifier for each of the twelve categories."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers.utils import ModelOutput

from echomind.slm.configuration import EchoMindConfig, EchoMindEncoderConfig

# Categories whose heads do not see absolute band levels: in acted corpora anger is simply the loudest and cleanest
# recording, and a head that may use level calls every close microphone angry (measured: two thirds of foreign clips).
LEVEL_FREE = ("emotion", "physiological")
LOUD_SHARE, QUIET_SHARE = 0.4, 0.1  # frames that stand for speech and for the background of a clip


@dataclass
class EncoderOutput(ModelOutput):
    """``last_hidden_state`` ``(B, T', H)``, ``lengths`` ``(B,)`` frames at 12.5 Hz, ``level`` ``(B, L)``."""

    last_hidden_state: torch.Tensor | None = None
    lengths: torch.Tensor | None = None
    level: torch.Tensor | None = None


def frame_mask(lengths: torch.Tensor, frames: int) -> torch.Tensor:
    """``(B,)`` lengths to a boolean mask ``(B, frames)``, true where a frame is real."""
    return torch.arange(frames, device=lengths.device)[None, :] < lengths[:, None]


def level_statistics(features: torch.Tensor, lengths: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean of each band over the loudest 40 % and over the quietest 10 % of frames, each ``(B, bands)``."""
    mask = frame_mask(lengths, features.shape[1])
    energy = features.mean(-1)
    order = energy.masked_fill(~mask, float("-inf")).argsort(dim=1, descending=True).argsort(dim=1)
    n = lengths[:, None].to(features.dtype)
    loud = (order < (n * LOUD_SHARE).ceil().clamp(min=1)) & mask
    quiet = (order >= (n - (n * QUIET_SHARE).ceil().clamp(min=1))) & mask

    def mean(chosen: torch.Tensor) -> torch.Tensor:
        weight = chosen.to(features.dtype)[..., None]
        return (features * weight).sum(1) / weight.sum(1)

    return mean(loud), mean(quiet)


def initialise(module: nn.Module, otherwise: Callable[[nn.Module], None]) -> None:
    """He initialisation for convolutions (a deviation of 0.02 starves strided layers), the default for the rest."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    else:
        otherwise(module)


class ResidualConv(nn.Module):
    """Two 3x3 convolutions with a strided shortcut; halves time and frequency."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False)
        self.norm_first = nn.BatchNorm2d(channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False)
        self.norm_second = nn.BatchNorm2d(channels_out)
        self.shortcut = nn.Conv2d(channels_in, channels_out, 1, stride=2, bias=False)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """``(B, C, T, F)`` and the mask of the result ``(B, 1, ceil(T/2), 1)`` to ``(B, C', ceil(T/2), ceil(F/2))``.

        What lies behind a clip's end is kept at zero, so that a clip gives the same frames alone and in a padded batch.
        """
        y = nn.functional.gelu(self.norm_first(self.first(x))) * mask
        return nn.functional.gelu(self.norm_second(self.second(y)) + self.shortcut(x)) * mask


class EchoMindEncoder(PreTrainedModel):
    """Log-mel features to frames at 12.5 Hz.

    The mean of each band over the loud frames is subtracted first, which takes the channel (microphone, room, level)
    out of what the frames see; what was taken out comes back as one ``level`` vector, for the heads that need it.
    """

    config: EchoMindEncoderConfig
    config_class = EchoMindEncoderConfig
    main_input_name = "input_features"

    def __init__(self, config: EchoMindEncoderConfig) -> None:
        super().__init__(config)
        c1, c2, c3 = config.conv_channels
        self.stem = nn.Conv2d(1, c1, 3, stride=2, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(c1)
        self.blocks = nn.ModuleList([ResidualConv(c1, c2), ResidualConv(c2, c3)])
        bands = -(-config.num_mel_bins // 8)
        self.frame = nn.Linear(c3 * bands, config.hidden_size)
        self.positional = nn.Conv1d(
            config.hidden_size,
            config.hidden_size,
            config.positional_kernel,
            padding=config.positional_kernel // 2,
            groups=config.hidden_size,
        )
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                config.hidden_size,
                config.num_attention_heads,
                config.intermediate_size,
                config.dropout,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            for _ in range(config.num_hidden_layers)
        )
        self.norm = nn.LayerNorm(config.hidden_size)
        self.level = nn.Sequential(nn.Linear(2 * config.num_mel_bins, config.level_size), nn.GELU())
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        initialise(module, super()._init_weights)

    def forward(self, input_features: torch.Tensor, feature_lengths: torch.Tensor) -> EncoderOutput:
        """``input_features`` ``(B, T, bands)`` with ``feature_lengths`` ``(B,)`` real frames each."""
        loud, quiet = level_statistics(input_features, feature_lengths)
        x = (input_features - loud[:, None]) * frame_mask(feature_lengths, input_features.shape[1])[..., None]
        x = nn.functional.gelu(self.stem_norm(self.stem(x[:, None])))
        lengths = (feature_lengths + 1) // 2
        x = x * frame_mask(lengths, x.shape[2])[:, None, :, None]
        for block in self.blocks:
            lengths = (lengths + 1) // 2
            x = block(x, frame_mask(lengths, (x.shape[2] + 1) // 2)[:, None, :, None])
        x = self.frame(x.permute(0, 2, 1, 3).flatten(2))
        mask = frame_mask(lengths, x.shape[1])
        x = x * mask[..., None]
        x = x + nn.functional.gelu(self.positional(x.transpose(1, 2)).transpose(1, 2))
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=~mask)
        return EncoderOutput(
            last_hidden_state=self.norm(x) * mask[..., None],
            lengths=lengths,
            level=self.level(torch.cat([loud, quiet], dim=-1)),
        )


class CueHeads(nn.Module):
    """Twelve classifiers over one encoder: attention pooling (mean and deviation) by category, then a linear map."""

    def __init__(self, config: EchoMindConfig) -> None:
        super().__init__()
        width, level = config.encoder_config.hidden_size, config.encoder_config.level_size
        self.categories = list(config.categories)
        self.attention = nn.Linear(width, len(self.categories))
        self.dropout = nn.Dropout(config.encoder_config.dropout)
        self.classifiers = nn.ModuleDict(
            {
                name: nn.Linear(2 * width + (0 if name in LEVEL_FREE else level), len(labels))
                for name, labels in config.categories.items()
            }
        )

    def forward(self, encoded: EncoderOutput) -> dict[str, torch.Tensor]:
        """Logits ``(B, labels)`` by category id."""
        frames, lengths, level = encoded.last_hidden_state, encoded.lengths, encoded.level
        assert frames is not None and lengths is not None and level is not None  # noqa: S101 (tells mypy; always set)
        mask = frame_mask(lengths, frames.shape[1])
        weight = self.attention(frames).masked_fill(~mask[..., None], float("-inf")).softmax(dim=1)
        mean = torch.einsum("btc,bth->bch", weight, frames)
        square = torch.einsum("btc,bth->bch", weight, frames.square())
        deviation = (square - mean.square()).clamp(min=1e-5).sqrt()
        pooled = self.dropout(torch.cat([mean, deviation], dim=-1))
        logits = {}
        for index, name in enumerate(self.categories):
            x = pooled[:, index]
            logits[name] = self.classifiers[name](x if name in LEVEL_FREE else torch.cat([x, level], dim=-1))
        return logits
