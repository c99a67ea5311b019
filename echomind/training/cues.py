"""First half of stage ``align``: the encoder and the twelve cue heads learn to hear.

Real acted speech (RAVDESS) and our synthetic clips are drawn half and half, each clip under new recording conditions.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from echomind.slm.modeling import EchoMindForConditionalGeneration
from echomind.training.augmentation import recording_conditions
from echomind.training.loop import Losses
from echomind.training.recordings import FeatureStore, LabelIds, Recording

MAX_FRAMES = 800  # 8 s; longer clips are cut at random
EMOTION_WEIGHT = 2.0  # the category that the replies hang on most
MADE_EMOTION_WEIGHT = 0.4  # emotions made by signal processing are a weaker witness than an actor's
WARM_CALLS = 20  # a moving average over fewer calls than this forgets faster than its decay says
SMOOTHING = 0.05  # keeps probabilities honest on voices never heard


@dataclass(frozen=True)
class CueBatch:
    """Features ``(B, T, bands)``, lengths ``(B,)``, label ids ``(B,)`` and weights ``(B,)`` by category."""

    features: torch.Tensor
    lengths: torch.Tensor
    labels: dict[str, torch.Tensor]
    weights: dict[str, torch.Tensor]


class CueData:
    """Draws batches over several stores; :meth:`batch` is a function of seed and step alone."""

    def __init__(
        self,
        stores: Sequence[tuple[FeatureStore, float]],
        categories: dict[str, list[str]],
        *,
        seed: int,
        batch_size: int,
        augment: bool = True,
    ) -> None:
        self.stores, self.seed, self.batch_size, self.augment = list(stores), seed, batch_size, augment
        self.label_ids = LabelIds(categories)
        self.categories = categories

    def draw(self, rng: random.Random) -> tuple[np.ndarray, Recording]:
        """One clip of a store drawn by its share."""
        store = rng.choices([s for s, _ in self.stores], [w for _, w in self.stores])[0]
        index = rng.randrange(len(store))
        return store[index], store.recordings[index]

    def batch(self, step: int) -> CueBatch:
        """The batch of a step."""
        rng = random.Random(f"{self.seed}-cues-{step}")
        noise = np.random.default_rng([self.seed, step])
        clips, recordings = [], []
        for _ in range(self.batch_size):
            features, recording = self.draw(rng)
            if len(features) > MAX_FRAMES:
                start = rng.randrange(len(features) - MAX_FRAMES)
                features = features[start : start + MAX_FRAMES]
            clips.append(recording_conditions(features, noise) if self.augment else features)
            recordings.append(recording)
        return self.collate(clips, recordings)

    def collate(self, clips: Sequence[np.ndarray], recordings: Sequence[Recording]) -> CueBatch:
        """Pad clips and turn labels into ids."""
        features, lengths = pad_features(clips)
        ids = [self.label_ids(r.labels) for r in recordings]
        made = torch.tensor(
            [r.domain != "ravdess" and r.labels.get("emotion") not in (None, "none") for r in recordings]
        )
        weights = {c: torch.ones(len(clips)) for c in self.categories}
        weights["emotion"] = torch.where(made, MADE_EMOTION_WEIGHT, 1.0)
        return CueBatch(features, lengths, {c: torch.tensor([row[c] for row in ids]) for c in self.categories}, weights)


def pad_features(clips: Sequence[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Clips ``(frames, bands)`` to ``(B, T, bands)`` and lengths ``(B,)``."""
    lengths = torch.tensor([len(c) for c in clips])
    features = torch.zeros(len(clips), int(lengths.max()), clips[0].shape[1])
    for row, clip in zip(features, clips, strict=True):
        row[: len(clip)] = torch.from_numpy(clip)
    return features, lengths


