"""Stage ``options``: two linear maps from a text to the cue that it fits, for multiple-choice questions and replies.

Trained on our own writing alone. ``written_for``: replies, causes and openers of the training scenarios by cue, and
answers to questions about the delivery. ``implies``: these, and what each cue implies (``data/implications.json``).
No text of a benchmark takes part; what the ears usually hear is averaged over the third of EchoMind-Mini's scripts on
which everything about multiple choice was chosen, without a look at its questions.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from echomind.audio import load_clip
from echomind.benchmark.load import MINI, load_set
from echomind.models.choosing import (
    HEARD_LABELS,
    READ_LABELS,
    OptionReader,
    TextMap,
    heard_labels,
    save_reader,
    sentence_vectors,
)
from echomind.models.slm import EchoMindSLM
from echomind.slm.backbone import load_model
from echomind.slm.delta import minilm
from echomind.slm.processing import EchoMindProcessor
from echomind.slm.tower import new_tower
from echomind.taxonomy import NONE
from echomind.training.card_choices import chosen_on
from echomind.training.data.corpus import cause_for, load_implications, load_openers, reply_for, scenarios_of
from echomind.training.data.questions import answers_of

log = logging.getLogger(__name__)
PLAIN_SHARE = 3  # texts that no cue called for, for one of a cue: they are the most varied
ANSWER_COPIES = 2
IMPLIED_COPIES = 2
HELD_OUT_EVERY = 9  # one in so many of the implied texts is held out to measure the map, which is then fitted on all
UNKNOWN = 0.5  # usual probability of a label where no ears are asked: counts for and against nothing

Labelled = tuple[str, str]  # a text and its cue


@dataclass(frozen=True)
class OptionsConfig:
    """``per_cue`` texts of each cue are drawn from the scenarios; ``model`` is the checkpoint whose ears are averaged.

    ``strength`` and ``implied_strength`` are the inverse of each map's regularisation (sklearn's C).
    """

    out: Path
    model: Path | None = None
    per_cue: int = 400
    held_out: int = 25
    strength: float = 3.0
    implied_strength: float = 1.0
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


def implied_texts(held_out: bool) -> Iterator[Labelled]:
    """(text, cue) pairs of what cues imply: those that measure, or all others."""
    for cue, kinds in load_implications().items():
        for texts in kinds.values():
            yield from ((text, cue) for i, text in enumerate(texts) if (i % HELD_OUT_EVERY == 4) == held_out)


@torch.inference_mode()
def usual_hearing(model: Path) -> np.ndarray:
    """How much of each of ``HEARD_LABELS`` a checkpoint hears on average in the clips of the third that chose."""
    slm = EchoMindSLM(
        cast(Any, load_model(str(model), merged=True)), EchoMindProcessor.from_pretrained(str(model)), "ears"
    )
    scripts = [script for script in load_set(MINI).scripts if chosen_on(script.id)]
    clips = [delivery.audio for script in scripts for delivery in script.deliveries.values()]
    heard = [heard_labels(slm.hear(load_clip(path))) for path in clips]
    return np.array([np.mean([row[label] for row in heard]) for label in HEARD_LABELS], np.float32)


class _Reading:
    """Sentence vectors of texts, each read once."""

    def __init__(self, base: Path | None) -> None:
        tower, self._tokenizer = new_tower(base)
        self._encoder = tower.encoder.eval()
        self.vectors: dict[str, np.ndarray] = {}

    def __call__(self, texts: Sequence[Labelled]) -> np.ndarray:
        new = sorted({text for text, _ in texts} - set(self.vectors))
        if new:
            self.vectors |= zip(new, sentence_vectors(self._encoder, self._tokenizer, new), strict=True)
        return np.stack([self.vectors[text] for text, _ in texts])

    def fit(self, texts: Sequence[Labelled], strength: float) -> TextMap:
        fitted = LogisticRegression(C=strength, max_iter=1000).fit(
            self(texts), [READ_LABELS.index(cue) for _, cue in texts]
        )
        return TextMap(fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32))

    def right(self, read: TextMap, texts: Sequence[Labelled]) -> dict[str, Any]:
        vectors = self(texts)
        named = [READ_LABELS[int(read(v).argmax())] == cue for v, (_, cue) in zip(vectors, texts, strict=True)]
        return {"right": round(float(np.mean(named)), 3), "n": len(named)}


def run_options(config: OptionsConfig) -> dict[str, Any]:
    """Fit the maps and write them; returns how often each names the cue of texts held out from it (chance: 1 in 40)."""
    torch.set_num_threads(config.threads)
    rng = random.Random(config.seed)
    texts = drawn_texts("train", config.per_cue, rng)
    texts += [(answer, cue) for cue in READ_LABELS for answer in answers_of(cue) for _ in range(ANSWER_COPIES)]
    implied, measuring = (list(implied_texts(held_out)) for held_out in (False, True))
    reading = _Reading(config.base)
    log.info("reading %d texts of the scenarios and %d implied ones", len(texts), len(implied) + len(measuring))
    written_for = reading.fit(texts, config.strength)
    known = set(reading.vectors)
    held_out = [pair for pair in drawn_texts("test", config.held_out, rng) if pair[0] not in known]
    measured = reading.right(reading.fit(texts + implied * IMPLIED_COPIES, config.implied_strength), measuring)
    implies = reading.fit(texts + (implied + measuring) * IMPLIED_COPIES, config.implied_strength)
    usual = np.full(len(HEARD_LABELS), UNKNOWN, np.float32) if config.model is None else usual_hearing(config.model)
    save_reader(OptionReader(written_for, implies, usual, config.base or minilm()), config.out)
    return {
        "texts": len(texts),
        "distinct": len({text for text, _ in texts}),
        "held_out": reading.right(written_for, held_out),
        "implied": len(implied) + len(measuring),
        "implied_held_out": measured,
    }
