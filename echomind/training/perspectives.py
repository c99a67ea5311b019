"""Stage ``perspectives``: the text tower learns V-A-D of writer and reader from EmoBank, one side or both.

The same sentences have two sets of ratings: what the writer expresses and what readers feel. A run learns one of them
or both, with the same seed, sentences in the same order, the same number of steps; what differs is only what is asked.
The layer on top starts from ridge regression on the base's sentence vectors, the same for every seed, so that towers
of several seeds lie in one basin and their weights can be averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from echomind.slm.tower import TextVad, VadTower, load_tower, new_tower
from echomind.training.loop import LoopConfig, Losses, train
from echomind.training.tower_data import EmoBankData, TowerBatch, load_taught, sentence_vectors
from echomind.training.vad import ListenerMap

PERSPECTIVES = {"both": (0, 1, 2, 3, 4, 5), "writer": (0, 1, 2), "reader": (3, 4, 5)}  # columns that are learnt
RIDGE = np.logspace(-1, 3, 9)  # strengths tried for the first layer by leave-one-out on the training part


@dataclass(frozen=True)
class TowerConfig:
    """What is learnt and how. The loop's learning rate is that of the last layer of the encoder.

    ``perspectives`` name the runs, each made with every one of ``seeds``. ``layer_decay`` multiplies the rate from one
    layer to the one below, ``head_scale`` that of the layer on top; word embeddings stay as they are. ``agreement`` is
    the share of 1 - CCC in the loss, the rest is the squared error. ``heard_share`` of the sentences are read as a
    recogniser writes them, without case and punctuation. ``combined_weight`` weighs a loss of the mean of both sides
    against the combined label, which more ratings steady than either side (for ``both`` alone; 0 in the study, where a
    single side has no such label). ``taught`` has sentences that a ``teacher`` rated; ``taught_rows`` of them are added
    to each batch of the runs that learn both sides (as the combined label: a teacher knows it), with a loss of the same
    form that has ``taught_share`` of the whole. ``start`` is the tower of an earlier run that these go on from,
    ``beside`` are such towers whose weights are averaged with those that learn both sides. ``base`` is a folder with
    another encoder than MiniLM.
    """

    data_root: Path
    run_dir: Path
    out: Path
    loop: LoopConfig
    perspectives: tuple[str, ...] = tuple(PERSPECTIVES)
    seeds: tuple[int, ...] = (0,)
    batch_size: int = 32
    layer_decay: float = 0.85
    head_scale: float = 10.0
    dropout: float = 0.1
    agreement: float = 0.5
    heard_share: float = 0.0
    combined_weight: float = 0.0
    taught: Path | None = None
    taught_rows: int = 32
    taught_share: float = 0.5
    start: Path | None = None
    beside: tuple[Path, ...] = ()
    base: Path | None = None
    threads: int = 2
    stop_after: int | None = None


def concordance(predicted: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Lin's concordance correlation of each column of a batch, ``(columns,)``."""
    a, b = predicted - predicted.mean(0), target - target.mean(0)
    spread = a.square().mean(0) + b.square().mean(0) + (predicted.mean(0) - target.mean(0)).square()
    return 2 * (a * b).mean(0) / spread.clamp(min=1e-6)


