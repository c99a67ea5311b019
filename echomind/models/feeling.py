"""What an utterance feels like: what its words say, and what the voice says.

Valence, arousal, dominance: the words' part, moved by the voice's.

The words' part is the text tower's. The voice's part is the mean place of the emotions that were heard, weighed by
their calibrated probabilities, away from neutral. No weight between the two is set by hand: with calibrated
probabilities the mean place is the best guess in the least-squares sense, so it is added as it is. Checked on made
speakers (RAVDESS actors of training played slower and faster, see ``training.calibration``): the best factor there is
0.92 for the three together. On actors 17 to 20 it agrees with the place of the acted emotion at r = .40 / .61 / .42
(V / A / D).

The listener's part of the words is the tower's too; the voice moves the listener by the map from the writer's to the
readers' ratings that was fitted on EmoBank's training part and lies beside the tower.

Emotions: what the tower reads in the words speaks beside what was heard (``said_emotions``), as far as words tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from echomind.models.protocol import VAD, Cue
from echomind.slm.configuration import EMOTION_NORMS, THINKING_EMOTIONS
from echomind.taxonomy import NONE

LOWEST, HIGHEST = 1.0, 5.0  # EmoBank's scale
# How often the words tell the emotion at all. RECCON's turns were annotated from words, so there they always do; in
# EchoMind's scripts, which are neutral on purpose, never; people do now the one, now the other.
TELLING = 0.5


def voice_displacement(heard: Mapping[str, float]) -> np.ndarray:
    """Mean place ``(3,)`` of the emotions heard, around neutral; ``heard`` maps ``THINKING_EMOTIONS`` to shares."""
    total = sum(heard[word] for word in THINKING_EMOTIONS)
    places = np.array([EMOTION_NORMS[word] for word in THINKING_EMOTIONS])
    return np.array([heard[word] for word in THINKING_EMOTIONS]) @ places / total


def said_emotions(evidence: torch.Tensor) -> torch.Tensor:
    """How far words speak for each of ``THINKING_EMOTIONS``: log P(words | emotion) / P(words), ``(9,)``.

    ``evidence`` ``(7,)`` is the tower's, for its ``WORD_EMOTIONS``. Words tell the emotion in ``TELLING`` of all cases
    and are the same for every emotion in the others, so plain words rule nothing out: the ratio is at least the share
    of the others. Tired and unwell, with which words are not annotated, have 0.
    """
    ratio = torch.zeros(len(THINKING_EMOTIONS))
    ratio[: len(evidence)] = (TELLING * evidence.exp() + (1 - TELLING)).log()
    return ratio


def with_words(cue: Cue, said: torch.Tensor) -> Cue:
    """The cue of the category ``emotion`` as voice and words together make it; ``said`` is of :func:`said_emotions`."""
    weight = dict(zip(THINKING_EMOTIONS, said.exp().tolist(), strict=True))
    absent = max(0.0, 1.0 - sum(cue.scores.values())) * weight[THINKING_EMOTIONS[0]]
    scores = {label: p * weight[label] for label, p in cue.scores.items()}
    total = absent + sum(scores.values())
    scores = {label: p / total for label, p in scores.items()}
    best = max(scores, key=lambda label: scores[label])
    found = (best, scores[best]) if scores[best] > absent / total else (NONE, absent / total)
    return Cue(*found, scores)


def felt(
    words: Sequence[float], heard: Mapping[str, float] | None = None, listener_map: np.ndarray | None = None
) -> tuple[VAD, VAD]:
    """Speaker and listener from the six values of the words and, where there was a voice, what was heard in it.

    ``listener_map`` ``(3, 3)`` takes a displacement of the speaker to the listener's; without one the listener moves as
    the speaker does. Values are kept on the scale.
    """
    values = np.array(words, float)
    if heard is not None:
        moved = voice_displacement(heard)
        values += np.concatenate([moved, moved if listener_map is None else moved @ listener_map])
    values = values.clip(LOWEST, HIGHEST)
    return VAD(*values[:3].tolist()), VAD(*values[3:].tolist())
