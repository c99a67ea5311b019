"""Surroundings under speech: ESC-10 rain, sea waves and dogs of the fold kept for checking, 10 dB under test actors.

Speakers and recordings take no part in training: RAVDESS actors 17 to 20 and fold 4. (Checkpoints whose clips were made
before folds were kept apart have heard some of fold 4: ``training.json`` names a stage ``ears`` where they have not.)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from echomind.audio import SAMPLE_RATE
from echomind.models.slm import EchoMindSLM
from echomind.taxonomy import CATEGORY_OF, NONE
from echomind.training.cues import pad_features
from echomind.training.data.background import ESC10, TEST_FOLD, mix, recorded, recordings
from echomind.training.recordings import TEST_ACTORS, ravdess, samples_of

SNR_DB = 10.0
SEED, RESAMPLES = 0, 2_000
Figure = dict[str, Any]


def carriers(root: Path) -> list[np.ndarray]:
    """What each test actor says neutrally, one clip after the other up to 7 s: longer than any recording (5 s)."""
    found = []
    for actor in TEST_ACTORS:
        clips = [samples_of(r) for r in ravdess(root, [actor]) if r.labels["emotion"] == NONE]
        found.append(np.concatenate(clips)[: 7 * SAMPLE_RATE])
    return found


def mixtures(root: Path) -> list[tuple[str, int, np.ndarray]]:
    """Attribute, number of the recording, samples: each recording of the fold under each actor, 10 dB below.

    Raises ``DataError`` when a class of ESC-10 or an actor is not there.
    """
    voices, made, number = carriers(root), [], 0
    for folder, attribute in ESC10.items():
        for path in recordings(root, folder, (TEST_FOLD,)):
            for at, voice in enumerate(voices):
                rng = np.random.default_rng([SEED, number, at])
                around = recorded(path, len(voice) / SAMPLE_RATE, rng)
                made.append((attribute, number, mix(voice, around, SNR_DB, rng)))
            number += 1
    return made


def told_apart(truth: np.ndarray, shares: np.ndarray, numbers: np.ndarray) -> Figure:
    """Share whose own attribute is the strongest of the three; recall of each; 95 % interval over recordings.

    ``truth`` ``(n,)`` places among the attributes of ``ESC10``, ``shares`` ``(n, 3)`` their probabilities, ``numbers``
    ``(n,)`` which recording.
    """
    right = shares.argmax(1) == truth
    by_recording = np.array([right[numbers == number].mean() for number in np.unique(numbers)])
    rng = np.random.default_rng(SEED)
    draws = by_recording[rng.integers(0, len(by_recording), (RESAMPLES, len(by_recording)))].mean(1)
    return {
        "value": round(float(right.mean()), 3),
        "interval": [round(float(q), 3) for q in np.quantile(draws, (0.025, 0.975))],
        "n": len(truth),
        "recordings": len(by_recording),
        "recall": {
            name: round(float(right[truth == at].mean()), 3)
            for at, name in enumerate(ESC10.values())
            if (truth == at).any()
        },
    }


@torch.inference_mode()
def measure_background(slm: EchoMindSLM, root: Path) -> Figure:
    """Rain, sea waves and dogs told apart at 10 dB, and how often the head concerned names the right one outright."""
    names, labels = list(ESC10.values()), slm.model.config.categories
    truth, numbers, shares, named = [], [], [], []
    for attribute, number, samples in mixtures(root):
        features = slm.processor.feature_extractor.extract(samples)
        logits = slm.model.cue_logits(slm.model.encode_audio(*pad_features([features])))
        each = {
            name: logits[CATEGORY_OF[name]][0].float().softmax(-1)[labels[CATEGORY_OF[name]].index(name)].item()
            for name in names
        }
        best = labels[CATEGORY_OF[attribute]][int(logits[CATEGORY_OF[attribute]][0].argmax())]
        truth.append(names.index(attribute))
        numbers.append(number)
        shares.append([each[name] for name in names])
        named.append(best == attribute)
    figure = told_apart(np.array(truth), np.array(shares), np.array(numbers))
    return figure | {"named_outright": round(float(np.mean(named)), 3), "snr_db": SNR_DB, "fold": TEST_FOLD}
