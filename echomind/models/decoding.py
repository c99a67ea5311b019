"""The decoder token by token: what it has read, how the next token is drawn, and that no phrase comes twice."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import torch

from echomind.slm import EchoMindForConditionalGeneration

TEMPERATURE, TOP_P = 0.4, 0.9  # a small decoder loses its thread when sampled hotter


class Decoder:
    """A decoder being fed token by token on a copy of a cache, so that one perception can be answered again."""

    def __init__(self, model: EchoMindForConditionalGeneration, cache: Any, logits: torch.Tensor) -> None:
        self._model, self._cache, self.logits = model, copy.deepcopy(cache), logits

    def feed(self, token: int) -> None:
        """Read one token."""
        self.feed_all([token])

    def feed_all(self, tokens: Sequence[int]) -> None:
        """Read tokens at once; ``logits`` are then those of the next."""
        if not tokens:
            return
        ids = torch.tensor([list(tokens)], device=self._model.device)
        out = self._model(input_ids=ids, past_key_values=self._cache, use_cache=True, logits_to_keep=1)
        self._cache, self.logits = out.past_key_values, out.logits[0, -1].float()


def sample(scores: torch.Tensor, generator: torch.Generator) -> int:
    """Nucleus sampling: the smallest set of tokens that holds ``TOP_P`` of the probability, after the temperature."""
    probabilities, order = (scores / TEMPERATURE).softmax(-1).cpu().sort(descending=True)
    kept = probabilities.cumsum(-1) - probabilities < TOP_P
    chosen = torch.multinomial(probabilities * kept, 1, generator=generator)
    return int(order[int(chosen)])


def block_repeats(scores: torch.Tensor, reply: list[int], size: int = 4) -> None:
    """Rule out any token that would repeat ``size`` tokens of the reply (a phrase said twice)."""
    if len(reply) < size:
        return
    tail = reply[-(size - 1) :]
    for i in range(len(reply) - size + 1):
        if reply[i : i + size - 1] == tail:
            scores[reply[i + size - 1]] = float("-inf")
