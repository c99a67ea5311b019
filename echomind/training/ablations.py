"""What each part of the recipe gives: checkpoints made without it, on the same seed and budget, on EchoMind-Mini.

``python -m echomind.training.ablations full=DIR no_thinking=DIR no_align=DIR no_audio=DIR --write assets/model``
measures checkpoints of ``configs/ablations/`` on the same clips and puts the figures beside a checkpoint's others. Each
one thinks (where it was taught to) and then gives the likelihood of the replies that are written for the script's
deliveries; nothing is sampled from the replies themselves. The script's own words are the transcript, so that a
recogniser's errors take no part.

- *follows the voice*: of two deliveries of one script, each with the reply written for it, whether the replies are
  likelier with their own voice than exchanged (mean log-likelihood of a token, summed over both). What a reply is worth
  by itself cancels out, so a model that cannot hear is at 0.5; equal values count half.
- *perplexity* of the reply written for the delivery, per token with its end.
- *thinking names the emotion*: of the clips said with an emotion or neutral, as in ``reply_evaluation``;
  ``always_neutral`` is what it would be for who always says neutral.

Intervals are 95 % percentile bootstraps over scripts; differences to the first model are taken on the same draws.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from echomind.audio import load_clip
from echomind.benchmark.items import Script
from echomind.benchmark.load import MINI, load_set
from echomind.errors import ConfigurationError
from echomind.models.slm import EchoMindSLM, load_slm
from echomind.models.writing import Answer
from echomind.settings import get_settings
from echomind.slm.configuration import EMOTION_OF_CUE, THINKING_EMOTIONS
from echomind.taxonomy import CATEGORY, NEUTRAL
from echomind.training.card import Figure, write_figures

FULL, NO_THINKING, NO_ALIGN, NO_AUDIO = "full", "no_thinking", "no_align", "no_audio"
VARIANTS = (FULL, NO_THINKING, NO_ALIGN, NO_AUDIO)
RESAMPLES, SEED = 2_000, 0
EMOTIONS = frozenset(CATEGORY["emotion"].attributes)


@dataclass
class Heard:
    """What one script gave: comparisons of pairs (1, 0.5, 0), log-likelihood and tokens, thinking right (or not).

    ``neutral``: of the clips whose thinking was looked at, those said neutrally.
    """

    follows: list[float] = field(default_factory=list)
    likelihood: float = 0.0
    tokens: int = 0
    right: list[bool] = field(default_factory=list)
    neutral: int = 0


@torch.inference_mode()
def script_of(slm: EchoMindSLM, script: Script, *, thinks: bool, hears: bool) -> Heard:
    """One script's deliveries, by one model."""
    found = Heard()
    known = [delivery for delivery in script.deliveries.values() if delivery.reference]
    replies = [slm.processor.plain_answer(delivery.reference) for delivery in known]
    means = np.zeros((len(known), len(known)))  # of a token: deliveries x replies
    for row, delivery in enumerate(known):
        if hears:
            perception = slm.perceive(load_clip(delivery.audio), script.text, topic=script.topic)
        else:
            perception = slm.perceive_text(script.text, topic=script.topic)
        cache, logits = perception.state.cache, perception.state.logits
        if thinks:
            answer = Answer(slm.writer, perception.state, torch.Generator().manual_seed(SEED))
            emotion = answer.think().emotion
            cache, logits = answer.read_so_far
            if delivery.cue == NEUTRAL or delivery.cue in EMOTIONS:
                wanted = THINKING_EMOTIONS[0] if delivery.cue == NEUTRAL else EMOTION_OF_CUE[delivery.cue]
                found.right.append(emotion == wanted)
                found.neutral += delivery.cue == NEUTRAL
        for column, reply in enumerate(replies):
            likely = likelihood(slm, cache, logits, reply)
            means[row, column] = likely / len(reply)
            if row == column:
                found.likelihood += likely
                found.tokens += len(reply)
    found.follows = [
        0.5 * (1 + float(np.sign(round(means[a, a] + means[b, b] - means[a, b] - means[b, a], 6))))
        for a, b in itertools.combinations(range(len(known)), 2)
        if replies[a] != replies[b]
    ]
    return found


def likelihood(slm: EchoMindSLM, cache: Any, logits: torch.Tensor, tokens: Sequence[int]) -> float:
    """Log-likelihood of tokens after what the cache has read, whose next logits are ``logits``."""
    ids = torch.tensor([list(tokens)], device=slm.model.device)
    out = slm.model(input_ids=ids[:, :-1], past_key_values=copy.deepcopy(cache), use_cache=True)
    steps = torch.cat([logits[None], out.logits[0].float()]).log_softmax(-1)
    return float(steps.gather(-1, ids[0][:, None]).sum())


