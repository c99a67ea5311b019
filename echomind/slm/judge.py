"""The judge: does a reply make sense after what was said? MiniLM reads both at once, and what training changed in it.

The decoder is small and now and then says what nobody would. The judge was taught to tell such sentences, and replies
to something else, from those that people wrote (``training.judge``). It reads the emotion that was perceived and the
words, then the reply as far as it goes. Its folder holds only the difference to MiniLM (``delta``), described by
``judge.json``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from echomind.slm.delta import add_delta, minilm, new_encoder, save_delta
from echomind.slm.tower import writable

DESCRIPTION = "judge.json"
MAX_PIECES = 128  # of both together: about 90 words; the longer of the two is cut
Texts = tuple[str, str]  # what was perceived and said; the reply so far


class ReplyJudge(nn.Module):
    """Encoder, mean over its states, one linear layer: the log-odds ``(B,)`` that a person wrote this as an answer."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, 1)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Log-odds of pairs in pieces, each ``(B, T)``; ``token_type_ids`` are 1 in the reply."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state.float()
        mask = attention_mask[..., None].to(states.dtype)
        return self.head((states * mask).sum(1) / mask.sum(1))[:, 0]


class Judge:
    """A judge with its tokenizer. Holds no state between calls; threads may share it."""

    def __init__(self, model: ReplyJudge, tokenizer: PreTrainedTokenizerBase) -> None:
        self.model, self.tokenizer = model.eval(), tokenizer

    @torch.inference_mode()
    def __call__(self, emotion: str, transcript: str, replies: Sequence[str]) -> np.ndarray:
        """Log-odds ``(n,)`` of replies (or their beginnings) to words that were said with an emotion."""
        if not replies:
            return np.zeros(0, np.float32)
        return self.model(**pieces(self.tokenizer, [(heard_as(emotion, transcript), r) for r in replies])).numpy()


def heard_as(emotion: str, transcript: str) -> str:
    """What was perceived, as the judge reads it."""
    return f"{emotion}: {transcript}"


def pieces(tokenizer: PreTrainedTokenizerBase, pairs: Sequence[Texts]) -> dict[str, torch.Tensor]:
    """Pairs of texts as the model's arguments."""
    encoded = tokenizer(
        [writable(one) for one, _ in pairs],
        [writable(other) for _, other in pairs],
        truncation="longest_first",
        max_length=MAX_PIECES,
        padding=True,
        return_tensors="pt",
    )
    return {name: encoded[name] for name in ("input_ids", "attention_mask", "token_type_ids")}


def new_judge(base: Path | None = None) -> tuple[ReplyJudge, PreTrainedTokenizerBase]:
    """A judge on the weights of ``base`` (default: MiniLM) that finds all equally likely, and its tokenizer."""
    encoder, tokenizer = new_encoder(base)
    judge = ReplyJudge(encoder)
    nn.init.zeros_(judge.head.weight)
    nn.init.zeros_(judge.head.bias)
    return judge, tokenizer


def save_judge(judge: ReplyJudge, folder: Path, base: Path | None = None, **about: Any) -> None:
    """Write what differs from ``base`` (``delta``), and ``about`` into the description."""
    save_delta(judge.state_dict(), folder, DESCRIPTION, base or minilm(), **about)


def load_judge(folder: Path, base: Path | None = None) -> Judge:
    """The judge of a folder. Raises ``CheckpointError`` when a file is missing or the base is another one."""
    judge, tokenizer = new_judge(base)
    add_delta(judge, folder, DESCRIPTION, base or minilm(), "the judge of replies")
    return Judge(judge, tokenizer)
