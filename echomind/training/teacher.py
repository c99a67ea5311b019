"""Stage ``teacher``: a small pretrained language model learns EmoBank, and rates sentences that nobody rated.

What the text tower learns from them (``perspectives``, ``taught``) is more than 8,062 rated sentences tell it: a larger
model's judgement of others: turns of DREAM and RECCON, our own writing, and EmoBank's training sentences cut at their
clauses and joined anew (knowledge distillation, Hinton et al., arXiv 1503.02531). The teacher takes no part at run time
and is not shipped; ``base`` is a causal decoder of ``transformers`` (a folder or Hub id), for the shipped tower
SmolLM2-135M-Instruct (Apache-2.0). A tower that learnt from it may rate with it (``beside``): the two err in other
places, so that their mean teaches the next tower more than either.
"""

from __future__ import annotations

import json
import logging
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from echomind.slm.tower import TextVad, load_tower, pad
from echomind.training.data.published import load_dream, load_emobank, load_reccon
from echomind.training.loop import LoopConfig, Losses, train
from echomind.training.options import drawn_texts
from echomind.training.perspectives import concordance
from echomind.training.perspectives_report import pearson
from echomind.training.tower_data import Rows

log = logging.getLogger(__name__)
ASK = "\nFeeling:"  # read after the sentence, so that the last state has seen all of it
MAX_PIECES = 110
RATINGS = 9  # writer V A D, reader V A D, combined V A D
COMBINED_WEIGHT = 2.0  # of the combined label's columns: more ratings steady it than either side
LEAST_WORDS, MOST_WORDS = 3, 40  # of a sentence that is rated: shorter ones say little
PARTS = 0.4  # share of recombined sentences that are a part of one; the others are joined of two
CLAUSE = re.compile(
    r"(?<=[,;:])\s+|\s+(?=(?:and|but|or|so|because|when|which|who|that|while|if|as|before|after|until|although|where)\b)"
)


@dataclass(frozen=True)
class TeacherConfig:
    """What is learnt and how. ``out`` gets the ratings, a JSON line a sentence, and ``report.json`` beside them.

    Word embeddings and the first ``frozen_layers`` stay as they are. ``agreement`` is the share of 1 - CCC in the
    loss, the rest is the squared error; ``head_scale`` multiplies the rate of the layer on top. ``own`` sentences of
    our corpus are drawn for each cue, to be rated beside the turns of dialogues; ``recombined`` are made of EmoBank's.
    What is written is the mean of the teacher's ratings and of those of the towers in the folders ``beside``.
    """

    base: str
    data_root: Path
    run_dir: Path
    out: Path
    loop: LoopConfig
    batch_size: int = 32
    frozen_layers: int = 12
    dropout: float = 0.1
    head_scale: float = 10.0
    agreement: float = 0.5
    own: int = 150
    recombined: int = 0
    beside: tuple[Path, ...] = ()
    seed: int = 0
    threads: int = 2
    stop_after: int | None = None


class Teacher(nn.Module):
    """A decoder, the mean and the last of its states, one linear layer: standardised ratings ``(B, 9)``."""

    def __init__(self, base: str, frozen_layers: int, dropout: float) -> None:
        super().__init__()
        # eager: the backward pass of PyTorch's fused attention takes twice as long on a CPU for sentences this short
        self.lm: PreTrainedModel = AutoModel.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
        self.drop = nn.Dropout(dropout)
        self.head = nn.Linear(2 * self.lm.config.hidden_size, RATINGS)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        self.lm.get_input_embeddings().requires_grad_(False)
        for layer in list(self.lm.get_submodule("layers").children())[:frozen_layers]:
            layer.requires_grad_(False)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Ratings of rows padded on the right."""
        states = self.lm(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).last_hidden_state.float()
        mask = attention_mask[..., None].to(states.dtype)
        mean = (states * mask).sum(1) / mask.sum(1)
        last = states[torch.arange(len(states)), attention_mask.sum(1) - 1]
        return self.head(self.drop(torch.cat([mean, last], 1)))


class RatedSentences:
    """EmoBank's training part in pieces; :meth:`batch` is a function of seed and step alone."""

    def __init__(self, config: TeacherConfig, tokenizer: PreTrainedTokenizerBase) -> None:
        texts, sides, combined = load_emobank(config.data_root, "train")
        self.ratings = np.concatenate([sides, combined], axis=1)
        self.centre, self.spread = self.ratings.mean(0), self.ratings.std(0)
        self.standardised = torch.from_numpy((self.ratings - self.centre) / self.spread)
        self.pieces = [piece_ids(tokenizer, text) for text in texts]
        self._rows = Rows(f"{config.seed}-teacher", [len(row) for row in self.pieces], config.batch_size)

    def batch(self, step: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Pieces and mask ``(B, T)``, standardised ratings ``(B, 9)``."""
        rows = self._rows.of(step)
        return *pad([self.pieces[i] for i in rows]), self.standardised[rows]


def piece_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Ids of a sentence and of the words that ask."""
    said: list[int] = tokenizer(text, truncation=True, max_length=MAX_PIECES)["input_ids"]
    return said + tokenizer(ASK, add_special_tokens=False)["input_ids"]


def teacher_loss(model: nn.Module, batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor], agreement: float) -> Losses:
    """Squared error and 1 - CCC of the nine columns, the combined label's counted ``COMBINED_WEIGHT`` times."""
    ids, mask, ratings = batch
    predicted = model(ids, mask).float()
    weight = torch.tensor([1.0] * 6 + [COMBINED_WEIGHT] * 3, device=predicted.device)
    weight /= weight.sum()
    error = (weight * (predicted - ratings).square().mean(0)).sum()
    distance = (weight * (1 - concordance(predicted, ratings))).sum()
    return {"loss": (1 - agreement) * error + agreement * distance, "mse": error, "one_minus_ccc": distance}


