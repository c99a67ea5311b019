"""Any file or microphone buffer to one ``Clip``: mono float32 at 16 kHz, with limits and clear errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SAMPLE_RATE = 16_000  # Hz; what the encoder and both recognisers expect


@dataclass(frozen=True)
class Clip:
    """Mono speech. ``samples``: float32 in [-1, 1], shape ``(n,)``, at 16 kHz. ``name`` is shown in messages only."""

    samples: np.ndarray
    name: str = "clip"

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self.samples) / SAMPLE_RATE
