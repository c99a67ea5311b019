"""Valence, arousal, dominance of an utterance: what its words say, moved by what the voice says.

The words' part is the text tower's. The voice's part is the mean place of the emotions that were heard, weighed by
their calibrated probabilities, away from neutral. No weight between the two is set by hand: with calibrated
probabilities the mean place is the best guess in the least-squares sense, so it is added as it is. Checked on made
speakers (RAVDESS actors of training played slower and faster, see ``training.calibration``): the best factor there is
0.92 for the three together. On actors 17 to 20 it agrees with the place of the acted emotion at r = .40 / .61 / .42
(V / A / D).

The listener's part of the words is the tower's too; the voice moves the listener by the map from the writer's to the
readers' ratings that was fitted on EmoBank's training part and lies beside the tower.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from echomind.models.protocol import VAD
from echomind.slm.configuration import EMOTION_NORMS, THINKING_EMOTIONS

LOWEST, HIGHEST = 1.0, 5.0  # EmoBank's scale


def voice_displacement(heard: Mapping[str, float]) -> np.ndarray:
    """Mean place ``(3,)`` of the emotions heard, around neutral; ``heard`` maps ``THINKING_EMOTIONS`` to shares."""
    total = sum(heard[word] for word in THINKING_EMOTIONS)
    places = np.array([EMOTION_NORMS[word] for word in THINKING_EMOTIONS])
    return np.array([heard[word] for word in THINKING_EMOTIONS]) @ places / total


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
