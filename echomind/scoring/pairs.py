"""References and hypotheses belong together by position; this is where that is checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from echomind.errors import DataError


def check_pairs(references: Sequence[str], hypotheses: Sequence[str]) -> None:
    """Raise ``DataError`` with both counts where there is not one hypothesis for each reference."""
    if len(references) != len(hypotheses):
        raise DataError(
            f"found {len(hypotheses)} hypotheses for {len(references)} references, expected one for each reference"
        )


def each_pair(references: Sequence[str], hypotheses: Sequence[str], score: Callable[[str, str], float]) -> np.ndarray:
    """``score(reference, hypothesis)`` of each pair, float64 of shape (n,); 0 where a text is empty.

    Pairs that recur are scored once: a model may give the same reply to everything.
    """
    check_pairs(references, hypotheses)
    pairs = list(zip(references, hypotheses, strict=True))
    scores = {pair: score(*pair) if pair[0].strip() and pair[1].strip() else 0.0 for pair in dict.fromkeys(pairs)}
    return np.array([scores[pair] for pair in pairs], np.float64)