@dataclass(frozen=True)
class CombinedLabel:
    """How the mean of both sides is brought to units of the combined label: centres and deviations of the ratings."""

    weight: float
    sides_centre: torch.Tensor
    sides_spread: torch.Tensor
    centre: torch.Tensor
    spread: torch.Tensor

    @classmethod
    def of(cls, data: EmoBankData, weight: float) -> CombinedLabel:
        """From the training part."""
        sides = torch.from_numpy(data.centre), torch.from_numpy(data.spread)
        return cls(weight, *sides, data.combined.mean(0), data.combined.std(0, correction=0))

    def pair(self, predicted: torch.Tensor, combined: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Standardised prediction ``(B, 6)`` and label ``(B, 3)`` as two ``(B, 3)`` of one unit."""
        rated = self.sides_centre.to(predicted) + self.sides_spread.to(predicted) * predicted
        mean = (rated[:, :3] + rated[:, 3:]) / 2
        centre, spread = self.centre.to(predicted), self.spread.to(predicted)
        return (mean - centre) / spread, (combined.to(predicted) - centre) / spread


def tower_loss(
    model: nn.Module,
    batch: TowerBatch,
    columns: Sequence[int],
    agreement: float,
    combined: CombinedLabel | None = None,
    taught_share: float = 0.5,
) -> Losses:
    """Squared error and 1 - CCC of the columns that a perspective learns, in units of the ratings' deviation.

    ``combined`` adds the same of the mean of both sides against the combined label. Where the batch has sentences that
    a teacher rated, theirs is ``taught_share`` of the loss, that of the sentences which people rated is the rest.
    """

    def apart(guess: torch.Tensor, target: torch.Tensor) -> Losses:
        error, distance = (guess - target).square().mean(), 1 - concordance(guess, target).mean()
        return {"loss": (1 - agreement) * error + agreement * distance, "mse": error, "one_minus_ccc": distance}

    predicted = model(batch.input_ids, batch.attention_mask).float()
    losses = apart(predicted[:, columns], batch.ratings[:, columns])
    if combined is not None and combined.weight > 0:
        both = apart(*combined.pair(predicted, batch.combined))["loss"]
        share = combined.weight / (1 + combined.weight)
        losses |= {"loss": (1 - share) * losses["loss"] + share * both, "combined": both}
    if batch.taught is not None:
        taught = tower_loss(model, batch.taught, columns, agreement, combined)["loss"]
        losses |= {"loss": (1 - taught_share) * losses["loss"] + taught_share * taught, "taught": taught}
    return losses


def parameter_groups(tower: VadTower, config: TowerConfig) -> list[dict[str, Any]]:
    """Those of :func:`layered_groups`; the layer of emotions is fitted afterwards (``word_emotions``)."""
    tower.emotions.requires_grad_(False)
    return layered_groups(tower.encoder, tower.head, config.layer_decay, config.head_scale, config.loop.weight_decay)


def layered_groups(
    encoder: PreTrainedModel, head: nn.Module, layer_decay: float, head_scale: float, weight_decay: float
) -> list[dict[str, Any]]:
    """Layers with falling rates towards the words, and the layer on top; freezes the embeddings."""
    encoder.embeddings.requires_grad_(False)
    layers = list(encoder.get_submodule("encoder.layer").children())
    groups: list[dict[str, Any]] = []
    parts = [(layer_decay ** (len(layers) - 1 - i), layer) for i, layer in enumerate(layers)]
    for scale, part in [*parts, (head_scale, head)]:
        for matrices in (True, False):
            chosen = [p for p in part.parameters() if (p.ndim >= 2) == matrices]
            groups.append({"params": chosen, "scale": scale, "weight_decay": weight_decay if matrices else 0.0})
    return groups


def ready_to_train(model: nn.Module, encoder: PreTrainedModel, dropout: float) -> None:
    """Set all dropout, and attention as plain products: PyTorch's fused one has a slow backward pass on a CPU.

    On two cores a step of 64 rows of 43 pieces takes 0.4 s with neither, 1.6 s with fused attention, 1.2 s with dropout
    and plain attention, of which a quarter is random numbers.
    """
    encoder.set_attn_implementation("eager")
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout


@torch.inference_mode()
def start_from_ridge(tower: VadTower, data: EmoBankData) -> None:
    """Centre, spread and the layer on top from the training part, on the base's vectors."""
    vectors = sentence_vectors(tower, data.pieces)
    fitted = RidgeCV(RIDGE).fit(vectors, data.standardised.numpy())
    tower.head.weight.copy_(torch.from_numpy(fitted.coef_))
    tower.head.bias.copy_(torch.from_numpy(np.asarray(fitted.intercept_, np.float32)))
    tower.centre.copy_(torch.from_numpy(data.centre))
    tower.spread.copy_(torch.from_numpy(data.spread))
    tower.listener_map.copy_(torch.from_numpy(ListenerMap(data.ratings).matrix))


def train_tower(
    config: TowerConfig, perspective: str, seed: int
) -> tuple[VadTower, PreTrainedTokenizerBase, list[dict[str, float]]]:
    """One run: the tower, its tokenizer and the loss curve. A run that was cut off goes on from its last checkpoint."""
    torch.manual_seed(seed)
    tower, tokenizer = new_tower(config.base)
    both = len(PERSPECTIVES[perspective]) == len(PERSPECTIVES["both"])
    taught = load_taught(config.taught) if config.taught is not None and both else None
    data = EmoBankData(config, tokenizer, seed, taught)
    if config.start is None:
        start_from_ridge(tower, data)
    else:
        tower.load_state_dict(load_tower(config.start, config.base).tower.state_dict())
    ready_to_train(tower, tower.encoder, config.dropout)
    loop, columns = LoopConfig(**{**vars(config.loop), "seed": seed}), PERSPECTIVES[perspective]
    combined = CombinedLabel.of(data, config.combined_weight) if both else None
    history = train(
        tower,
        data.batch,
        partial(
            tower_loss,
            columns=columns,
            agreement=config.agreement,
            combined=combined,
            taught_share=config.taught_share,
        ),
        loop,
        config.run_dir / f"{perspective}-{seed}",
        groups=parameter_groups(tower, config),
        stop_after=config.stop_after,
    )
    return tower.eval(), tokenizer, history


def averaged(towers: Sequence[VadTower]) -> VadTower:
    """The mean of the towers' weights, put into the first (they started from the same weights and layer)."""
    states = [tower.state_dict() for tower in towers]
    mean = {
        name: torch.stack([s[name] for s in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }
    towers[0].load_state_dict(mean)
    return towers[0]


def predict(tower: VadTower, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], perspective: str) -> np.ndarray:
    """V-A-D ``(n, 6)``; a tower that learnt one side says the same for both, for it knows no other."""
    rated = TextVad(tower, tokenizer)(texts).numpy()
    columns = PERSPECTIVES[perspective]
    return rated if len(columns) == 6 else np.concatenate([rated[:, columns], rated[:, columns]], axis=1)