def follows(rows: Sequence[Heard]) -> float:
    """Share of pairs whose replies are likelier with their own voice."""
    pairs = [value for row in rows for value in row.follows]
    return float(np.mean(pairs)) if pairs else math.nan


def perplexity(rows: Sequence[Heard]) -> float:
    """Per token, of the reply written for the delivery."""
    return math.exp(-sum(row.likelihood for row in rows) / sum(row.tokens for row in rows))


def thinking(rows: Sequence[Heard]) -> float:
    """Share of clips whose emotion is named."""
    right = [value for row in rows for value in row.right]
    return float(np.mean(right)) if right else math.nan


MEASURES: dict[str, Callable[[Sequence[Heard]], float]] = {
    "follows_voice": follows,
    "perplexity": perplexity,
    "thinking": thinking,
}
COUNTS: dict[str, Callable[[Sequence[Heard]], int]] = {
    "follows_voice": lambda rows: sum(len(row.follows) for row in rows),
    "perplexity": lambda rows: sum(row.tokens for row in rows),
    "thinking": lambda rows: sum(len(row.right) for row in rows),
}


def figures_of(found: dict[str, list[Heard]]) -> Figure:
    """Every measure of every variant with its interval, and the difference to the first of them."""
    first = next(iter(found))
    rng = np.random.default_rng(SEED)
    draws = rng.integers(0, len(found[first]), (RESAMPLES, len(found[first])))
    figures: Figure = {}
    for measure, of in MEASURES.items():
        drawn = {name: np.array([of([rows[i] for i in draw]) for draw in draws]) for name, rows in found.items()}
        for name, rows in found.items():
            if math.isnan(value := of(rows)):
                continue
            entry = figures.setdefault(name, {})
            entry[measure] = _figure(value, drawn[name]) | {"n": COUNTS[measure](rows)}
            if name != first and not math.isnan(whole := of(found[first])):
                entry[measure]["difference"] = _figure(value - whole, drawn[name] - drawn[first])
    looked_at = sum(len(row.right) for row in found[first])
    always_neutral = sum(row.neutral for row in found[first]) / looked_at if looked_at else None
    return figures | {"scripts": len(found[first]), "always_neutral": always_neutral and round(always_neutral, 3)}


def _figure(value: float, drawn: np.ndarray) -> Figure:
    interval = [round(float(q), 3) for q in np.nanquantile(drawn, (0.025, 0.975))]
    return {"value": round(value, 3), "interval": interval}


def measure_ablations(checkpoints: dict[str, Path], limit: int | None = None) -> Figure:
    """The figures of checkpoints by variant. ``limit``: of so many scripts only.

    Raises ``ConfigurationError`` for a variant that there is not, and when the full model is not the first.
    """
    if unknown := set(checkpoints) - set(VARIANTS):
        raise ConfigurationError(f"ablations: found {sorted(unknown)}, expected some of {', '.join(VARIANTS)}")
    if next(iter(checkpoints), None) != FULL:
        raise ConfigurationError(f"ablations: expected {FULL}=DIR first, what the others are compared with")
    scripts = load_set(MINI).scripts[:limit]
    found = {}
    for name, folder in checkpoints.items():
        slm = load_slm(str(folder))
        given = {"thinks": name != NO_THINKING, "hears": name != NO_AUDIO}
        found[name] = [script_of(slm, script, **given) for script in scripts]
    return figures_of(found)


def _named(argument: str) -> tuple[str, Path]:
    name, _, folder = argument.partition("=")
    if not folder:
        raise argparse.ArgumentTypeError(f"found {argument!r}, expected NAME=DIR")
    return name, Path(folder)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and with ``--write`` put the figures into a checkpoint's ``figures.json``."""
    parser = argparse.ArgumentParser(prog="python -m echomind.training.ablations", description=__doc__.splitlines()[0])
    parser.add_argument("checkpoints", nargs="+", type=_named, metavar="NAME=DIR")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--write", type=Path, metavar="CHECKPOINT")
    options = parser.parse_args(arguments)
    torch.set_num_threads(get_settings().threads)
    checkpoints = dict(options.checkpoints)
    figures = measure_ablations(checkpoints, options.limit)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    if options.write is not None:
        write_figures(options.write, {"ablations": figures})
    return 0


if __name__ == "__main__":
    sys.exit(main())
