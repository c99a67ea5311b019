"""NISQA v2.0: the speech quality that listeners would give, from the published weights ``nisqa.tar``.

G. Mittag et al., "NISQA: A Deep CNN-Self-Attention Model for Multidimensional Speech Quality Prediction with
Crowdsourced Datasets", Interspeech 2021. Mel spectra are cut into overlapping windows; a CNN describes each, two
self-attention layers relate them, and attention pooling gives the mean opinion score. The weights (CC BY-NC-SA 4.0) are
not part of this project. Sizes come from the file; of the five values that it predicts the overall MOS is used.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_max_pool2d, relu

from echomind.errors import AudioError, ConfigurationError

MOST_WINDOWS = 10_000  # as EchoMind's code sets it: 400 s of sound; attention grows with the square
_WINDOWS_AT_ONCE = 512  # bounds the memory of the CNN to about 25 MB
_EXPECTED = {"cnn_model": "adapt", "td": "self_att", "td_sa_pos_enc": None, "td_2": "skip", "pool": "att"}


class _FrameCNN(nn.Module):
    """Windows of mel spectra, float32 (n, 1, mels, frames), to vectors (n, width)."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        super().__init__()
        self.pools = [tuple(args[f"cnn_pool_{i}"]) for i in (1, 2, 3)]
        first, second, third = (args[f"cnn_c_out_{i}"] for i in (1, 2, 3))
        kernel = tuple(args["cnn_kernel_size"])
        padding = (1, 0) if kernel[0] == 1 else (1, 1)
        channels = [1, first, second, third, third, third, third]
        for i in range(1, 7):
            # the last one closes the time axis that the third pooling has left
            size, pad = (kernel, padding) if i < 6 else ((kernel[0], self.pools[2][1]), (1, 0))
            self.add_module(f"conv{i}", nn.Conv2d(channels[i - 1], channels[i], size, padding=pad))
            self.add_module(f"bn{i}", nn.BatchNorm2d(channels[i]))
        self.width = third * self.pools[2][0]

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        pool_after = {1: 0, 2: 1, 4: 2}
        for i in range(1, 7):
            x = relu(self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(x)))
            if i in pool_after:
                x = adaptive_max_pool2d(x, self.pools[pool_after[i]])
        return x.flatten(1)


class _TimeAttention(nn.Module):
    """Vectors of one recording (1, n, width) to vectors that know of each other (1, n, d)."""

    def __init__(self, width: int, args: Mapping[str, Any]) -> None:
        super().__init__()
        d = args["td_sa_d_model"]
        self.norm1, self.linear = nn.LayerNorm(d), nn.Linear(width, d)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(d, args["td_sa_nhead"], args["td_sa_h"], 0.0, batch_first=True)
            for _ in range(args["td_sa_num_layers"])
        )

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        x = self.norm1(self.linear(x))
        for layer in self.layers:
            x = layer(x)
        return x


class _AttentionPool(nn.Module):
    """Vectors (1, n, d) to one value (1,)."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        super().__init__()
        d, hidden = args["td_sa_d_model"], args["pool_att_h"]
        self.linear1, self.linear2, self.linear3 = nn.Linear(d, hidden), nn.Linear(hidden, 1), nn.Linear(d, 1)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        weight = self.linear2(relu(self.linear1(x))).softmax(dim=1)
        return self.linear3((weight * x).sum(dim=1)).squeeze(-1)


class NisqaModel(nn.Module):
    """The network; names of modules are those of the published weights. ``args`` are the file's."""

    def __init__(self, args: Mapping[str, Any]) -> None:
        super().__init__()
        self.args = dict(args)
        cnn = _FrameCNN(args)
        self.cnn = nn.ModuleDict({"model": cnn})
        self.time_dependency = nn.ModuleDict({"model": _TimeAttention(cnn.width, args)})
        # overall quality, noisiness, discontinuity, coloration, loudness
        self.pool_layers = nn.ModuleList(nn.ModuleDict({"model": _AttentionPool(args)}) for _ in range(5))

    @classmethod
    def from_file(cls, path: Path) -> NisqaModel:
        """The model of a published weight file, loaded as data, never as code. ``ConfigurationError`` for another."""
        expected = "the weights of NISQA v2.0 (nisqa.tar)"
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        except (OSError, RuntimeError, pickle.UnpicklingError, EOFError) as error:
            reason = str(error).partition("\n")[0]
            raise ConfigurationError(f"{path}: cannot be read ({reason}), expected {expected}") from error
        try:
            args = content["args"]
            other = [key for key, value in _EXPECTED.items() if args.get(key, value) != value]
            if other:
                raise ConfigurationError(f"{path}: found {other[0]} = {args[other[0]]!r}, expected {expected}")
            model = cls(args)
            model.load_state_dict(content["model_state_dict"])
        except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
            reason = str(error).partition("\n")[0]
            raise ConfigurationError(f"{path}: does not fit the model ({reason}), expected {expected}") from error
        return model.eval()

    def windows(self, samples: np.ndarray, rate: int) -> Tensor:
        """Mel windows of mono sound (n,) at ``rate`` Hz: float32 (windows, 1, mels, frames), in dB.

        What is past the most windows is not heard. Raises ``AudioError`` for sound shorter than one window (0.15 s).
        """
        import librosa

        args = self.args
        hop = int(rate * args["ms_hop_length"])
        most = (MOST_WINDOWS * args["ms_seg_hop_length"] + args["ms_seg_length"]) * hop
        samples = samples[: most + args["ms_n_fft"]]
        with warnings.catch_warnings():
            # mel bands above half the rate are empty, and the model knows that of narrow-band sound
            warnings.filterwarnings("ignore", message="Empty filters detected in mel frequency basis")
            warnings.filterwarnings("ignore", message="n_fft=.* is too large for input signal")
            mel = librosa.feature.melspectrogram(
                y=samples,
                sr=rate,
                n_fft=args["ms_n_fft"],
                hop_length=hop,
                win_length=int(rate * args["ms_win_length"]),
                pad_mode="reflect",
                power=1.0,
                n_mels=args["ms_n_mels"],
                fmax=args["ms_fmax"],
            )
        levels = torch.from_numpy(librosa.amplitude_to_db(mel, ref=1.0, amin=1e-4, top_db=80.0).astype(np.float32))
        length = args["ms_seg_length"]
        if levels.shape[1] < length:
            raise AudioError(f"found {len(samples) / rate:.2f} s of sound; NISQA expects at least 0.15 s")
        cut = levels.unfold(1, length, args["ms_seg_hop_length"])  # (mels, windows, frames)
        return cut.permute(1, 0, 2).unsqueeze(1)[:MOST_WINDOWS].contiguous()

    @torch.inference_mode()
    def forward(self, windows: Tensor) -> Tensor:
        """The five predictions of one recording from its windows: float32 (5,), overall quality first."""
        vectors = torch.cat([self.cnn["model"](part) for part in windows.split(_WINDOWS_AT_ONCE)])
        related = self.time_dependency["model"](vectors.unsqueeze(0))
        return torch.cat([pool.get_submodule("model")(related) for pool in self.pool_layers])

    def mos(self, samples: np.ndarray, rate: int) -> float:
        """The overall mean opinion score of mono sound (n,) at ``rate`` Hz, about 1 to 5."""
        return float(self(self.windows(samples, rate))[0])
