"""The decoder token by token: several continuations side by side, none of which says a phrase twice.

float32 on purpose: on one core with AVX-512 and AMX the products of a step of 8 rows take 1.1 ms, in bf16 1.9 ms, with
int8 weights 1.7 ms.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from echomind.slm import EchoMindForConditionalGeneration
from echomind.slm.branches import Branches, Copied, Shared, SharedWeights

COLDEST, HOTTEST = 0.3, 0.9  # the first row hardly leaves the likeliest way, the last one tries others
# A nucleus is seldom larger, and to sort a whole vocabulary takes longer than to read; ``numpy.argpartition`` finds the
# likeliest in a quarter of the time of ``torch.topk``.
TOP_P, MOST_TOKENS = 0.9, 128
ENOUGH = 0.75  # of the rows: when so many have ended, the rest is not waited for
PHRASE = 3  # tokens: so many in a row are not said twice

Ended = Callable[[Sequence[int]], bool]  # whether a continuation is whole
Shape = Callable[[Sequence[Sequence[int]]], torch.Tensor]  # ``(rows, vocab)`` added to the scores after rows of tokens


@dataclass(frozen=True)
class Continuation:
    """Tokens that were drawn; ``whole`` when they came to an end of their own.

    ``likelihoods``: the log-likelihood of each token, by the model as it is: without temperature and shape.
    """

    tokens: tuple[int, ...]
    whole: bool
    likelihoods: tuple[float, ...]


class Decoder:
    """A decoder being fed on a copy of a cache, so that one perception can be answered again.

    ``shared``: the model's weights as rows that share their beginning compute with them, where its decoder allows it.
    """

    def __init__(
        self,
        model: EchoMindForConditionalGeneration,
        cache: Any,
        logits: torch.Tensor,
        shared: SharedWeights | None = None,
    ) -> None:
        self._model, self.cache, self.logits, self._shared = model, copy.deepcopy(cache), logits, shared

    def feed(self, tokens: Sequence[int]) -> None:
        """Read tokens; ``logits`` are then those of the next."""
        if not tokens:
            return
        if (shared := self._shared) is not None and shared.reads(self.cache):
            self.logits = shared.feed(self.cache, tokens)
            return
        ids = torch.tensor([list(tokens)], device=self._model.device)
        out = self._model(input_ids=ids, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
        self.cache, self.logits = out.past_key_values, out.logits[0, -1].float()

    def draw(
        self, rows: int, generator: torch.Generator, ended: Ended, *, limit: int, stop: int, shape: Shape
    ) -> list[Continuation]:
        """``rows`` continuations of at most ``limit`` tokens, drawn at once, each at a temperature of its own.

        A row ends when ``ended`` says so of its tokens; once most have, those that have not are left unfinished.
        ``stop`` is fed to rows that have ended, and is not part of what is drawn.
        """
        branches = self._branches(rows, limit)
        logits = self.logits.expand(rows, -1)
        temperatures = torch.linspace(COLDEST, HOTTEST, rows)[:, None]
        drawn: list[list[int]] = [[] for _ in range(rows)]
        likelihoods: list[list[float]] = [[] for _ in range(rows)]
        open_rows = set(range(rows))
        for _ in range(limit):
            logits = logits.cpu()
            taken = nucleus((logits + shape(drawn)) / temperatures, generator)
            likely = (logits.gather(-1, taken[:, None])[:, 0] - logits.logsumexp(-1)).tolist()
            chosen = taken.tolist()
            for i in tuple(open_rows):
                drawn[i].append(chosen[i])
                likelihoods[i].append(likely[i])
                if ended(drawn[i]):
                    open_rows.discard(i)
            if len(open_rows) <= rows * (1 - ENOUGH):
                break
            logits = branches.step([chosen[i] if i in open_rows else stop for i in range(rows)])
        return [
            Continuation(tuple(tokens), i not in open_rows, tuple(likelihoods[i])) for i, tokens in enumerate(drawn)
        ]

    def _branches(self, rows: int, limit: int) -> Branches:
        if (shared := self._shared) is not None and shared.reads(self.cache):
            return Shared(shared, self.cache, rows, limit)
        return Copied(self._model, self.cache, rows)


def nucleus(scores: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """One token of each row ``(B, vocab)`` out of the smallest set that holds ``TOP_P`` of its probability."""
    shares = scores.softmax(-1).numpy()
    few = np.argpartition(shares, -min(MOST_TOKENS, shares.shape[-1]), axis=-1)[:, -MOST_TOKENS:]
    order = np.take_along_axis(few, np.argsort(-np.take_along_axis(shares, few, axis=-1), axis=-1), axis=-1)
    falling = np.take_along_axis(shares, order, axis=-1)
    kept = falling * (falling.cumsum(-1) - falling < TOP_P)
    chosen = torch.multinomial(torch.from_numpy(kept), 1, generator=generator)
    return torch.from_numpy(order).gather(-1, chosen)[:, 0]


def repeated(said: Sequence[int], size: int = PHRASE) -> list[int]:
    """The tokens that would repeat ``size`` tokens of what was said (a phrase said twice)."""
    if len(said) < size:
        return []
    tail = list(said[-(size - 1) :])
    starts = range(len(said) - size + 1)
    return [said[i + size - 1] for i in starts if list(said[i : i + size - 1]) == tail]
