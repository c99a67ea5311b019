"""How much each feature of a candidate weighs (``models.ranking``), fitted on held-out situations of our corpus.

For utterances of the ``dev`` half the candidates of cause and sentences are drawn as in an answer. What a candidate is
worth is its nearness (MiniLM) to the nearest text written for that situation and delivery, which no feature sees. The
weights are the non-negative least squares of that worth on the features, both as differences to their mean among the
candidates of one place; so only the choice between candidates counts. ``python -m echomind.training.reply_weights``
prints them, with how much better what is chosen is than the average candidate, on situations left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import nnls

from echomind.models.candidates import Candidate, Draft, chosen
from echomind.models.ranking import CAUSE, GOING_ON, OPENING, Features, Weights
from echomind.models.slm import EchoMindSLM, load_slm
from echomind.models.writing import Answer
from echomind.settings import get_settings
from echomind.taxonomy import NONE
from echomind.training.data.corpus import Scenario, compose, load_openers
from echomind.training.held_out import causes_of, drawn, heard_in, references, scenarios_held_out

PROMPTS, SEED = 200, 0
FOLDS = 4
IN_USE = {"cause": CAUSE, "opening": OPENING, "going_on": GOING_ON}
Place = tuple[str, np.ndarray, np.ndarray]  # situation, features (n, 4), worth (n,)


@torch.inference_mode()
def places(slm: EchoMindSLM, scenarios: tuple[Scenario, ...], prompts: int, seed: int) -> dict[str, list[Place]]:
    """The candidates of every place (of the cause, of a sentence) of answers to ``prompts`` utterances."""
    rng = random.Random(seed)
    cues = sorted(set(load_openers()["openers"]))
    found: dict[str, list[Place]] = {name: [] for name in IN_USE}
    for number, (scenario, utterance) in enumerate(drawn(scenarios, prompts, rng)):
        cue = NONE if rng.random() < 0.3 else rng.choice(cues)
        example = compose(scenario, utterance, cue, rng)
        perception = slm.perceive_text(utterance, topic=scenario.topic, told=example.cue_words, heard=heard_in(example))
        answer = Answer(slm.writer, perception.state, torch.Generator().manual_seed(number))
        causes: list[Draft] = []
        answer.watch = causes.extend
        answer.think()
        _add(found["cause"], slm, scenario.id, answer.rated(causes), causes_of(scenario, cue))
        for name in ("opening", "going_on"):
            candidates = answer.rated(answer.judged(answer.drafts_of_a_sentence()))
            _add(found[name], slm, scenario.id, candidates, references(scenario, cue, reactions=name == "opening"))
            if not candidates:
                break
            answer.take(chosen(candidates, IN_USE[name]))
    return found


def _add(places: list[Place], slm: EchoMindSLM, scenario: str, candidates: list[Candidate], right: list[str]) -> None:
    candidates = [c for c in candidates if not c.draft.faults]
    if len(candidates) > 1 and slm.options is not None:
        worth = (slm.options.vectors([c.draft.text for c in candidates]) @ slm.options.vectors(right).T).max(1)
        places.append((scenario, np.array([astuple(c.features) for c in candidates]), worth))


def fit(places: list[Place]) -> np.ndarray:
    """Non-negative weights of the features, scaled so that the largest standardised one is 1."""
    x = np.concatenate([f - f.mean(0) for _, f, _ in places])
    y = np.concatenate([w - w.mean() for _, _, w in places])
    spread = np.maximum(x.std(0), 1e-6)
    weights = nnls(x / spread, y)[0]
    return weights / max(weights.max(), 1e-9) / spread


def gain(places: list[Place], weights: np.ndarray) -> dict[str, float]:
    """Mean worth of what is chosen, of the average candidate, of the most fluent one, and of the best there was."""
    by = {
        "chosen": [w[np.argmax(f @ weights)] for _, f, w in places],
        "average": [w.mean() for _, _, w in places],
        "most_fluent": [w[np.argmax(f[:, 0])] for _, f, w in places],
        "best": [w.max() for _, _, w in places],
    }
    return {name: round(float(np.mean(values)), 4) for name, values in by.items()}


def report(places: list[Place], used: Weights) -> dict[str, Any]:
    """The fitted weights by name; the gain with them on situations left out, and with the weights in use."""
    names = [field.name for field in fields(Features)]
    scenarios = sorted({scenario for scenario, _, _ in places})
    held: list[dict[str, float]] = []
    for fold in range(FOLDS):
        out = set(scenarios[fold::FOLDS])
        left_out = [p for p in places if p[0] in out]
        if left_out and len(left_out) < len(places):
            held.append(gain(left_out, fit([p for p in places if p[0] not in out])))
    return {
        "places": len(places),
        "candidates": sum(len(w) for _, _, w in places),
        "fitted": dict(zip(names, (round(float(v), 3) for v in fit(places)), strict=True)),
        "left_out": {key: round(float(np.mean([h[key] for h in held])), 4) for key in held[0]} if held else {},
        "in_use": gain(places, np.array(astuple(used))),
    }


def main(arguments: list[str] | None = None) -> int:
    """Command line: one JSON object on stdout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--prompts", type=int, default=PROMPTS)
    options = parser.parse_args(arguments)
    settings = get_settings()
    torch.set_num_threads(settings.threads)
    slm = load_slm(str(options.model or settings.model_path))
    found = places(slm, scenarios_held_out("dev"), options.prompts, SEED)
    out = {name: report(found[name], used) for name, used in IN_USE.items()}
    sys.stdout.write(json.dumps(out, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