def cue_loss(
    logits: dict[str, torch.Tensor],
    labels: dict[str, torch.Tensor],
    weights: dict[str, torch.Tensor],
    *,
    emotion_weight: float = EMOTION_WEIGHT,
) -> Losses:
    """Cross-entropy of the known labels, averaged over a category's clips and then over categories."""
    losses: Losses = {}
    total, share = torch.zeros(()), 0.0
    for name, value in logits.items():
        each = nn.functional.cross_entropy(
            value.float(), labels[name], ignore_index=-100, reduction="none", label_smoothing=SMOOTHING
        )
        weight = weights[name] * (labels[name] != -100)
        losses[name] = (each * weight).sum() / weight.sum().clamp(min=1.0)
        factor = emotion_weight if name == "emotion" else 1.0
        total, share = total + factor * losses[name], share + factor
    return {"loss": total / share, **losses}


def hearing_loss(model: nn.Module, batch: CueBatch) -> Losses:
    """Loss of encoder and heads on a batch (``model`` is a :class:`Hearing`)."""
    return cue_loss(model(batch.features, batch.lengths), batch.labels, batch.weights)


class Hearing(nn.Module):
    """The part of the model that hears: encoder and cue heads, sharing their weights with the full model."""

    def __init__(self, model: EchoMindForConditionalGeneration) -> None:
        super().__init__()
        self.encoder, self.cue_heads = model.encoder, model.cue_heads

    def forward(self, features: torch.Tensor, lengths: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits by category."""
        return self.cue_heads(self.encoder(features, lengths))


class AveragedHearing(Hearing):
    """:class:`Hearing` that keeps the moving average of its weights beside them, in checkpoints too.

    The average is what is measured and shipped: it makes fewer errors on voices never heard than the last weights do.
    Each call in training mode first counts the weights that the step before left behind.
    """

    calls: torch.Tensor

    def __init__(self, model: EchoMindForConditionalGeneration, decay: float) -> None:
        super().__init__(model)
        self.decay = decay
        self.names = [name for name, value in self._weights().items() if value.is_floating_point()]
        for number, name in enumerate(self.names):  # buffers, since checkpoints leave out what is frozen
            self.register_buffer(f"average_{number}", self._weights()[name].clone())
        self.register_buffer("calls", torch.zeros(()))

    def _weights(self) -> dict[str, torch.Tensor]:
        parts = (("encoder", self.encoder), ("cue_heads", self.cue_heads))
        return {f"{part}.{name}": value for part, module in parts for name, value in module.state_dict().items()}

    def average(self) -> dict[str, torch.Tensor]:
        """The averaged weights (and statistics) by name; they move on with the next step."""
        return {name: self.get_buffer(f"average_{number}") for number, name in enumerate(self.names)}

    def forward(self, features: torch.Tensor, lengths: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits by category, of the weights themselves."""
        if self.training:
            self.count()
        return super().forward(features, lengths)

    @torch.no_grad()
    def count(self) -> None:
        """Move the average towards the weights as they are: quickly at first, or it would keep the random start."""
        calls = float(self.calls)
        decay = min(self.decay, calls / (calls + WARM_CALLS))
        now = self._weights()
        for name, value in self.average().items():
            value.lerp_(now[name].to(value.dtype), 1 - decay)
        self.calls += 1

    @torch.no_grad()
    def settle(self, average: dict[str, torch.Tensor] | None = None) -> None:
        """Put the average, or one that was kept, in the place of the weights."""
        now = self._weights()
        for name, value in (average or self.average()).items():
            now[name].copy_(value)


@torch.inference_mode()
def predict_cues(
    model: EchoMindForConditionalGeneration, store: FeatureStore, batch_size: int = 32
) -> dict[str, np.ndarray]:
    """Probabilities ``(clips, labels)`` by category, in the store's order, without augmentation."""
    model.eval()
    parts: dict[str, list[np.ndarray]] = {c: [] for c in model.config.categories}
    for start in range(0, len(store), batch_size):
        features, lengths = pad_features([store[i] for i in range(start, min(start + batch_size, len(store)))])
        for name, value in model.cue_logits(model.encode_audio(features, lengths)).items():
            parts[name].append(value.float().softmax(-1).numpy())
    return {name: np.concatenate(value) for name, value in parts.items()}
