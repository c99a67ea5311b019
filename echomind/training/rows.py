"""Examples to rows of token ids, and rows to padded batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from echomind.slm.processing import EchoMindProcessor
from echomind.training.data.corpus import Example

MAX_TOKENS = 256  # longer rows are cut from the left; 99 % of ours have fewer than 140
WIDTHS = (48, 64, 80, 112, 160, MAX_TOKENS)  # batches are padded to one of these: few shapes for a compiled model
PROMPT_WEIGHT = 0.2  # the decoder learns language from the prompt too, but the answer is what counts


@dataclass(frozen=True)
class Row:
    """One sequence. ``weights`` 0 where nothing is learnt. ``vad`` is read at ``vad_position`` (NaN: not asked)."""

    ids: list[int]
    weights: list[float]
    vad_position: int
    vad: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Batch:
    """Padded rows: ids, mask, labels and weights ``(B, T)``; V-A-D positions ``(B,)`` and targets ``(B, 6)``."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    labels: torch.Tensor
    loss_weights: torch.Tensor
    vad_positions: torch.Tensor
    vad: torch.Tensor


def answered_row(prompt: list[int], answer: list[int], audio_id: int, vad: np.ndarray | None = None) -> Row:
    """A prompt (light weight, none on audio places) and its answer (full weight)."""
    if len(prompt) + len(answer) > MAX_TOKENS:
        prompt = prompt[-max(8, MAX_TOKENS - len(answer)) :]
    weights = [0.0 if token == audio_id else PROMPT_WEIGHT for token in prompt] + [1.0] * len(answer)
    return Row(prompt + answer, weights, len(prompt) - 1, vad)


def example_row(
    example: Example,
    processor: EchoMindProcessor,
    *,
    transcript: str | None = None,
    audio_tokens: int = 0,
    cues: str = "",
    vad: np.ndarray | None = None,
    thinking: bool = True,
) -> Row:
    """An IEAT-style example as the student hears it (``audio_tokens``) or as the teacher reads it (``cues``).

    Without ``thinking`` the reply follows the prompt at once.
    """
    prompt = processor.prompt(
        example.transcript if transcript is None else transcript,
        topic=example.topic,
        history=example.history,
        audio_tokens=audio_tokens,
        cues=cues,
    )
    if thinking:
        answer = processor.answer(example.emotion, example.cause, example.confidence, example.reply)
    else:
        answer = processor.plain_answer(example.reply)
    return answered_row(prompt, answer, processor.ids["<audio>"], vad)


def dialogue_row(turns: Sequence[str], processor: EchoMindProcessor) -> Row:
    """A dialogue as plain language: user and assistant in turn, all of it learnt, no thinking (topic "dialogue")."""
    t = processor.ids
    ids = [t["<bos>"], t["<system>"], *processor.encode("dialogue")]
    for i, turn in enumerate(turns):
        ids += [t["<user>"] if i % 2 == 0 else t["<assistant>"], *processor.encode(turn)]
        if i % 2:
            ids.append(t["<eos>"])
    ids = ids[:MAX_TOKENS]
    return Row(ids, [1.0] * len(ids), len(ids) - 1)


def collate(rows: Sequence[Row], pad_id: int) -> Batch:
    """Pad rows on the right, to the next of :data:`WIDTHS` (a prompt of an evaluation may be longer than all)."""
    longest = max(len(row) for row in rows)
    width = next((w for w in WIDTHS if w >= longest), longest)
    ids = torch.full((len(rows), width), pad_id)
    weights = torch.zeros(len(rows), width)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    vad = torch.full((len(rows), 6), float("nan"))
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row.ids)
        weights[i, : len(row)] = torch.tensor(row.weights)
        mask[i, : len(row)] = 1
        if row.vad is not None:
            vad[i] = torch.from_numpy(np.asarray(row.vad, np.float32))
    return Batch(
        input_ids=ids,
        attention_mask=mask,
        labels=ids.masked_fill(weights == 0, -100),
        loss_weights=weights,
        vad_positions=torch.tensor([row.vad_position for row in rows]),
        vad=vad,
    )
