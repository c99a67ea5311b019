"""Vectors that follow from the text alone, in place of neural models.

from tests.unit.scoring.made_embeddings import MADE_MODELS
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from echomind.scoring.embeddings import TokenVectors
from echomind.scoring.score import ScoreOptions


def _vectors(texts: Sequence[str]) -> np.ndarray:
    seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) for text in texts]
    found = np.array([np.random.default_rng(seed).normal(size=16) for seed in seeds], np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


class MadeEmbedder:
    """Sentence vectors: two texts are alike as far as they share words."""

    name, metric_id = "made sentences", "semsim_minilm"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of ``texts``: float32 (n, 16)."""
        found = np.array([_vectors(text.split()).sum(axis=0) for text in texts])
        return found / np.linalg.norm(found, axis=1, keepdims=True)


class MadeEncoder:
    """Vectors of words."""

    name, metric_id, baseline = "made words", "bertscore_minilm", None

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        """One vector a word."""
        return [TokenVectors(_vectors(text.split()), np.ones(len(text.split()), bool)) for text in texts]


MADE_MODELS = ScoreOptions(embedder=MadeEmbedder(), encoder=MadeEncoder())
