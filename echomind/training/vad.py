"""Targets for the V-A-D head: EmoBank where there are ratings, emotion norms where there is only an emotion.

Speech here comes with an emotion label, not with ratings. Its speaker target is the emotion's place in the
pleasure-arousal-dominance space (Russell and Mehrabian 1977, values to one decimal; ``tired`` and ``unwell`` are our
own reading of their low-arousal terms), brought to EmoBank's scale. What the listener is made to feel is not set by
hand: it is the linear map from the writer's to the reader's ratings, fitted on EmoBank's training part.
"""

from __future__ import annotations

import numpy as np

from echomind.slm.configuration import EMOTION_NORMS

NEUTRAL = 3.0  # of EmoBank's scale 1 to 5
CONFIDENCE_SHARE = {"low": 0.5, "medium": 0.75, "high": 1.0}  # a faint emotion lies nearer to neutral


class ListenerMap:
    """Least-squares map from speaker to listener V-A-D, fitted on rated text."""

    def __init__(self, targets: np.ndarray) -> None:
        """``targets`` ``(n, 6)``: writer V A D, reader V A D."""
        self.speaker_mean, self.listener_mean = targets[:, :3].mean(0), targets[:, 3:].mean(0)
        self.matrix, *_ = np.linalg.lstsq(
            targets[:, :3] - self.speaker_mean, targets[:, 3:] - self.listener_mean, rcond=None
        )

    def __call__(self, speaker: np.ndarray) -> np.ndarray:
        """Listener V-A-D ``(3,)`` of a speaker's ``(3,)``."""
        return self.listener_mean + (speaker - self.speaker_mean) @ self.matrix

    def target(self, emotion: str, confidence: str) -> np.ndarray:
        """Six targets of an emotion named with a confidence."""
        speaker = NEUTRAL + CONFIDENCE_SHARE[confidence] * np.array(EMOTION_NORMS[emotion])
        return np.concatenate([speaker, self(speaker)]).astype(np.float32)
