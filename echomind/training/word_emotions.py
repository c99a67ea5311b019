"""The text tower's second layer: which emotion words speak for, from RECCON's annotated turns.

Logistic regression on the tower's sentence vectors, of each turn as it is written and as a recogniser would write it.
How strong the regularisation is was left to RECCON's validation part; figures are on its test part.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from transformers import PreTrainedTokenizerBase

from echomind.errors import ConfigurationError, DataError
from echomind.models.slm import EchoMindSLM
from echomind.slm.configuration import THINKING_EMOTIONS
from echomind.slm.tower import WORD_EMOTIONS, TextVad, VadTower, piece_ids
from echomind.training.card_fairness import drawn_recalls, recall
from echomind.training.data.corpus import as_heard
from echomind.training.data.published import load_reccon
from echomind.training.tower_data import sentence_vectors

THINKING_EVERY = 4  # the decoder reads one turn in so many: seconds instead of minutes
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # inverse regularisation, as sklearn's C


def _part(root: Path, part: str) -> tuple[list[str], np.ndarray]:
    turns = load_reccon(root, part)
    labels = [WORD_EMOTIONS.index(turn.emotion) for turn in turns]
    return [turn.text for turn in turns] + [as_heard(turn.text) for turn in turns], np.array(labels * 2)


def fit_emotions(tower: VadTower, tokenizer: PreTrainedTokenizerBase, root: Path) -> dict[str, Any]:
    """Fit the layer in place; returns the strength that was chosen and what :func:`measure_words` says."""
    parts = {part: _part(root, part) for part in ("train", "valid")}
    x = {
        part: sentence_vectors(tower, [piece_ids(tokenizer, text) for text in texts])
        for part, (texts, _) in parts.items()
    }
    y = {part: labels for part, (_, labels) in parts.items()}
    known = sorted(set(y["train"]))

    def fitted(strength: float) -> LogisticRegression:
        return LogisticRegression(C=strength, max_iter=2000).fit(x["train"], y["train"])

    def loss(model: LogisticRegression) -> float:
        return float(log_loss(y["valid"], model.predict_proba(x["valid"]), labels=known))

    if len(known) < len(WORD_EMOTIONS):
        raise DataError(f"RECCON's training part: found {len(known)} emotions, expected {len(WORD_EMOTIONS)}")
    best = min((fitted(strength) for strength in STRENGTHS), key=loss)
    with torch.no_grad():
        tower.emotions.weight.copy_(torch.from_numpy(best.coef_))
        tower.emotions.bias.copy_(torch.from_numpy(best.intercept_))
        shares = np.bincount(y["train"], minlength=len(WORD_EMOTIONS)) / len(y["train"])
        tower.emotion_prior.copy_(torch.from_numpy(np.log(shares)))
    return {"strength": best.C} | measure_words(TextVad(tower, tokenizer), root)


def measure_words(vad: TextVad, root: Path) -> dict[str, Any]:
    """RECCON's test turns as written: unweighted recall of the emotions, log-loss and that of the shares alone."""
    turns = load_reccon(root, "test")
    truth = np.array([WORD_EMOTIONS.index(turn.emotion) for turn in turns])
    prior = vad.tower.emotion_prior
    likely = vad.read([turn.text for turn in turns]).evidence + prior
    chosen, rows = likely.argmax(1).numpy(), np.arange(len(turns))
    low, high = np.quantile(drawn_recalls(truth, chosen), (0.025, 0.975))
    return {
        "recall": {"value": round(recall(truth, chosen), 3), "interval": [round(float(low), 3), round(float(high), 3)]},
        "recall_by_emotion": {
            word: round(float((chosen[truth == i] == i).mean()), 3)
            for i, word in enumerate(WORD_EMOTIONS)
            if i in truth
        },
        "log_loss": round(float(-likely[rows, truth].mean()), 3),
        "log_loss_of_the_shares": round(float(-prior[truth].mean()), 3),
        "n": len(turns),
    }


@torch.inference_mode()
def measure_word_emotions(slm: EchoMindSLM, root: Path) -> dict[str, Any]:
    """:func:`measure_words` of a checkpoint, and what its thinking names of every fourth turn, written as it is heard.

    ``thinking`` with this witness, ``decoder_alone`` without. Raises ``ConfigurationError`` without a text tower.
    """
    if slm.tower is None:
        raise ConfigurationError(f"{slm.name}: found no text tower, which tells what emotion words speak for")
    turns = load_reccon(root, "test")[::THINKING_EVERY]
    truth = np.array([THINKING_EMOTIONS.index(turn.emotion) for turn in turns])
    states = [slm.perceive_text(as_heard(turn.text)).state for turn in turns]
    found = {}
    for name, given in {"thinking": states, "decoder_alone": [replace(state, said=None) for state in states]}.items():
        named = np.array([THINKING_EMOTIONS.index(slm.writer.emotion(state)) for state in given])
        low, high = np.quantile(drawn_recalls(truth, named), (0.025, 0.975))
        interval = [round(float(low), 3), round(float(high), 3)]
        found[name] = {"value": round(recall(truth, named), 3), "interval": interval, "n": len(turns)}
    return measure_words(slm.tower, root) | found
