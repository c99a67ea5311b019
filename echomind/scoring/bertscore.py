"""BERTScore: how well the word pieces of two texts match in the space of contextual vectors.

Zhang, Kishore, Wu, Weinberger and Artzi, "BERTScore: Evaluating Text Generation with BERT" (ICLR 2020), section 3,
without importance weights. The ``bert-score`` package (0.3.13) gives the same numbers; it is not used, as it needs
matplotlib and fails on empty texts under transformers 5.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echomind.scoring.embeddings import TokenEncoder, TokenVectors
from echomind.scoring.pairs import check_pairs

# Pairs whose vectors are held at once: at 512 pieces of 768 numbers a text, 256 pairs are 0.8 GB.
BLOCK = 256


def bertscore(references: Sequence[str], hypotheses: Sequence[str], encoder: TokenEncoder) -> np.ndarray:
    """F1 of greedy matching of each pair: float64 (n,), at most 1; rescaled where ``encoder`` has a baseline.

    Rescaled values are 0 for unrelated texts and may be below. A pair with an empty text has a raw F1 of 0.
    """
    check_pairs(references, hypotheses)
    pairs = list(zip(references, hypotheses, strict=True))
    said = {pair for pair in pairs if pair[0].strip() and pair[1].strip()}
    ordered = sorted(said, key=lambda pair: (len(pair[0]) + len(pair[1]), pair))
    raw: dict[tuple[str, str], float] = {}
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        texts = list(dict.fromkeys(text for pair in block for text in pair))
        vectors = dict(zip(texts, encoder.encode(texts), strict=True))
        raw |= {
            (reference, hypothesis): greedy_f1(vectors[reference], vectors[hypothesis])
            for reference, hypothesis in block
        }
    values = np.array([raw.get(pair, 0.0) for pair in pairs], np.float64)
    return values if encoder.baseline is None else (values - encoder.baseline) / (1 - encoder.baseline)


def greedy_f1(reference: TokenVectors, hypothesis: TokenVectors) -> float:
    """F1 of precision (each hypothesis piece to its nearest reference piece) and recall (the other way); -1 to 1.

    0 where a side has no piece that counts, or precision and recall cancel out.
    """
    if not reference.counted.any() or not hypothesis.counted.any():
        return 0.0
    similarity = np.clip(hypothesis.vectors @ reference.vectors.T, -1.0, 1.0)  # rounding may pass 1 by 1e-7
    precision = float(similarity.max(axis=1)[hypothesis.counted].mean(dtype=np.float64))
    recall = float(similarity.max(axis=0)[reference.counted].mean(dtype=np.float64))
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
