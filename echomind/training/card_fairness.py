"""How evenly the ears work: RAVDESS actors 17 to 20 by gender and by actor, with n and intervals.

Intervals are bootstraps over the clips of a group, Wilson's for shares: they say how well these speakers are measured,
not how other people would fare. Four actors of one accent are no sample of anybody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import recall_score

from echomind.models.slm import EchoMindSLM
from echomind.training.cues import predict_cues
from echomind.training.recordings import TEST_ACTORS, FeatureStore, ravdess

RESAMPLES, SEED = 2_000, 0
Figure = dict[str, Any]
Pair = tuple[np.ndarray, np.ndarray]  # what is true and what was heard, as ids: ``(n,)`` each


def recall(truth: np.ndarray, heard: np.ndarray) -> float:
    """Unweighted average recall over the classes that are there."""
    return float(recall_score(truth, heard, labels=np.unique(truth), average="macro", zero_division=0))


def drawn_recalls(truth: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """Recall of ``RESAMPLES`` draws of clips, each class drawn as often as it is there: none can be missing."""
    rng = np.random.default_rng(SEED)
    found = [heard[truth == label] == label for label in np.unique(truth)]
    return np.mean([hits[rng.integers(0, len(hits), (RESAMPLES, len(hits)))].mean(1) for hits in found], axis=0)


def share_right(truth: np.ndarray, heard: np.ndarray) -> Figure:
    """Share that is right, with Wilson's interval: it is not empty where nothing was wrong."""
    n = len(truth)
    tested = binomtest(int((truth == heard).sum()), n)
    low, high = tested.proportion_ci(method="wilson")
    value = float(tested.statistic)
    return {"value": round(value, 3), "interval": [round(float(low), 3), round(float(high), 3)], "n": n}


def _figure(value: float, draws: np.ndarray, n: int) -> Figure:
    low, high = np.quantile(draws, (0.025, 0.975))
    return {"value": round(value, 3), "interval": [round(float(low), 3), round(float(high), 3)], "n": n}


def group_figures(emotion: Pair, gender: Pair) -> Figure:
    """Emotion recall and gender accuracy of one group's clips."""
    n = len(emotion[0])
    return {
        "emotion_uar": _figure(recall(*emotion), drawn_recalls(*emotion), n),
        "gender_accuracy": share_right(*gender),
    }


def by_group(groups: Sequence[str], emotion: Pair, gender: Pair) -> Figure:
    """``group_figures`` of each group, and in ``gap`` by how much the best emotion recall exceeds the worst.

    The gap's interval is between those two groups as they came out, so it leans to large gaps where there are many.
    """
    names = np.array(groups)
    rows = {name: np.flatnonzero(names == name) for name in sorted(set(groups))}
    found: Figure = {
        name: group_figures((emotion[0][at], emotion[1][at]), (gender[0][at], gender[1][at]))
        for name, at in rows.items()
    }
    order = sorted(rows, key=lambda name: found[name]["emotion_uar"]["value"])
    worst, best = (drawn_recalls(emotion[0][rows[name]], emotion[1][rows[name]]) for name in (order[0], order[-1]))
    # The same seed drew both; shuffling one keeps the two groups independent of each other.
    gap = np.random.default_rng(SEED + 1).permutation(best) - worst
    high_low = (found[order[-1]]["emotion_uar"]["value"], found[order[0]]["emotion_uar"]["value"])
    return {"groups": found, "gap": _figure(high_low[0] - high_low[1], gap, len(groups))}


def measure_fairness(slm: EchoMindSLM, root: Path) -> Figure:
    """Emotion recall (7 classes) and gender accuracy by gender and by actor. Raises ``DataError`` without RAVDESS."""
    with tempfile.TemporaryDirectory() as cache:
        store = FeatureStore(ravdess(root, TEST_ACTORS), slm.processor.feature_extractor, Path(cache))
    probabilities = predict_cues(slm.model, store)
    labels = slm.model.config.categories
    pairs = {
        category: (
            np.array([labels[category].index(str(r.labels[category])) for r in store.recordings]),
            probabilities[category].argmax(1),
        )
        for category in ("emotion", "gender")
    }
    spoken_by = {
        "gender": [str(r.labels["gender"]) for r in store.recordings],
        "actor": [f"{r.speaker} ({r.labels['gender']})" for r in store.recordings],
    }
    return {name: by_group(groups, pairs["emotion"], pairs["gender"]) for name, groups in spoken_by.items()}


def fairness_rows(figures: Figure) -> str:
    """The card's table: a row a group, then the gaps."""
    lines = []
    for kind in ("gender", "actor"):
        part = figures[kind]
        for name, group in part["groups"].items():
            uar, gender = (_told(group[key]) for key in ("emotion_uar", "gender_accuracy"))
            lines.append(f"| {name} | {uar} | {gender} | {group['emotion_uar']['n']} |")
        lines.append(f"| largest gap by {kind} | {_told(part['gap'])} | — | {part['gap']['n']} |")
    return "\n".join(lines)


def _told(figure: Figure) -> str:
    low, high = figure["interval"]
    return f"{figure['value']:.3f} [{low:.3f}, {high:.3f}]"
