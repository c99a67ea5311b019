"""Temperature of the emotion head: fitted on voices that nobody has, checked on actors who were never trained on.

The head is far too sure of voices it was not trained on, and of those it was trained on it is rightly sure, so training
clips cannot tell. Played a sixth slower or faster, a clip of a training actor comes from another throat: pitch,
formants and pace move together. On such made speakers one temperature is fitted (Guo et al. 2017, section 4.2); the
actors of the test part have no say in it. Ears that were trained on made speakers too know those; for them it is fitted
on the actors that only chose among their weights, as they are and as made speakers. It changes the probabilities that
are shown, never which emotion wins, and the decoder reads the head as it was trained to.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from echomind.models.slm import EchoMindSLM, load_slm
from echomind.slm.modeling import EchoMindForConditionalGeneration
from echomind.training.card import BINS, bootstrap, expected_calibration_error, reliability
from echomind.training.cues import MAX_FRAMES, pad_features
from echomind.training.recordings import TEST_ACTORS, TRAIN_ACTORS, FeatureStore, Recording, ravdess, samples_of

log = logging.getLogger(__name__)
CATEGORY = "emotion"
TRAINING = "training.json"  # beside the weights: what was done to get there
PACES = (0.85, 1 / 0.85)  # length of a made speaker's clip against the actor's; clips take them in turn
LOWEST, HIGHEST = 0.25, 8.0  # temperatures looked for
BATCH = 32


def made_speakers(recordings: Sequence[Recording], slm: EchoMindSLM) -> Iterator[np.ndarray]:
    """Features of recordings as another throat would have spoken them."""
    for i, recording in enumerate(recordings):
        played = samples_of(replace(recording, pace=PACES[i % len(PACES)]))
        yield slm.processor.feature_extractor.extract(played).astype(np.float32)[:MAX_FRAMES]


def choosing_actors(model: Path) -> list[int]:
    """Actors that chose among the weights of a checkpoint's ears but were never trained on; none for the first ears."""
    path = model / TRAINING
    done = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return [int(actor) for actor in done.get("ears", {}).get("dev_actors", ())]


@torch.inference_mode()
def head_logits(model: EchoMindForConditionalGeneration, clips: Sequence[np.ndarray]) -> np.ndarray:
    """Logits of the emotion head as it was trained, ``(clips, labels)``, from features."""
    model.eval()
    parts = []
    for start in range(0, len(clips), BATCH):
        encoded = model.encode_audio(*pad_features(clips[start : start + BATCH]))
        parts.append(model.cue_heads(encoded)[CATEGORY].float().numpy())
    return np.concatenate(parts)


def fit_temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The temperature of the least negative log-likelihood, between ``LOWEST`` and ``HIGHEST``."""

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[np.arange(len(truth)), truth].mean())

    found = minimize_scalar(loss, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded")
    return round(float(np.exp(found.x)), 3)


def judged(logits: np.ndarray, truth: np.ndarray, temperature: float) -> dict[str, Any]:
    """Expected calibration error with its interval over clips, and the reliability table, at a temperature."""
    shares = softmax(logits / temperature, axis=1)
    probability, right = shares.max(1), (shares.argmax(1) == truth).astype(float)

    def drawn(rows: np.ndarray) -> float:
        return expected_calibration_error(probability[rows], right[rows], BINS)

    return {
        "temperature": temperature,
        "ece": round(drawn(np.arange(len(truth))), 3),
        "interval": bootstrap(drawn, len(truth)),
        "n": len(truth),
        "table": reliability(probability, right),
    }


def _truth(recordings: Sequence[Recording], labels: Sequence[str]) -> np.ndarray:
    return np.array([labels.index(str(r.labels[CATEGORY])) for r in recordings])


def calibrate(model: Path, data_root: Path, *, write: bool = False) -> dict[str, Any]:
    """Fit the temperature, judge it on RAVDESS actors 17-20; ``write`` puts it into the checkpoint's configuration.

    Raises ``DataError`` without RAVDESS, ``CheckpointError`` without a checkpoint.
    """
    slm = load_slm(str(model))
    labels = slm.model.config.categories[CATEGORY]
    kept = choosing_actors(model)
    recordings = ravdess(data_root, kept or TRAIN_ACTORS)
    clips = list(made_speakers(recordings, slm))
    if kept:
        clips += [slm.processor.feature_extractor.extract(samples_of(r))[:MAX_FRAMES] for r in recordings]
        recordings = [*recordings, *recordings]
    log.info("fitting on %d clips", len(clips))
    fitted_on = head_logits(slm.model, clips)
    truth = _truth(recordings, labels)
    temperature = fit_temperature(fitted_on, truth)
    with tempfile.TemporaryDirectory() as cache:
        store = FeatureStore(ravdess(data_root, TEST_ACTORS), slm.processor.feature_extractor, Path(cache))
    logits, gold = head_logits(slm.model, [store[i] for i in range(len(store))]), _truth(store.recordings, labels)
    if write:
        path = model / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        config["temperatures"] = (config.get("temperatures") or {}) | {CATEGORY: temperature}
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return {
        CATEGORY: {
            "temperature": temperature,
            "fitted_on": {
                "what": (
                    f"RAVDESS actors {', '.join(map(str, kept))}, never trained on, also played slower and faster"
                    if kept
                    else "RAVDESS actors 1 to 16 played slower and faster, so that they are nobody's voices"
                ),
                "paces": [round(pace, 3) for pace in PACES],
                "n": len(truth),
                "accuracy": round(float((fitted_on.argmax(1) == truth).mean()), 3),
            },
            "before": judged(logits, gold, 1.0),
            "after": judged(logits, gold, temperature),
        }
    }
