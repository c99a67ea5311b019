"""Which reference a reply is nearest to, by whatever likeness of texts is at hand.

The measures made from it carry the likeness in their id: ``style_direction_minilm`` is not ``style_direction_rouge``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from echomind.benchmark.items import STYLES, Script, Style
from echomind.scoring.answers import folded
from echomind.scoring.embeddings import Embedder
from echomind.scoring.predictions import ItemKey
from echomind.scoring.similarity import semsim

_SUFFIX = {"semsim": "qwen3", "semsim_minilm": "minilm", "semsim_other": "other"}


@dataclass(frozen=True)
class Likeness:
    """``of(references, hypotheses)`` is how alike each pair is, float64 (n,). ``suffix`` ends the ids made with it."""

    suffix: str
    name: str
    of: Callable[[Sequence[str], Sequence[str]], np.ndarray]


def likeness(embedder: Embedder | None) -> Likeness:
    """Cosine of sentence vectors of ``embedder``; without one the longest shared sequence of words, ROUGE-L."""
    if embedder is None:
        from echomind.scoring.overlap import rouge_l  # brings nltk, which the pages would wait for at every start

        return Likeness("rouge", "ROUGE-L", rouge_l)
    return Likeness(_SUFFIX[embedder.metric_id], embedder.name, lambda r, h: semsim(r, h, embedder))


def reference_choices(script: Script) -> dict[Style, str]:
    """References of a script's deliveries, where they say different things; a text that recurs is no choice."""
    texts = {style: script.deliveries[style].reference for style in STYLES if style in script.deliveries}
    said = [folded(text) for text in texts.values()]
    return {style: text for style, text in texts.items() if folded(text) and said.count(folded(text)) == 1}


class Affinities:
    """How alike each reply is to the references of its script: ``of(key)[style]``; replies are compared once."""

    def __init__(self, scripts: Sequence[Script], replies: Mapping[ItemKey, str], measure: Likeness) -> None:
        pairs = [
            ((script.id, heard), style, text)
            for script in sorted(scripts, key=lambda script: script.id)
            for heard in STYLES
            if replies.get((script.id, heard), "").strip()
            for style, text in reference_choices(script).items()
        ]
        values = measure.of([text for _, _, text in pairs], [replies[key] for key, _, _ in pairs])
        self._of: dict[ItemKey, dict[Style, float]] = {}
        for (key, style, _), value in zip(pairs, values, strict=True):
            self._of.setdefault(key, {})[style] = float(value)

    def nearest(self, key: ItemKey, among: Sequence[Style]) -> float | None:
        """1 where the reply to ``key`` is nearest to its own reference of those ``among`` which it is; ties share.

        So a reply that does not care which delivery it heard gets 1 in all over the deliveries of its script, which is
        what chance gets. ``None``: there is no reply.
        """
        mine = self._of.get(key)
        if mine is None:
            return None
        most = max(mine[style] for style in among)
        nearest = [style for style in among if mine[style] == most]
        return float(key[1] in nearest) / len(nearest)
