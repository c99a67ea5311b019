"""Random recording conditions in the log-mel domain: cheap enough to redraw for every clip and step.

Features are ``(log10 power + 4) / 4``, so one decibel is 1/40. Each clip gets another smooth equaliser (microphone,
room colour), another gain, another noise floor and now and then a lost band, so that what stays the same is the voice.
"""

from __future__ import annotations

import math

import numpy as np
import torch

DECIBEL = 1 / 40


def smooth_curve(bands: int, depth_db: float, rng: np.random.Generator) -> np.ndarray:
    """A random curve over the bands: three slow cosines, ``depth_db`` standard deviation in all."""
    x = np.linspace(0, np.pi, bands)
    weights = rng.normal(size=3) * np.array([1.0, 0.7, 0.5])
    curve = sum(w * np.cos((k + 1) * x + rng.uniform(0, np.pi)) for k, w in enumerate(weights))
    return np.asarray(curve) * depth_db * DECIBEL


def recording_conditions(
    features: np.ndarray, rng: np.random.Generator, *, gain_db: float = 5.0, bands: int = 64
) -> np.ndarray:
    """One clip ``(frames, columns)`` as another microphone in another room would have given it.

    Columns behind the first ``bands`` are a pitch track and stay as they are.
    """
    if features.shape[1] > bands:
        heard = recording_conditions(features[:, :bands], rng, gain_db=gain_db, bands=bands)
        return np.concatenate([heard, features[:, bands:]], axis=1)
    bands = features.shape[1]
    out = features + smooth_curve(bands, 5.0, rng) + rng.normal(0, gain_db) * DECIBEL
    if rng.random() < 0.7:  # a noise floor 12 to 50 dB under the loud frames, of any colour
        loud = np.quantile(out.mean(1), 0.8)
        floor = loud - rng.uniform(12, 50) * DECIBEL + smooth_curve(bands, 6.0, rng)
        floor = floor + rng.normal(0, 1.5 * DECIBEL, size=out.shape)
        out = np.log10(10 ** (4 * out) + 10 ** (4 * floor)) / 4
    if rng.random() < 0.2:  # telephone and codecs: the top is missing
        cut = int(rng.integers(int(bands * 0.72), bands))
        out[:, cut:] = np.minimum(out[:, cut:], out.min() + rng.uniform(0, 10) * DECIBEL)
    if rng.random() < 0.3:  # a short drop-out hides nothing that matters
        width = int(rng.integers(2, 12))
        at = int(rng.integers(0, max(1, len(out) - width)))
        out[at : at + width] = out.mean()
    if rng.random() < 0.3:  # a voice a little higher or lower
        out = np.roll(out, int(rng.integers(-1, 2)), axis=1)
    return out.astype(np.float32)


def curves(count: int, bands: int, depth_db: float, rng: np.random.Generator) -> torch.Tensor:
    """Random smooth curves over the bands for a batch, ``(count, 1, bands)``: :func:`smooth_curve`, many at once."""
    x = np.linspace(0, np.pi, bands)[None, :, None]
    weights = rng.normal(size=(count, 1, 3)) * np.array([1.0, 0.7, 0.5])
    waves = np.cos(np.arange(1, 4) * x + rng.uniform(0, np.pi, (count, 1, 3)))
    return torch.from_numpy((weights * waves).sum(2)[:, None].astype(np.float32)) * (depth_db * DECIBEL)


def power_sum(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Features of two sounds at once: their powers add (the overlap of their phases is nobody's to know)."""
    rate = 4 * math.log(10)
    return torch.maximum(one, other) + torch.log1p(torch.exp(-rate * (one - other).abs())) / rate


def under(features: torch.Tensor, noise: torch.Tensor, bands: int) -> torch.Tensor:
    """Clips ``(B, T, bands + 2)`` with noise ``(B, T, bands)`` added; voicing sinks by the noise's share of power.

    The pitch itself stays: a track through noise would be about the same where there is voice left to follow.
    """
    mixed = power_sum(features[..., :bands], noise)
    speech, rest = 10 ** (4 * features[..., :bands].clamp(max=3)), 10 ** (4 * noise.clamp(max=3))
    share = speech.sum(-1) / (speech.sum(-1) + rest.sum(-1))
    return torch.cat([mixed, features[..., bands : bands + 1], features[..., bands + 1 :] * share[..., None]], dim=-1)


def active_level(features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Level of clips ``(B, T, bands)`` where they are within 35 dB of their loudest, as features: ``(B,)``."""
    power = (10 ** (4 * features.clamp(max=3))).sum(-1) * mask
    active = (power >= power.amax(1, keepdim=True) * 10**-3.5) & mask
    mean = (power * active).sum(1) / active.sum(1).clamp(min=1)
    return mean.clamp(min=1e-12).log10() / 4


def batch_conditions(
    features: torch.Tensor,
    lengths: torch.Tensor,
    bands: int,
    rng: np.random.Generator,
    *,
    equaliser_db: float = 4.0,
    gain_db: float = 4.0,
    noise_share: float = 0.5,
) -> torch.Tensor:
    """A batch ``(B, T, bands + 2)`` as from other microphones in other rooms, like :func:`recording_conditions`.

    Without the shift of bands (made speakers are that, and better) and the cut top; a pitch track is left as it is, but
    for voicing, which noise drowns. What lies behind a clip's end is zero.
    """
    count, frames = features.shape[:2]
    mask = torch.arange(frames)[None] < lengths[:, None]
    gain = torch.from_numpy(rng.normal(0, gain_db * DECIBEL, (count, 1, 1)).astype(np.float32))
    heard = features[..., :bands] + curves(count, bands, equaliser_db, rng) + gain
    out = torch.cat([heard, features[..., bands:]], dim=-1)
    loud = torch.quantile(heard.mean(-1).masked_fill(~mask, -2.0), 0.8, dim=1)[:, None, None]
    below = torch.from_numpy(rng.uniform(12, 50, (count, 1, 1)).astype(np.float32)) * DECIBEL
    ripple = torch.from_numpy(rng.standard_normal((count, frames, bands), dtype=np.float32)) * (1.5 * DECIBEL)
    noisy = under(out, loud - below + curves(count, bands, 6.0, rng) + ripple, bands)
    chosen = torch.from_numpy(rng.random((count, 1, 1)) < noise_share)
    return torch.where(chosen, noisy, out) * mask[..., None]


def masked_patches(
    features: torch.Tensor, bands: int, rng: np.random.Generator, *, widest_time: int = 24, widest_band: int = 10
) -> torch.Tensor:
    """SpecAugment (Park et al. 2019) without warping: two stretches of time and two of bands become the clip's mean."""
    count, frames = features.shape[:2]
    spectrum = features[..., :bands]
    mean = spectrum.mean((1, 2), keepdim=True)
    hidden = torch.zeros(count, frames, bands, dtype=torch.bool)
    for _ in range(2):
        hidden |= _stretch(count, frames, widest_time, rng)[:, :, None]
        hidden |= _stretch(count, bands, widest_band, rng)[:, None, :]
    return torch.cat([torch.where(hidden, mean, spectrum), features[..., bands:]], dim=-1)


def _stretch(count: int, size: int, widest: int, rng: np.random.Generator) -> torch.Tensor:
    at = torch.from_numpy(rng.integers(0, size, (count, 1)))
    width = torch.from_numpy(rng.integers(0, widest + 1, (count, 1)))
    place = torch.arange(size)[None]
    return (place >= at) & (place < at + width)