@torch.inference_mode()
def rate(
    model: Teacher, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], precision: str, batch_size: int = 64
) -> np.ndarray:
    """Standardised ratings ``(n, 9)`` of sentences; ``precision`` as in training ("bf16" or "no")."""
    model.eval()
    pieces = [piece_ids(tokenizer, text) for text in texts]
    order = sorted(range(len(texts)), key=lambda i: len(pieces[i]))
    device = next(model.parameters()).device
    rated = np.zeros((len(texts), RATINGS), np.float32)
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        ids, mask = pad([pieces[i] for i in rows])
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            rated[rows] = model(ids.to(device), mask.to(device)).float().cpu().numpy()
    return rated


def rate_by_tower(vad: TextVad, data: RatedSentences, texts: Sequence[str]) -> np.ndarray:
    """The same of a tower; it says the combined label as the mean of both sides, in that label's units."""
    sides = vad(texts).numpy()
    rated = data.ratings[:, :6]
    mean, label = (rated[:, :3] + rated[:, 3:]) / 2, data.ratings[:, 6:]
    guess = ((sides[:, :3] + sides[:, 3:]) / 2 - mean.mean(0)) / mean.std(0) * label.std(0) + label.mean(0)
    return (np.concatenate([sides, guess], axis=1) - data.centre) / data.spread


def together(ratings: Sequence[np.ndarray]) -> np.ndarray:
    """The mean of some raters' ratings, with their own spread: a mean of such as do not quite agree has less."""
    mean = np.mean(ratings, axis=0)
    spread = np.mean([one.std(0) for one in ratings], axis=0)
    centre = mean.mean(0)
    return centre + (mean - centre) * spread / np.maximum(mean.std(0), 1e-6)


def recombine(texts: Sequence[str], count: int, rng: random.Random) -> set[str]:
    """Up to ``count`` distinct sentences in the words and the manner of ``texts``, cut at their clauses.

    Each is a part of one, or the beginning of one with the end of another.
    """
    cut = [parts for text in texts if len(parts := CLAUSE.split(text)) > 1]
    found: set[str] = set()
    for _ in range(2 * count if cut else 0):  # some come twice
        if len(found) == count:
            break
        one, other = rng.choice(cut), rng.choice(cut)
        if rng.random() < PARTS:
            start, end = sorted(rng.sample(range(len(one) + 1), 2))
            found.add(" ".join(one[start:end]))
        else:
            found.add(" ".join(one[: rng.randrange(1, len(one))] + other[rng.randrange(1, len(other)) :]))
    return found.difference(texts)


def unrated_sentences(root: Path, own: int, recombined: int, seed: int) -> list[str]:
    """Distinct turns of DREAM's and RECCON's training parts, and replies, causes and openers of our training scenarios.

    ``own`` of the latter are drawn for each cue, and ``recombined`` made of EmoBank's training part.
    """
    found = {text for dialogue in load_dream(root) for text in dialogue} | {turn.text for turn in load_reccon(root)}
    if own:
        found |= {text for text, _ in drawn_texts("train", own, random.Random(f"{seed}-own"))}
    found |= recombine(load_emobank(root, "train")[0], recombined, random.Random(f"{seed}-recombined"))
    return sorted(text for text in found if LEAST_WORDS <= len(text.split()) <= MOST_WORDS)


def run_teacher(config: TeacherConfig) -> dict[str, Any]:
    """Train the teacher, rate the sentences, write both results; resumes what was cut off."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    towers = [load_tower(folder) for folder in config.beside]
    tokenizer = AutoTokenizer.from_pretrained(config.base)
    model = Teacher(config.base, config.frozen_layers, config.dropout)
    data = RatedSentences(config, tokenizer)
    body = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("head.")]
    groups = [
        {"params": [p for p in body if p.ndim >= 2], "weight_decay": config.loop.weight_decay},
        {"params": [p for p in body if p.ndim < 2], "weight_decay": 0.0},
        {"params": list(model.head.parameters()), "scale": config.head_scale, "weight_decay": 0.0},
    ]
    loss = partial(teacher_loss, agreement=config.agreement)
    loop = LoopConfig(**{**vars(config.loop), "seed": config.seed})
    history = train(model, data.batch, loss, loop, config.run_dir, groups=groups, stop_after=config.stop_after)
    if history[-1]["step"] < config.loop.steps:
        return {"stopped": history[-1]["step"], "of": config.loop.steps}
    raters: list[Callable[[Sequence[str]], np.ndarray]] = [
        partial(rate, model, tokenizer, precision=config.loop.mixed_precision),
        *(partial(rate_by_tower, tower, data) for tower in towers),
    ]
    texts, _, combined = load_emobank(config.data_root, "dev")
    found = [rater(texts) for rater in raters]
    r = {
        name: pearson(ratings[:, 6:], combined).round(4).tolist()
        for name, ratings in (("dev_r_combined", found[0]), ("dev_r_combined_with_towers", together(found)))
    }
    sentences = unrated_sentences(config.data_root, config.own, config.recombined, config.seed)
    rated = data.centre + data.spread * together([rater(sentences) for rater in raters])
    config.out.parent.mkdir(parents=True, exist_ok=True)
    lines = [{"text": t, "ratings": row.round(4).tolist()} for t, row in zip(sentences, rated, strict=True)]
    config.out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    report = {"base": Path(config.base).name, "towers": len(towers), **r, "sentences": len(sentences)}
    (config.out.parent / "report.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report
