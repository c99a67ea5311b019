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
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from echomind.audio import SAMPLE_RATE, Clip, load_clip
from echomind.benchmark.load import MINI, load_set
from echomind.models.protocol import Thinking
from echomind.models.slm import load_slm
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
    found: dict[str, list[float]] = {name: [] for name in LIMITS_S}
    thinking, whole, lengths = [], [], []
    for number, (topic, words) in enumerate([turns[0], *turns]):  # the first one warms up and is not counted
        start = time.perf_counter()
        perception = slm.perceive(replace(clip), words, topic=topic)  # a new one: the last clip is not heard twice
        perceived = time.perf_counter() - start
        thought = first = enough = 0.0
        text = ""
        for piece in slm.reply(perception, seed=number):
            now = time.perf_counter() - start
            if isinstance(piece, Thinking):
                thought = now
                continue
            text += piece
            first = first or now
            if not enough and len(text.split()) >= WORDS:
                enough = now
        end = time.perf_counter() - start
        if number:
            for name, value in zip(LIMITS_S, (perceived, first, enough or end), strict=True):
                found[name].append(value)
            thinking.append(thought - perceived)
            whole.append(end)
            lengths.append(len(text.split()))
    return table(found, thinking, whole, lengths)


def table(found: dict[str, list[float]], thinking: list[float], whole: list[float], lengths: list[int]) -> int:
    """Print the figures; 1 when a 90th percentile exceeds its limit."""
    write = sys.stdout.write
    write(f"{len(whole)} turns, {torch.get_num_threads()} threads, {os.cpu_count()} cores, ")
    write(f"load average {os.getloadavg()[0]:.1f}, replies of {np.median(lengths):.0f} words (median)\n\n")
    write("| step | median s | 90th percentile s | worst s | limit s | |\n|---|---|---|---|---|---|\n")
    kept = True
    rows = {**found, "thinking alone": thinking, "whole reply": whole}
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
