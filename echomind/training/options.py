"""Stage ``options``: the linear map from a text to the cue it was written for, for multiple-choice questions.

Trained on our own corpus alone: replies, causes and openers of the training scenarios by cue, and answers to questions
about the delivery. No text of a benchmark takes part.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from echomind.models.choosing import READ_LABELS, OptionReader, save_reader, sentence_vectors
from echomind.slm.delta import minilm
from echomind.slm.tower import new_tower
from echomind.taxonomy import NONE
from echomind.training.data.corpus import cause_for, load_openers, reply_for, scenarios_of
from echomind.training.data.questions import answers_of

log = logging.getLogger(__name__)
PLAIN_SHARE = 3  # texts that no cue called for, for one of a cue: they are the most varied
ANSWER_COPIES = 2


@dataclass(frozen=True)
class OptionsConfig:
    """``per_cue`` texts of each cue are drawn; ``strength`` is the inverse of the regularisation (sklearn's C)."""

    out: Path
    per_cue: int = 400
    held_out: int = 25
    strength: float = 3.0
    seed: int = 0
    base: Path | None = None
    threads: int = 2


def drawn_texts(part: str, per_cue: int, rng: random.Random) -> list[tuple[str, str]]:
    """(text, cue) pairs from the scenarios of a part: half replies, the rest causes and openers."""
    scenarios, openers = scenarios_of(part), load_openers()["openers"]
    found: list[tuple[str, str]] = []
    for cue in READ_LABELS:
        for _ in range(per_cue * (PLAIN_SHARE if cue == NONE else 1)):
            scenario, dice = rng.choice(scenarios), rng.random()
            if dice < 0.5:
                text = reply_for(scenario, cue, rng)
            elif dice < 0.65 and cue != NONE:
                text = cause_for(scenario, cue, rng)
            else:
                text = rng.choice(openers[cue])
            found.append((text, cue))
    return found


def run_options(config: OptionsConfig) -> dict[str, Any]:
    """Fit the map and write it; returns how often it names the cue of held-out scenarios' texts (chance: 1 in 40)."""
    torch.set_num_threads(config.threads)
    rng = random.Random(config.seed)
    texts = drawn_texts("train", config.per_cue, rng)
    texts += [(answer, cue) for cue in READ_LABELS for answer in answers_of(cue) for _ in range(ANSWER_COPIES)]
    tower, tokenizer = new_tower(config.base)
    encoder = tower.encoder.eval()
    distinct = sorted({text for text, _ in texts})
    log.info("reading %d texts, %d of them distinct", len(texts), len(distinct))
    vectors = dict(zip(distinct, sentence_vectors(encoder, tokenizer, distinct), strict=True))
    fitted = LogisticRegression(C=config.strength, max_iter=1000).fit(
        np.stack([vectors[text] for text, _ in texts]), [READ_LABELS.index(cue) for _, cue in texts]
    )
    reader = OptionReader(
        fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32), config.base or minilm()
    )
    save_reader(reader, config.out)
    held_out = [pair for pair in drawn_texts("test", config.held_out, rng) if pair[0] not in vectors]
    held_vectors = sentence_vectors(encoder, tokenizer, [text for text, _ in held_out])
    right = [
        READ_LABELS[int(reader.trained(v).argmax())] == cue for v, (_, cue) in zip(held_vectors, held_out, strict=True)
    ]
    return {
        "texts": len(texts),
        "distinct": len(distinct),
        "held_out": {"right": round(float(np.mean(right)), 3), "n": len(right)},
    }
