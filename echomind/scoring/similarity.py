"""SemSim: how close a transcript is in meaning to the words that were said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echomind.scoring.embeddings import Embedder
from echomind.scoring.pairs import check_pairs


def semsim(references: Sequence[str], hypotheses: Sequence[str], embedder: Embedder) -> np.ndarray:
    """Cosine of the sentence vectors of each pair: float64 (n,), -1 to 1. Each text is encoded once.

    EchoMind takes the dot product of two sentence vectors of unit length, which is the same. A text without words has
    no meaning to compare: its pair gets 0.
    """
    check_pairs(references, hypotheses)
    spoken = [i for i, (r, h) in enumerate(zip(references, hypotheses, strict=True)) if r.strip() and h.strip()]
    row = {
        text: n for n, text in enumerate(dict.fromkeys(text for i in spoken for text in (references[i], hypotheses[i])))
    }
    values = np.zeros(len(references))
    if spoken:
        vectors = embedder.encode(list(row)).astype(np.float64)
        left = vectors[[row[references[i]] for i in spoken]]
        right = vectors[[row[hypotheses[i]] for i in spoken]]
        values[spoken] = np.clip(np.einsum("nd,nd->n", left, right), -1.0, 1.0)  # rounding may pass 1 by 1e-7
    return values
