"""How long our model takes for a clip of five seconds, warm, against its limits; exit status 1 where one is exceeded.

    python -m bench.model_latency [--clip FILE] [--model DIR] [--turns 20]

Each turn is one utterance of the held-out situations, said over the same clip: perceive, then the thinking and the
reply, by the clock. ``first reply token`` and ``25 words`` count from the moment the transcript is there, so perceiving
is part of them; a reply of fewer words counts with its end. What is compared with the limit is the 90th percentile.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.benchmark.load import MINI, load_set
from echomind.models.protocol import Thinking
from echomind.models.slm import EchoMindSLM, load_slm
from echomind.settings import get_settings
from echomind.training.data.corpus import scenarios_of

SECONDS = 5.0
WORDS = 25
LIMITS_S = {"perceive": 0.25, "first reply token": 0.6, f"{WORDS} words of reply": 1.5}


def five_seconds(clip: Clip) -> Clip:
    """The clip repeated and cut to ``SECONDS``."""
    length = int(SECONDS * SAMPLE_RATE)
    return replace(clip, samples=np.resize(clip.samples, length))


def main() -> int:
    """Measure, print a table, and say whether all limits are kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--turns", type=int, default=20)
    options = parser.parse_args()
    settings = get_settings()
    torch.set_num_threads(settings.threads)
    slm = load_slm(str(options.model or settings.model_path))
    clip = five_seconds(load_clip(options.clip or load_set(MINI).questions[0].audio))
    rng = random.Random(0)
    situations = scenarios_of("test")
    turns = [(s.topic, rng.choice(s.utterances)) for s in rng.choices(situations, k=options.turns)]
    took = [turn(slm, clip, topic, words, seed) for seed, (topic, words) in enumerate([turns[0], *turns])]
    return table(took[1:])  # the first one warms up


@dataclass(frozen=True)
class Turn:
    """Seconds since the transcript until everything was there, and the words of the first sentence and of all.

    ``last``: the last sentence; ``end``: it was clear that none follows.
    """

    perceived: float
    thought: float
    first: float
    last: float
    end: float
    enough: float  # 0: there were fewer than ``WORDS``
    first_words: int
    words: int


def turn(slm: EchoMindSLM, clip: Clip, topic: str, words: str, seed: int) -> Turn:
    """One turn by the clock."""
    start = time.perf_counter()
    perception = slm.perceive(replace(clip), words, topic=topic)  # a new one: the last clip is not heard twice
    perceived = time.perf_counter() - start
    thought = first = last = enough = 0.0
    first_words, text = 0, ""
    for piece in slm.reply(perception, seed=seed):
        now = time.perf_counter() - start
        if isinstance(piece, Thinking):
            thought = now
            continue
        text, last = text + piece, now
        if not first:
            first, first_words = now, len(text.split())
        if not enough and len(text.split()) >= WORDS:
            enough = now
    end = time.perf_counter() - start
    return Turn(perceived, thought, first, last, end, enough, first_words, len(text.split()))


def table(turns: Sequence[Turn]) -> int:
    """Print the figures; 1 when a 90th percentile exceeds its limit."""
    more = sum(t.words - t.first_words for t in turns)
    pace = sum(t.last - t.first for t in turns) / more if more else 0.0  # seconds a word
    rows = {
        "perceive": [t.perceived for t in turns],
        "first reply token": [t.first for t in turns],
        f"{WORDS} words of reply": [t.enough or t.last + pace * (WORDS - t.words) for t in turns],
        "thinking alone": [t.thought - t.perceived for t in turns],
        "whole reply": [t.end for t in turns],
    }
    lengths = [t.words for t in turns]
    write = sys.stdout.write
    write(f"{len(turns)} turns, {torch.get_num_threads()} threads, {os.cpu_count()} cores, ")
    write(f"load average {os.getloadavg()[0]:.1f}, replies of {np.median(lengths):.0f} words (median), ")
    write(f"{max(lengths)} at most; {1000 * pace:.0f} ms a word after the first sentence\n\n")
    write("| step | median s | 90th percentile s | worst s | limit s | |\n|---|---|---|---|---|---|\n")
    kept = True
    for name, values in rows.items():
        high = float(np.percentile(values, 90))
        limit = LIMITS_S.get(name)
        verdict = "" if limit is None else "kept" if high < limit else "exceeded"
        kept = kept and verdict != "exceeded"
        shown = "" if limit is None else f"{limit:.2f}"
        write(f"| {name} | {np.median(values):.3f} | {high:.3f} | {max(values):.3f} | {shown} | {verdict} |\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    write(f"\nmemory of this process at its most: {peak:.0f} MB (the recogniser runs in others)\n")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
