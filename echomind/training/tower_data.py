"""What the text tower learns from: EmoBank's rated sentences, and others that a teacher rated (``teacher``)."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from echomind.errors import DataError
from echomind.slm.tower import VadTower, pad, piece_ids
from echomind.training.data.corpus import as_heard
from echomind.training.data.published import load_emobank

if TYPE_CHECKING:
    from echomind.training.perspectives import TowerConfig

POOL = 16  # batches sorted by length together, so that rows of one batch need little padding
RATINGS = 9  # writer V A D, reader V A D, combined V A D


@dataclass(frozen=True)
class TowerBatch:
    """Pieces and mask ``(B, T)``, standardised ratings ``(B, 6)``, the combined label on EmoBank's scale ``(B, 3)``.

    ``taught``: the same of sentences that a teacher rated.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    ratings: torch.Tensor
    combined: torch.Tensor
    taught: TowerBatch | None = None


class EmoBankData:
    """The training part; :meth:`batch` is a function of seed and step alone. Every epoch has each sentence once.

    ``taught``: sentences that a teacher rated, of which ``config.taught_rows`` are added to each batch.
    """

    def __init__(
        self,
        config: TowerConfig,
        tokenizer: PreTrainedTokenizerBase,
        seed: int,
        taught: tuple[list[str], np.ndarray] | None = None,
    ) -> None:
        texts, self.ratings, combined = load_emobank(config.data_root, "train")
        self.combined = torch.from_numpy(combined)
        self.texts, self.seed = texts, seed
        self.heard_share = config.heard_share
        self.pieces = [piece_ids(tokenizer, text) for text in texts]
        self.heard = [piece_ids(tokenizer, as_heard(text)) for text in texts] if config.heard_share else self.pieces
        self.centre, self.spread = self.ratings.mean(0), self.ratings.std(0)
        self.standardised = torch.from_numpy((self.ratings - self.centre) / self.spread)
        others, values = taught if taught is not None else ([], np.zeros((0, 9), np.float32))
        self.taught_pieces = [piece_ids(tokenizer, text) for text in others]
        self.taught_ratings = torch.from_numpy((values[:, :6] - self.centre) / self.spread)
        self.taught_combined = torch.from_numpy(values[:, 6:])
        self._rows = Rows(f"{seed}-emobank", [len(row) for row in self.pieces], config.batch_size)
        lengths = [len(row) for row in self.taught_pieces]
        self._taught_rows = Rows(f"{seed}-taught", lengths, config.taught_rows) if lengths else None

    def batch(self, step: int) -> TowerBatch:
        """The batch of a step."""
        rows = self._rows.of(step)
        rng = random.Random(f"{self.seed}-heard-{step}")
        pieces = [self.heard[i] if rng.random() < self.heard_share else self.pieces[i] for i in rows]
        return TowerBatch(*pad(pieces), self.standardised[rows], self.combined[rows], self._taught(step))

    def _taught(self, step: int) -> TowerBatch | None:
        if self._taught_rows is None:
            return None
        rows = self._taught_rows.of(step)
        pieces = [self.taught_pieces[i] for i in rows]
        return TowerBatch(*pad(pieces), self.taught_ratings[rows], self.taught_combined[rows])


class Rows:
    """Rows of each step, alike in length: a function of ``seed`` and the step alone, every row once an epoch.

    The last rows of a shuffle that fill no batch wait for the next epoch; where there are fewer than a batch has, some
    come twice.
    """

    def __init__(self, seed: str, lengths: Sequence[int], size: int) -> None:
        self._seed, self._lengths, self._size = seed, lengths, size
        self.steps_per_epoch = max(1, len(lengths) // size)
        self._epoch: tuple[int, list[list[int]]] | None = None

    def of(self, step: int) -> list[int]:
        """``size`` rows."""
        epoch, place = divmod(step, self.steps_per_epoch)
        if self._epoch is None or self._epoch[0] != epoch:
            rng = random.Random(f"{self._seed}-{epoch}")
            order = rng.sample(range(len(self._lengths)), len(self._lengths))
            order += rng.choices(order, k=max(0, self._size - len(order)))
            order = order[: self.steps_per_epoch * self._size]
            self._epoch = epoch, batches_by_length(order, self._lengths, self._size, rng)
        return self._epoch[1][place]


@torch.inference_mode()
def sentence_vectors(tower: VadTower, pieces: list[list[int]], batch_size: int = 64) -> np.ndarray:
    """The tower's sentence vectors ``(n, width)`` of texts in pieces."""
    tower.eval()
    found = np.zeros((len(pieces), tower.head.in_features), np.float32)
    order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        found[rows] = tower.sentence(*pad([pieces[i] for i in rows])).numpy()
    return found


def batches_by_length(order: list[int], lengths: Sequence[int], size: int, rng: random.Random) -> list[list[int]]:
    """Rows in batches of ``size``, those of a pool sorted by length, then the batches in an order by ``rng``."""
    batches: list[list[int]] = []
    for start in range(0, len(order), size * POOL):
        pool = sorted(order[start : start + size * POOL], key=lambda i: lengths[i])
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    rng.shuffle(batches)
    return batches


def load_taught(path: Path) -> tuple[list[str], np.ndarray]:
    """Sentences and ratings ``(n, 9)`` of a teacher: writer, reader, combined, V A D each, on EmoBank's scale.

    Raises ``DataError`` naming the file and line that is not ``{"text": ..., "ratings": [nine numbers]}``.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing: `python -m echomind train teacher` writes it")
    texts, ratings = [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            values = np.array(row["ratings"], np.float32)
            if not isinstance(row["text"], str) or values.shape != (RATINGS,) or not np.isfinite(values).all():
                raise ValueError(f"found {values.shape} ratings")
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path}, line {number}: expected a text and {RATINGS} ratings ({error})") from error
        texts.append(row["text"])
        ratings.append(values)
    if not texts:
        raise DataError(f"{path}: no sentence in it")
    return texts, np.stack(ratings)
