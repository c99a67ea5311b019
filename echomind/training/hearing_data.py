"""Batches for the stage ``ears``: acted speech by made speakers too, our synthetic clips, real surroundings mixed in.

Every clip of a batch has the same number of frames, so that a step costs the same and no clip is padded much: acted
clips are cut to what is spoken with a random share of the silence around it, longer ones at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from echomind.training.augmentation import DECIBEL, active_level, batch_conditions, masked_patches, under
from echomind.training.cues import CueBatch, pad_features
from echomind.training.recordings import FeatureStore, LabelIds, Recording

SPOKEN_DB = 30.0  # frames this far under the loud ones are silence
MARGIN = 12  # frames around speech that are never cut
MADE_EMOTION_WEIGHT = 0.3  # emotions made by signal processing are a weaker witness than an actor's
OWN_PACE_WEIGHT = 2.0  # an actor's own clip is drawn this much more often than one of a made speaker


@dataclass(frozen=True)
class Mixing:
    """How many clips of each kind a batch has, their frames, and how often and how loud surroundings are added."""

    acted: int = 20
    made: int = 20
    frames: int = 384
    surroundings_share: float = 0.2
    lowest_snr_db: float = -2.0
    highest_snr_db: float = 20.0


def spoken_part(features: np.ndarray, bands: int) -> tuple[int, int]:
    """First and last-but-one frame of what is spoken, with ``MARGIN`` frames around it."""
    energy = features[:, :bands].mean(1)
    loud = np.flatnonzero(energy > np.quantile(energy, 0.95) - SPOKEN_DB * DECIBEL)
    return max(0, int(loud[0]) - MARGIN), min(len(features), int(loud[-1]) + 1 + MARGIN)


class HearingData:
    """Draws batches; :meth:`batch` is a function of seed and step alone."""

    def __init__(
        self,
        acted: FeatureStore,
        made: FeatureStore,
        noises: FeatureStore,
        categories: dict[str, list[str]],
        *,
        bands: int,
        seed: int,
        mixing: Mixing,
    ) -> None:
        self.acted, self.made, self.noises = acted, made, noises
        self.categories, self.bands, self.seed, self.mixing = categories, bands, seed, mixing
        self.label_ids = LabelIds(categories)
        self._shares = emotion_balanced(acted.recordings)
        self._parts = [spoken_part(acted[i], bands) for i in range(len(acted))]

    def batch(self, step: int) -> CueBatch:
        """The batch of a step, under new recording conditions."""
        rng = np.random.default_rng([self.seed, step, 2])
        clips, labels, weights = [], [], []
        for i in rng.choice(len(self.acted), self.mixing.acted, p=self._shares):
            clips.append(self.cut(self.acted[i], rng, self._parts[i]))
            labels.append(dict(self.acted.recordings[i].labels))
            weights.append(1.0)
        for i in rng.integers(0, len(self.made), self.mixing.made):
            clips.append(self.cut(self.made[i], rng, (0, 0)))
            labels.append(dict(self.made.recordings[i].labels))
            weights.append(1.0 if labels[-1].get("emotion") == "none" else MADE_EMOTION_WEIGHT)
        features, lengths = pad_features(clips)
        features = self.surrounded(features, lengths, labels, rng)
        features = batch_conditions(features, lengths, self.bands, rng)
        features = masked_patches(features, self.bands, rng)
        features *= (torch.arange(features.shape[1])[None] < lengths[:, None])[..., None]
        ids = [self.label_ids(row) for row in labels]
        each = {c: torch.ones(len(ids)) for c in self.categories}
        each["emotion"] = torch.tensor(weights)
        return CueBatch(features, lengths, {c: torch.tensor([row[c] for row in ids]) for c in self.categories}, each)

    def cut(self, features: np.ndarray, rng: np.random.Generator, part: tuple[int, int]) -> np.ndarray:
        """At most ``frames`` frames: around a part that is spoken, half of the time with little else, or at random."""
        frames, (first, last) = self.mixing.frames, part
        start, end = 0, len(features)
        if last > first:
            tight = rng.random() < 0.5
            start = first if tight else int(rng.integers(0, first + 1))
            end = last if tight else int(rng.integers(last, len(features) + 1))
        if end - start > frames:
            low, high = max(start, last - frames), min(first, end - frames)
            if not (last > first and low <= high):  # no spoken part, or one that is longer than a clip may be
                low, high = start, end - frames
            start = int(rng.integers(low, high + 1))
        return features[start : min(end, start + frames)]

    def surrounded(
        self,
        features: torch.Tensor,
        lengths: torch.Tensor,
        labels: list[dict[str, str | None]],
        rng: np.random.Generator,
    ) -> torch.Tensor:
        """Some clips with a recorded sound under them, at a random signal-to-noise ratio; their labels follow.

        A clip that has surroundings already is left alone.
        """
        mixing, frames = self.mixing, features.shape[1]
        quiet = torch.full((len(features), frames, self.bands), -2.0)
        snr = torch.from_numpy(rng.uniform(mixing.lowest_snr_db, mixing.highest_snr_db, len(features)))
        chosen = rng.random(len(features)) < mixing.surroundings_share
        for row, i in enumerate(rng.integers(0, len(self.noises), len(features))):
            free = all(labels[row].get(c) == "none" for c in ("weather", "location", "voices", "event", "other"))
            if not (chosen[row] and free):
                continue
            noise, start = self.noises[i][:, : self.bands], int(rng.integers(0, 1_000_000))
            quiet[row] = torch.from_numpy(np.take(noise, np.arange(start, start + frames), axis=0, mode="wrap"))
            labels[row].update(self.noises.recordings[i].labels)
        mask = torch.arange(frames)[None] < lengths[:, None]
        everywhere = torch.ones_like(mask)
        wanted = active_level(features[..., : self.bands], mask) - snr.float() * DECIBEL
        shift = wanted - active_level(quiet, everywhere)
        return torch.where(
            (quiet > -2).any(-1).any(-1)[:, None, None],
            under(features, quiet + shift[:, None, None], self.bands),
            features,
        )


def emotion_balanced(recordings: list[Recording]) -> np.ndarray:
    """Probability of drawing each clip such that emotions are equally often there; made speakers count less."""
    weight = np.array([OWN_PACE_WEIGHT if r.pace == 1.0 else 1.0 for r in recordings])
    names = np.array([str(r.labels["emotion"]) for r in recordings])
    for name in set(names):
        weight[names == name] /= weight[names == name].sum()
    return weight / weight.sum()
